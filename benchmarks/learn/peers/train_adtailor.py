"""adtailor.learn: every column declared as it is, learned in the order of time, then calibrated."""

from typing import Any

import numpy as np
from contract import asked
from numpy.typing import NDArray

from adtailor import learn

task = asked()
config = dict(task.config)
kind, epochs = config.pop("kind"), config.pop("epochs", 1)
model = getattr(learn, kind)(**config)


def columns(rows: slice) -> dict[str, Any]:
    """The log's columns by name, as `fit` and `score` take them."""
    numbers, ids = task.numbers(rows), task.ids(rows)
    found: dict[str, Any] = {name: numbers[:, f] for f, name in enumerate(task.columns["numbers"])}
    return found | {name: ids[:, f] for f, name in enumerate(task.columns["ids"])}


def fitted(passes: int) -> learn.Model:
    """Of the training rows the newest tenth calibrates; the report's own test part is kept as small as may be."""
    return learn.fit(
        features,
        label="clicked",
        log=log,
        model=model,
        epochs=passes,
        hold_out=0.01,
        validation=0.1,
        by=(),
        baseline=False,
        rounds=2,
        seed=task.seed,
    )


def loss(chance: NDArray[np.float64]) -> float:
    held, clicked = np.clip(chance, 1e-7, 1 - 1e-7), task.clicked(task.predict)
    return float(-np.mean(np.log(np.where(clicked == 1, held, 1 - held))))


with task.phase("prepare"):
    log = columns(task.train) | {"clicked": task.clicked(task.train)}
    later = columns(task.predict)
    features = learn.Features(
        *(learn.Id(name) for name in task.columns["ids"]),
        *(learn.Number(name) for name in task.columns["numbers"]),
    )
if task.trial:
    found = {passes: fitted(passes).score(later) for passes in ((1,) if kind in {"Blend", "Trees"} else (1, 2, 3))}
    epochs = min(found, key=lambda passes: loss(found[passes]))
    chance = found[epochs]
else:
    with task.phase("fit"):
        learned = fitted(epochs)
    with task.phase("predict"):
        chance = learned.score(later)
task.finish(chance, config={**task.config, "epochs": epochs})
