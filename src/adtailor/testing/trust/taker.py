"""A process to be killed: forks children that decide, take events and give money back until somebody kills them.

Started once (imports are slow), it forks at each line `NUMBER FOLDER` on its input, answers `pid N`, and the child then
prints every change whose call has returned: `event N SEGMENT OFFSET DECISION`, `order N`, `reversed N`.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from adtailor.domain.events import Arrival, Event
from adtailor.domain.ids import CampaignId, DecisionId
from adtailor.domain.lease import LeaseAsk
from adtailor.domain.ledger import Selection
from adtailor.domain.money import Micros
from adtailor.storage import SqliteStore
from adtailor.testing import samples

BATCH = 3
HELD = (LeaseAsk(campaign_id=CampaignId("autumn"), least=Micros(7), promised=(0.0, 20.0, 0.0)),)


def click(number: int) -> Event:
    """One event of three days."""
    return samples.event(number, price=7, at=samples.NOON + timedelta(days=number % 3))


def order(number: int) -> Event:
    """A conversion that an advertiser's server tells of."""
    return samples.event(
        number, kind="conversion", price=7, at=click(number).at, order=f"order-{number}", is_postback=True
    )


def work(folder: Path, first: int) -> None:
    """For ever: alone, in batches, from several threads at once, some of it twice; every few are given back."""
    store = SqliteStore(folder)
    number = first
    pool = ThreadPoolExecutor(BATCH)
    while True:
        store.events.lease(f"holder-{os.getpid()}", HELD, now=samples.NOON)
        ref = store.events.append(samples.record(number, viewer=f"person-{number % 5}"))
        numbers = [number + n for n in range(BATCH)]
        kind = number // BATCH % 4
        if kind == 0:
            store.events.take(click(number))
            numbers = [number]
        elif kind == 1:
            store.events.take_many([Arrival(event=click(n), viewer=f"viewer-{n}".encode()) for n in numbers])
            store.events.take(click(number))
        else:
            list(pool.map(store.events.take, [click(n) for n in numbers]))
        said = "".join(f"event {n} {ref.segment} {ref.offset} {number}\n" for n in numbers)
        os.write(1, said.encode())
        if kind == 2:
            for _ in range(2):
                store.events.take(order(number))
            os.write(1, f"order {number}\n".encode())
        if kind == 3:
            which = Selection(decision_id=DecisionId(f"decision-{number}"))
            for _ in range(2):
                store.ledger.reverse(which, validity="sivt", reason="a farm", now=samples.NOON)
            os.write(1, f"reversed {number}\n".encode())
        number += BATCH


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
