"""Events taken in: by the store, over HTTP one by one and in batches; and two processes that share budgets.

Guards what stands between a beacon and a durable charge: the token, the record, the counting of rates, the ledger, and
the one wait for the disk that many share. The client is a process of its own on the same machine, so the figures are
low rather than high. The load of the machine is printed beside them.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adtailor.domain.events import Arrival
    from adtailor.storage import SqliteStore

CAMPAIGNS = 100
THREADS = 40
BATCH = 100
PAGES = 1_500
"""Of 3 placements, with an impression and a view each."""
ROUNDS = 5
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def run() -> list[tuple[str, str, str]]:
    """Figure, measured, goal."""
    return [
        ("load of the machine, cores", f"{os.getloadavg()[0]:.1f} of {os.cpu_count()}", "printed"),
        ("one wait for the disk (4 KB, fsync)", f"{_wait():.1f} ms", "printed"),
        *_store(),
        *_http(),
        *_shared(),
    ]


def _wait() -> float:
    with tempfile.NamedTemporaryFile() as file:
        started = time.perf_counter()
        for _ in range(100):
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
        return (time.perf_counter() - started) * 10


def _store() -> list[tuple[str, str, str]]:
    from adtailor.storage import SqliteStore

    rows: list[tuple[str, str, str]] = []
    with tempfile.TemporaryDirectory() as folder, SqliteStore(Path(folder)) as store:
        _fill(store)
        for says, size, viewers in (
            (f"events taken by the store, {THREADS} threads, one each", 1, True),
            (f"the same, {BATCH} each", BATCH, True),
            ("the same, viewers unknown", BATCH, False),
        ):
            events = _arrivals(20_000 if size > 1 else 8_000, viewers=viewers)
            groups = [events[n : n + size] for n in range(0, len(events), size)]
            started, worked = time.perf_counter(), time.process_time()
            with ThreadPoolExecutor(THREADS) as pool:
                list(pool.map(store.events.take_many, groups))
            worked = time.process_time() - worked
            rate = told(len(events), time.perf_counter() - started, worked)
            rows.append((says, rate, "10,000/s" if size > 1 else "printed"))
        assert store.ledger.disagreements() == []
    return rows


def _fill(store: "SqliteStore") -> None:
    from adtailor.testing import samples

    store.catalogue.replace(samples.inventory(*[samples.campaign(f"c{n}", daily=10**12) for n in range(CAMPAIGNS)]))


def _arrivals(count: int, *, viewers: bool) -> "list[Arrival]":
    from adtailor.domain.events import Arrival
    from adtailor.domain.ids import uuid7
    from adtailor.testing import samples

    random = Random(count)
    found: list[Arrival] = []
    for number in range(count):
        at = NOON + timedelta(milliseconds=number // 10)
        event = samples.event(
            campaign_name=f"c{number % CAMPAIGNS}", at=at, kind="impression", decision_id=uuid7(at, random)
        )
        found.append(Arrival(event=event, viewer=random.randbytes(16) if viewers else None))
    return found


def _http() -> list[tuple[str, str, str]]:
    """Real decisions are made first; then a client calls their addresses."""
    from benchmarks.http import ADS, serving

    with serving(ADS) as (port, server):
        client = [sys.executable, "-m", "benchmarks.events_client", str(port), str(PAGES), str(server.pid)]
        done = subprocess.run(client, check=True, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1])
        rates = json.loads(done.stdout)
    return [
        ("events over HTTP, one a request, 100 connections, one worker", told(*rates["single"]), "printed"),
        (f"events over HTTP, {BATCH} a request", told(*rates["batch"]), "10,000/s"),
    ]


def _shared() -> list[tuple[str, str, str]]:
    """Pages filled and their events taken, by one process and by two that share all budgets."""
    rounds = [(_rate(1), _rate(2)) for _ in range(ROUNDS)]
    rates = {1: median(one for one, _ in rounds), 2: median(two for _, two in rounds)}
    return [
        (f"pages filled with their events taken, one process, median of {ROUNDS}", f"{rates[1]:,.0f}/s", "printed"),
        ("the same, two processes that share every budget", f"{rates[2]:,.0f}/s", "printed"),
        ("speed-up of two processes", f"{rates[2] / rates[1]:.2f}", "1.8"),
    ]


def _rate(workers: int) -> float:
    from adtailor.storage import SqliteStore

    with tempfile.TemporaryDirectory() as folder:
        with SqliteStore(Path(folder)) as store:
            store.catalogue.replace(_toy())
        children = [
            subprocess.Popen(
                [sys.executable, "-m", "benchmarks.events_worker", folder, str(number)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).parents[1],
            )
            for number in range(workers)
        ]
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        rates = [float(child.communicate(timeout=120)[0]) for child in children]
        with SqliteStore(Path(folder)) as store:
            assert store.ledger.disagreements() == []
    return sum(rates)


def _toy() -> Any:
    from adtailor.testing.toy_ads import toy_inventory

    random = Random(5)
    return toy_inventory(
        [
            {
                "id": f"a{n}",
                "advertiser": f"v{n % 40}",
                "bid": f"0.{random.randrange(10, 90)}",
                "budget": "1000",
                "topics": [random.choice(("483", "210", "42"))],
            }
            for n in range(400)
        ]
    )


def told(events: int, seconds: float, worked: float) -> str:
    """A rate, and what an event costs a processor, which does not depend on who else computes."""
    return f"{events / seconds:,.0f}/s ({1e6 * worked / events:,.0f} µs of a core each)"


def chunks(tokens: Sequence[str], size: int) -> list[Sequence[str]]:
    """Several at a time."""
    return [tokens[n : n + size] for n in range(0, len(tokens), size)]
