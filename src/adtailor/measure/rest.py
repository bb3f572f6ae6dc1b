"""What became of suggestions to rest: told to everybody from k people a week on, and given to nothing that decides.

How often a rest is taken is published, never optimised: no ranker, auction, trial or training row knows of it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from adtailor.domain.wellbeing import RestCounts

Z = 1.959963984540054
"""Two-sided 95 % of the normal distribution."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Part of a whole, with its interval of 95 % (Wilson 1927); None of nothing."""

    part: int
    whole: int

    @property
    def share(self) -> float | None:
        """From 0 to 1."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float] | None:
        r"""$\frac{\hat p + z^2/2n \pm z \sqrt{\hat p (1 - \hat p)/n + z^2/4n^2}}{1 + z^2/n}$.

        >>> [round(end, 3) for end in Share(part=1, whole=10).interval]
        [0.018, 0.404]
        """
        if not self.whole:
            return None
        n, p = self.whole, self.part / self.whole
        middle, scale = p + Z * Z / (2 * n), 1 + Z * Z / n
        width = Z * math.sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
        return max((middle - width) / scale, 0.0), min((middle + width) / scale, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestRow:
    """One week, or all weeks that are told."""

    week: date | None
    """Its Monday; None for all of them."""
    counts: RestCounts | None
    """None where fewer than k people saw a card."""

    @property
    def taken(self) -> Share:
        """Of the cards that were shown."""
        return self._share("taken", "shown")

    @property
    def off(self) -> Share:
        """Of the cards that were shown: "stop these"."""
        return self._share("off", "shown")

    @property
    def regretted(self) -> Share:
        """Of the rests that were taken: ended early."""
        return self._share("regretted", "taken")

    def _share(self, part: str, whole: str) -> Share:
        if self.counts is None:
            return Share(part=0, whole=0)
        # A rest taken on Sunday may be ended on Monday: a share is never above one.
        most = getattr(self.counts, whole)
        return Share(part=min(getattr(self.counts, part), most), whole=most)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestReport:
    """Week by week, and all told weeks together."""

    rows: Sequence[RestRow]
    total: RestRow
    least_people: int


def rest_report(weeks: Iterable[RestCounts], *, least_people: int) -> RestReport:
    """The weeks, without the numbers of those in which fewer than `least_people` saw a card.

    The total is of the told weeks alone, so that no subtraction gives another away.
    """
    rows = [RestRow(week=one.week, counts=one if one.people >= least_people else None) for one in weeks]
    told = [row.counts for row in rows if row.counts is not None]
    total = RestRow(week=None, counts=_sum(told) if told else None)
    return RestReport(rows=rows, total=total, least_people=least_people)


def _sum(weeks: Sequence[RestCounts]) -> RestCounts:
    names = ("people", "shown", "taken", "dismissed", "off", "regretted")
    return replace(weeks[0], **{name: sum(getattr(one, name) for one in weeks) for name in names})
