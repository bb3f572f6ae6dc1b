"""Run by a Python that has gbstats, the statistics of GrowthBook: what it says of made trials, as JSON."""

import json
import sys
from importlib.metadata import version

import numpy as np
from gbstats.frequentist.tests import FrequentistConfig, SequentialConfig, SequentialTwoSidedTTest, TwoSidedTTest
from gbstats.models.statistics import (
    ProportionStatistic,
    RatioStatistic,
    RegressionAdjustedStatistic,
    SampleMeanStatistic,
    compute_theta,
)
from gbstats.utils import check_srm

told = json.loads(sys.argv[2])
columns = np.load(sys.argv[1])
says: dict[str, float] = {}


def mean(values: np.ndarray) -> SampleMeanStatistic:
    return SampleMeanStatistic(n=len(values), sum=float(values.sum()), sum_squares=float((values**2).sum()))


for trial in told["trials"]:
    arms: dict[str, list] = {"mean": [], "CUPED": [], "ratio": [], "proportion": []}
    for side in (0, 1):
        who = columns[f"{trial}/arm"] == side
        y, x, clicks, pages, clicked = (
            columns[f"{trial}/{name}"][who] for name in ("revenue", "before", "clicks", "impressions", "clicked")
        )
        n = len(y)
        arms["mean"].append(mean(y))
        arms["CUPED"].append(
            RegressionAdjustedStatistic(
                n=n, post_statistic=mean(y), pre_statistic=mean(x), post_pre_sum_of_products=float(y @ x), theta=0
            )
        )
        arms["ratio"].append(
            RatioStatistic(
                n=n, m_statistic=mean(clicks), d_statistic=mean(pages), m_d_sum_of_products=float(clicks @ pages)
            )
        )
        arms["proportion"].append(ProportionStatistic(n=n, sum=float(clicked.sum())))
    theta = compute_theta(*arms["CUPED"])
    for one in arms["CUPED"]:
        one.theta = theta
    for name, (control, treated) in arms.items():
        test = TwoSidedTTest(control, treated, FrequentistConfig(difference_type="absolute"))
        found = test.compute_result()
        says |= {
            f"{trial}: {name}/estimate": found.expected,
            f"{trial}: {name}/error": found.uplift.stddev,
            f"{trial}: {name}/low": found.ci[0],
            f"{trial}: {name}/high": found.ci[1],
            f"{trial}: {name}/p": found.p_value,
            f"{trial}: {name}/freedom": test.dof,
        }
        if name == "proportion":
            continue  # our means of zeros and ones are asked for with the same difference in definition once
        relative = TwoSidedTTest(control, treated, FrequentistConfig(difference_type="relative")).compute_result()
        says |= {
            f"{trial}: {name}, delta/relative": relative.expected,
            f"{trial}: {name}, delta/relative low": relative.ci[0],
            f"{trial}: {name}, delta/relative high": relative.ci[1],
        }
        always = SequentialTwoSidedTTest(
            control,
            treated,
            SequentialConfig(difference_type="absolute", sequential_tuning_parameter=told["narrowest_at"]),
        ).compute_result()
        says |= {
            f"{trial}: {name}, at all times/low": always.ci[0],
            f"{trial}: {name}, at all times/high": always.ci[1],
            f"{trial}: {name}, at all times/p": always.p_value,
        }
says["sample ratio/p"] = check_srm(told["counts"], told["shares"])
print(json.dumps({"version": version("gbstats"), "says": {name: float(value) for name, value in says.items()}}))
