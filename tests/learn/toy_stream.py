"""A toy log whose ads differ in how often they are clicked, as columns and as files of lines."""

import json
from pathlib import Path

import numpy as np

from adtailor import learn

SECOND = 1_000_000
NOON = 1_790_000_000 * SECOND
FEATURES = learn.Features(learn.Id("ad_id"), learn.Category("style"), learn.Cross("style", "ad_id"))
SMALL = learn.Factorization(k=4, table=learn.Hashed(bits=12), vector_rate=0.2)


def columns(rows, *, first=0, seed=3):
    """Rows a tenth of a second apart, each with an id of its own."""
    random = np.random.default_rng([seed, first])
    ad = random.integers(0, 10, rows)
    return {
        "decision_id": np.arange(first, first + rows),
        "decided_at": NOON + (np.arange(first, first + rows) * SECOND) // 10,
        "ad_id": ad + 2**24,
        "style": [("work", "night", "sport")[n] for n in random.integers(0, 3, rows)],
        "clicked": random.random(rows) < 0.05 + 0.06 * ad,
    }


def lines(given):
    """As JSON lines."""
    names = list(given)
    values = [v.tolist() if isinstance(v, np.ndarray) else v for v in given.values()]
    return "".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in zip(*values, strict=True))


def append(path: Path, text: str) -> None:
    """At the end of a file, in one write."""
    with path.open("a") as file:
        file.write(text)


def fitted(rows=2_000, model=SMALL, features=FEATURES):
    """A model of the first rows."""
    return learn.fit(
        features, label="clicked", log=columns(rows), time="decided_at", model=model, rounds=20, baseline=False
    )


def learned_on(model, given):
    """What one pass over more rows makes of a model: the bits of its arrays."""
    from adtailor.learn.columns import column
    from adtailor.learn.learners import copied

    learner = copied(model.learner, model.about.model, fields=len(model.encoder.fields), seed=model.about.seed)
    read = {name: column(name, values) for name, values in given.items()}
    labels = np.asarray(given["clicked"]).astype(np.float32)
    learner.learn(model.encoder.encode(read), labels, np.ones(len(labels), dtype=np.float32))
    return {**learner.serving(), **learner.training()}


def bits(path):
    """The arrays of a model's file, with its deltas, but for how far it was followed."""
    from adtailor.learn.delta import read_whole

    return {name: array for name, array in read_whole(Path(path)).arrays.items() if name != "followed"}


def same_bits(left, right):
    """Whether both hold the same arrays, to the bit."""
    return left.keys() == right.keys() and all(np.array_equal(left[name], right[name]) for name in left)
