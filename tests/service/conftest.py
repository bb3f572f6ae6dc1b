"""A whole house behind the service: the real journeys and the real store; only the reading of words is a toy."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from litestar.testing import TestClient

from adtailor.domain.person import Consents, Person
from adtailor.domain.profile import Fading, Profile
from adtailor.journeys.manage import Manage
from adtailor.journeys.review import Reviews
from adtailor.service.app import build_app
from adtailor.service.doors import Doors
from adtailor.storage import SqliteStore
from adtailor.testing.toy_house import toy_house


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


def doors_on(store: SqliteStore, clock: MovableClock, arrived: list[int], *, media: Path | None = None) -> Doors:
    """The doors of a house on this store, with a catalogue of four ads."""
    house = toy_house(store)
    seeds = iter(range(10**9))
    manage = Manage(store.catalogue)
    return Doors(
        read_posts=house.read_posts,
        posts=store.posts,
        fill_page=house.fill_page,
        take_event=house.take_event,
        take_postback=house.take_postback,
        reports=house.reports,
        ledger=store.ledger,
        people=house.people,
        explain=house.explain,
        catalogue=store.catalogue,
        manage=manage,
        reviews=Reviews(store.catalogue, manage, media=media),
        audit=store.audit,
        trials=house.run_trial,
        clock=clock,
        random=lambda: Random(next(seeds)),
        posts_arrived=lambda: arrived.append(1),
    )


@contextmanager
def opened(folder: Path) -> Iterator[House]:
    """A house with nobody in it and four ads."""
    store, clock, arrived = SqliteStore(folder), MovableClock(), []
    doors = doors_on(store, clock, arrived, media=folder)
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
