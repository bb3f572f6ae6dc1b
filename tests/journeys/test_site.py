"""A site in this process meets the journeys as one over HTTP does."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from adtailor.domain.decision import Context, DecisionRequest, Placement, Viewer
from adtailor.domain.ids import PersonId, PlacementId, PostId, RequestId, SiteId
from adtailor.domain.person import Consents, Person
from adtailor.domain.post import Post
from adtailor.errors import InvalidInput
from adtailor.journeys import site as module
from adtailor.journeys.site import Site
from adtailor.simulate.clicking import ClickingWorld, Temper
from adtailor.simulate.visiting import Page, Visitor, visit
from adtailor.storage import MemoryStore
from adtailor.testing.toy_house import ToyHouse, toy_house

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANA, BO = (Person(person_id=PersonId(name), age="adult", country="DE") for name in ("ana", "bo"))


def asked(number: int) -> DecisionRequest:
    return DecisionRequest(
        request_id=RequestId(f"r{number}"),
        site_id=SiteId("site"),
        placements=(Placement(id=PlacementId("one")),),
        context=Context(text="A hike in the hills", language="en", country="DE"),
        viewer=Viewer(age="adult"),
    )


def site_of(house: ToyHouse) -> Site:
    return Site(fill_page=house.fill_page, take_event=house.take_event)


def test_what_happened_is_charged_once_and_stored() -> None:
    house = toy_house(MemoryStore())
    site = site_of(house)
    decision = site.decide(asked(1), now=NOON, random=Random(1))
    won = decision.placements[0].won
    assert won is not None
    paid = [site.happened(decision, 0, kind, now=NOON) for kind in ("impression", "click", "click")]
    assert sum(paid) == paid[1 if won.bid_kind == "cpc" else 0] > 0
    assert sorted(event.kind for event, _ in house.store.events.events()) == ["click", "impression"]


def test_a_page_of_long_ago_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGES_KEPT", 1)
    site = site_of(toy_house(MemoryStore()))
    first, second = (site.decide(asked(n), now=NOON, random=Random(n)) for n in (1, 2))
    with pytest.raises(InvalidInput, match="nothing is known of placement 0"):
        site.happened(first, 0, "impression", now=NOON)
    site.happened(second, 0, "impression", now=NOON)


def test_visits_of_a_simulated_world_leave_the_same_numbers_in_the_store() -> None:
    house = toy_house(MemoryStore())
    for person in (ANA, BO):
        consenting = Person(person_id=person.person_id, age="adult", country="DE", consents=Consents(interests=True))
        house.store.people.put_person(consenting, expected_version=None)
    posts = [
        Post(id=PostId(f"p{n}"), author_id=person.person_id, created_at=NOON - timedelta(hours=1), text="We bake bread")
        for n, person in enumerate((ANA, BO))
    ]
    house.read_posts.accept(posts, now=NOON)
    while house.read_posts.work(now=NOON):
        pass
    readings = {post.id: house.store.posts.reading(post.id, NOON) for post in posts}
    pages = [
        Page(
            post_id=post.id,
            author_id=post.author_id,
            topics={topic.id: topic.confidence for topic in reading.topics} if (reading := readings[post.id]) else {},
        )
        for post in posts
    ]
    total = visit(
        site_of(house),
        ClickingWorld(house.store.catalogue.inventory(), [ANA.person_id], seed=1, temper=Temper(base=0.0)),
        visitors=[Visitor(person=person, zone="Europe/Berlin", language="en") for person in (ANA, BO)],
        pages=pages,
        count=40,
        start=NOON,
        end=NOON + timedelta(days=2),
        seed=1,
    )
    events = house.store.events.events()
    assert total.impressions == sum(event.kind == "impression" for event, _ in events) > 0
    assert total.clicks == sum(event.kind == "click" for event, _ in events) > 0
    assert total.revenue == sum(charged for _, charged in events) > 0
