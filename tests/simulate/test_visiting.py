"""Simulated visits: the truth is the world's alone, and two deciders meet the same luck."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.domain.decision import Decision, DecisionRequest, Filled, NoFill, Won
from adtailor.domain.events import EventKind
from adtailor.domain.ids import AdId, AdvertiserId, CampaignId, DecisionId, PersonId, PostId, TopicId
from adtailor.domain.money import Micros
from adtailor.domain.person import Person
from adtailor.simulate.clicking import ClickingWorld, Temper
from adtailor.simulate.visiting import PLACEMENTS, Page, Visitor, Visits, visit
from adtailor.testing.toy_ads import toy_inventory

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADS = toy_inventory([{"id": f"ad-{n}", "topics": [str(n)]} for n in range(6)])
PEOPLE = tuple(PersonId(name) for name in ("ana", "bo", "cy"))
VISITORS = (
    *(Visitor(person=Person(person_id=who, age="adult"), zone="Europe/London", language="en") for who in PEOPLE),
    Visitor(person=None, zone="Europe/Berlin", language="de"),
)
PAGES = tuple(Page(post_id=PostId(f"p{n}"), author_id=PEOPLE[n % 3], topics={TopicId(str(n)): 1.0}) for n in range(6))


@dataclass
class Always:
    """Shows the same ads to everybody, and writes down what it meets; a click costs 100 micros."""

    ads: tuple[str | None, ...]
    asked: list[tuple[datetime, DecisionRequest]] = field(default_factory=list)
    told: list[tuple[int, EventKind]] = field(default_factory=list)

    def decide(self, request: DecisionRequest, *, now: datetime, random: Random) -> Decision:
        self.asked.append((now, request))
        return Decision(
            decision_id=DecisionId(f"d{len(self.asked)}"), request_id=request.request_id, site_id=request.site_id,
            decided_at=now, policy="p@1", ranker="r@1", catalogue_version=1,
            placements=tuple(
                Filled(placement_id=placement.id, no_fill=NoFill(code="quiet", hint=""))
                if ad is None
                else Filled(placement_id=placement.id, won=won(ad))
                for placement, ad in zip(request.placements, self.ads, strict=True)
            ),
        )  # fmt: skip

    def happened(self, decision: Decision, placement: int, kind: EventKind, *, now: datetime) -> Micros:
        assert now >= decision.decided_at
        self.told.append((placement, kind))
        return Micros(100 if kind == "click" else 0)


def won(ad: str) -> Won:
    return Won(
        ad_id=AdId(ad), campaign_id=CampaignId("c"), advertiser_id=AdvertiserId("a"), bid_kind="cpc",
        bid=Micros(200), price=Micros(100), click_rate=0.1, quality=0.0, value=1.0, runner_up=None,
        runner_up_value=0.0, propensity=1.0,
    )  # fmt: skip


def visited(decider: Always, count: int = 300, *, seed: int = 3, temper: Temper | None = None) -> Visits:
    world = ClickingWorld(ADS, PEOPLE, seed=1, temper=temper)
    return visit(
        decider, world, visitors=VISITORS, pages=PAGES, count=count, start=NOON, end=NOON + timedelta(days=3), seed=seed
    )


def rate(world: ClickingWorld, **changes: object) -> float:
    asked = {"page": {TopicId("1"): 1.0}, "position": 0, "seen": 0, "hour": 9} | changes
    return world.click_rate(PEOPLE[0], AdId("ad-1"), **asked)


def test_the_same_seed_is_the_same_day_and_another_seed_another() -> None:
    first, again, other = (visited(Always(("ad-1", "ad-2")), seed=seed) for seed in (3, 3, 4))
    assert first == again
    assert first != other


def test_two_deciders_meet_the_same_people_pages_hours_and_luck() -> None:
    one, other = Always(("ad-1", "ad-2")), Always(("ad-5", None))
    visited(one)
    visited(other)
    assert one.asked == other.asked
    # What stood in the first placement does not shift the luck of the second.
    same = Always(("ad-4", "ad-2"))
    visited(same)
    assert [place for place, kind in same.told if (place, kind) == (1, "click")] == [
        place for place, kind in one.told if (place, kind) == (1, "click")
    ]


def test_every_ad_shown_is_told_of_and_clicks_only_after_it_was() -> None:
    decider = Always(("ad-1", None))
    total = visited(decider)
    assert total.impressions == decider.told.count((0, "impression")) == 300
    assert total.clicks == decider.told.count((0, "click")) > 0
    assert total.revenue == 100 * total.clicks
    assert not any(place == 1 for place, _ in decider.told)


def test_no_member_visits_their_own_post() -> None:
    decider = Always((None,) * PLACEMENTS)
    visited(decider)
    authors = {page.post_id: page.author_id for page in PAGES}
    assert all(
        request.context.post_id is not None and authors[request.context.post_id] != request.viewer.person_id
        for _, request in decider.asked
    )


def test_clicks_are_as_many_as_the_truth_says() -> None:
    total = visited(Always(("ad-1", "ad-2")), 4000)
    # A sum of independent draws: its standard deviation is at most the root of what is expected.
    assert abs(total.clicks - total.expected_clicks) < 4 * total.expected_clicks**0.5
    assert total.true_click_rate == pytest.approx(total.expected_clicks / 8000)


def test_a_world_without_effects_clicks_everything_alike() -> None:
    flat = Temper(base=-2.0, appeal=0.0, taste=0.0, page=0.0, position=0.0, fatigue=0.0, evening=0.0)
    one, other = (visited(Always((ad, ad)), temper=flat) for ad in ("ad-1", "ad-5"))
    assert one.expected_clicks == pytest.approx(other.expected_clicks)
    assert one.clicks == other.clicks


@given(position=st.integers(0, 30), seen=st.integers(0, 10), seed=st.integers(0, 50))
def test_lower_down_and_seen_before_is_clicked_less(position: int, seen: int, seed: int) -> None:
    world = ClickingWorld(ADS, PEOPLE, seed=seed)
    assert 0.0 < rate(world, position=position + 1) < rate(world, position=position) < 1.0
    assert rate(world, seen=seen + 1) < rate(world, seen=seen)


@given(seed=st.integers(0, 50))
def test_an_ad_about_the_page_is_clicked_no_less_than_beside_nothing(seed: int) -> None:
    world = ClickingWorld(ADS, PEOPLE, seed=seed)
    assert rate(world) > rate(world, page={})


def test_an_ad_that_the_world_does_not_know_is_never_clicked() -> None:
    world = ClickingWorld(ADS, PEOPLE, seed=1)
    assert world.click_rate(None, AdId("other"), page={}, position=0, seen=0, hour=9) == 0.0


def test_taste_is_of_members_alone() -> None:
    world = ClickingWorld(ADS, PEOPLE, seed=1, temper=replace(Temper(), taste=5.0))
    nobody, stranger = (
        world.click_rate(who, AdId("ad-1"), page={}, position=0, seen=0, hour=9) for who in (None, PersonId("zed"))
    )
    assert nobody == stranger
    assert len({world.click_rate(who, AdId("ad-1"), page={}, position=0, seen=0, hour=9) for who in PEOPLE}) == 3
