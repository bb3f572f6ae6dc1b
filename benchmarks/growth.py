"""How deciding grows with the catalogue: the same requests, from a hundred ads to a hundred thousand.

In a process of its own, three placements a page with the winner's signals, processor time; and over HTTP, one placement
a request, one worker, where the record is on its way to the disk before the answer. Processor time of the server per
decision stands beside the rate by the clock: client and server share the machine. A million ads take minutes to store:
`make bench ARGS="growth 1000000"`.
"""

import json
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.http import ask_for, cpu_seconds, fill, is_whole, rate, resident, serving_from

SIZES = (100, 1_000, 10_000, 100_000)
GOALS = {1_000: 2_500, 10_000: 2_000, 100_000: 600, 1_000_000: 60}
IN_PROCESS = {10_000: "1 ms", 100_000: "3 ms"}
CONNECTIONS = 32


def run(sizes: Sequence[int] = SIZES) -> list[tuple[str, str, str]]:
    """Figure, measured, goal."""
    return [row for ads in sizes for row in _of(ads)]


def _of(ads: int) -> list[tuple[str, str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), ads)
        pages = max(50, min(1_000, 20_000_000 // ads))
        first, second = (_alone(folder, pages) for _ in range(2))
        return [*_in_process(ads, first, second), *_over_http(ads, Path(folder))]


def _alone(folder: str, pages: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.growth_worker", folder, str(pages)]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], check=True, capture_output=True)
    return json.loads(done.stdout)


def _in_process(ads: int, first: dict[str, Any], second: dict[str, Any]) -> list[tuple[str, str, str]]:
    name, goal = f"{ads:,} ads", IN_PROCESS.get(ads, "-")
    load = "20 s" if ads == 1_000_000 else "-"
    took = [f"{one['seconds']:.2f} s ({one['processor']:.2f} s of a processor)" for one in (first, second)]
    return [
        (f"{name}: a decision for 3 placements, p50 and p99", f"{second['p50']:.2f} and {second['p99']:.2f} ms", goal),
        (f"{name}: read from the store and {first['kind']}", took[0], load),
        (f"{name}: the same by the next process", took[1], "-"),
        (f"{name}: memory of that process", f"{second['memory'] / 2**20:,.0f} MB", "-"),
    ]


def _over_http(ads: int, folder: Path) -> list[tuple[str, str, str]]:
    asked = max(200, min(3_000, 30_000_000 // ads))
    asks = [ask_for(n, 1) for n in range(400)]
    with serving_from(folder) as (port, server):
        rate(port, asks, min(asked, 400))
        spent = cpu_seconds(server.pid)
        decisions, _ = rate(port, asks, asked)
        spent = cpu_seconds(server.pid) - spent
        slow = _slowest(port, asks, asked, per_second=decisions / 2)
        memory = resident(server.pid)
    name, goal = f"{ads:,} ads", GOALS.get(ads)
    per_core = f", {asked / spent:,.0f} per second of the server's processor time" if spent else ""
    return [
        (
            f"{name}: HTTP decisions, 1 placement, one worker",
            f"{decisions:,.0f}/s{per_core}",
            f"{goal:,}" if goal else "-",
        ),
        (f"{name}: slowest of 100 at half that load", f"{slow:.1f} ms", "5 ms" if ads == 10_000 else "-"),
        (f"{name}: memory of worker and parent", f"{memory / 2**20:,.0f} MB", "1 GB" if ads == 1_000_000 else "-"),
    ]


def _slowest(port: int, asks: Sequence[bytes], count: int, *, per_second: float) -> float:
    """The 99th percentile in ms from when a request was due, asked at a steady rate whether or not answers keep up."""
    waits: list[float] = []
    idle: list[socket.socket] = []
    busy: dict[socket.socket, tuple[float, bytes]] = {}
    with selectors.DefaultSelector() as selector:
        for _ in range(CONNECTIONS):
            connection = socket.create_connection(("127.0.0.1", port), timeout=10)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ)
            idle.append(connection)
        began = time.perf_counter()
        sent = 0
        while len(waits) < count:
            due = began + sent / per_second
            now = time.perf_counter()
            if sent < count and idle and now >= due:
                connection = idle.pop()
                busy[connection] = (due, b"")
                connection.sendall(asks[sent % len(asks)])
                sent += 1
                continue
            for key, _ in selector.select(max(0.0, due - now) if sent < count and idle else 10):
                connection = key.fileobj
                assert isinstance(connection, socket.socket)
                since, received = busy[connection]
                received += connection.recv(65536)
                busy[connection] = (since, received)
                if is_whole(received):
                    waits.append(time.perf_counter() - since)
                    del busy[connection]
                    idle.append(connection)
        for connection in idle:
            connection.close()
    return float(np.percentile(waits, 99)) * 1000
