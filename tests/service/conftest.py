"""A whole house behind the service: the real journeys and the real store; only the reading of words is a toy."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from litestar.testing import TestClient

from adtailor.config.helplines import load_helplines
from adtailor.config.policy import load_policy
from adtailor.decide.tokens import TokenBox
from adtailor.domain.person import Consents, Person
from adtailor.domain.post import Post
from adtailor.domain.profile import Fading, Profile
from adtailor.domain.reading import Part, Reading, Sentiment, Stress, Topic
from adtailor.journeys.explain import Explain
from adtailor.journeys.fill_page import FillPage
from adtailor.journeys.live_catalogue import LiveCatalogue
from adtailor.journeys.people import People
from adtailor.journeys.read_posts import ReadPosts
from adtailor.journeys.take_event import TakeEvent
from adtailor.service.app import build_app
from adtailor.service.doors import Doors
from adtailor.storage import SqliteStore
from adtailor.testing.toy_ads import toy_inventory, toy_world
from adtailor.wellbeing.desk import CareDesk

ADS = (
    {"id": "boots", "topics": ["483"], "bid": "0.40"},
    {"id": "oven", "topics": ["210"], "bid": "0.50"},
    {"id": "novel", "topics": ["42"], "bid": "0.45"},
    {"id": "banner", "topics": ["483"], "bid": "2.00", "pays": "cpm"},
)


class ToyReader:
    """Reads "hike" as a topic, and "stressed" as a sign of stress; only the parts that it may."""

    @property
    def models(self) -> Mapping[str, str]:
        return {"text": "toy@1"}

    def read(self, posts: Sequence[Post], parts: Sequence[frozenset[Part]]) -> list[Reading]:
        return [self._read(post, allowed) for post, allowed in zip(posts, parts, strict=True)]

    def _read(self, post: Post, allowed: frozenset[Part]) -> Reading:
        words = post.text.lower()
        withheld: tuple[Part, ...] = tuple(p for p in ("emotions", "stress", "crisis") if p not in allowed)
        return Reading(
            post_id=post.id,
            language="en",
            sentiment=Sentiment(label="positive", valence=0.5),
            emotions={"joy": 0.9} if "emotions" in allowed else None,
            stress=Stress(probability=0.95 if "stressed" in words else 0.02, severity=0.8)
            if "stress" in allowed
            else None,
            crisis="goodbye" in words if "crisis" in allowed else None,
            topics=(Topic(id="483", name="Sports", confidence=0.9),) if "hike" in words else (),
            withheld=withheld,
            models=self.models,
        )


@dataclass
class MovableClock:
    """Stands still until it is moved."""

    at: datetime = datetime(2026, 11, 20, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def pass_(self, time: timedelta) -> None:
        self.at += time


@dataclass
class House:
    """The service and what is behind it."""

    client: TestClient[Any]
    doors: Doors
    store: SqliteStore
    clock: MovableClock
    arrived: list[int] = field(default_factory=list)

    def read_all(self) -> None:
        while self.doors.read_posts.work(now=self.clock.now()):
            pass

    def decide(self, **changes: object) -> dict[str, Any]:
        answer = self.client.post("/v1/decisions", json=request(**changes))
        assert answer.status_code == 200, answer.text
        return answer.json()


def request(**changes: object) -> dict[str, Any]:
    """A request for one placement on a page about hiking."""
    return {
        "request_id": "r1",
        "site_id": "s1",
        "placements": [{"id": "feed-1", "position": 3}],
        "context": {"topics": [{"id": "483", "name": "Sports", "confidence": 0.9}], "language": "en", "country": "DE"},
        "viewer": {"person_id": "ana", "age": "adult"},
        **changes,
    }


def doors_on(store: SqliteStore, clock: MovableClock, arrived: list[int]) -> Doors:
    """The doors of a house on this store, with a catalogue of four ads."""
    policy = load_policy()
    ranker = toy_world(ADS).ranker
    if not store.catalogue.inventory().ads:
        store.catalogue.replace(toy_inventory(ADS))
    care = CareDesk(policy, load_helplines(), b"s" * 32)
    reader = ToyReader()
    tokens = TokenBox({1: b"k" * 32}, 1, random_bytes=Random(5).randbytes)
    catalogue = LiveCatalogue(store.catalogue, store.events, ranker=ranker, parents={}, policy=policy)
    take_event = TakeEvent(events=store.events, people=store.people, catalogue=catalogue, tokens=tokens)
    seeds = iter(range(10**9))
    return Doors(
        read_posts=ReadPosts(
            posts=store.posts, people=store.people, text_reader=reader, look_reader=None, wellbeing=care, policy=policy
        ),
        posts=store.posts,
        fill_page=FillPage(
            people=store.people,
            posts=store.posts,
            events=store.events,
            catalogue=catalogue,
            text_reader=reader,
            ranker=ranker,
            wellbeing=care,
            policy=policy,
            tokens=tokens,
            exploration=0.0,
        ),
        take_event=take_event,
        people=People(people=store.people, posts=store.posts, wellbeing=care, policy=policy),
        explain=Explain(take_event=take_event, source=store.catalogue),
        catalogue=store.catalogue,
        clock=clock,
        random=lambda: Random(next(seeds)),
        posts_arrived=lambda: arrived.append(1),
    )


@contextmanager
def opened(folder: Path) -> Iterator[House]:
    """A house with nobody in it and four ads."""
    store, clock, arrived = SqliteStore(folder), MovableClock(), []
    doors = doors_on(store, clock, arrived)
    with TestClient(build_app(doors), base_url="http://127.0.0.1:8765") as client:
        yield House(client=client, doors=doors, store=store, clock=clock, arrived=arrived)
    store.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house with nobody in it and four ads."""
    with opened(tmp_path) as house:
        yield house


@pytest.fixture(scope="module")
def still_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for all that is refused: nothing may have changed in it after any of them."""
    with opened(tmp_path_factory.mktemp("still")) as house:
        yield house


@pytest.fixture(scope="module")
def fans_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The same, and ana, whose profile speaks for novels."""
    with opened(tmp_path_factory.mktemp("fans")) as house:
        fan_of_novels(house)
        yield house


@pytest.fixture
def fan_house(house: House) -> House:
    """The same, for a test that changes something."""
    fan_of_novels(house)
    return house


def fan_of_novels(house: House) -> None:
    """Someone whose profile, not the page, speaks for novels."""
    ana = Person(person_id="ana", consents=Consents(interests=True), age="adult")
    house.store.people.put_person(ana, expected_version=None)
    house.store.people.put_profile(
        Profile(person_id="ana", interests=Fading(weights={"42": 5.0}, as_of=house.clock.now()))
    )
