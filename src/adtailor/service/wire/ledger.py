"""The ledger of signals and models, as JSON."""

import math
from collections.abc import Mapping
from datetime import datetime

from adtailor.domain.worth import Contrast, Earned, Estimate, EvidenceGrade, PlaceboSays
from adtailor.journeys.ledger import Ledger
from adtailor.measure.ledger import LedgerRow
from adtailor.service.wire.decoding import Wire


class EstimateWire(Wire, frozen=True, kw_only=True):
    """Micros per 1000 impressions with an interval; an end is null where the data bound it on no side."""

    value_micros: int
    low_micros: int | None
    high_micros: int | None


class GuardedWire(Wire, frozen=True, kw_only=True):
    """A guardrail."""

    metric: str
    verdict: str


class EvidenceWire(Wire, frozen=True, kw_only=True):
    """One comparison."""

    source: str
    revenue: EstimateWire
    advertiser_value: EstimateWire | None
    people: int
    is_decided: bool
    needed: int | None
    bound_share: float | None
    guardrails: tuple[GuardedWire, ...]


class LedgerRowWire(Wire, frozen=True, kw_only=True):
    """One signal or model, by one grade of evidence."""

    kind: str
    name: str
    grade: EvidenceGrade | None
    said: str
    says: str
    without: EvidenceWire | None
    beside: Mapping[Contrast, EvidenceWire]
    placebo_says: PlaceboSays | None
    """`nothing` where 0 lies within the interval of `beside.placebo`, as it has to; null where there is none."""
    models: tuple[str, ...]
    cost_per_1000_posts_micros: float
    posts_per_1000_impressions: float | None
    cost_micros: float | None
    net: EstimateWire | None
    break_even: float | None


class UnreadWire(Wire, frozen=True, kw_only=True):
    """A trial that says nothing, and why."""

    trial_id: str
    because: str


class LedgerWire(Wire, frozen=True, kw_only=True):
    """All rows, and what they rest on."""

    made_at: datetime
    days: int
    posts: int
    impressions: int
    revenue_micros: int
    cpu_hour_micros: int
    rows: tuple[LedgerRowWire, ...]
    unread: tuple[UnreadWire, ...]


def ledger_to_wire(made: Ledger) -> LedgerWire:
    """The ledger as JSON."""
    return LedgerWire(
        made_at=made.made_at,
        days=made.days,
        posts=made.posts,
        impressions=made.impressions,
        revenue_micros=made.revenue,
        cpu_hour_micros=made.hour,
        rows=tuple(_row(row) for row in made.rows),
        unread=tuple(UnreadWire(trial_id=trial_id, because=why) for trial_id, why in made.unread),
    )


def _row(row: LedgerRow) -> LedgerRowWire:
    return LedgerRowWire(
        kind=row.kind,
        name=row.name,
        grade=row.grade,
        said=row.said,
        says=row.says,
        without=None if row.earned is None else _evidence(row.earned),
        beside={contrast: _evidence(one) for contrast, one in row.beside.items()},
        placebo_says=row.placebo_says,
        models=row.models,
        cost_per_1000_posts_micros=row.cost_per_posts.value,
        posts_per_1000_impressions=row.posts_per_mille,
        cost_micros=None if row.cost is None else row.cost.value,
        net=None if row.net is None else _estimate(row.net, row.bound),
        break_even=row.break_even,
    )


def _evidence(earned: Earned) -> EvidenceWire:
    return EvidenceWire(
        source=earned.source,
        revenue=_estimate(earned.revenue, earned.bound),
        advertiser_value=None if earned.value is None else _estimate(earned.value, earned.bound),
        people=earned.people,
        is_decided=earned.is_decided,
        needed=earned.needed,
        bound_share=earned.bound_share,
        guardrails=tuple(GuardedWire(metric=one.metric, verdict=one.verdict) for one in earned.guardrails),
    )


def _estimate(estimate: Estimate, bound: float) -> EstimateWire:
    low, high = estimate.interval(bound)
    return EstimateWire(value_micros=round(estimate.value), low_micros=_end(low), high_micros=_end(high))


def _end(value: float) -> int | None:
    return round(value) if math.isfinite(value) else None
