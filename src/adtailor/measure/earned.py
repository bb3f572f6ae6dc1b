"""What the arms of a trial say that a signal earned: without it, alone, and as a share of all together.

The first arm is the control. A decision is made by `without`: everything against everything but one signal. Money is
micros per 1000 impressions of the control, so that it can be laid beside what reading cost.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.findings import Finding, Findings
from adtailor.domain.person_table import PersonTable
from adtailor.domain.signals import SIGNALS, Signal
from adtailor.domain.trial import Registration
from adtailor.domain.worth import Contrast, Earned, Estimate, Guarded
from adtailor.maths.shapley import shapley_weights

Floats = NDArray[np.float64]
MOST_SIGNALS = 4
"""Of a factorial: 16 arms; with more nobody has the people."""


def earned(table: PersonTable, registration: Registration, findings: Findings) -> list[Earned]:
    """What a trial says about signals; nothing of arms that differ in a ranker, or in several signals at once."""
    if findings.evidence == "broken" or "impressions" not in table.sums or "revenue" not in table.sums:
        return []
    told: list[Earned] = []
    for place in range(1, len(registration.arms)):
        contrast = _contrast(registration, place)
        if contrast is not None:
            signals, kind, sign = contrast
            told.append(_of_arm(table, registration, findings, place, signals=signals, contrast=kind, sign=sign))
    # A share is told once, at the end: it has no bounds for looks before that.
    return [*told, *(_shares(table, registration, findings) if findings.is_over else [])]


def _contrast(registration: Registration, place: int) -> tuple[frozenset[Signal], Contrast, float] | None:
    """Which signals an arm lacks, or has alone; None where it differs from the control in something else."""
    control, arm = registration.control, registration.arms[place]
    if control.ranker != arm.ranker or control.signals_off == arm.signals_off:
        return None
    if control.signals_off < arm.signals_off:
        # Everything that the site serves with, against all of it but some: the control did more with them.
        return arm.signals_off - control.signals_off, "without", -1.0
    added = control.signals_off - arm.signals_off
    if arm.signals_off < control.signals_off and len(added) == 1:
        return added, "alone", 1.0
    return None


def _of_arm(
    table: PersonTable,
    registration: Registration,
    findings: Findings,
    place: int,
    *,
    signals: frozenset[Signal],
    contrast: Contrast,
    sign: float,
) -> Earned:
    arm = registration.arms[place].name
    revenue = _finding(findings, arm, "revenue")
    assert revenue is not None  # noqa: S101 - the table has it
    value = _finding(findings, arm, "advertiser value")
    shown = _mean(table.sums["impressions"][table.arm == 0])
    scale = sign * 1000.0 / shown if shown > 0.0 else 0.0
    without = revenue.treated if contrast == "without" else revenue.control
    return Earned(
        signals=signals,
        contrast=contrast,
        grade=findings.grade,
        source=f"trial {registration.id}",
        revenue=_estimate(revenue).times(scale),
        baseline=without * abs(scale),
        value=None if value is None else _estimate(value).times(scale),
        guardrails=tuple(
            Guarded(metric=one.metric, verdict=one.verdict)
            for one in findings.findings
            if one.arm == arm and one.role == "guardrail"
        ),
        people=sum(findings.people),
        bound=revenue.boundary if math.isfinite(revenue.boundary) else 1.959963984540054,
        is_decided=revenue.role == "primary" and findings.evidence == "sufficient",
        needed=findings.needed,
        bound_share=findings.bound_share,
        at=findings.read_at,
    )


def _shares(table: PersonTable, registration: Registration, findings: Findings) -> list[Earned]:
    """Shapley values, where the arms are every combination of at most four signals."""
    off = [arm.signals_off for arm in registration.arms]
    tried = sorted(frozenset[Signal]().union(*off), key=SIGNALS.index)
    is_whole = len(set(off)) == len(off) == 2 ** len(tried) and len({arm.ranker for arm in registration.arms}) == 1
    if not 2 <= len(tried) <= MOST_SIGNALS or not is_whole or registration.design == "switchback":
        return []
    place_of = {frozenset(tried) - arm: place for place, arm in enumerate(off)}
    means, errors = _adjusted(table, len(off))
    nobody = table.arm == place_of[frozenset()]
    shown = _mean(table.sums["impressions"][nobody])
    scale = 1000.0 / shown if shown > 0.0 else 0.0
    told: list[Earned] = []
    for signal in tried:
        weights: Mapping[frozenset[Signal], float] = shapley_weights(tried, signal)
        value = sum(weight * means[place_of[who]] for who, weight in weights.items())
        error = math.sqrt(sum((weight * errors[place_of[who]]) ** 2 for who, weight in weights.items()))
        told.append(
            Earned(
                signals=frozenset({signal}),
                contrast="share",
                grade=findings.grade,
                source=f"trial {registration.id}",
                revenue=Estimate(value=float(value), error=error).times(scale),
                baseline=float(means[place_of[frozenset()]]) * scale,
                people=sum(findings.people),
                is_decided=findings.evidence == "sufficient",
                needed=findings.needed,
                bound_share=findings.bound_share,
                at=findings.read_at,
            )
        )
    return told


def _adjusted(table: PersonTable, arms: int) -> tuple[Sequence[float], Sequence[float]]:
    """Each arm's mean revenue and its error, less what was so before the trial (CUPED, Deng et al. 2013)."""
    revenue, before = table.sums["revenue"], table.before
    slope = 0.0
    spread = float(((before - before.mean()) ** 2).sum())
    if spread > 0.0:
        within = sum(
            float(((revenue[rows] - revenue[rows].mean()) * (before[rows] - before[rows].mean())).sum())
            for rows in (np.flatnonzero(table.arm == place) for place in range(arms))
        )
        slope = within / spread
    adjusted = revenue - slope * (before - before.mean())
    means: list[float] = []
    errors: list[float] = []
    for place in range(arms):
        own = adjusted[table.arm == place]
        means.append(_mean(own))
        errors.append(float(own.std(ddof=1) / math.sqrt(len(own))) if len(own) > 1 else math.inf)
    return means, errors


def _finding(findings: Findings, arm: str, metric: str) -> Finding | None:
    found = (one for one in findings.findings if one.arm == arm and one.metric == metric)
    return next((one for one in found if one.verdict != "not measured"), None)


def _estimate(finding: Finding) -> Estimate:
    """The difference with its own standard error, whatever interval was told."""
    statistic, value = finding.statistic, finding.difference.value
    error = abs(value / statistic) if statistic != 0.0 else _half(finding)
    return Estimate(value=value, error=error)


def _half(finding: Finding) -> float:
    half = (finding.difference.high - finding.difference.low) / 2.0
    return half / finding.boundary if 0.0 < finding.boundary < math.inf and math.isfinite(half) else math.inf


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0
