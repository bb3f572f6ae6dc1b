"""What the pages need of the house, handed over by assemble."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from adtailor.domain.ids import PersonId
from adtailor.journeys.explain import Explain
from adtailor.journeys.fill_page import FillPage
from adtailor.journeys.helplines import Helplines
from adtailor.journeys.ledger import Ledgers
from adtailor.journeys.logins import Logins
from adtailor.journeys.people import People
from adtailor.journeys.reach import Reaches
from adtailor.journeys.repository import Repository
from adtailor.journeys.review import Reviews
from adtailor.journeys.run_trial import RunTrial
from adtailor.journeys.take_event import TakeEvent
from adtailor.measure.traffic import Networks
from adtailor.ports import CatalogueStore, Clock, EventStore, PostStore, TokenStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Someone the demo lets you be: see the feed through their eyes."""

    person_id: PersonId
    name: str
    about: str
    age: str
    country: str | None
    zone: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A post's picture: its name under `media`, and what it shows, in words."""

    name: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """Journeys and stores that pages draw on."""

    fill_page: FillPage
    people: People
    take_event: TakeEvent
    explain: Explain
    reviews: Reviews
    reaches: Reaches
    helplines: Helplines
    ledgers: Ledgers
    repository: Repository
    trials: RunTrial
    posts: PostStore
    events: EventStore
    source: CatalogueStore
    clock: Clock
    new_random: Callable[[], Random]
    media: Path | None
    """Where the pictures of creatives and posts lie, if this installation has any of its own."""
    pictures: Mapping[str, Picture]
    """Post id to its picture."""
    visitors: tuple[Visitor, ...]
    currency: str
    logins: Logins | None = None
    """Who may log in, if anybody can."""
    access_tokens: TokenStore | None = None
    proxies: Networks = field(default_factory=lambda: Networks(()))
    form_secret: bytes = field(default_factory=lambda: os.urandom(32))
    """What the tokens of forms are made with: the same in every process."""
    is_demo: bool
    """An invented community: its pages may show what on a real one only the person sees."""

    def name_of(self, person_id: PersonId) -> str:
        """The display name, if this installation knows one."""
        return next((visitor.name for visitor in self.visitors if visitor.person_id == person_id), person_id)
