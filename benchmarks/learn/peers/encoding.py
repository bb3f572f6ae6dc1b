"""How rows are made ready for learners that want small indices or few columns; fitted on the training rows alone."""

import numpy as np
from numpy.typing import NDArray


class Vocabulary:
    """Per field, ids seen often enough become 1, 2, ...; rare and unseen ones share 0."""

    def __init__(self, ids: NDArray[np.int64], *, at_least: int) -> None:
        self.kept: list[NDArray[np.int64]] = []
        for f in range(ids.shape[1]):
            values, counts = np.unique(ids[:, f], return_counts=True)
            self.kept.append(values[counts >= at_least])

    @property
    def sizes(self) -> list[int]:
        return [len(values) + 1 for values in self.kept]

    def indices(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        found = np.zeros(ids.shape, dtype=np.int64)
        for f, values in enumerate(self.kept):
            if len(values):
                at = np.minimum(np.searchsorted(values, ids[:, f]), len(values) - 1)
                found[:, f] = np.where(values[at] == ids[:, f], at + 1, 0)
        return found


class Buckets:
    """Per number, 31 quantiles of what is known; 0 where nothing is."""

    def __init__(self, numbers: NDArray[np.float32], *, buckets: int = 32) -> None:
        inner = np.linspace(0, 1, buckets + 1)[1:-1]
        self.edges = [np.unique(np.quantile(_known(numbers[:, f]), inner)) for f in range(numbers.shape[1])]

    @property
    def sizes(self) -> list[int]:
        return [len(edges) + 2 for edges in self.edges]

    def indices(self, numbers: NDArray[np.float32]) -> NDArray[np.int64]:
        found = np.zeros(numbers.shape, dtype=np.int64)
        for f, edges in enumerate(self.edges):
            values = numbers[:, f]
            found[:, f] = np.where(np.isnan(values), 0, np.searchsorted(edges, values) + 1)
        return found


class Scale:
    """Per number, its signed logarithm, centred and scaled; 0 where nothing is known."""

    def __init__(self, numbers: NDArray[np.float32]) -> None:
        logs = _logs(numbers)
        self.middle = np.nanmean(logs, axis=0)
        self.spread = np.maximum(np.nanstd(logs, axis=0), 1e-6)

    def values(self, numbers: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.nan_to_num((_logs(numbers) - self.middle) / self.spread).astype(np.float32)


class Fields:
    """Ids and buckets of numbers side by side as indices, and the scaled numbers: what a deep model eats."""

    def __init__(self, numbers: NDArray[np.float32], ids: NDArray[np.int64], *, at_least: int) -> None:
        self.vocabulary, self.buckets, self.scale = Vocabulary(ids, at_least=at_least), Buckets(numbers), Scale(numbers)

    @property
    def sizes(self) -> list[int]:
        return self.vocabulary.sizes + self.buckets.sizes

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where each field begins when all share one table."""
        return np.concatenate([[0], np.cumsum(self.sizes)[:-1]])

    def of(self, numbers: NDArray[np.float32], ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        indices = np.concatenate([self.vocabulary.indices(ids), self.buckets.indices(numbers)], axis=1)
        return indices, self.scale.values(numbers)


def ordered_rates(
    ids: NDArray[np.int64], clicked: NDArray[np.uint8], later: NDArray[np.int64], *, prior: float = 20.0
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Per field, the click rate and the logarithm of the count of a row's id among the rows *before* it.

    For later rows, among all training rows. So a tree sees an id of ten million values as two numbers, without seeing
    its own label.
    """
    rate = float(clicked.mean())
    fields = ids.shape[1]
    train = np.empty((len(ids), 2 * fields), dtype=np.float32)
    test = np.empty((len(later), 2 * fields), dtype=np.float32)
    for f in range(fields):
        order = np.argsort(ids[:, f], kind="stable")
        held, label = ids[order, f], clicked[order].astype(np.float64)
        starts = np.flatnonzero(np.append(True, held[1:] != held[:-1]))
        lengths = np.diff(np.append(starts, len(held)))
        sums = np.cumsum(label)
        before_group = np.repeat(sums[starts] - label[starts], lengths)
        count = np.arange(len(held)) - np.repeat(starts, lengths)
        clicks = sums - label - before_group
        train[order, 2 * f] = (clicks + prior * rate) / (count + prior)
        train[order, 2 * f + 1] = np.log1p(count)
        values, totals = held[starts], np.add.reduceat(label, starts)
        at = np.minimum(np.searchsorted(values, later[:, f]), len(values) - 1)
        known = values[at] == later[:, f]
        test[:, 2 * f] = np.where(known, (totals[at] + prior * rate) / (lengths[at] + prior), rate)
        test[:, 2 * f + 1] = np.where(known, np.log1p(lengths[at]), 0)
    return train, test


def _known(values: NDArray[np.float32]) -> NDArray[np.float32]:
    known = values[~np.isnan(values)]
    return known if len(known) else np.zeros(1, dtype=np.float32)


def _logs(numbers: NDArray[np.float32]) -> NDArray[np.float64]:
    wide = numbers.astype(np.float64)
    return np.sign(wide) * np.log1p(np.abs(wide))
