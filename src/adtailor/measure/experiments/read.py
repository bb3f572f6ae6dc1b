"""A trial is read: the same columns, arm by arm, whatever the design, and what may be said of them."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from adtailor.domain.findings import Evidence, Finding, Findings, Interval, Verdict
from adtailor.domain.person_table import PersonTable
from adtailor.domain.trial import GOOD, METRICS, Measured, Registration
from adtailor.maths.confidence_sequences import always_bound, always_p_value
from adtailor.maths.distributions import normal_cdf, t_quantile_above
from adtailor.maths.false_discoveries import benjamini_hochberg
from adtailor.maths.group_sequential import bounds
from adtailor.maths.power import people_for
from adtailor.maths.two_arms import Comparison
from adtailor.measure.experiments.arms import Arms, Compared
from adtailor.measure.experiments.ratio import sample_ratio

FARTHEST = 9.0
"""Standard errors: where nothing may be spent on false alarms yet, an interval is as wide as this."""


def read(
    people: PersonTable,
    registration: Registration,
    *,
    past: Sequence[float] = (),
    is_last: bool = False,
    bound_share: float | None = None,
    hash: str | None = None,  # noqa: A002 - what it is
    read_at: datetime | None = None,
) -> Findings:
    """What a trial found at this look.

    `past` is the share of the planned information at each look before, from their findings; `is_last` where its time
    is over. Raises InvalidInput where an arm has fewer than two people.
    """
    arms = Arms.of(people, registration)
    information = min(1.0, arms.people / registration.people)
    is_over = is_last or information >= 1.0
    earlier = tuple(share for share in past if share < information)
    z = _decides_at(registration, (*earlier, information), ends=is_over)
    ratio = sample_ratio(people, registration)
    found: list[Finding] = []
    for place in range(1, len(registration.arms)):
        for measured in registration.metrics:
            compared = arms.compared(measured.metric, place)
            found.append(_finding(compared, measured, registration, place, z=z, is_over=is_over))
        found.extend(_exploratory(arms, registration, place))
    found = _adjusted(found, registration)
    primary = [finding for finding in found if finding.role == "primary"]
    decided = all(finding.verdict not in {"not known yet", "not measured"} for finding in primary)
    evidence: Evidence = "broken" if ratio.is_broken else "sufficient" if decided else "insufficient"
    if ratio.is_broken:
        found = [replace(finding, is_word_lift=False) for finding in found]
    needed = [finding.needed for finding in primary if finding.needed is not None]
    return Findings(
        trial_id=registration.id,
        hash=hash,
        question=registration.question,
        grade=registration.grade,
        look=len(earlier) + 1,
        looks=registration.looks,
        information=information,
        evidence=evidence,
        is_over=is_over or decided,
        people=arms.counts,
        arms=tuple(arm.name for arm in registration.arms),
        needed=max(needed) if needed else None,
        findings=tuple(found),
        sample_ratio=ratio,
        bound_share=bound_share,
        notes=(*people.notes, *arms.notes, *_notes(registration, bound_share)),
        read_at=read_at,
    )


def _decides_at(registration: Registration, fractions: tuple[float, ...], *, ends: bool) -> float:
    """How many standard errors decide the primary metric now, on the normal scale."""
    alpha = registration.alpha / (len(registration.arms) - 1)
    if registration.looks == 1:
        return bounds((1.0,), alpha)[0] if ends else math.inf
    return bounds(fractions, alpha, ends=ends)[-1]


def _finding(
    compared: Compared | None,
    measured: Measured,
    registration: Registration,
    place: int,
    *,
    z: float,
    is_over: bool,
) -> Finding:
    if compared is None:
        return _unmeasured(measured, registration, place)
    comparison, metric = compared.comparison, measured.metric
    if measured.role == "primary":
        bound = _on_t(min(z, FARTHEST), comparison.freedom)
        p_value = comparison.p_value
    else:
        bound, p_value = _always(compared, registration)
    relative = _relative(comparison, bound)
    verdict = _verdict(comparison, measured, bound, relative, registration, decides=math.isfinite(z))
    return Finding(
        metric=metric,
        role=measured.role,
        arm=registration.arms[place].name,
        is_registered=True,
        control=comparison.control,
        treated=comparison.control + comparison.difference,
        difference=_interval(comparison.difference, comparison.error, bound),
        relative=relative,
        p_value=p_value,
        boundary=bound,
        statistic=comparison.statistic,
        verdict=verdict,
        is_word_lift=measured.role == "primary" and registration.grade != "C" and verdict in {"better", "worse"},
        people=compared.people,
        method=compared.method,
        needed=_needed(compared, registration, verdict, is_over=is_over) if measured.role == "primary" else None,
    )


def _verdict(
    comparison: Comparison,
    measured: Measured,
    bound: float,
    relative: Interval,
    registration: Registration,
    *,
    decides: bool,
) -> Verdict:
    good = 1.0 if GOOD[measured.metric] == "up" else -1.0
    if measured.margin is not None:
        worst, best = sorted((good * relative.low, good * relative.high))
        return "no worse" if worst > -measured.margin else "worse" if best < -measured.margin else "may be worse"
    if measured.role == "primary" and not decides:
        return "not known yet"
    if abs(comparison.statistic) >= bound and comparison.difference != 0.0:
        return "better" if good * comparison.difference > 0.0 else "worse"
    if measured.role == "primary" and -registration.effect < relative.low and relative.high < registration.effect:
        return "less than asked for"
    return "not known yet"


def _always(compared: Compared, registration: Registration) -> tuple[float, float]:
    """The bound and the p-value that hold at any time."""
    units, planned = float(compared.units), float(max(2, registration.people))
    bound = always_bound(units, registration.alpha, narrowest_at=planned)
    p_value = always_p_value(compared.comparison.statistic, units, registration.alpha, narrowest_at=planned)
    return _on_t(bound, compared.comparison.freedom), p_value


def _on_t(z: float, freedom: float) -> float:
    """The bound of Student's t with the same chance beyond it: variances are estimated, not known."""
    return t_quantile_above(normal_cdf(-z), freedom)


def _interval(value: float, error: float, bound: float) -> Interval:
    return Interval(value=value, low=value - bound * error, high=value + bound * error)


def _relative(comparison: Comparison, bound: float) -> Interval:
    low, high = comparison.relative_interval(bound)
    return Interval(value=comparison.relative, low=low, high=high)


def _needed(compared: Compared, registration: Registration, verdict: Verdict, *, is_over: bool) -> int | None:
    comparison = compared.comparison
    effect = registration.effect * abs(comparison.control)
    if verdict != "not known yet" or not effect > 0.0 or not math.isfinite(comparison.error):
        return None
    needed = people_for(
        compared.people,
        comparison.error,
        effect,
        alpha=registration.alpha / (len(registration.arms) - 1),
        power=registration.power,
        looks=registration.looks,
    )
    if is_over:
        # There are as many as were asked for: an effect of that size would probably have shown itself.
        return needed if needed > compared.people else None
    return max(needed, compared.people + 1)


def _exploratory(arms: Arms, registration: Registration, place: int) -> list[Finding]:
    """What can be measured and was not registered: told, and never a verdict."""
    named = {measured.metric for measured in registration.metrics}
    found: list[Finding] = []
    for metric in METRICS:
        compared = None if metric in named else arms.compared(metric, place)
        if compared is not None:
            finding = _finding(compared, Measured(metric=metric), registration, place, z=math.inf, is_over=False)
            found.append(replace(finding, is_registered=False, verdict="exploratory"))
    return found


def _adjusted(found: list[Finding], registration: Registration) -> list[Finding]:
    """Secondary metrics count together: of those that are said to differ, few are to be wrong."""
    places = [n for n, one in enumerate(found) if one.role == "secondary" and one.is_registered and one.method]
    rates = benjamini_hochberg([found[n].p_value for n in places]).tolist() if places else []
    for n, rate in zip(places, rates, strict=True):
        good = 1.0 if GOOD[found[n].metric] == "up" else -1.0
        verdict: Verdict = "not known yet"
        if rate <= registration.alpha:
            verdict = "better" if good * found[n].difference.value > 0.0 else "worse"
        found[n] = replace(found[n], verdict=verdict, p_value=rate)
    return found


def _unmeasured(measured: Measured, registration: Registration, place: int) -> Finding:
    nothing = Interval(value=math.nan, low=-math.inf, high=math.inf)
    return Finding(
        metric=measured.metric,
        role=measured.role,
        arm=registration.arms[place].name,
        is_registered=True,
        control=math.nan,
        treated=math.nan,
        difference=nothing,
        relative=nothing,
        p_value=1.0,
        boundary=math.inf,
        statistic=0.0,
        verdict="not measured",
        is_word_lift=False,
        people=0,
        method="",
    )


def _notes(registration: Registration, bound_share: float | None) -> tuple[str, ...]:
    if registration.grade != "C":
        return ()
    arms_share = "the arms share each campaign's budget, so what one arm earns more another may earn less"
    if bound_share is None:
        return (f"grade C: {arms_share}; how much was not measured",)
    return (f"grade C: {arms_share}; {bound_share:.0%} of revenue came from campaigns whose budgets ran out",)
