"""What happened to an ad, and why it was shown, on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from adtailor.domain.events import Event, EventKind, Validity
from adtailor.domain.money import Micros
from adtailor.domain.signals import Signal
from adtailor.service.wire.decoding import Wire


class EventWire(Wire, frozen=True, kw_only=True):
    """One event, and what was charged for it. It names no person."""

    kind: EventKind
    decision_id: str
    placement_id: str
    ad_id: str
    campaign_id: str
    at: datetime
    validity: Validity
    charged_micros: int


class EventsCalledWire(Wire, frozen=True, kw_only=True):
    """Event addresses that were called, by what stands after their last slash."""

    tokens: Annotated[tuple[str, ...], Meta(min_length=1, max_length=500)]


class EventsTakenWire(Wire, frozen=True, kw_only=True):
    """What became of each, in the order in which they were told."""

    events: tuple[Literal["taken", "duplicate", "refused"], ...]


class WhyShownWire(Wire, frozen=True, kw_only=True):
    """The answer to "Why am I seeing this?", for the person."""

    ad_id: str
    advertiser_id: str
    advertiser: str
    payer: str
    placement_id: str
    decided_at: datetime
    sentence: str
    signals: tuple[Signal, ...]
    policy: str
    ranker: str


def event_to_wire(event: Event, charged: Micros) -> EventWire:
    """One event with its charge."""
    return EventWire(
        kind=event.kind,
        decision_id=event.decision_id,
        placement_id=event.placement_id,
        ad_id=event.ad_id,
        campaign_id=event.campaign_id,
        at=event.at,
        validity=event.validity,
        charged_micros=charged,
    )
