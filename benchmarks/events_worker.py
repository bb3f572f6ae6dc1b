"""A process of `benchmarks.events`: fills pages and takes their events for seconds, then says how many a second."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from adtailor.domain.decision import Context, DecisionRequest, Placement, Viewer
from adtailor.domain.ids import PersonId, PlacementId, RequestId, SiteId
from adtailor.domain.reading import Topic
from adtailor.journeys.take_event import Called
from adtailor.journeys.traffic import Sender
from adtailor.measure.traffic import address_of
from adtailor.storage import SqliteStore
from adtailor.testing.toy_house import ToyHouse, toy_house

SECONDS = 4.0
THREADS = 16
KINDS = ("impression", "viewable")


def visit(house: ToyHouse, number: int) -> None:
    """One page of 3 ads, and what happens to them, told in one batch."""
    now = datetime.now(UTC)
    topic = ("483", "210", "42")[number % 3]
    request = DecisionRequest(
        request_id=RequestId(f"r{number}"),
        site_id=SiteId("s"),
        placements=tuple(Placement(id=PlacementId(f"feed-{n}"), position=n) for n in range(3)),
        context=Context(topics=(Topic(id=topic, name=topic, confidence=0.9),), language="en", country="DE"),
        viewer=Viewer(person_id=PersonId(f"p{number % 997}"), age="adult"),
    )
    page = house.fill_page.fill(request, now=now, random=Random(number))
    tokens = [tokens[kind] for tokens in page.tokens.values() for kind in KINDS]
    sender = Sender(user_agent="Firefox", address=address_of(f"81.{number % 251}.{number // 251 % 251}.7"))
    house.take_event.take_all([Called(token=token, kinds=frozenset(KINDS), sender=sender) for token in tokens], now=now)


def main() -> None:
    """Warm up, wait for the word, work."""
    folder, me = Path(sys.argv[1]), int(sys.argv[2])
    with SqliteStore(folder) as store:
        house = toy_house(store, holder=f"worker-{me}", seed=me)
        for number in range(20):
            visit(house, me * 10**7 + 10**6 + number)
        print("ready", flush=True)
        sys.stdin.readline()
        ends = time.perf_counter() + SECONDS

        def work(thread: int) -> int:
            done = 0
            while time.perf_counter() < ends:
                visit(house, me * 10**7 + thread * 10**6 + 1000 + done)
                done += 1
            return done

        with ThreadPoolExecutor(THREADS) as pool:
            print(sum(pool.map(work, range(1, THREADS + 1))) / SECONDS)


if __name__ == "__main__":
    main()
