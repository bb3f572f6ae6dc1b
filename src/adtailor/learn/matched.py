"""A factorisation machine of two sides, as it learns and as it scores: the same numbers as of one, met otherwise."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput
from adtailor.learn.factorized import Factorized
from adtailor.learn.features import Batch
from adtailor.learn.models import Matching
from adtailor.learn.places import rows_for, rows_learned
from adtailor.learn.tables import Arrays, check_learns
from adtailor.maths.matching import ALONE, matching_learn, matching_score

_SIDE: Mapping[str, int] = {"request": 0, "ad": 1, "alone": ALONE}


class Matched(Factorized):
    """Vectors and weights by place, and the side of each field."""

    def __init__(
        self, model: Matching, *, fields: int, seed: int, arrays: Arrays | None = None, scoring: bool = False
    ) -> None:
        super().__init__(model, fields=fields, seed=seed, arrays=arrays, scoring=scoring)
        if len(model.sides) != fields:
            raise InvalidInput(
                f"{len(model.sides)} sides for {fields} fields",
                hint="one for each declared field: learn.two_sides names them for you",
                field="sides",
            )
        self._sides = np.array([_SIDE[side] for side in model.sides], dtype=np.int8)

    def learn(self, batch: Batch, labels: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """The logits before each row's label was seen."""
        check_learns(self._scoring)
        logits = np.empty(len(batch), dtype=np.float64)
        with np.errstate(over="ignore"):  # hashes wrap around; heard of only where kernels run uncompiled
            rows, fresh = rows_learned(self.places, batch)
            self.table[fresh], self.linear[fresh] = 0.0, 0.0
            matching_learn(batch.starts, rows, batch.values, self._sides[batch.fields], labels, weights, self.table,
                           self.linear, self._bias, self._rates, self._seed, self._sums(), logits)  # fmt: skip
        return logits

    def score(self, batch: Batch) -> NDArray[np.float64]:
        """Logits."""
        logits = np.empty(len(batch), dtype=np.float64)
        matching_score(batch.starts, rows_for(self.places, batch), batch.values, self._sides[batch.fields], self.table,
                       self.linear, self.bias, self._sums(), logits)  # fmt: skip
        return logits
