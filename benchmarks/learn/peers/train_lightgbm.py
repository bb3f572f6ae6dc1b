"""LightGBM: rare ids merged and the rest as categories, or every id as its ordered click rate and count."""

import lightgbm
import numpy as np
from contract import asked
from encoding import Vocabulary, ordered_rates

task = asked()
config = dict(task.config)
encoding, rounds = config.pop("encoding"), config.pop("rounds", 600)
with task.phase("prepare"):
    ids, later = task.ids(task.train), task.ids(task.predict)
    if encoding == "categories":
        vocabulary = Vocabulary(ids, at_least=20)
        coded, coded_later = vocabulary.indices(ids), vocabulary.indices(later)
        categories = list(range(task.numbers(task.train).shape[1], task.numbers(task.train).shape[1] + ids.shape[1]))
    else:
        coded, coded_later = ordered_rates(ids, task.clicked(task.train), later)
        categories = []
    table = np.hstack([task.numbers(task.train), coded.astype(np.float32)])
    table_later = np.hstack([task.numbers(task.predict), coded_later.astype(np.float32)])
parameters = {
    "objective": "binary", "learning_rate": 0.05, "min_data_in_leaf": 50, "feature_fraction": 0.7,
    "max_cat_threshold": 64, "num_threads": 1, "verbosity": -1, "seed": task.seed, **config,
}  # fmt: skip
with task.phase("fit"):
    data = lightgbm.Dataset(table, task.clicked(task.train), categorical_feature=categories)
    checks, callbacks = [], []
    if task.trial:
        checks = [lightgbm.Dataset(table_later, task.clicked(task.predict), reference=data)]
        callbacks = [lightgbm.early_stopping(30, verbose=False)]
    model = lightgbm.train(parameters, data, rounds, valid_sets=checks, callbacks=callbacks)
with task.phase("predict"):
    chance = model.predict(table_later)
enough = model.best_iteration if task.trial and model.best_iteration > 0 else rounds
task.finish(np.asarray(chance), config={**task.config, "rounds": enough})
