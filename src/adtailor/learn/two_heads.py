"""Clicks and conversions over shared vectors, as they learn and as they score."""

import numpy as np
from numpy.typing import NDArray

from adtailor.learn.features import Batch
from adtailor.learn.models import TwoHeads
from adtailor.learn.places import make_places, rows_for, rows_learned
from adtailor.learn.tables import Arrays, aligned, check_learns, doubled
from adtailor.maths.two_heads import heads_learn, heads_score


class TwoHeadsLearner:
    """Logits have shape (rows, 2): a click, and a conversion after a click."""

    def __init__(
        self, model: TwoHeads, *, fields: int, seed: int, arrays: Arrays | None = None, scoring: bool = False
    ) -> None:
        self.model = model
        self.places = make_places(model.table, fields=fields, arrays=arrays)
        self._seed = np.uint64(seed)
        self._scoring = scoring
        self._rates = np.array([model.vector_rate, model.weight_rate, model.first, model.scale], dtype=np.float32)
        if arrays is None:
            self._table, self._linear = aligned(self.places.size, 2 * model.k), aligned(self.places.size, 4)
            self._shares = np.zeros((2, 2 * model.k), dtype=np.float32)
            self._shares[:, : model.k] = 1.0
            self._bias = np.zeros(4, dtype=np.float64)
        elif scoring:
            self._table, self._linear = arrays["vectors"], arrays["weights"]
            self._shares, self._bias = arrays["shares"], arrays["bias"]
        else:
            self._table = doubled(arrays["vectors"], arrays["vector_squares"])
            self._linear = doubled(arrays["weights"], arrays["weight_squares"])
            self._shares = np.concatenate((arrays["shares"], arrays["share_squares"]), axis=1)
            self._bias = np.concatenate((arrays["bias"], arrays["bias_squares"]))

    def learn(self, batch: Batch, labels: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """The logits before each row's labels were seen."""
        check_learns(self._scoring)
        logits = np.empty((len(batch), 2), dtype=np.float64)
        with np.errstate(over="ignore"):  # hashes wrap around; heard of only where kernels run uncompiled
            rows, fresh = rows_learned(self.places, batch)
            self._table[fresh], self._linear[fresh] = 0.0, 0.0
            heads_learn(batch.starts, rows, batch.values, labels, weights, self._table, self._linear, self._shares,
                        self._bias, self._rates, self._seed, self._sums(), logits)  # fmt: skip
        return logits

    def score(self, batch: Batch) -> NDArray[np.float64]:
        """Logits."""
        logits = np.empty((len(batch), 2), dtype=np.float64)
        heads_score(batch.starts, rows_for(self.places, batch), batch.values, self._table, self._linear, self._shares,
                    self._bias, self._sums(), logits)  # fmt: skip
        return logits

    def serving(self) -> Arrays:
        """Vectors, weights, shares, biases."""
        return {
            "vectors": self._table[:, : self.model.k],
            "weights": self._linear[:, :2],
            "shares": self._shares[:, : self.model.k],
            "bias": self._bias[:2],
            **self.places.serving(),
        }

    def training(self) -> Arrays:
        """The accumulators."""
        if self._scoring:
            return {}
        return {
            "vector_squares": self._table[:, self.model.k :],
            "weight_squares": self._linear[:, 2:],
            "share_squares": self._shares[:, self.model.k :],
            "bias_squares": self._bias[2:],
            **self.places.training(),
        }

    def _sums(self) -> NDArray[np.float32]:
        return np.zeros((2, self.model.k), dtype=np.float32)
