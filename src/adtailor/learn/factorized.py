"""A factorisation machine, as it learns and as it scores from a mapped file."""

import numpy as np
from numpy.typing import NDArray

from adtailor.learn.features import Batch
from adtailor.learn.models import Factorization, Matching
from adtailor.learn.places import make_places, rows_for, rows_learned
from adtailor.learn.tables import Arrays, check_learns, packed
from adtailor.maths.factorization import fm_learn, fm_score


class Factorized:
    """Vectors and weights by place; while learning, accumulators stand beside them, all in the same lines of memory."""

    def __init__(
        self,
        model: Factorization | Matching,
        *,
        fields: int,
        seed: int,
        arrays: Arrays | None = None,
        scoring: bool = False,
    ) -> None:
        self.model = model
        self.places = make_places(model.table, fields=fields, arrays=arrays)
        self._seed = np.uint64(seed)
        self._scoring = scoring
        self._rates = np.array(
            [model.vector_rate, model.weight_rate, model.first, model.scale, model.vector_l2, model.weight_l2],
            dtype=np.float32,
        )
        if arrays is None:
            self.table, self.linear = packed(self.places.size, model.k)
            self._bias = np.zeros(2, dtype=np.float64)
        elif scoring:
            self.table, self.linear = arrays["vectors"], arrays["weights"].reshape(-1, 1)
            self._bias = arrays["bias"]
        else:
            self.table, self.linear = packed(self.places.size, model.k)
            self.table[:, : model.k], self.table[:, model.k : 2 * model.k] = arrays["vectors"], arrays["vector_squares"]
            self.linear[:, 0], self.linear[:, 1] = arrays["weights"], arrays["weight_squares"]
            self._bias = np.concatenate((arrays["bias"], arrays["bias_squares"]))

    @property
    def bias(self) -> float:
        """What every logit begins with."""
        return float(self._bias[0])

    def learn(self, batch: Batch, labels: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """The logits before each row's label was seen."""
        check_learns(self._scoring)
        logits = np.empty(len(batch), dtype=np.float64)
        with np.errstate(over="ignore"):  # hashes wrap around; heard of only where kernels run uncompiled
            rows, fresh = rows_learned(self.places, batch)
            self.table[fresh], self.linear[fresh] = 0.0, 0.0
            fm_learn(batch.starts, rows, batch.values, labels, weights, self.table, self.linear, self._bias,
                     self._rates, self._seed, self._sums(), logits)  # fmt: skip
        return logits

    def score(self, batch: Batch) -> NDArray[np.float64]:
        """Logits."""
        logits = np.empty(len(batch), dtype=np.float64)
        fm_score(batch.starts, rows_for(self.places, batch), batch.values, self.table, self.linear, self.bias,
                 self._sums(), logits)  # fmt: skip
        return logits

    def serving(self) -> Arrays:
        """Vectors, weights, bias."""
        return {
            "vectors": self.table[:, : self.model.k],
            "weights": self.linear[:, 0],
            "bias": self._bias[:1],
            **self.places.serving(),
        }

    def training(self) -> Arrays:
        """The accumulators."""
        if self._scoring:
            return {}
        return {
            "vector_squares": self.table[:, self.model.k : 2 * self.model.k],
            "weight_squares": self.linear[:, 1],
            "bias_squares": self._bias[1:],
            **self.places.training(),
        }

    def uncertainty(self) -> NDArray[np.float32]:
        """By place, the summed squared slopes of the weight: what Thompson sampling takes for certainty."""
        return self.linear[:, 1] + np.float32(self.model.first)

    def _sums(self) -> NDArray[np.float32]:
        return np.zeros((2, self.model.k), dtype=np.float32)
