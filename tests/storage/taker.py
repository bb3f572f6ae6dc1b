"""A process to be killed: forks children that record decisions and take events until somebody kills them.

Started once (imports are slow), it forks at each line `NUMBER FOLDER` on its input, answers `pid N`, and the child then
prints the decision of every event whose `take` has returned, with where its record lies.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

from adtailor.domain.events import Arrival
from adtailor.storage import SqliteStore
from adtailor.testing import samples

BATCH = 3


def work(folder: Path, first: int) -> None:
    """Take events for ever: alone and in batches, over three days, some of them twice."""
    store = SqliteStore(folder)
    number = first
    while True:
        at = samples.NOON + timedelta(days=number % 3)
        ref = store.events.append(samples.record(number, viewer=f"person-{number % 5}"))
        if number % 4:
            store.events.take(samples.event(number, price=7, at=at))
            done = [number]
        else:
            batch = [samples.event(number + n, price=7, at=at) for n in range(BATCH)]
            store.events.take_many([Arrival(event=event) for event in batch])
            store.events.take(batch[0])
            done = [number + n for n in range(BATCH)]
        lines = "".join(f"{n} {ref.segment} {ref.offset} {number}\n" for n in done)
        os.write(1, lines.encode())
        number = done[-1] + 1


def main() -> None:
    """Fork a child per line."""
    for line in sys.stdin:
        number, folder = line.split(maxsplit=1)
        child = os.fork()
        if child == 0:
            work(Path(folder.strip()), int(number))
        os.write(1, f"pid {child}\n".encode())
        os.waitpid(child, 0)
        os.write(1, b"dead\n")


if __name__ == "__main__":
    main()
