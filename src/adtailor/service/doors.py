"""What the HTTP service asks of the rest of the house: its journeys, a clock and randomness."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from adtailor.journeys.explain import Explain
from adtailor.journeys.fill_page import FillPage
from adtailor.journeys.manage import Manage
from adtailor.journeys.people import People
from adtailor.journeys.read_posts import ReadPosts
from adtailor.journeys.reports import Reports
from adtailor.journeys.review import Reviews
from adtailor.journeys.run_trial import RunTrial
from adtailor.journeys.take_event import TakeEvent
from adtailor.journeys.take_postback import TakePostback
from adtailor.measure.traffic import Networks
from adtailor.ports import AuditLog, CatalogueStore, Clock, LedgerStore, PostStore
from adtailor.service.openrtb.exchange import Exchange
from adtailor.service.senders import LOOPBACK


def _nothing() -> None:
    """No one waits for posts."""


def _ready() -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Everything that a route may call."""

    read_posts: ReadPosts
    posts: PostStore
    fill_page: FillPage
    take_event: TakeEvent
    take_postback: TakePostback
    reports: Reports
    ledger: LedgerStore
    people: People
    explain: Explain
    catalogue: CatalogueStore
    manage: Manage
    reviews: Reviews
    audit: AuditLog
    trials: RunTrial
    clock: Clock
    random: Callable[[], Random]
    """A fresh source of randomness for each decision."""
    proxies: Networks = LOOPBACK
    """Whose X-Forwarded-For is believed."""
    posts_arrived: Callable[[], None] = _nothing
    """Called after posts were stored, so that whoever reads them need not wait."""
    missing: Callable[[], Sequence[str]] = _ready
    """What keeps the service from answering well, in words; nothing when it is ready."""
    exchange: Exchange = Exchange()
    """What OpenRTB needs beside the journeys."""
