"""XGBoost, by histograms: every id as its ordered click rate and count."""

import numpy as np
import xgboost
from contract import asked
from encoding import ordered_rates

task = asked()
config = dict(task.config)
rounds = config.pop("rounds", 600)
with task.phase("prepare"):
    coded, coded_later = ordered_rates(task.ids(task.train), task.clicked(task.train), task.ids(task.predict))
    table = np.hstack([task.numbers(task.train), coded])
    table_later = np.hstack([task.numbers(task.predict), coded_later])
parameters = {
    "objective": "binary:logistic", "tree_method": "hist", "eta": 0.05, "min_child_weight": 5, "colsample_bytree": 0.7,
    "nthread": 1, "verbosity": 0, "seed": task.seed, "eval_metric": "logloss", **config,
}  # fmt: skip
with task.phase("fit"):
    data = xgboost.QuantileDMatrix(table, task.clicked(task.train), nthread=1)
    stop = {}
    if task.trial:
        held = xgboost.QuantileDMatrix(table_later, task.clicked(task.predict), ref=data, nthread=1)
        stop = {"evals": [(held, "held")], "early_stopping_rounds": 30, "verbose_eval": False}
    model = xgboost.train(parameters, data, rounds, **stop)
enough = model.best_iteration + 1 if task.trial else rounds
with task.phase("predict"):
    chance = model.inplace_predict(table_later, iteration_range=(0, enough))
task.finish(chance, config={**task.config, "rounds": enough})
