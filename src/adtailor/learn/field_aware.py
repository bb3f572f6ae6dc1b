"""A field-aware factorisation machine, as it learns and as it scores."""

import numpy as np
from numpy.typing import NDArray

from adtailor.learn.features import Batch
from adtailor.learn.models import FieldAware
from adtailor.learn.places import make_places, rows_for, rows_learned
from adtailor.learn.tables import Arrays, aligned, check_learns, doubled
from adtailor.maths.field_aware import ffm_learn, ffm_score


class FieldAwareLearner:
    """By place a vector for each field, and a weight."""

    def __init__(
        self, model: FieldAware, *, fields: int, seed: int, arrays: Arrays | None = None, scoring: bool = False
    ) -> None:
        self.model = model
        self.places = make_places(model.table, fields=fields, arrays=arrays)
        self._fields = fields
        self._width = fields * model.k
        self._seed = np.uint64(seed)
        self._scoring = scoring
        self._rates = np.array(
            [model.vector_rate, model.weight_rate, model.first, model.scale, model.vector_l2, model.weight_l2],
            dtype=np.float32,
        )
        if arrays is None:
            self._table, self._linear = aligned(self.places.size, 2 * self._width), aligned(self.places.size, 2)
            self._bias = np.zeros(2, dtype=np.float64)
        elif scoring:
            self._table, self._linear = arrays["vectors"], arrays["weights"].reshape(-1, 1)
            self._bias = arrays["bias"]
        else:
            self._table = doubled(arrays["vectors"], arrays["vector_squares"])
            self._linear = doubled(arrays["weights"], arrays["weight_squares"])
            self._bias = np.concatenate((arrays["bias"], arrays["bias_squares"]))

    def learn(self, batch: Batch, labels: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """The logits before each row's label was seen."""
        check_learns(self._scoring)
        logits = np.empty(len(batch), dtype=np.float64)
        with np.errstate(over="ignore"):  # hashes wrap around; heard of only where kernels run uncompiled
            rows, fresh = rows_learned(self.places, batch)
            self._table[fresh], self._linear[fresh] = 0.0, 0.0
            ffm_learn(batch.starts, rows, batch.values, batch.fields, labels, weights, self._table, self._linear,
                      self._bias, self._rates, self._seed, *self._sums(), logits)  # fmt: skip
        return logits

    def score(self, batch: Batch) -> NDArray[np.float64]:
        """Logits."""
        logits = np.empty(len(batch), dtype=np.float64)
        ffm_score(batch.starts, rows_for(self.places, batch), batch.values, batch.fields, self._table, self._linear,
                  float(self._bias[0]), *self._sums(), logits)  # fmt: skip
        return logits

    def serving(self) -> Arrays:
        """Vectors, weights, bias."""
        return {
            "vectors": self._table[:, : self._width],
            "weights": self._linear[:, 0],
            "bias": self._bias[:1],
            **self.places.serving(),
        }

    def training(self) -> Arrays:
        """The accumulators."""
        if self._scoring:
            return {}
        return {
            "vector_squares": self._table[:, self._width :],
            "weight_squares": self._linear[:, 1],
            "bias_squares": self._bias[1:],
            **self.places.training(),
        }

    def _sums(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        shape = (self._fields, self._fields, self.model.k)
        return np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float32)
