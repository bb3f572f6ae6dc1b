"""Several models as one: each learns by itself, and how much each counts is learned from what it believed before."""

import numpy as np
from numpy.typing import NDArray

from adtailor.learn.features import Batch
from adtailor.learn.models import Blend
from adtailor.learn.tables import Arrays, check_learns
from adtailor.maths.stacking import fit_stack

FIRST_ROWS, GROWTH = 500, 1.25
"""Weights are first learned from so many rows, and again when there are so many times more."""
_MOST_ROWS = 200_000


class BlendLearner:
    """Weights are learned from the newest half of the rows: earlier ones were believed by models that knew little."""

    def __init__(
        self, model: Blend, *, fields: int, seed: int, arrays: Arrays | None = None, scoring: bool = False
    ) -> None:
        from adtailor.learn.learners import make_learner

        self.model = model
        self._scoring = scoring
        self.parts = [
            make_learner(part, fields=fields, seed=seed, scoring=scoring,
                         arrays=None if arrays is None else _under(f"{n}.", arrays))
            for n, part in enumerate(model.parts)
        ]  # fmt: skip
        count = len(self.parts)
        self.shares = np.append(np.full(count, 1.0 / count), 0.0) if arrays is None else arrays["shares"]
        self._seen, self._weighed = (0, 0) if arrays is None or scoring else (int(v) for v in arrays["weighed"])
        self._kept = [np.zeros((0, count + 2)) if arrays is None or scoring else arrays["believed"].copy()]

    def __str__(self) -> str:
        return ", ".join(
            f"{type(part).__name__} {share:.2f}"
            for part, share in zip(self.model.parts, self.shares[:-1].tolist(), strict=True)
        )

    def learn(self, batch: Batch, labels: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """The logits before each row's label was seen."""
        check_learns(self._scoring)
        believed = np.column_stack([part.learn(batch, labels, weights) for part in self.parts])
        told = np.column_stack((believed, labels, weights)).astype(np.float64)
        logits = np.empty(len(batch))
        first = 0
        while first < len(batch):
            due = max(FIRST_ROWS, int(self._weighed * GROWTH)) - self._seen
            last = min(len(batch), first + max(due, 1))
            logits[first:last] = believed[first:last] @ self.shares[:-1] + self.shares[-1]
            taught = told[first:last][weights[first:last] > 0.0]
            self._kept.append(taught)
            self._seen += len(taught)
            if len(taught) >= due:
                self._weigh()
            first = last
        return logits

    def settle(self) -> None:
        """Whatever its parts put off, they do now; weights are learned from all rows."""
        from adtailor.learn.learners import settle

        for part in self.parts:
            settle(part)
        if self._seen > self._weighed:
            self._weigh()

    def score(self, batch: Batch) -> NDArray[np.float64]:
        """Logits; a part that counts nothing is not asked."""
        logits = np.full(len(batch), self.shares[-1])
        for part, share in zip(self.parts, self.shares[:-1], strict=True):
            if share > 0.0:
                logits += share * part.score(batch)
        return logits

    def serving(self) -> Arrays:
        """Of each part, and the weights."""
        found = {f"{n}.{name}": array for n, part in enumerate(self.parts) for name, array in part.serving().items()}
        return {**found, "shares": self.shares}

    def training(self) -> Arrays:
        """Of each part, and what each believed of the newest rows."""
        if self._scoring:
            return {}
        found = {f"{n}.{name}": array for n, part in enumerate(self.parts) for name, array in part.training().items()}
        return {**found, "believed": np.concatenate(self._kept), "weighed": np.array([self._seen, self._weighed])}

    def _weigh(self) -> None:
        self._weighed = self._seen
        rows = np.concatenate(self._kept)[-min(_MOST_ROWS, max(FIRST_ROWS, (self._seen + 1) // 2)) :]
        self._kept = [rows]
        self.shares = fit_stack(rows[:, :-2], rows[:, -2], rows[:, -1])


def _under(prefix: str, arrays: Arrays) -> Arrays:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
