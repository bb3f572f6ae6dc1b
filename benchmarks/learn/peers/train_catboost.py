"""CatBoost, in the order of time: ids as it likes them, by its own ordered statistics."""

import pandas as pd
from catboost import CatBoostClassifier, Pool
from contract import asked

task = asked()
config = dict(task.config)
rounds = config.pop("rounds", 300)


def pool(rows: slice) -> Pool:
    numbers, ids = task.numbers(rows), task.ids(rows)
    table = {f"n{f}": numbers[:, f] for f in range(numbers.shape[1])} | {
        f"c{f}": ids[:, f] for f in range(ids.shape[1])
    }
    return Pool(pd.DataFrame(table), task.clicked(rows), cat_features=[f"c{f}" for f in range(ids.shape[1])])


with task.phase("prepare"):
    data, later = pool(task.train), pool(task.predict)
with task.phase("fit"):
    model = CatBoostClassifier(
        iterations=rounds, learning_rate=0.1, has_time=True, thread_count=1, random_seed=task.seed, verbose=False,
        allow_writing_files=False, **config,
    )  # fmt: skip
    model.fit(data, eval_set=later if task.trial else None, early_stopping_rounds=30 if task.trial else None)
with task.phase("predict"):
    chance = model.predict_proba(later, thread_count=1)[:, 1]
enough = model.get_best_iteration() + 1 if task.trial else rounds
task.finish(chance, config={**task.config, "rounds": enough})
