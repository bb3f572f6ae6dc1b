"""The level of a model that stands still.

While it learns, a model follows how much is clicked at the moment: its bias, and every weight that most rows share,
move with the hour. Left standing at night, it says too little of the next day; and rows believed just before they were
learned from cannot show it. So rows of the newest half are kept, some of them, and believed once more by the model as
it stands: the shift that makes it true over that half on average is part of its calibration.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.learn.features import Batch, joined_batches
from adtailor.maths.calibration import fit_level
from adtailor.maths.hashing import mixed_all

Floats = NDArray[np.float64]
MOST_ROWS = 50_000
"""Rows kept of the whole log; how much was clicked is counted over all."""
_PARTS = 50


@dataclass(slots=True, kw_only=True)
class Level:
    """Rows that were learned from."""

    rows: int
    """Of the log."""
    batches: list[Batch] = field(default_factory=list)
    places: list[NDArray[np.int64]] = field(default_factory=list)
    weights: list[NDArray[np.float32]] = field(default_factory=list)
    totals: Floats = field(default_factory=lambda: np.zeros((2, _PARTS)))
    """Weights, and weighted clicks, for each fiftieth of the log."""

    def add(self, first: int, batch: Batch, labels: NDArray[np.float32], weights: NDArray[np.float32]) -> None:
        """Rows from place `first` of the log on."""
        places = np.arange(first, first + len(batch), dtype=np.int64)
        part = self._part(places)
        self.totals[0] += np.bincount(part, weights, _PARTS)
        self.totals[1] += np.bincount(part, weights.astype(np.float64) * labels, _PARTS)
        with np.errstate(over="ignore"):
            drawn = mixed_all(places.view(np.uint64), np.uint64(41)) / 2.0**64
        kept = np.flatnonzero((drawn < MOST_ROWS / max(self.rows, 1)) & (weights > 0.0))
        if len(kept):
            self.batches.append(batch.take(kept))
            self.places.append(places[kept])
            self.weights.append(weights[kept])

    def shift(self, chances: Callable[[Batch], Floats], *, until: int) -> float:
        """What to add to the logit of every chance, for a model that learned the rows before `until`."""
        first, last = self._part(np.array([until // 2, max(until - 1, 0)]))
        mass, clicks = self.totals[:, first : last + 1].sum(axis=1)
        places = np.concatenate(self.places) if self.places else np.empty(0, dtype=np.int64)
        part = self._part(places)
        inside = np.flatnonzero((part >= first) & (places < until))
        if not len(inside) or not 0.0 < clicks < mass:
            return 0.0
        weights = np.concatenate(self.weights)[inside].astype(np.float64)
        return fit_level(chances(joined_batches(self.batches).take(inside)), float(clicks / mass), weights)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything kept so far, for a checkpoint."""
        if not self.batches:
            return {"totals": self.totals}
        batch = joined_batches(self.batches)
        found: dict[str, NDArray[Any]] = {"totals": self.totals, "places": np.concatenate(self.places),
                                          "weights": np.concatenate(self.weights)}  # fmt: skip
        return found | {f"batch.{name}": array for name, array in batch.arrays().items()}

    def restore(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """What a checkpoint held."""
        self.totals = arrays["totals"].copy()
        if "places" in arrays:
            self.places, self.weights = [arrays["places"]], [arrays["weights"]]
            named = {n.removeprefix("batch."): array for n, array in arrays.items() if n.startswith("batch.")}
            self.batches = [Batch.of_arrays(named)]

    def _part(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.minimum(places * _PARTS // max(self.rows, 1), _PARTS - 1)
