"""Run by a Python that has tea-tasting: what it says of made trials, as one object of JSON."""

import json
import sys

import numpy as np
import pyarrow as pa
import tea_tasting as tt

told = json.loads(sys.argv[2])
columns = np.load(sys.argv[1])
says: dict[str, float] = {}
METRICS = {
    "mean": tt.Mean("revenue"),
    "CUPED": tt.Mean("revenue", "before"),
    "ratio": tt.RatioOfMeans("clicks", "impressions"),
    "ratio, CUPED": tt.RatioOfMeans("clicks", "impressions", "before"),
}
for trial in told["trials"]:
    table = pa.table(
        {name: columns[f"{trial}/{name}"] for name in ("arm", "revenue", "before", "clicks", "impressions")}
    )
    for name, metric in METRICS.items():
        found = metric.analyze(table, 0, 1, "arm")
        says |= {
            f"{trial}: {name}/control": found.control,
            f"{trial}: {name}/estimate": found.effect_size,
            f"{trial}: {name}/error": found.effect_size / found.statistic,
            f"{trial}: {name}/low": found.effect_size_ci_lower,
            f"{trial}: {name}/high": found.effect_size_ci_upper,
            f"{trial}: {name}/p": found.pvalue,
            f"{trial}: {name}/relative": found.rel_effect_size,
            f"{trial}: {name}, delta of logs/relative low": found.rel_effect_size_ci_lower,
            f"{trial}: {name}, delta of logs/relative high": found.rel_effect_size_ci_upper,
        }
    for name, covariate in (("plain", None), ("CUPED", "before")):
        asked = tt.Mean("revenue", covariate, use_t=False, rel_effect_size=0.05)
        says[f"{trial}: people for 0.05, {name}/people"] = asked.solve_power(table, "n_obs")[0].n_obs

arm = np.repeat([0, 1], told["counts"])
share = told["shares"][1] / told["shares"][0]
ratio = tt.SampleRatio(share, method="norm", correction=False)
says["sample ratio/p"] = ratio.analyze(pa.table({"arm": arm}), 0, 1, "arm").pvalue
print(json.dumps({"version": tt.__version__, "says": {name: float(value) for name, value in says.items()}}))
