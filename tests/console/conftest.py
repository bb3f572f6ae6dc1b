"""The pages over toy ads and a store in memory, asked as a browser asks, and as someone who means no good."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from adtailor.config.helplines import DIRECTORY, load_helplines
from adtailor.config.policy import load_policy
from adtailor.console.forms import token_of
from adtailor.console.member.pages import build_member_pages
from adtailor.console.member.rooms import MemberRooms
from adtailor.console.pages import build_pages
from adtailor.console.rooms import Picture, Rooms, Visitor
from adtailor.decide.tokens import TokenBox
from adtailor.domain.buying import Inventory
from adtailor.domain.person import Consents, Person
from adtailor.domain.post import Post
from adtailor.domain.reading import Part, Reading, Sentiment, Stress, Suitability, Topic
from adtailor.journeys.corrections import Corrections
from adtailor.journeys.explain import Explain
from adtailor.journeys.fill_page import FillPage
from adtailor.journeys.helplines import Helplines
from adtailor.journeys.ledger import Ledgers
from adtailor.journeys.live_catalogue import LiveCatalogue
from adtailor.journeys.manage import Manage
from adtailor.journeys.member_sessions import MemberSessions
from adtailor.journeys.own_page import OwnPage
from adtailor.journeys.people import People
from adtailor.journeys.reach import Reaches
from adtailor.journeys.read_posts import ReadPosts
from adtailor.journeys.reports import Reports
from adtailor.journeys.repository import Repository
from adtailor.journeys.review import Reviews
from adtailor.journeys.run_trial import RunTrial
from adtailor.journeys.take_event import TakeEvent
from adtailor.storage import MemoryStore
from adtailor.testing.toy_ads import toy_inventory, toy_world
from adtailor.testing.trust.outside import CORPUS
from adtailor.wellbeing.desk import CareDesk

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADS = (
    {"id": "boots", "topics": ["483"], "bid": "0.40"},
    {"id": "oven", "topics": ["210"], "bid": "0.50"},
    {"id": "novel", "topics": ["42"], "bid": "0.45"},
)


@dataclass
class MovableClock:
    """Stands still until it is moved."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


class ToyReader:
    """Finds every post to be about sports; reads strain in the word "heavy", where it may."""

    models: Mapping[str, str] = {"text": "toy@1"}

    def read(self, posts: Sequence[Post], parts: Sequence[frozenset[Part]]) -> list[Reading]:
        return [self._read(post, allowed) for post, allowed in zip(posts, parts, strict=True)]

    def _read(self, post: Post, allowed: frozenset[Part]) -> Reading:
        strained = Stress(probability=0.97 if "heavy" in post.text else 0.02, severity=0.9)
        return Reading(
            post_id=post.id,
            language="en",
            sentiment=Sentiment(label="positive", valence=0.5),
            emotions={"joy": 0.9} if "emotions" in allowed else None,
            stress=strained if "stress" in allowed else None,
            crisis=False if "crisis" in allowed else None,
            topics=(Topic(id="483", name="Sports", confidence=0.9),),
            suitability=Suitability(risk="low"),
            models=self.models,
        )


@dataclass
class House:
    """The pages and what is behind them."""

    client: TestClient[Any]
    rooms: Rooms
    member: MemberRooms
    store: MemoryStore
    clock: MovableClock
    read_posts: ReadPosts

    def tell(self, author: str, text: str, *, hours_ago: float = 1, name: str | None = None) -> str:
        """Post something, and have it read."""
        post_id = name or f"{author}-{hours_ago}"
        written = self.clock.now() - timedelta(hours=hours_ago)
        self.read_posts.accept(
            [Post(id=post_id, author_id=author, created_at=written, text=text)], now=self.clock.now()
        )
        while self.read_posts.work(now=self.clock.now()):
            pass
        return post_id

    def sell(self, change: Callable[[Inventory], Inventory] = lambda inventory: inventory) -> None:
        """Put the toy ads up, changed."""
        self.store.catalogue.replace(change(toy_inventory(ADS)))

    def agree(self, person_id: str, **given: bool) -> None:
        self.rooms.people.set_consents(person_id, Consents(**given), expected_version=None)

    def feed(self, viewer: str = "", **headers: str) -> str:
        answer = self.client.get("/", params={"viewer": viewer}, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.text

    def choose(self, choice: str, **form: str) -> Any:
        form = {"csrf": token_of(self.rooms.form_secret), **form}
        return self.client.post(f"/choices/{choice}", data=form, follow_redirects=False)


def visitor(person_id: str, name: str, age: str = "adult") -> Visitor:
    return Visitor(
        person_id=person_id, name=name, about="", age=age, country="GB", zone="Europe/London", language="en"
    )  # fmt: skip


@contextmanager
def houses(tmp_path: Path) -> Iterator[Callable[..., "House"]]:
    """Makes houses; `names` are the display names of ana and finn."""
    opened: list[TestClient[Any]] = []

    def make(*, is_demo: bool = True, ana: str = "Ana Marlowe", pictures: Mapping[str, Picture] | None = None) -> House:
        store, clock, policy, world = MemoryStore(), MovableClock(), load_policy(), toy_world(ADS)
        care = CareDesk(policy, load_helplines(), b"s" * 32, checks=store.helpline_checks.checks)
        tokens = TokenBox({1: b"k" * 32}, 1, random_bytes=Random(5).randbytes)
        catalogue = LiveCatalogue(store.catalogue, store.events, ranker=lambda: world.ranker, parents={}, policy=policy)
        take_event = TakeEvent(events=store.events, people=store.people, catalogue=catalogue, tokens=tokens)
        reader = ToyReader()
        seeds = iter(range(10**9))
        rooms = Rooms(
            fill_page=FillPage(
                people=store.people,
                posts=store.posts,
                events=store.events,
                catalogue=catalogue,
                text_reader=reader,
                wellbeing=care,
                policy=policy,
                tokens=tokens,
                exploration=0.0,
            ),
            people=People(people=store.people, posts=store.posts, wellbeing=care, policy=policy),
            take_event=take_event,
            explain=Explain(take_event=take_event, source=store.catalogue),
            helplines=Helplines(
                load_helplines(), checks=store.helpline_checks, audit=store.audit, fresh_days=180, directory=DIRECTORY
            ),
            ledgers=Ledgers(
                trials=store.trials,
                costs=store.reading_costs,
                reports=Reports(ledger=store.ledger, source=store.catalogue),
                hour=40_000,
            ),
            trials=RunTrial(trials=store.trials, events=store.events, audit=store.audit),
            reviews=Reviews(store.catalogue, Manage(store.catalogue), media=tmp_path),
            repository=Repository(store=store.exhibits, source=store.catalogue, ledger=store.ledger, media=tmp_path),
            reaches=Reaches(people=store.people, source=store.catalogue, store=store.reach, parents={}, policy=policy),
            posts=store.posts,
            events=store.events,
            source=store.catalogue,
            clock=clock,
            new_random=lambda: Random(next(seeds)),
            media=None,
            pictures=pictures or {},
            visitors=(visitor("ana", ana), visitor("finn", "Finn", "minor")),
            currency="EUR",
            is_demo=is_demo,
        )
        store.people.put_person(Person(person_id="ana", age="adult", country="GB"), expected_version=None)
        store.people.put_person(Person(person_id="finn", age="minor", country="GB"), expected_version=None)
        member = MemberRooms(
            people=rooms.people,
            own_page=OwnPage(
                people=store.people, posts=store.posts, events=store.events, source=store.catalogue, policy=policy
            ),
            corrections=Corrections(people=store.people, posts=store.posts, source=store.catalogue, policy=policy),
            sessions=MemberSessions({1: b"m" * 32}, 1, spent=store.spent, random_bytes=Random(9).randbytes),
            source=store.catalogue,
            clock=clock,
            media=None,
            visitors=rooms.visitors,
            is_demo=is_demo,
        )
        pages = [*build_pages(rooms), *build_member_pages(member)]
        client = TestClient(Litestar(route_handlers=pages), base_url="http://127.0.0.1:8765")
        client.__enter__()
        opened.append(client)
        read_posts = ReadPosts(
            posts=store.posts, people=store.people, text_reader=reader, look_reader=None, wellbeing=care, policy=policy
        )
        return House(client=client, rooms=rooms, member=member, store=store, clock=clock, read_posts=read_posts)

    yield make
    for client in opened:
        client.__exit__(None, None, None)


@pytest.fixture
def make_house(tmp_path: Path):
    """Makes houses; `names` are the display names of ana and finn."""
    with houses(tmp_path) as make:
        yield make


@pytest.fixture
def house(make_house) -> House:
    """One house with the toy ads and two posts."""
    return furnished(make_house())


@pytest.fixture(scope="module")
def still_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The same, for all that is refused: nothing may have changed in it after any of them."""
    with houses(tmp_path_factory.mktemp("still")) as make:
        yield furnished(make())


def furnished(house: House) -> House:
    """With the toy ads and two posts."""
    house.sell()
    house.tell("ben", "We went on a hike.", hours_ago=2)
    house.tell("cem", "So did we.", hours_ago=3)
    return house


@pytest.fixture
def hostile_house(make_house) -> House:
    """A house in which every name, headline, body and post is written by someone who means no good."""
    everything = " ".join(CORPUS)

    def hostile(inventory: Inventory) -> Inventory:
        return replace(
            inventory,
            advertisers=tuple(replace(one, name=everything, payer=everything) for one in inventory.advertisers),
            campaigns=tuple(replace(one, name=everything) for one in inventory.campaigns),
            creatives=tuple(
                replace(one, headline=everything, body=everything, call_to_action=everything)
                for one in inventory.creatives
            ),
        )

    house = make_house(ana=everything)
    house.sell(hostile)
    for number, words in enumerate((*CORPUS, everything)):
        house.tell("ana" if number % 2 else "ben", words, hours_ago=number + 1)
    return house
