"""Boosted trees, as they learn and as they score: grown anew whenever the rows have become many more."""

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput
from adtailor.learn.features import Batch, Plain
from adtailor.learn.models import Trees
from adtailor.learn.places import make_places, rows_for, rows_learned
from adtailor.learn.tables import Arrays, aligned, check_learns
from adtailor.maths.boosting import F32, binned, boost, cut, staged_losses, trees_score
from adtailor.maths.calibration import logit
from adtailor.maths.click_rates import rates_learned, rates_said

BINS = 128
FIRST_ROWS, GROWTH = 1_000, 1.5
"""Trees are first grown from so many rows, and again when there are so many times more."""
FIRST_ROUNDS = 40
_LEAST_FRESH = 0.2
"""Fewer rows than this share of those that the trees grew from do not say how many trees are enough."""
_MORE = 1.1
"""The next trees grow from more rows, and may be a few more."""


class TreesLearner:
    """Numbers stand as they are, ids as their click rates so far; a block is believed before it is kept.

    How many rounds the next trees get is told by rows that the present ones had not seen.
    """

    def __init__(
        self, model: Trees, *, fields: int, seed: int, arrays: Arrays | None = None, scoring: bool = False
    ) -> None:
        self.model = model
        self.places = make_places(model.table, fields=fields, arrays=arrays)
        self._seed, self._scoring = seed, scoring
        if arrays is None:
            self._rates, self._base = aligned(self.places.size, 2), np.zeros(2)
            self._forest = _none(model.leaves)
            self._start = np.zeros(1)
            self._rounds = FIRST_ROUNDS
            self._seen, self._grown = 0, 0
            self._kept: list[F32] = []
            return
        self._rates, self._base = arrays["rates"], arrays["base"]
        self._forest = (arrays["tree_columns"], arrays["tree_thresholds"], arrays["tree_children"],
                        arrays["tree_values"])  # fmt: skip
        self._start, self._rounds = arrays["start"], int(arrays["rounds"][0])
        if not scoring:
            self._rates, self._base, self._start = self._rates.copy(), self._base.copy(), self._start.copy()
            self._seen, self._grown = (int(value) for value in arrays["grown"])
            self._kept = [arrays["kept"].copy()] if len(arrays["kept"]) else []

    def learn(self, batch: Batch, labels: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """The logits before each row's label was seen."""
        check_learns(self._scoring)
        plain = _plain(batch)
        with np.errstate(over="ignore"):  # hashes wrap around; heard of only where kernels run uncompiled
            rows, fresh = rows_learned(self.places, batch)
        self._rates[fresh] = 0.0
        said = _beside(plain)
        rates_learned(batch.starts, rows, batch.values, batch.fields, plain.rated, self._rates, self._base, labels,
                   weights, said)  # fmt: skip
        inputs = np.hstack((plain.numbers, said))
        told = np.hstack((inputs, labels[:, None], weights[:, None])).astype(np.float32)
        logits = np.empty(len(batch))
        first = 0
        while first < len(batch):
            due = max(FIRST_ROWS, int(self._grown * GROWTH)) - self._seen
            last = min(len(batch), first + max(due, 1))
            logits[first:last] = self._believed(inputs[first:last])
            taught = told[first:last][weights[first:last] > 0.0]
            self._kept.append(taught)
            self._seen += len(taught)
            if len(taught) >= due:
                self.settle()
            first = last
        return logits

    def settle(self) -> None:
        """Grows the trees from all rows kept; nothing where they are."""
        if self._seen == self._grown:
            return
        fresh = min(self._seen - self._grown, self.model.most_rows)
        rows = np.concatenate(self._kept)[-self.model.most_rows :]
        self._kept = [rows]
        if self._grown and fresh >= _LEAST_FRESH * min(self._grown, self.model.most_rows):
            self._rounds = self._enough(rows[-fresh:])
        self._grown = self._seen
        inputs, labels, weights = np.ascontiguousarray(rows[:, :-2]), rows[:, -2].copy(), rows[:, -1].copy()
        cuts = [cut(np.ascontiguousarray(inputs[:, f]), BINS) for f in range(inputs.shape[1])]
        edges = np.full((len(cuts), BINS), np.inf, dtype=np.float32)
        bins = np.empty(inputs.shape, dtype=np.uint8)
        for f, found in enumerate(cuts):
            edges[f, : len(found)] = found
            binned(np.ascontiguousarray(inputs[:, f]), found, f, bins)
        sizes = np.array([len(found) + 1 for found in cuts], dtype=np.int64)
        total = float(weights.sum())
        mean = (float((weights * labels).sum()) + 1.0) / (total + 2.0)
        self._start = logit(np.array([mean]))
        model = self.model
        # More than are believed, so that the next rows can say whether more are better.
        self._forest = _none(model.leaves, max(FIRST_ROUNDS, min(self._rounds + self._rounds // 2, model.most_rounds)))
        with np.errstate(over="ignore"):
            boost(bins, edges, sizes, labels, weights, model.share, np.array([model.rate, model.l2, model.least]),
                  np.uint64(self._seed), np.full(len(rows), self._start[0]), *self._forest)  # fmt: skip

    def score(self, batch: Batch) -> NDArray[np.float64]:
        """Logits."""
        plain = _plain(batch)
        said = _beside(plain)
        rates_said(batch.starts, rows_for(self.places, batch), batch.values, batch.fields, plain.rated, self._rates,
                   self._base, said)  # fmt: skip
        return self._believed(np.hstack((plain.numbers, said)))

    def serving(self) -> Arrays:
        """The trees, and what is known of every id."""
        names = ("tree_columns", "tree_thresholds", "tree_children", "tree_values")
        return {
            "rates": self._rates,
            "base": self._base,
            "start": self._start,
            "rounds": np.array([self._rounds], dtype=np.int64),
            **dict(zip(names, self._forest, strict=True)),
            **self.places.serving(),
        }

    def training(self) -> Arrays:
        """The rows that the next trees grow from, and how many these were."""
        if self._scoring:
            return {}
        return {
            "kept": np.concatenate(self._kept) if self._kept else np.zeros((0, 0), dtype=np.float32),
            "grown": np.array([self._seen, self._grown], dtype=np.int64),
            **self.places.training(),
        }

    def _believed(self, inputs: F32) -> NDArray[np.float64]:
        logits = np.full(len(inputs), self._start[0])
        columns, thresholds, children, values = self._forest
        enough = self._rounds
        trees_score(inputs, columns[:enough], thresholds[:enough], children[:enough], values[:enough], logits)
        return logits

    def _enough(self, rows: F32) -> int:
        losses = np.empty(len(self._forest[3]) + 1)
        inputs, labels, weights = np.ascontiguousarray(rows[:, :-2]), rows[:, -2].copy(), rows[:, -1].copy()
        staged_losses(inputs, labels, weights, *self._forest, np.full(len(rows), self._start[0]), losses)
        return max(1, min(round(_MORE * int(losses.argmin())), self.model.most_rounds))


def _none(leaves: int, rounds: int = 0) -> tuple[NDArray[np.int16], F32, NDArray[np.int16], F32]:
    return (
        np.zeros((rounds, leaves - 1), dtype=np.int16),
        np.zeros((rounds, leaves - 1), dtype=np.float32),
        np.zeros((rounds, leaves - 1, 2), dtype=np.int16),
        np.zeros((rounds, leaves), dtype=np.float32),
    )


def _beside(plain: Plain) -> F32:
    return np.empty((len(plain.numbers), int(plain.rated.max(initial=-1)) + 1), dtype=np.float32)


def _plain(batch: Batch) -> Plain:
    if batch.plain is None:
        raise InvalidInput("rows without their numbers", hint="encode them with the model's own encoder")
    return batch.plain
