r"""The ledger: one row per signal and per model, what it earned less what it cost, and how good the evidence is.

$$net = \Delta R - c \, r$$

with $\Delta R$ the change of revenue per 1000 impressions, $c$ what 1000 posts cost to read and $r$ the thousands of
posts that were read per 1000 impressions. Earning and cost were measured apart, so the error of the net is that of both
together. Grades are never added up: a subject has one row for each grade that there is evidence of, the best first.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from adtailor.domain.signals import SIGNALS, Signal
from adtailor.domain.worth import (
    CONTRASTS,
    EVIDENCE_GRADES,
    FED_BY,
    SAID,
    Contrast,
    Earned,
    Estimate,
    EvidenceGrade,
    PlaceboSays,
    ReadingCost,
    placebo_says,
)

Kind = Literal["signal", "model"]
Says = Literal["earns", "costs", "insufficient data", "nothing shown yet", "no evidence"]
SECONDS_AN_HOUR = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What an hour of reading costs, and how much was shown meanwhile."""

    hour: float
    """Micros an hour of one processor, as the operator declares it."""
    impressions: int
    """Of the time in which the posts were read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One signal or model, by one grade of evidence; money in micros per 1000 impressions."""

    kind: Kind
    name: str
    signals: frozenset[Signal]
    models: tuple[str, ...]
    """What need not run without it: none where others need the same reading."""
    grade: EvidenceGrade | None
    """None where there is no evidence of any kind."""
    earned: Earned | None
    """By leaving it out: the number that a decision is made by."""
    beside: Mapping[Contrast, Earned]
    """The same by other comparisons: alone, a placebo, its share."""
    cost_per_posts: Estimate
    """Per 1000 posts."""
    posts_per_mille: float | None
    """Posts that were read for it per 1000 impressions; None while nothing was shown."""
    cost: Estimate | None
    """Per 1000 impressions; None while nothing was shown."""
    net: Estimate | None
    bound: float
    """How many standard errors the interval of the net reaches."""
    break_even: float | None
    """The relative change of revenue that pays for the reading; None where nothing is known to compare with."""

    @property
    def said(self) -> str:
        """What the change may be called: lift only of grade A and B."""
        return SAID[self.grade] if self.grade is not None else "not measured"

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of the net."""
        return None if self.net is None else self.net.interval(self.bound)

    @property
    def placebo_says(self) -> PlaceboSays | None:
        """Whether the placebo holds 0, as it has to; None where there is no placebo."""
        placebo = self.beside.get("placebo")
        return None if placebo is None else placebo_says(*placebo.revenue.interval(placebo.bound))

    @property
    def says(self) -> Says:
        """Whether it pays. Nothing is said where the source says that its data do not suffice."""
        if self.earned is None:
            return "no evidence"
        if self.interval is None:
            return "nothing shown yet"
        low, high = self.interval
        if not self.earned.is_decided or low <= 0.0 <= high:
            return "insufficient data"
        return "earns" if low > 0.0 else "costs"


def ledger(
    evidence: Iterable[Earned], costs: Sequence[ReadingCost], prices: Prices, *, baseline: float | None = None
) -> list[LedgerRow]:
    """Every signal and every model that reads, with all that is known of it.

    `baseline` is what 1000 impressions earn now, for the break-even of what was never tried.
    """
    told = list(evidence)
    rows: list[LedgerRow] = []
    book = _Book(evidence=told, costs=costs, prices=prices, baseline=baseline)
    for signal in SIGNALS:
        rows.extend(book.rows("signal", signal, frozenset({signal})))
    for reader, signals in FED_BY.items():
        for cost in (one for one in costs if one.reader == reader):
            of_model = replace(book, costs=[cost])
            rows.extend(of_model.rows("model", cost.model, signals))
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """All that rows are made of."""

    evidence: Sequence[Earned]
    costs: Sequence[ReadingCost]
    prices: Prices
    baseline: float | None

    def rows(self, kind: Kind, name: str, signals: frozenset[Signal]) -> list[LedgerRow]:
        """One row for each grade, the best first; one without a grade where there is no evidence."""
        own = [one for one in self.evidence if one.signals == signals]
        found = {one.grade for one in own}
        grades: list[EvidenceGrade | None] = [grade for grade in EVIDENCE_GRADES if grade in found]
        return [self._row(kind, name, signals, grade, own) for grade in (grades or [None])]

    def _row(
        self,
        kind: Kind,
        name: str,
        signals: frozenset[Signal],
        grade: EvidenceGrade | None,
        own: Sequence[Earned],
    ) -> LedgerRow:
        spared = [cost for cost in self.costs if cost.posts and FED_BY[cost.reader] <= signals]
        earned = _latest(own, grade, "without")
        beside: dict[Contrast, Earned] = {}
        for contrast in CONTRASTS:
            # A placebo of other worlds says nothing of these.
            given = [one for one in own if contrast != "placebo" or earned is None or one.source == earned.source]
            if contrast != "without" and (other := _latest(given, grade, contrast)) is not None:
                beside[contrast] = other
        cost = self._cost(spared)
        before = earned.baseline if earned is not None else self.baseline
        return LedgerRow(
            kind=kind,
            name=name,
            signals=signals,
            models=tuple(cost.model for cost in spared),
            grade=grade,
            earned=earned,
            beside=beside,
            cost_per_posts=_sum([one.per_post.times(1000.0 * self._second) for one in spared]),
            posts_per_mille=self._per_mille(max((one.posts for one in spared), default=0)),
            cost=cost,
            net=None if earned is None or cost is None else earned.revenue.less(cost),
            bound=earned.bound if earned is not None else 0.0,
            break_even=cost.value / before if cost is not None and before else None,
        )

    @property
    def _second(self) -> float:
        return self.prices.hour / SECONDS_AN_HOUR

    def _cost(self, spared: Sequence[ReadingCost]) -> Estimate | None:
        """Per 1000 impressions: of each model by its own posts, for not every post has a photo."""
        if not self.prices.impressions:
            return None
        return _sum([one.per_post.times(self._second * one.posts * 1000.0 / self.prices.impressions) for one in spared])

    def _per_mille(self, posts: int) -> float | None:
        return 1000.0 * posts / self.prices.impressions if self.prices.impressions else None


def _latest(evidence: Sequence[Earned], grade: EvidenceGrade | None, contrast: Contrast) -> Earned | None:
    """The newest of its kind: what is told twice is not counted twice."""
    of_kind = [one for one in evidence if one.grade == grade and one.contrast == contrast]
    return max(of_kind, key=lambda one: (one.at.timestamp() if one.at else 0.0, one.source), default=None)


def _sum(parts: Sequence[Estimate]) -> Estimate:
    """Of what was measured apart; a cost of nothing is known exactly."""
    return Estimate(value=sum(one.value for one in parts), error=math.hypot(*(one.error for one in parts)))
