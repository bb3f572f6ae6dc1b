"""Somebody else's ad: only where a page stays open, never where a veto emptied a place, and only what may stand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.config.policy import load_policy
from adtailor.domain.backfill import Blocked, ForeignAd, OpenPlace, Surroundings
from adtailor.domain.decision import Context, DecisionRequest, Placement, Viewer
from adtailor.domain.ids import PlacementId, ProductId, RequestId, SiteId
from adtailor.domain.money import Micros
from adtailor.domain.person import Consents, Person
from adtailor.domain.post import Post
from adtailor.domain.wellbeing import State, StressSign, WellbeingMemory
from adtailor.journeys.backfill import Backfill
from adtailor.storage.memory import MemoryStore
from adtailor.testing.toy_house import toy_house

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CAKE = ProductId("1143")
WHISKY = ProductId("1006")


class Eager:
    """Offers for everything that it is asked for, and remembers what that was."""

    def __init__(self, **changes):
        self.changes = changes
        self.asked = []

    def offers(self, request_id, places, surroundings, *, blocked, seconds):
        self.asked.append((places, surroundings, blocked, seconds))
        return [replace(offer(place), **self.changes) for place in places]


def offer(place, **changes):
    return replace(
        ForeignAd(
            place=place,
            markup="<b>Cake</b>",
            price=Micros(2_000_000),
            domains=("cake.example",),
            products=(CAKE,),
            behalf="Cake Ltd",
            payer="Cake Ltd",
        ),
        **changes,
    )


def places(*ids, floor=0):
    return [OpenPlace(id=PlacementId(one), width=300, height=250, floor=Micros(floor)) for one in ids]


def backfill(upstream, *, floor=0, seconds=1.0):
    return Backfill(upstream, policy=load_policy(), floor=Micros(floor), seconds=seconds)


def page(house, *, text=None, person=None, age="unknown", floor=10**9, ids=("a", "b")):
    """A page on which nothing of ours meets the floor."""
    request = DecisionRequest(
        request_id=RequestId("r"),
        site_id=SiteId("s"),
        placements=tuple(Placement(id=PlacementId(one), floor=Micros(floor)) for one in ids),
        context=Context(text=text, language="en"),
        viewer=Viewer(person_id=person, age=age),
    )
    return house.fill_page.fill(request, now=NOON, random=Random(1))


def filled(house, upstream=None, **changes):
    upstream = upstream or Eager()
    found = backfill(upstream).fill(
        page(house, **changes), places("a", "b"), Surroundings(), blocked=Blocked(), seconds=1.0
    )
    return set(found), upstream


@pytest.fixture
def house():
    return toy_house(MemoryStore())


def test_what_nothing_of_ours_fits_is_filled_and_what_is_filled_is_not(house) -> None:
    assert filled(house)[0] == {"a", "b"}
    assert filled(house, floor=0)[0] == set(), "ads of ours stand there"


@pytest.mark.parametrize(
    ("severity", "quiet", "state"),
    [(0.0, None, State.ELEVATED), (1.0, None, State.HIGH), (0.0, timedelta(hours=1), State.CRISIS)],
)
def test_t02_nothing_is_refilled_for_someone_who_is_left_alone(house, severity, quiet, state) -> None:
    ana = Person(person_id="ana", consents=Consents(wellbeing=True), age="adult")
    house.store.people.put_person(ana, expected_version=None)
    assert filled(house, person="ana", age="adult")[0] == {"a", "b"}
    signs = tuple(
        StressSign(post_id=f"p{n}", at=NOON - timedelta(hours=1), probability=0.9, severity=severity) for n in range(4)
    )
    house.store.people.put_memory(
        WellbeingMemory(person_id="ana", signs=signs, quiet_until=None if quiet is None else NOON + quiet)
    )
    assert house.people.care("ana", now=NOON, zone="UTC", language="en").state == state
    found, upstream = filled(house, person="ana", age="adult")
    assert found == set()
    assert upstream.asked == [], "nobody is even asked: that alone would tell"


def test_t02_a_place_that_a_veto_emptied_is_never_open(house) -> None:
    """Whatever the well-being room blanks comes back as quiet, and quiet is never open."""
    post = Post(id="p", author_id="ana", created_at=NOON, text="goodbye")
    ana = Person(person_id="ana", consents=Consents(wellbeing=True), age="adult")
    house.store.people.put_person(ana, expected_version=None)
    house.read_posts.accept([post], now=NOON)
    house.read_posts.work(now=NOON)
    emptied = page(house, person="ana", age="adult", floor=0)
    assert {one.no_fill.code for one in emptied.decision.placements} == {"quiet"}
    assert emptied.open == frozenset()


def test_nothing_is_bought_beside_what_no_ad_belongs_beside_nor_before_a_child(house) -> None:
    assert filled(house, text="goodbye")[0] == set()
    assert filled(house, age="minor")[0] == set()


def test_nobody_is_asked_without_time_or_without_need(house) -> None:
    upstream = Eager()
    empty = page(house)
    assert backfill(upstream).fill(empty, places("a"), Surroundings(), blocked=Blocked(), seconds=0.01) == {}
    assert backfill(upstream).fill(empty, places("z"), Surroundings(), blocked=Blocked(), seconds=1.0) == {}
    assert upstream.asked == []
    backfill(upstream, seconds=0.2).fill(empty, places("a"), Surroundings(), blocked=Blocked(), seconds=1.0)
    assert upstream.asked[0][3] == 0.2, "at most what is set, however patient the page is"


def test_what_is_sensitive_is_blocked_for_everyone_alike(house) -> None:
    upstream = Eager()
    backfill(upstream).fill(
        page(house), places("a"), Surroundings(), blocked=Blocked(products=frozenset({CAKE})), seconds=1.0
    )
    policy = load_policy()
    assert upstream.asked[0][2].products == {CAKE, *policy.sensitive_products, *policy.minor_products}


@pytest.mark.parametrize(
    "changes",
    [{"price": Micros(999_999)}, {"price": Micros(0)}, {"price": Micros(10**10)}, {"domains": ()}, {"products": ()},
     {"products": (WHISKY,)}, {"products": (CAKE, WHISKY)}, {"domains": ("www.bad.example",)},
     {"place": places("z")[0]}],
    ids=str,
)  # fmt: skip
def test_what_may_not_stand_here_is_not_taken(house, changes) -> None:
    blocked = Blocked(domains=frozenset({"bad.example"}))
    found = backfill(Eager(**changes), floor=1_000_000).fill(
        page(house), places("a"), Surroundings(), blocked=blocked, seconds=1.0
    )
    assert found == {}


@given(st.lists(st.integers(1, 5_000_000), min_size=1, max_size=5), st.integers(0, 5_000_000))
def test_the_dearest_that_meets_the_floor_is_taken(prices, floor) -> None:
    class Several(Eager):
        def offers(self, request_id, places, surroundings, *, blocked, seconds):
            return [offer(place, price=Micros(price)) for place in places for price in prices]

    found = backfill(Several()).fill(
        page(toy_house(MemoryStore())), places("a", floor=floor), Surroundings(), blocked=Blocked(), seconds=1.0
    )
    fitting = [price for price in prices if price >= floor]
    assert [ad.price for ad in found.values()] == ([max(fitting)] if fitting else [])
