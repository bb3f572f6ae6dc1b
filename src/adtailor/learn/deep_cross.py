"""A cross network on top of a factorisation machine: it learns what the machine leaves, some hundred rows at a time."""

import numpy as np
from numpy.typing import NDArray

from adtailor.learn.factorized import Factorized
from adtailor.learn.features import Batch
from adtailor.learn.models import DeepCross
from adtailor.learn.places import make_places, rows_for, rows_learned
from adtailor.learn.tables import Arrays, aligned, check_learns, doubled
from adtailor.learn.threads import one_thread
from adtailor.maths.calibration import logistic
from adtailor.maths.cross_network import Moments, Network, adam, backward, first_network, forward, gather, scatter

_PARTS = ("u", "v", "b", "w", "c")
_SCALE = np.float32(0.1)
FADES = 20_000
"""After so many rows, what a row said of the network's share counts half."""
HELD = 5.0
"""How firmly the share is held at 0."""


class DeepCrossLearner:
    """The logit is the machine's plus a share of the network's. The machine learns row by row as if it were alone.

    The share begins at 0 and is what rows not yet learned from say of it, less a standard error: a network that adds
    nothing leaves the machine as it is.

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
        self.share = np.zeros(1) if arrays is None else arrays["share"].copy()
        self._said = np.zeros(2) if arrays is None or scoring else arrays["said"].copy()
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
        with one_thread():
            self._learn(batch, rows, labels, weights, logits)
        return logits

    def _learn(
        self,
        batch: Batch,
        rows: NDArray[np.int32],
        labels: NDArray[np.float32],
        weights: NDArray[np.float32],
        logits: NDArray[np.float64],
    ) -> None:
        for first in range(0, len(batch), self.model.batch):
            last = min(len(batch), first + self.model.batch)
            x0, arguments = self._inputs(batch, rows, first, last)
            added, xs = forward(self.network, x0)
            own, y, w = logits[first:last].copy(), labels[first:last], weights[first:last]
            logits[first:last] += self.share[0] * added
            self._weigh(own, added.astype(np.float64), y, w)
            slope = ((logistic(own + added) - y) * w).astype(np.float32)
            slopes, by_x0 = backward(self.network, xs, slope)
            with np.errstate(over="ignore"):  # hashes wrap around; heard of only where kernels run uncompiled
                scatter(*arguments, by_x0, np.float32(self.model.vector_rate), _SCALE, self._seed)
            _scale(slopes, 1.0 / (last - first))
            adam(self.network, slopes, self._moments, self.model.dense_rate)

    def score(self, batch: Batch) -> NDArray[np.float64]:
        """Logits."""
        logits = self.base.score(batch)
        if self.share[0] == 0.0:
            return logits
        rows = rows_for(self._places, batch)
        for first in range(0, len(batch), self.model.batch):
            last = min(len(batch), first + self.model.batch)
            added = forward(self.network, self._inputs(batch, rows, first, last)[0])[0]
            logits[first:last] += self.share[0] * added
        return logits

    def serving(self) -> Arrays:
        """The machine, the network's vectors and its dense parts."""
        return {
            **{f"base.{name}": array for name, array in self.base.serving().items()},
            "share": self.share,
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
            "said": self._said,
            **self._places.training(),
        }

    def _weigh(self, own: NDArray[np.float64], added: NDArray[np.float64], y: NDArray[np.float32],
               w: NDArray[np.float32]) -> None:  # fmt: skip
        # One Newton step from the share at hand: slope and curvature of the loss by it, older rows fading.
        p = logistic(own + self.share[0] * added)
        fade = 0.5 ** (len(own) / FADES)
        curve_now = float((w * p * (1.0 - p) * added * added).sum())
        curve = self._said[1] * fade + curve_now
        slope = float((w * (p - y) * added).sum())
        pull = self._said[0] * fade + curve_now * self.share[0] - slope
        self._said[:] = pull, curve
        self.share[0] = np.clip((pull - curve**0.5) / (curve + HELD), 0.0, 1.0)

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
