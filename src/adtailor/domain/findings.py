"""What a trial found: how much, how sure, for how many people, and what may be called what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from adtailor.domain.checks import aware_utc
from adtailor.domain.ids import TrialId
from adtailor.domain.trial import Grade, MetricName, Role

Verdict = Literal[
    "better", "worse", "less than asked for", "not known yet", "no worse", "may be worse", "not measured", "exploratory"
]
"""Of the primary metric one of the first four; of a guardrail `no worse`, `worse` or `may be worse`."""
Evidence = Literal["sufficient", "insufficient", "broken"]
"""Whether the data answer the question; `broken` where the numbers of people in the arms cannot have come by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A value with its interval; an end is infinite where the data bound it on no side."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One metric of one arm against the control."""

    metric: MetricName
    role: Role
    arm: str
    is_registered: bool
    """False for what the registration does not name: exploratory."""
    control: float
    """The control's mean, or ratio."""
    treated: float
    difference: Interval
    relative: Interval
    """By Fieller's theorem, with respect to the control."""
    p_value: float
    boundary: float
    """How many standard errors from 0 decide, at this look."""
    statistic: float
    """How many it is."""
    verdict: Verdict
    is_word_lift: bool
    """Whether it may be called a lift: the primary metric, decided, of grade A or B, in whole people."""
    people: int
    method: str
    """As `mean, CUPED`."""
    needed: int | None = None
    """People in all arms, for an answer at the registered effect; None where one is there, or none can be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRatio:
    """Whether the arms have as many people as they should."""

    counts: tuple[int, ...]
    expected: tuple[float, ...]
    p_value: float
    """Of a chi-square test, good for one look."""
    always_p_value: float
    """Of a sequential test, good at any time."""
    is_broken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All of it, at one look."""

    trial_id: TrialId
    hash: str | None
    question: str
    grade: Grade
    look: int
    looks: int
    information: float
    """How much of the planned information is there, 1 for all of it."""
    evidence: Evidence
    is_over: bool
    """Whether the primary metric has decided, or the last look is done."""
    people: tuple[int, ...]
    """In each arm."""
    arms: tuple[str, ...]
    needed: int | None
    """People in all, for an answer; None where one is there."""
    findings: tuple[Finding, ...]
    sample_ratio: SampleRatio
    bound_share: float | None = None
    """Of a user split: the share of revenue from campaigns whose budgets ran out; None where nobody measured it."""
    notes: tuple[str, ...] = ()
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One time that the primary metric of a trial was read: it counts, whatever it showed."""

    trial_id: TrialId
    number: int
    """From 1 on."""
    at: datetime
    findings: Findings

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", aware_utc(self.at, "at"))
