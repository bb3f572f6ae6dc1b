"""What a signal or a model earned, what it cost, and how good the evidence is."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, get_args

from adtailor.domain.signals import Signal
from adtailor.errors import InvalidInput

EvidenceGrade = Literal["A", "B", "C", "D", "E"]
EVIDENCE_GRADES: tuple[EvidenceGrade, ...] = get_args(EvidenceGrade)
GRADE_WORDS: Mapping[EvidenceGrade, str] = {
    "A": "a trial that splits budgets",
    "B": "a switchback",
    "C": "a user split, whose arms share budgets",
    "D": "an estimate from logged chances",
    "E": "a simulation",
}
SAID: Mapping[EvidenceGrade, str] = {"A": "lift", "B": "lift", "C": "difference", "D": "estimated", "E": "simulated"}
"""What a change may be called. Only a trial that shields budgets may say lift; grades are never added up."""

Contrast = Literal["without", "alone", "placebo", "share"]
"""`without`: all signals against all but this one, which is what a decision is made by. `alone`: this one against
none. `placebo`: that of somebody else against none, at the same cost, of which 0 is expected; only in simulated worlds.
`share`: its Shapley value."""
PlaceboSays = Literal["nothing", "earns", "costs"]
PLACEBO_WORDS: Mapping[PlaceboSays, str] = {
    "nothing": "holds 0",
    "earns": "earns: what was found is not the signal's alone",
    "costs": "costs: so much is lost where readings are wrong",
}
"""A placebo must not earn. It may cost a little, where it puts a wrong ad before a better one."""
CONTRASTS: tuple[Contrast, ...] = get_args(Contrast)
TEXT_SIGNALS: frozenset[Signal] = frozenset({"context topics", "context tone", "interests", "affect"})
"""What comes from words; the look comes from photos, place and history from neither."""
FED_BY: Mapping[str, frozenset[Signal]] = {"text": TEXT_SIGNALS, "look": frozenset({"look"})}
"""The signals that a reader feeds: without all of them it need not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value with its standard error; the error is infinite where the data bound nothing."""

    value: float
    error: float

    def __post_init__(self) -> None:
        if math.isnan(self.value) or math.isnan(self.error) or self.error < 0.0:
            raise InvalidInput(
                f"{self.value} with an error of {self.error}", hint="a number, and an error from 0 up", field="error"
            )

    def interval(self, z: float) -> tuple[float, float]:
        """So many standard errors to each side."""
        return self.value - z * self.error, self.value + z * self.error

    def times(self, factor: float) -> "Estimate":
        """Scaled by a known number."""
        return Estimate(value=self.value * factor, error=abs(factor) * self.error)

    def less(self, other: "Estimate") -> "Estimate":
        r"""The difference of two that were measured apart: $\sigma^2 = \sigma_1^2 + \sigma_2^2$."""
        return Estimate(value=self.value - other.value, error=math.hypot(self.error, other.error))


def placebo_says(low: float, high: float) -> PlaceboSays:
    """What the interval of a placebo says.

    >>> placebo_says(-1.0, 1.0), placebo_says(0.5, 1.0), placebo_says(-1.0, -0.5)
    ('nothing', 'earns', 'costs')
    """
    return "nothing" if low <= 0.0 <= high else "earns" if low > 0.0 else "costs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """What a trial says of a guardrail: `no worse`, `may be worse` or `worse`."""

    metric: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """One comparison: what there was more with the signal, or the model, than without; money in micros."""

    signals: frozenset[Signal]
    """That one side of the comparison had, and the other had not."""
    contrast: Contrast
    grade: EvidenceGrade
    source: str
    """The trial, or the simulation."""
    revenue: Estimate
    """Per 1000 impressions."""
    baseline: float
    """The revenue of 1000 impressions on the side that had not."""
    value: Estimate | None = None
    """Advertiser value per 1000 impressions, where it was measured."""
    guardrails: tuple[Guarded, ...] = ()
    people: int
    bound: float = 1.959963984540054
    """How many standard errors the interval reaches: more than 1.96 where a trial was read before its end."""
    is_decided: bool
    """Whether the source calls its data sufficient."""
    needed: int | None = None
    """People for an answer, where there is none."""
    bound_share: float | None = None
    """Of a user split: the share of revenue from campaigns whose budgets ran out."""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingCost:
    """How long a model took, over the posts that it read."""

    model: str
    """Name, version and quantisation, as `adtailor-student-int8@3`."""
    reader: str
    """`text` or `look`."""
    posts: int
    seconds: float
    squares: float
    """Sum over batches of (seconds per post)^2 x posts, for the error of the mean."""
    batches: int

    def plus(self, other: "ReadingCost") -> "ReadingCost":
        """Both together, of one model."""
        return replace(
            self,
            posts=self.posts + other.posts,
            seconds=self.seconds + other.seconds,
            squares=self.squares + other.squares,
            batches=self.batches + other.batches,
        )

    @property
    def per_post(self) -> Estimate:
        r"""Seconds a post: the mean, and its error from how batches differ.

        $$\hat\sigma^2 = \frac{\sum n_b (s_b - \bar s)^2}{(B - 1) \sum n_b}$$
        with $n_b$ posts of $s_b$ seconds each in batch $b$.
        """
        mean = self.seconds / self.posts
        if self.batches < 2:
            return Estimate(value=mean, error=math.inf)
        spread = max(self.squares - self.posts * mean * mean, 0.0)
        return Estimate(value=mean, error=math.sqrt(spread / ((self.batches - 1) * self.posts)))


def batch_cost(*, model: str, reader: str, posts: int, seconds: float) -> ReadingCost:
    """Of one batch."""
    return ReadingCost(
        model=model, reader=reader, posts=posts, seconds=seconds, squares=seconds * seconds / posts, batches=1
    )
