"""Run by a Python that has statsmodels: what it says of made trials, as one object of JSON."""

import json
import sys

import numpy as np
import statsmodels
import statsmodels.api as sm
from statsmodels.stats.gof import chisquare
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower, TTestIndPower
from statsmodels.stats.proportion import confint_proportions_2indep, proportions_ztest
from statsmodels.stats.sandwich_covariance import cov_cluster_2groups
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

told = json.loads(sys.argv[2])
columns = np.load(sys.argv[1])
says: dict[str, float] = {}


def welch(name: str, control: np.ndarray, treated: np.ndarray) -> None:
    both = CompareMeans(DescrStatsW(treated), DescrStatsW(control))
    _, p, freedom = both.ttest_ind(usevar="unequal")
    low, high = both.tconfint_diff(usevar="unequal")
    says.update({
        f"{name}/estimate": both.d1.mean - both.d2.mean, f"{name}/error": both.std_meandiff_separatevar,
        f"{name}/freedom": freedom, f"{name}/low": low, f"{name}/high": high, f"{name}/p": p,
    })  # fmt: skip


for trial in told["trials"]:
    arm, y, x, pages, clicks, clicked = (
        columns[f"{trial}/{name}"] for name in ("arm", "revenue", "before", "impressions", "clicks", "clicked")
    )
    control, treated = arm == 0, arm == 1
    welch(f"{trial}: mean", y[control], y[treated])

    # Where Fieller's interval ends, Welch's test of just that ratio has to give just its bound.
    for end in ("low", "high"):
        ratio = 1.0 + told["fieller"][trial][end]
        both = CompareMeans(DescrStatsW(y[treated]), DescrStatsW(ratio * y[control]))
        says[f"{trial}: Fieller/statistic at {end}"] = both.ttest_ind(usevar="unequal")[0]

    # CUPED as it is defined: the slope of all people, then Welch's test of what is left.
    slope = sm.OLS(y, sm.add_constant(x)).fit().params[1]
    left = y - slope * (x - x.mean())
    welch(f"{trial}: CUPED", left[control], left[treated])

    # The same as an analysis of covariance, with errors that leave variances to each person.
    fit = sm.OLS(y, np.column_stack([np.ones(len(y)), arm, x])).fit(cov_type="HC2")
    says[f"{trial}: CUPED as ANCOVA/estimate"] = fit.params[1]
    says[f"{trial}: CUPED as ANCOVA/error"] = fit.bse[1]

    # A ratio of sums is a weighted mean of everybody's own ratio; HC0 divides by n where a variance divides by n - 1.
    level, variance = {}, 0.0
    for side, who in ((0, control), (1, treated)):
        one = sm.WLS(clicks[who] / pages[who], np.ones(who.sum()), weights=pages[who]).fit(cov_type="HC0")
        level[side] = one.params[0]
        variance += one.cov_params()[0, 0] * who.sum() / (who.sum() - 1)
    says[f"{trial}: ratio/estimate"], says[f"{trial}: ratio/error"] = level[1] - level[0], np.sqrt(variance)

    count, of = [clicked[treated].sum(), clicked[control].sum()], [treated.sum(), control.sum()]
    statistic, p = proportions_ztest(count, of)
    low, high = confint_proportions_2indep(count[0], of[0], count[1], of[1], method="wald", compare="diff")
    says[f"{trial}: proportion/low"], says[f"{trial}: proportion/high"] = low, high
    says[f"{trial}: proportion by pooled z/statistic"] = statistic

period, person, arm, y = (columns[f"switchback/{name}"] for name in ("period", "person", "arm", "revenue"))
fit = sm.OLS(y, np.column_stack([np.ones(len(y)), arm])).fit()
both, by_period, by_person = cov_cluster_2groups(fit, period, person, use_correction=False)
says["switchback/estimate"] = fit.params[1]
says["switchback/variance by period"] = by_period[1, 1]
says["switchback/variance by both"] = both[1, 1]

for method, name in (("fdr_bh", "Benjamini-Hochberg"), ("fdr_by", "Benjamini-Yekutieli")):
    for n, rate in enumerate(multipletests(told["p_values"], method=method)[1]):
        says[f"{name}/{n}"] = rate

counts, shares = np.array(told["counts"]), np.array(told["shares"])
says["sample ratio/p"] = chisquare(counts, counts.sum() * shares)[1]

for effect, variation, share in told["power"]:
    asked = {"effect_size": effect / variation, "alpha": 0.05, "power": 0.8, "ratio": share / (1.0 - share)}
    name = f"people for {effect:g} at {variation:g}"
    says[f"{name}/people"] = NormalIndPower().solve_power(**asked) / (1.0 - share)
    says[f"{name}, by t/people"] = TTestIndPower().solve_power(**asked) / (1.0 - share)

print(json.dumps({"version": statsmodels.__version__, "says": {name: float(value) for name, value in says.items()}}))
