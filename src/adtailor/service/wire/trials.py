"""Trials on the wire: what was registered, how far it is, and what each look found."""

import math
from datetime import datetime

from msgspec import Struct

from adtailor.domain.findings import Finding, Findings, Interval, Look
from adtailor.domain.trial import WHOLE, Trial
from adtailor.errors import InvalidInput
from adtailor.journeys.run_trial import Listed
from adtailor.measure.experiments.words import headline

LONGEST_FILE = 64_000


class RegistrationWire(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A registration: the TOML file, as it is."""

    text: str

    def __post_init__(self) -> None:
        if len(self.text) > LONGEST_FILE:
            raise InvalidInput(f"{len(self.text):,} characters", hint=f"at most {LONGEST_FILE:,}", field="text")


class StopWire(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a trial stops."""

    because: str


class ArmWire(Struct, frozen=True, kw_only=True):
    """One arm."""

    name: str
    share: float
    signals_off: list[str]
    ranker: str | None


class MeasuredWire(Struct, frozen=True, kw_only=True):
    """One metric that was registered."""

    metric: str
    role: str
    margin: float | None


class TrialWire(Struct, frozen=True, kw_only=True):
    """A trial."""

    id: str
    question: str
    design: str
    grade: str
    status: str
    hash: str
    text: str
    registered_at: datetime
    started_at: datetime | None
    stopped_at: datetime | None
    stopped_because: str | None
    people: int
    effect: float
    arms: list[ArmWire]
    metrics: list[MeasuredWire]
    looks: int | None = None
    """How often it was read; None where that was not looked up."""
    last: str | None = None
    """What the last look said."""


class IntervalWire(Struct, frozen=True, kw_only=True):
    """A value and its interval; an end that is null is bounded by nothing."""

    value: float | None
    low: float | None
    high: float | None


class FindingWire(Struct, frozen=True, kw_only=True):
    """One metric of one arm against the control."""

    metric: str
    role: str
    arm: str
    registered: bool
    control: float | None
    treated: float | None
    difference: IntervalWire
    relative: IntervalWire
    p_value: float
    statistic: float | None
    boundary: float | None
    verdict: str
    lift: bool
    people: int
    method: str


class SampleRatioWire(Struct, frozen=True, kw_only=True):
    """Whether the arms have as many people as they should."""

    counts: list[int]
    expected: list[float]
    p_value: float
    always_p_value: float
    broken: bool


class FindingsWire(Struct, frozen=True, kw_only=True):
    """What a look found."""

    trial_id: str
    hash: str | None
    says: str
    grade: str
    look: int
    looks: int
    information: float
    evidence: str
    over: bool
    people: dict[str, int]
    needed: int | None
    findings: list[FindingWire]
    sample_ratio: SampleRatioWire
    bound_share: float | None
    notes: list[str]
    read_at: datetime | None


def trial_to_wire(trial: Trial, listed: Listed | None = None) -> TrialWire:
    """Onto the wire."""
    registration = trial.registration
    return TrialWire(
        id=registration.id,
        question=registration.question,
        design=registration.design,
        grade=registration.grade,
        status=trial.status,
        hash=trial.hash,
        text=trial.text,
        registered_at=trial.registered_at,
        started_at=trial.started_at,
        stopped_at=trial.stopped_at,
        stopped_because=trial.stopped_because,
        people=registration.people,
        effect=registration.effect,
        arms=[
            ArmWire(name=arm.name, share=arm.parts / WHOLE, signals_off=sorted(arm.signals_off), ranker=arm.ranker)
            for arm in registration.arms
        ],
        metrics=[MeasuredWire(metric=one.metric, role=one.role, margin=one.margin) for one in registration.metrics],
        looks=None if listed is None else listed.looks,
        last=None if listed is None or listed.last is None else headline(listed.last.findings),
    )


def look_to_wire(look: Look) -> FindingsWire:
    """Onto the wire."""
    return findings_to_wire(look.findings)


def findings_to_wire(found: Findings) -> FindingsWire:
    """Onto the wire."""
    ratio = found.sample_ratio
    return FindingsWire(
        trial_id=found.trial_id,
        hash=found.hash,
        says=headline(found),
        grade=found.grade,
        look=found.look,
        looks=found.looks,
        information=found.information,
        evidence=found.evidence,
        over=found.is_over,
        people=dict(zip(found.arms, found.people, strict=True)),
        needed=found.needed,
        findings=[_finding(one) for one in found.findings],
        sample_ratio=SampleRatioWire(
            counts=list(ratio.counts),
            expected=list(ratio.expected),
            p_value=ratio.p_value,
            always_p_value=ratio.always_p_value,
            broken=ratio.is_broken,
        ),
        bound_share=found.bound_share,
        notes=list(found.notes),
        read_at=found.read_at,
    )


def _finding(one: Finding) -> FindingWire:
    return FindingWire(
        metric=one.metric,
        role=one.role,
        arm=one.arm,
        registered=one.is_registered,
        control=_finite(one.control),
        treated=_finite(one.treated),
        difference=_interval(one.difference),
        relative=_interval(one.relative),
        p_value=one.p_value,
        statistic=_finite(one.statistic),
        boundary=_finite(one.boundary),
        verdict=one.verdict,
        lift=one.is_word_lift,
        people=one.people,
        method=one.method,
    )


def _interval(interval: Interval) -> IntervalWire:
    return IntervalWire(value=_finite(interval.value), low=_finite(interval.low), high=_finite(interval.high))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
