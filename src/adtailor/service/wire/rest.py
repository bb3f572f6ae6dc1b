"""What became of suggestions to rest, as JSON."""

from datetime import date

from adtailor.measure.rest import RestReport, RestRow, Share
from adtailor.service.wire.decoding import Wire


class ShareWire(Wire, frozen=True, kw_only=True):
    """Part of a whole, with its interval of 95 %; null of nothing."""

    part: int
    whole: int
    share: float | None
    interval: tuple[float, float] | None


class RestRowWire(Wire, frozen=True, kw_only=True):
    """One week; `too_few` where fewer than k people saw a card, and then there is nothing else."""

    week: date | None
    """Its Monday; null for all weeks that are told."""
    too_few: bool
    people: int | None
    shown: int | None
    taken: ShareWire | None
    switched_off: ShareWire | None
    regretted: ShareWire | None


class RestReportWire(Wire, frozen=True, kw_only=True):
    """Week by week, and all told weeks together."""

    least_people: int
    weeks: tuple[RestRowWire, ...]
    total: RestRowWire


def rest_report_to_wire(report: RestReport) -> RestReportWire:
    """The report as JSON."""
    return RestReportWire(
        least_people=report.least_people,
        weeks=tuple(_row(row) for row in report.rows),
        total=_row(report.total),
    )


def _row(row: RestRow) -> RestRowWire:
    counts = row.counts
    return RestRowWire(
        week=row.week,
        too_few=counts is None,
        people=None if counts is None else counts.people,
        shown=None if counts is None else counts.shown,
        taken=None if counts is None else _share(row.taken),
        switched_off=None if counts is None else _share(row.off),
        regretted=None if counts is None else _share(row.regretted),
    )


def _share(share: Share) -> ShareWire:
    return ShareWire(part=share.part, whole=share.whole, share=share.share, interval=share.interval)
