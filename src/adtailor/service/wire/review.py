"""Creatives that wait for a person, on the wire."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from adtailor.domain.review import Rule, Verdict
from adtailor.journeys.review import LONGEST_NOTE, Waiting
from adtailor.service.wire.buying import CreativeAssetsWire
from adtailor.service.wire.decoding import Wire
from adtailor.service.wire.items import creative_to_wire


class FindingWire(Struct, frozen=True, kw_only=True):
    """An objection; what `blocks` cannot be approved."""

    rule: Rule
    field: str
    says: str
    blocks: bool


class ReviewedWire(Struct, frozen=True, kw_only=True):
    """The last decision about a creative."""

    verdict: Verdict
    by: str
    at: datetime
    note: str


class WaitingWire(Struct, frozen=True, kw_only=True):
    """A creative, what was found, what was last decided."""

    creative: CreativeAssetsWire
    advertiser: str | None
    findings: tuple[FindingWire, ...]
    last: ReviewedWire | None


class DecisionOnCreativeWire(Wire, frozen=True, kw_only=True):
    """Approved, or rejected with a note to whoever wrote it."""

    verdict: Verdict
    note: Annotated[str, Meta(max_length=LONGEST_NOTE)] = ""


def waiting_to_wire(waiting: Waiting) -> WaitingWire:
    """Onto the wire."""
    last = waiting.last
    return WaitingWire(
        creative=creative_to_wire(waiting.creative),
        advertiser=waiting.advertiser.name if waiting.advertiser else None,
        findings=tuple(
            FindingWire(rule=one.rule, field=one.field, says=one.says, blocks=one.blocks) for one in waiting.findings
        ),
        last=None if last is None else ReviewedWire(verdict=last.verdict, by=last.by, at=last.at, note=last.note),
    )
