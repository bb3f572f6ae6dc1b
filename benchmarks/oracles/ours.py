"""What adtailor says of the same made trials: read as a real one is, and by the names that the oracles use."""

import math

import numpy as np

from adtailor.domain.ids import TrialId
from adtailor.domain.person_table import PersonTable
from adtailor.domain.trial import Arm, Measured, MetricName, Registration
from adtailor.maths.clusters import clustered
from adtailor.maths.confidence_sequences import always_bound, always_p_value
from adtailor.maths.distributions import t_quantile_above
from adtailor.maths.false_discoveries import benjamini_hochberg, benjamini_yekutieli
from adtailor.maths.power import people_needed
from adtailor.maths.sample_ratio import chi_square
from adtailor.maths.two_arms import Comparison, Layout, compare, moments
from adtailor.measure.experiments.arms import Arms
from adtailor.measure.experiments.read import read
from benchmarks.oracles.made import COUNTS, P_VALUES, POWER, SHARES, TRIALS, Columns

ALPHA = 0.05
NARROWEST_AT = 5_000.0
METRICS: tuple[tuple[str, MetricName, bool], ...] = (
    ("mean", "revenue", False),
    ("CUPED", "revenue", True),
    ("ratio", "click rate", False),
    ("ratio, CUPED", "click rate", True),
)
"""Name, metric, and whether what was so before the trial is taken out."""


def answers(columns: Columns) -> dict[str, float]:
    """Every figure by `question/quantity`."""
    says: dict[str, float] = {}
    for trial in TRIALS:
        for name, metric, is_covered in METRICS:
            says |= _read(columns, trial, name, metric, is_covered=is_covered)
        says |= _proportion(columns, trial)
        says |= _people(columns, trial)
    says |= _switchback(columns)
    for name, adjusted in (
        ("Benjamini-Hochberg", benjamini_hochberg(P_VALUES)),
        ("Benjamini-Yekutieli", benjamini_yekutieli(P_VALUES)),
    ):
        says |= {f"{name}/{n}": rate for n, rate in enumerate(adjusted.tolist())}
    says["sample ratio/p"] = chi_square(COUNTS, SHARES)
    for effect, variation, share in POWER:
        name = f"people for {effect:g} at {variation:g}"
        needed = people_needed(effect, variation=variation, shares=(1.0 - share, share))
        says[f"{name}/people"] = says[f"{name}, by t/people"] = needed
    return says


def fieller_ends(says: dict[str, float]) -> dict[str, dict[str, float]]:
    """The relative intervals that the oracle is asked to test at their ends."""
    return {trial: {end: says[f"{trial}: mean/relative {end}"] for end in ("low", "high")} for trial in TRIALS}


def _table(columns: Columns, trial: str, *, is_covered: bool) -> PersonTable:
    told = {name: columns[f"{trial}/{name}"] for name in ("arm", "revenue", "before", "clicks", "impressions")}
    people = len(told["arm"])
    return PersonTable(
        person=np.arange(people, dtype=np.uint64),
        arm=told["arm"],
        before=told["before"] if is_covered else np.zeros(people),
        sums={name: told[name] for name in ("revenue", "clicks", "impressions")},
    )


def _registration(table: PersonTable, metric: MetricName) -> Registration:
    treated = round(10_000 * float((table.arm == 1).mean()))
    return Registration(
        id=TrialId("oracle"),
        question="do we say what others say?",
        design="budget split",
        arms=(Arm(name="control", parts=10_000 - treated), Arm(name="treated", parts=treated)),
        metrics=(Measured(metric=metric, role="primary"),),
        people=len(table),
        effect=0.01,
        looks=1,
    )


def _read(columns: Columns, trial: str, name: str, metric: MetricName, *, is_covered: bool) -> dict[str, float]:
    table = _table(columns, trial, is_covered=is_covered)
    registration = _registration(table, metric)
    [found] = [one for one in read(table, registration, is_last=True).findings if one.role == "primary"]
    compared = Arms.of(table, registration).compared(metric, 1)
    assert compared is not None
    comparison, question = compared.comparison, f"{trial}: {name}"
    says = {
        f"{question}/control": found.control,
        f"{question}/estimate": found.difference.value,
        f"{question}/error": comparison.error,
        f"{question}/freedom": comparison.freedom,
        f"{question}/low": found.difference.low,
        f"{question}/high": found.difference.high,
        f"{question}/p": found.p_value,
        f"{question}/relative": found.relative.value,
        f"{question}/relative low": found.relative.low,
        f"{question}/relative high": found.relative.high,
    }
    if name == "mean":
        bound = comparison.bound(ALPHA)
        says[f"{trial}: Fieller/statistic at low"], says[f"{trial}: Fieller/statistic at high"] = bound, -bound
    if name == "CUPED":
        says[f"{trial}: CUPED as ANCOVA/estimate"] = found.difference.value
        says[f"{trial}: CUPED as ANCOVA/error"] = comparison.error
    return says | _by_delta(question, table, comparison, metric, is_covered=is_covered) | _always(question, comparison)


def _by_delta(
    question: str, table: PersonTable, comparison: Comparison, metric: MetricName, *, is_covered: bool
) -> dict[str, float]:
    """Relative intervals by the oracles' definitions, from our sums: if these agree, only the definition differs."""
    level, change = comparison.control, comparison.difference
    # Var(log R_1 - log R_0), of arms whose covariance with each other is 0, and which vary as Welch's test says.
    of_control, of_treated, raw = _variances(table, metric, is_covered=is_covered)
    logs = of_control / level**2 + of_treated / (level + change) ** 2
    freedom = logs**2 / sum(
        (one / at**2) ** 2 / (int((table.arm == side).sum()) - 1)
        for side, one, at in ((0, of_control, level), (1, of_treated, level + change))
    )
    half = math.exp(t_quantile_above(ALPHA / 2.0, freedom) * math.sqrt(logs))
    ratio = 1.0 + change / level
    linear = of_treated / raw[0] ** 2 + of_control * raw[1] ** 2 / raw[0] ** 4
    reach = comparison.bound(ALPHA) * math.sqrt(linear)
    return {
        f"{question}, delta of logs/relative low": ratio / half - 1.0,
        f"{question}, delta of logs/relative high": ratio * half - 1.0,
        f"{question}, delta/relative": change / raw[0],
        f"{question}, delta/relative low": change / raw[0] - reach,
        f"{question}, delta/relative high": change / raw[0] + reach,
    }


def _variances(table: PersonTable, metric: MetricName, *, is_covered: bool) -> tuple[float, float, tuple[float, float]]:
    """Of each arm's level, and what the levels are with nothing taken out."""
    plain = PersonTable(person=table.person, arm=table.arm, before=np.zeros(len(table)), sums=table.sums)
    registration = _registration(table, metric)
    bare = Arms.of(plain, registration).compared(metric, 1)
    own = Arms.of(table, registration).compared(metric, 1)
    assert bare is not None
    assert own is not None
    raw = (bare.comparison.control, bare.comparison.control + bare.comparison.difference)
    if not is_covered:
        of_control = own.comparison.control_variance
        return of_control, own.comparison.difference_variance - of_control, raw
    # The control's level after CUPED hangs on the treated arm's covariate as well; oracles leave that out.
    of_arm = [_left(table, side, metric) for side in (0, 1)]
    return of_arm[0], of_arm[1], raw


def _left(table: PersonTable, side: int, metric: MetricName) -> float:
    """The variance of an arm's level after CUPED, with the slope of all people."""
    below = metric == "click rate"
    columns = [table.sums["clicks" if below else "revenue"], table.before]
    columns += [table.sums["impressions"]] if below else []
    rows = np.stack(columns)
    whole = moments(rows)
    gradient = (
        np.array([1.0, 0.0, -whole.means[0] / whole.means[2]]) / whole.means[2] if below else np.array([1.0, 0.0])
    )
    slope = float(whole.covariance[1] @ gradient) / float(whole.covariance[1, 1])
    arm = moments(rows[:, table.arm == side])
    own = np.array([1.0, 0.0, -arm.means[0] / arm.means[2]]) / arm.means[2] if below else np.array([1.0, 0.0])
    own[1] -= slope
    return float(own @ arm.covariance @ own) / arm.people


def _always(question: str, comparison: Comparison) -> dict[str, float]:
    people = _PEOPLE[question.split(":", maxsplit=1)[0]]
    bound = always_bound(people, ALPHA, narrowest_at=NARROWEST_AT)
    return {
        f"{question}, at all times/low": comparison.difference - bound * comparison.error,
        f"{question}, at all times/high": comparison.difference + bound * comparison.error,
        f"{question}, at all times/p": always_p_value(comparison.statistic, people, ALPHA, narrowest_at=NARROWEST_AT),
    }


_PEOPLE = {"payers": 6_000, "few": 90, "heavy": 40_000}


def _proportion(columns: Columns, trial: str) -> dict[str, float]:
    """Whoever clicked at all: a mean of zeros and ones, by Welch as any other."""
    arm, clicked = columns[f"{trial}/arm"], columns[f"{trial}/clicked"]
    control, treated = (moments(clicked[None, arm == side]) for side in (0, 1))
    found = compare(control, treated, Layout())
    reach = found.bound(ALPHA) * found.error
    question = f"{trial}: proportion"
    return {
        f"{question}/estimate": found.difference,
        f"{question}/error": found.error,
        f"{question}/freedom": found.freedom,
        f"{question}/low": found.difference - reach,
        f"{question}/high": found.difference + reach,
        f"{question}/p": found.p_value,
        f"{question} by pooled z/statistic": found.statistic,
    }


def _people(columns: Columns, trial: str) -> dict[str, float]:
    """For five percent, in halves: from how people of the whole trial vary, and what was so before."""
    revenue, before = columns[f"{trial}/revenue"], columns[f"{trial}/before"]
    variation = float(revenue.std(ddof=1) / revenue.mean())
    left = 1.0 - float(np.corrcoef(revenue, before)[0, 1]) ** 2
    return {
        f"{trial}: people for 0.05, {name}/people": people_needed(0.05, variation=variation, variance_left=share)
        for name, share in (("plain", 1.0), ("CUPED", left))
    }


def _switchback(columns: Columns) -> dict[str, float]:
    arm, period, person, y = (columns[f"switchback/{name}"] for name in ("arm", "period", "person", "revenue"))
    # Everybody in a period of their own: nothing ties periods together, and the variance by period is left.
    asked = {"treated": arm == 1, "periods": period}
    alone = clustered(y, np.ones(len(y)), **asked, people=np.arange(len(y), dtype=np.uint64))
    both = clustered(y, np.ones(len(y)), **asked, people=person.astype(np.uint64))
    groups = len(np.unique(period))
    factor = groups / (groups - 2)
    by_period = alone.difference_variance / factor
    return {
        "switchback/estimate": both.difference,
        "switchback/variance by period": by_period,
        # Ours enlarges the part of periods alone, for there are few of them; the oracle is asked for no enlargement.
        "switchback/variance by both": both.difference_variance - (factor - 1.0) * by_period,
    }
