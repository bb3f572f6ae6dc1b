"""Logistic regression by FTRL, as it learns and as it scores."""

import numpy as np
from numpy.typing import NDArray

from adtailor.learn.features import Batch
from adtailor.learn.models import Logistic
from adtailor.learn.places import make_places, rows_for, rows_learned
from adtailor.learn.tables import Arrays, aligned, check_learns, doubled
from adtailor.maths.ftrl import ftrl_learn, linear_score


class LogisticLearner:
    """A weight by place; while learning, FTRL's z, sum of squares and its root stand beside it."""

    def __init__(self, model: Logistic, *, fields: int, arrays: Arrays | None = None, scoring: bool = False) -> None:
        self.model = model
        self.places = make_places(model.table, fields=fields, arrays=arrays)
        self._scoring = scoring
        self._rates = np.array([model.alpha, model.beta, model.l1, model.l2], dtype=np.float32)
        if arrays is None:
            self._state, self._bias = aligned(self.places.size, 4), np.zeros(2, dtype=np.float64)
        elif scoring:
            self._state, self._bias = arrays["weights"].reshape(-1, 1), arrays["bias"]
        else:
            self._state = doubled(arrays["weights"], arrays["followed"])
            self._bias = np.concatenate((arrays["bias"], arrays["bias_squares"]))

    def learn(self, batch: Batch, labels: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """The logits before each row's label was seen."""
        check_learns(self._scoring)
        logits = np.empty(len(batch), dtype=np.float64)
        rows, fresh = rows_learned(self.places, batch)
        self._state[fresh] = 0.0
        ftrl_learn(batch.starts, rows, batch.values, labels, weights, self._state, self._bias, self._rates, logits)
        return logits

    def score(self, batch: Batch) -> NDArray[np.float64]:
        """Logits."""
        logits = np.empty(len(batch), dtype=np.float64)
        rows = rows_for(self.places, batch)
        linear_score(batch.starts, rows, batch.values, self._state[:, 0], float(self._bias[0]), logits)
        return logits

    def serving(self) -> Arrays:
        """Weights and bias."""
        return {"weights": self._state[:, 0], "bias": self._bias[:1], **self.places.serving()}

    def training(self) -> Arrays:
        """FTRL's z, sum of squares and root."""
        if self._scoring:
            return {}
        return {"followed": self._state[:, 1:], "bias_squares": self._bias[1:], **self.places.training()}
