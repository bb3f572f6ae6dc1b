"""Another server's decisions, and what would have been shown in their stead, on the wire."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import UNSET, Meta, Raw, UnsetType

from adtailor.domain.checks import checked_id
from adtailor.domain.ids import AdId, PlacementId
from adtailor.domain.money import Micros
from adtailor.errors import InvalidInput
from adtailor.journeys.shadow import GRADES, Compared, Entry, Grade, Shown, Summary, Verdict
from adtailor.service.wire.decoding import Wire, decode, id_or_none, in_utc, under
from adtailor.service.wire.posts import Zoned
from adtailor.service.wire.requests import MicrosWire, RequestWire, request_from_wire

MOST_ENTRIES = 1000


class ShownWire(Wire, frozen=True, kw_only=True):
    """What stood in a place: an ad by its id here, or none; and what a thousand impressions brought."""

    id: str
    ad_id: str | None = None
    price_micros: MicrosWire | None = None


class EntryWire(Wire, frozen=True, kw_only=True):
    """One decision of another server: what it was asked, as POST /v1/decisions takes it, and what it showed."""

    request: RequestWire
    shown: tuple[ShownWire, ...]
    at: Zoned | None = None
    ext: Raw | UnsetType = UNSET


class ShadowRequestWire(Wire, frozen=True, kw_only=True):
    """Several decisions."""

    entries: Annotated[tuple[EntryWire, ...], Meta(min_length=1, max_length=MOST_ENTRIES)]


class ComparedWire(Wire, frozen=True, kw_only=True):
    """One place: what was shown, and what would have been."""

    id: str
    verdict: Verdict
    shown_ad_id: str | None
    would_ad_id: str | None
    shown_price_micros: int | None
    would_bring_micros: int
    difference_micros: int | None
    no_fill: str | None
    grade: Grade


class ShadowSummaryWire(Wire, frozen=True, kw_only=True):
    """All places together; amounts are means for a thousand impressions. It is an estimate, and never a lift."""

    requests: int
    places: int
    verdicts: dict[Verdict, int]
    grade: Grade
    grade_says: str
    priced_places: int
    brought_micros: float | None
    would_bring_micros: float | None
    difference_micros: float | None
    difference_low_micros: float | None
    difference_high_micros: float | None


class ShadowWire(Wire, frozen=True, kw_only=True):
    """The answer: a list of places for each entry, and the summary."""

    entries: tuple[tuple[ComparedWire, ...], ...]
    summary: ShadowSummaryWire


def decode_entry(raw: bytes, *, gpc: bool = False) -> Entry:
    """One decision from JSON, as a line of a log holds it."""
    return entry_from_wire(decode(raw, EntryWire), gpc=gpc)


def decode_entries(raw: bytes, *, gpc: bool = False) -> list[Entry]:
    """The decisions of one call; InvalidInput names the field, as `entries[3].shown[0].ad_id`."""
    found: list[Entry] = []
    for index, wire in enumerate(decode(raw, ShadowRequestWire).entries):
        with under(f"entries[{index}]"):
            found.append(entry_from_wire(wire, gpc=gpc))
    return found


def entry_from_wire(wire: EntryWire, *, gpc: bool = False) -> Entry:
    """The domain's entry: what is shown stands in a place that was asked for, once."""
    with under("request"):
        request = request_from_wire(wire.request, gpc=gpc)
    places = {placement.id for placement in request.placements}
    shown: dict[PlacementId, Shown] = {}
    for index, one in enumerate(wire.shown):
        with under(f"shown[{index}]"):
            place = PlacementId(checked_id(one.id, "id"))
            if place not in places or place in shown:
                raise InvalidInput(
                    f"{one.id!r} was not asked for, or is there twice", hint="one of request.placements", field="id"
                )
            ad_id = id_or_none(one.ad_id, "ad_id")
            shown[place] = Shown(
                ad_id=None if ad_id is None else AdId(ad_id),
                price=None if one.price_micros is None else Micros(one.price_micros),
            )
    return Entry(request=request, shown=shown, at=None if wire.at is None else in_utc(wire.at, "at"))


def compared_to_wire(compared: Sequence[Compared]) -> tuple[ComparedWire, ...]:
    """The places of one decision."""
    return tuple(
        ComparedWire(
            id=one.placement_id,
            verdict=one.verdict,
            shown_ad_id=one.shown.ad_id,
            would_ad_id=one.would,
            shown_price_micros=one.shown.price,
            would_bring_micros=one.would_bring,
            difference_micros=one.difference,
            no_fill=one.no_fill,
            grade=one.grade,
        )
        for one in compared
    )


def summary_to_wire(summary: Summary) -> ShadowSummaryWire:
    """All of it together."""
    difference = summary.difference
    return ShadowSummaryWire(
        requests=summary.requests,
        places=summary.places,
        verdicts=dict(summary.verdicts),
        grade=summary.grade,
        grade_says=GRADES[summary.grade],
        priced_places=summary.priced,
        brought_micros=summary.brought,
        would_bring_micros=summary.would_bring,
        difference_micros=None if difference is None else difference.value,
        difference_low_micros=None if difference is None else difference.low,
        difference_high_micros=None if difference is None else difference.high,
    )
