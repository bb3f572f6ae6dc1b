"""A process that spends: takes `count` events of one campaign, then prints how many it was charged for."""

import sys
from pathlib import Path

from adtailor.domain.events import Arrival
from adtailor.storage import SqliteStore
from adtailor.testing import samples


def main() -> None:
    """Spend, in single events and in threes."""
    folder, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    with SqliteStore(folder) as store:
        sys.stdin.readline()
        outcomes = [store.events.take(samples.event(first + n, price=7)) for n in range(count // 2)]
        for start in range(count // 2, count, 3):
            batch = [samples.event(first + n, price=7) for n in range(start, min(start + 3, count))]
            outcomes += store.events.take_many([Arrival(event=event) for event in batch])
    print(sum(outcome.charged for outcome in outcomes), sum(outcome.over_delivered for outcome in outcomes))  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
