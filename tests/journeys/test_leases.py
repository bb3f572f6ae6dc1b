"""Processes that share a budget promise no more than there is; what they hold lapses; over-delivery stays rare."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adtailor.domain.decision import Context, DecisionRequest, Placement, Viewer
from adtailor.domain.ids import PlacementId, RequestId, SiteId
from adtailor.domain.lease import LEASED_FOR
from adtailor.domain.money import Micros
from adtailor.storage import MemoryStore, SqliteStore
from adtailor.testing.stores import Store
from adtailor.testing.toy_house import ToyHouse, toy_house

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FLOOR = Micros(100_000)


def asked(number: int) -> DecisionRequest:
    return DecisionRequest(
        request_id=RequestId(f"r{number}"),
        site_id=SiteId("site"),
        placements=(Placement(id=PlacementId("feed-1"), floor=FLOOR),),
        context=Context(text="A hike in the hills", language="en", country="DE"),
        viewer=Viewer(age="adult"),
    )


def ad(budget: str, **changes: Any) -> dict[str, Any]:
    return {"id": "boots", "topics": ["483"], "bid": "0.40", "budget": budget, **changes}


def shows(house: ToyHouse, number: int, now: datetime = NOON) -> bool:
    page = house.fill_page.fill(asked(number), now=now, random=Random(number))
    return page.decision.placements[0].won is not None


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path)
    yield store
    store.close()


def test_t35_of_a_budget_for_one_event_one_process_promises_and_the_other_waits_until_the_lease_lapses(
    store: Store,
) -> None:
    ads = [ad("0.40")]
    first, second = (toy_house(store, ads=ads, holder=holder) for holder in ("first", "second"))
    assert shows(first, 1)
    assert not shows(second, 2)
    # The first is killed: what it held is free after half a minute, and what it expects is little.
    later = NOON + LEASED_FOR
    assert shows(second, 3, later)
    assert not shows(first, 4, later)


def test_what_a_process_gives_back_is_the_others_at_once(store: Store) -> None:
    first, second = (toy_house(store, ads=[ad("0.40")], holder=holder) for holder in ("first", "second"))
    assert shows(first, 1)
    first.catalogue.close()
    assert shows(second, 2)


def test_an_ad_closes_when_what_it_has_promised_is_all_there_is_and_opens_when_that_fades(store: Store) -> None:
    # Impressions at a floor of 0.10 for a thousand cost 100 micros; a bid of 0.40 asks for room for 400.
    house = toy_house(store, ads=[ad("0.001", pays="cpm")])
    shown = 0
    while shows(house, shown):
        shown += 1
        assert shown < 100
    assert 6 <= shown <= 9, "1000 micros, less the room that the last one needs"
    assert not shows(house, 1000, NOON + timedelta(seconds=3))
    assert shows(house, 1001, NOON + timedelta(minutes=10)), "nobody saw them: they will not be charged"


def test_t35_an_ad_stops_with_its_budget_and_begins_again_with_the_next_day(store: Store) -> None:
    house = toy_house(store, ads=[ad("0.40")])
    page = house.fill_page.fill(asked(1), now=NOON, random=Random(1))
    [tokens] = page.tokens.values()
    taken = house.take_event.take(tokens["click"], kinds=frozenset({"click"}), now=NOON, user_agent=None)
    assert taken.outcome.charged == FLOOR
    assert not shows(house, 2), "0.30 is left, and a click may cost 0.40"
    assert shows(house, 3, NOON + timedelta(hours=12))


@pytest.mark.parametrize(
    ("kind", "pays", "pages", "budget"),
    [
        ("memory", "cpm", 900, "0.05"),
        pytest.param("sqlite", "cpm", 3_500, "0.10", marks=pytest.mark.slow),
        pytest.param("memory", "cpc", 3_500, "20.00", marks=pytest.mark.slow),
        pytest.param("sqlite", "cpc", 3_500, "20.00", marks=pytest.mark.slow),
    ],
)
def test_t35_two_processes_deliver_at_most_a_hundredth_beyond_a_budget_and_leave_next_to_nothing_of_it(
    tmp_path: Path, kind: str, pays: str, pages: int, budget: str
) -> None:
    """A day of people who see ads after seconds and click after minutes, until the budgets are spent."""
    random = Random(4)
    ads = [ad(budget, pays=pays)]
    with closing(MemoryStore() if kind == "memory" else SqliteStore(tmp_path)) as store:
        houses = [toy_house(store, ads=ads, holder=holder) for holder in ("one", "other")]
        happens: list[tuple[datetime, int, str, str]] = []
        order = count()
        charged = over = 0
        for number in range(pages):
            now = NOON + timedelta(seconds=3 * number)
            page = random.choice(houses).fill_page.fill(asked(number), now=now, random=random)
            for tokens in page.tokens.values():
                seen = now + timedelta(seconds=random.expovariate(1 / 20))
                heappush(happens, (seen, next(order), "impression", tokens["impression"]))
                if random.random() < 0.08:
                    clicked = seen + timedelta(seconds=random.expovariate(1 / 300))
                    heappush(happens, (clicked, next(order), "click", tokens["click"]))
            while happens and happens[0][0] <= now:
                at, _, kind, token = heappop(happens)
                taken = random.choice(houses).take_event.take(
                    token,
                    kinds=frozenset({kind}),
                    now=at,
                    user_agent=None,  # type: ignore[arg-type]
                )
                charged += taken.outcome.charged > 0
                over += taken.outcome.over_delivered
        [(today, _)] = store.events.spent(NOON).values()
        [campaign] = store.catalogue.inventory().campaigns
        assert charged > 100, "there was something to overdraw"
        assert over <= 0.01 * (charged + over)
        assert 0.95 * campaign.daily_budget <= today <= campaign.daily_budget
        assert store.ledger.disagreements() == []
        print(f"{charged} paid, {over} over-delivered, {today / campaign.daily_budget:.1%} of the budget")  # noqa: T201
