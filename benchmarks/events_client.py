"""A process of `benchmarks.events`: asks for pages, then calls the addresses of their ads, singly and in batches."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.events import BATCH, chunks
from benchmarks.http import _children, ask_for

CONNECTIONS = 100
HEAD = "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Firefox\r\nContent-Length: {length}\r\n\r\n"


async def _ask(port: int, asks: Sequence[bytes], connections: int) -> list[bytes]:
    """The bodies of the answers, in no order."""
    waiting, bodies = list(asks), list[bytes]()

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while waiting:
            writer.write(waiting.pop())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if not head.startswith((b"http/1.1 2", b"http/1.1 409")):
                raise RuntimeError(head.decode("latin-1"))
            length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
            bodies.append(await reader.readexactly(length))
        writer.close()

    await asyncio.gather(*(work() for _ in range(connections)))
    return bodies


def main() -> None:
    """Print events a second, as JSON."""
    port, pages, server = map(int, sys.argv[1:4])
    answers = asyncio.run(_ask(port, [ask_for(n, 3) for n in range(pages)], 8))
    placements = [placement for answer in answers for placement in json.loads(answer)["placements"]]
    singles = [placement["impression_url"] for placement in placements if placement["impression_url"]]
    views = [placement["viewable_url"].rpartition("/")[2] for placement in placements if placement["viewable_url"]]
    asks = [HEAD.format(path=path, length=0).encode() for path in singles]
    single = _timed(port, asks, CONNECTIONS, server)
    bodies = [json.dumps({"tokens": list(some)}) for some in chunks(views, BATCH)]
    asks = [(HEAD.format(path="/v1/e/batch", length=len(body)) + body).encode() for body in bodies]
    batch = _timed(port, asks, 8, server)
    print(json.dumps({"single": (len(singles), *single), "batch": (len(views), *batch)}))


def _timed(port: int, asks: Sequence[bytes], connections: int, server: int) -> tuple[float, float]:
    """Seconds that passed, and those that the server's processes worked."""
    started, worked = time.perf_counter(), _processor(server)
    asyncio.run(_ask(port, asks, connections))
    return time.perf_counter() - started, _processor(server) - worked


def _processor(pid: int) -> float:
    """Seconds that a process and its children worked, where the system tells."""
    ticks = 0
    for one in (pid, *_children(pid)):
        stat = Path(f"/proc/{one}/stat")
        if stat.exists():
            ticks += sum(int(part) for part in stat.read_text().rpartition(")")[2].split()[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
