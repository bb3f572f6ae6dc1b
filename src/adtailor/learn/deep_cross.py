"""A cross network on top of a factorisation machine: it learns what the machine leaves, some hundred rows at a time."""

import numpy as np
from numpy.typing import NDArray

from adtailor.learn.factorized import Factorized
from adtailor.learn.features import Batch
from adtailor.learn.models import DeepCross
from adtailor.learn.places import make_places, rows_for, rows_learned
from adtailor.learn.tables import Arrays, aligned, check_learns, doubled
from adtailor.maths.calibration import logistic
from adtailor.maths.cross_network import Moments, Network, adam, backward, first_network, forward, gather, scatter

_PARTS = ("u", "v", "b", "w", "c")
_SCALE = np.float32(0.1)


class DeepCrossLearner:
    """The logit is the machine's plus the network's. The machine learns row by row as if it were alone.

    All in 32 bits: NumPy's matrix products have no bfloat16, and none was worth PyTorch's size.
    """

    def __init__(
        self, model: DeepCross, *, fields: int, seed: int, arrays: Arrays | None = None, scoring: bool = False
    ) -> None:
        self.model = model
        of_base = None if arrays is None else _under("base.", arrays)
        self.base = Factorized(model.base, fields=fields, seed=seed, arrays=of_base, scoring=scoring)
        self._places = make_places(model.table, fields=fields, arrays=arrays)
        self._seed = np.uint64(seed + 1)
        self._scoring = scoring
        self._d = fields * model.width
        if arrays is None:
            self._table = aligned(self._places.size, 2 * model.width)
            random = np.random.default_rng(seed)
            self.network = first_network(self._d, rank=model.rank, layers=model.layers, random=random)
            self._moments = _no_moments(self.network)
            return
        self.network = _network("net.", arrays)
        if scoring:
            self._table, self._moments = arrays["vectors"], _no_moments(self.network)
        else:
            self._table = doubled(arrays["vectors"], arrays["vector_squares"])
            self._moments = Moments(
                first=_network("first.", arrays), second=_network("second.", arrays), steps=arrays["steps"].copy()
            )

    def learn(self, batch: Batch, labels: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float64]:
        """The logits before each row's label was seen: by the network, before its batch was."""
        check_learns(self._scoring)
        logits = self.base.learn(batch, labels, weights)
        rows, fresh = rows_learned(self._places, batch)
        self._table[fresh] = 0.0
        for first in range(0, len(batch), self.model.batch):
            last = min(len(batch), first + self.model.batch)
            x0, arguments = self._inputs(batch, rows, first, last)
            added, xs = forward(self.network, x0)
            logits[first:last] += added
            slope = ((logistic(logits[first:last]) - labels[first:last]) * weights[first:last]).astype(np.float32)
            slopes, by_x0 = backward(self.network, xs, slope)
            with np.errstate(over="ignore"):  # hashes wrap around; heard of only where kernels run uncompiled
                scatter(*arguments, by_x0, np.float32(self.model.vector_rate), _SCALE, self._seed)
            _scale(slopes, 1.0 / (last - first))
            adam(self.network, slopes, self._moments, self.model.dense_rate)
        return logits

    def score(self, batch: Batch) -> NDArray[np.float64]:
        """Logits."""
        logits = self.base.score(batch)
        rows = rows_for(self._places, batch)
        for first in range(0, len(batch), self.model.batch):
            last = min(len(batch), first + self.model.batch)
            logits[first:last] += forward(self.network, self._inputs(batch, rows, first, last)[0])[0]
        return logits

    def serving(self) -> Arrays:
        """The machine, the network's vectors and its dense parts."""
        return {
            **{f"base.{name}": array for name, array in self.base.serving().items()},
            "vectors": self._table[:, : self.model.width],
            **_named("net.", self.network),
            **self._places.serving(),
        }

    def training(self) -> Arrays:
        """Accumulators and running means."""
        if self._scoring:
            return {}
        return {
            **{f"base.{name}": array for name, array in self.base.training().items()},
            "vector_squares": self._table[:, self.model.width :],
            **_named("first.", self._moments.first),
            **_named("second.", self._moments.second),
            "steps": self._moments.steps,
            **self._places.training(),
        }

    def _inputs(
        self, batch: Batch, rows: NDArray[np.int32], first: int, last: int
    ) -> tuple[NDArray[np.float32], tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32], NDArray[np.int16],
                                          NDArray[np.float32], int]]:  # fmt: skip
        arguments = (batch.starts[first : last + 1], rows, batch.values, batch.fields, self._table, self.model.width)
        x0 = np.empty((last - first, self._d), dtype=np.float32)
        gather(*arguments, x0)
        return x0, arguments


def _under(prefix: str, arrays: Arrays) -> Arrays:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _named(prefix: str, network: Network) -> Arrays:
    return {f"{prefix}{name}": getattr(network, name) for name in _PARTS}


def _network(prefix: str, arrays: Arrays) -> Network:
    return Network(**{name: arrays[f"{prefix}{name}"].copy() for name in _PARTS})


def _no_moments(network: Network) -> Moments:
    def zeros() -> Network:
        return Network(**{name: np.zeros_like(getattr(network, name)) for name in _PARTS})

    return Moments(first=zeros(), second=zeros(), steps=np.zeros(1, dtype=np.int64))


def _scale(network: Network, by: float) -> None:
    for array in network.arrays():
        array *= np.float32(by)  # noqa: PLW2901 - in place
