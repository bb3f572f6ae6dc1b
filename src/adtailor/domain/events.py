"""What happened to an ad, and what it cost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from adtailor.domain.decision import Decision
from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, DecisionId, PersonId, PlacementId, SiteId
from adtailor.domain.money import Micros
from adtailor.domain.training import Served
from adtailor.domain.trial import Account

EventKind = Literal["impression", "viewable", "click", "conversion", "hide", "report"]
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
ClaimKind = Literal["impression", "viewable", "click", "conversion", "hide", "report", "why"]
"""What a token may stand for: an event, or the right to read why an ad was shown."""
CLAIM_KINDS: tuple[ClaimKind, ...] = get_args(ClaimKind)
Validity = Literal["valid", "givt", "sivt"]
"""Invalid traffic: general (bots that say so) or sophisticated (MRC, 2020); neither is billed nor learned from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRef:
    """Where a decision record lies: segment file and offset."""

    segment: int
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventClaim:
    """What an event token says, once opened: ids and an expiry, nothing about a person."""

    kind: ClaimKind
    decision_id: DecisionId
    placement_index: int
    record: RecordRef
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A claim that was checked, met with its decision: who is charged, and how much at most."""

    kind: EventKind
    decision_id: DecisionId
    placement_id: PlacementId
    ad_id: AdId
    advertiser_id: AdvertiserId
    campaign_id: CampaignId
    at: datetime
    price: Micros
    """What this event costs if it is billable: 0 for kinds that the bid does not pay for."""
    validity: Validity = "valid"
    site_id: SiteId | None = None
    adset_id: AdSetId | None = None
    """None for events that were stored before these two were."""
    is_late: bool = False
    """Its address had expired: never charged."""
    is_postback: bool = False
    """Told by the advertiser's server, not by an address that is called once: it counts once per order instead."""
    order: str | None = None
    """A keyed hash of the advertiser's order, by which a conversion counts once in its campaign."""
    value: Micros | None = None
    """What the order was worth to the advertiser, as they say."""
    account: Account | None = None
    """Whose part of the budget pays, in a trial that splits budgets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """An event, and by whom it was caused as far as today's counting of rates needs to know."""

    event: Event
    viewer: bytes | None = None
    """A hash under today's key, which tomorrow nobody has; it is never stored with the event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventOutcome:
    """What became of an event."""

    status: Literal["taken", "duplicate"]
    charged: Micros
    over_delivered: bool = False
    """The budget had no room left, or its time was over: stored, free, and reported as such."""
    validity: Validity = "valid"
    """As it was stored: what came too fast for a person is no longer valid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """What is kept of a decision for 30 days: ids, scores and signal names, sealed with the person's key.

    `decision.rest_suggestion` is always None here, and a veto is only `quiet`.
    """

    decision: Decision
    person_id: PersonId | None = None
    served: Served | None = None
    """What the click model saw; None for a page that it must not learn from."""
