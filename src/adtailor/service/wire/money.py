"""Conversions, reversals and reports on the wire."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from adtailor.domain.events import EventKind
from adtailor.domain.ids import AdId, CampaignId, DecisionId, PersonId, PlacementId, SiteId
from adtailor.domain.ledger import Reversed, Selection
from adtailor.domain.money import Micros
from adtailor.journeys.take_postback import Attributed, Postback
from adtailor.measure.delivery import Dimension, Report, Tally
from adtailor.service.wire.decoding import Wire, id_or_none, in_utc
from adtailor.service.wire.posts import Zoned
from adtailor.service.wire.requests import MicrosWire

Token = Annotated[str, Meta(max_length=300, description="what stands after the last slash of a conversion address")]


class ConversionWire(Wire, frozen=True, kw_only=True):
    """An order that an advertiser's server tells of; `tokens` that the site kept, or its `person_id`, tell whose."""

    campaign_id: str
    order_id: str
    value_micros: MicrosWire | None = None
    at: Zoned | None = None
    tokens: tuple[Token, ...] = ()
    person_id: str | None = None


class AttributedWire(Wire, frozen=True, kw_only=True):
    """What the order was put down to."""

    status: Literal["taken", "duplicate", "unattributed"]
    by: Literal["click", "view"] | None = None
    ad_id: str | None = None
    charged_micros: int = 0


class ReversalWire(Wire, frozen=True, kw_only=True):
    """Events that turned out to be invalid: all of what is named must hold of them."""

    reason: Annotated[str, Meta(min_length=1, max_length=200, description="1 to 200 characters")]
    decision_id: str | None = None
    campaign_id: str | None = None
    ad_id: str | None = None
    site_id: str | None = None
    placement_id: str | None = None
    kind: EventKind | None = None
    since: Zoned | None = None
    until: Zoned | None = None
    validity: Literal["givt", "sivt"] = "sivt"


class ReversedWire(Wire, frozen=True, kw_only=True):
    """How many were marked now, and what went back to the budgets."""

    events: int
    returned_micros: int


class TallyWire(Wire, frozen=True, kw_only=True):
    """Counts of valid events, and money."""

    impressions: int
    viewable: int
    clicks: int
    conversions: int
    hides: int
    reports: int
    invalid: int
    over_delivered: int
    click_rate: float | None
    gross_micros: int
    reversed_micros: int
    net_micros: int
    value_micros: int


class ReportRowWire(Wire, frozen=True, kw_only=True):
    """One line; a name that is null puts together what is too few people to be told apart."""

    key: dict[Dimension, str | None]
    tally: TallyWire


class ReportWire(Wire, frozen=True, kw_only=True):
    """What was delivered, in the installation's one currency."""

    by: tuple[Dimension, ...]
    since: date | None
    until: date | None
    least_people: int | None
    rows: tuple[ReportRowWire, ...]
    total: TallyWire


def postback_from_wire(wire: ConversionWire) -> Postback:
    """A checked postback."""
    return Postback(
        campaign_id=CampaignId(wire.campaign_id),
        order_id=wire.order_id,
        value=None if wire.value_micros is None else Micros(wire.value_micros),
        at=None if wire.at is None else in_utc(wire.at, "at"),
        tokens=wire.tokens,
        person_id=None if wire.person_id is None else PersonId(id_or_none(wire.person_id, "person_id") or ""),
    )


def attributed_to_wire(told: Attributed) -> AttributedWire:
    """What to answer an advertiser's server."""
    if told.outcome is None or told.won is None:
        return AttributedWire(status="unattributed")
    return AttributedWire(
        status=told.outcome.status,
        by="click" if told.touch == "click" else "view",
        ad_id=told.won.ad_id,
        charged_micros=told.outcome.charged,
    )


def selection_from_wire(wire: ReversalWire) -> Selection:
    """Which events are meant."""
    return Selection(
        decision_id=None if wire.decision_id is None else DecisionId(wire.decision_id),
        campaign_id=None if wire.campaign_id is None else CampaignId(wire.campaign_id),
        ad_id=None if wire.ad_id is None else AdId(wire.ad_id),
        site_id=None if wire.site_id is None else SiteId(wire.site_id),
        placement_id=None if wire.placement_id is None else PlacementId(wire.placement_id),
        kind=wire.kind,
        since=None if wire.since is None else in_utc(wire.since, "since"),
        until=None if wire.until is None else in_utc(wire.until, "until"),
    )


def reversed_to_wire(done: Reversed) -> ReversedWire:
    """What a reversal came to."""
    return ReversedWire(events=done.events, returned_micros=done.amount)


def report_to_wire(report: Report, *, since: date | None, until: date | None) -> ReportWire:
    """A report as JSON."""
    return ReportWire(
        by=report.by,
        since=since,
        until=until,
        least_people=report.least_people,
        rows=tuple(
            ReportRowWire(key=dict(zip(report.by, row.key, strict=True)), tally=tally_to_wire(row.tally))
            for row in report.rows
        ),
        total=tally_to_wire(report.total),
    )


def tally_to_wire(tally: Tally) -> TallyWire:
    """One line's numbers."""
    return TallyWire(
        impressions=tally.impressions,
        viewable=tally.viewable,
        clicks=tally.clicks,
        conversions=tally.conversions,
        hides=tally.hides,
        reports=tally.reports,
        invalid=tally.invalid,
        over_delivered=tally.over_delivered,
        click_rate=tally.click_rate,
        gross_micros=tally.gross,
        reversed_micros=tally.reversed,
        net_micros=tally.net,
        value_micros=tally.value,
    )
