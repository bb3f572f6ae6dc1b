"""How sure a number is, from the rows it was measured on: they are drawn again, with replacement, many times."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64]
"""Shape (rounds, rows): how often each row was drawn."""
Metric = Callable[[Weights], NDArray[np.float64]]
"""Values, shape (rounds,) or (rounds, labels), nan where a round says nothing."""
_CELLS = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its interval; nan where the rows say nothing."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Metrics on all rows, shape (columns,), and on each draw of them, shape (rounds, columns)."""

    whole: NDArray[np.float64]
    drawn: NDArray[np.float64]

    def mean(self) -> "Draws":
        """The mean over those columns of which something can be said, as one column."""
        return Draws(whole=_mean(self.whole[None]), drawn=_mean(self.drawn)[:, None])

    def estimates(self, *, level: float = 0.95, within: tuple[float, float] = (-np.inf, np.inf)) -> list[Estimate]:
        r"""One estimate per column: the percentile interval (Efron, 1979), moved so that its median is the value.

        $$\hat\theta + q^*_{\alpha/2} - q^*_{1/2}, \quad \hat\theta + q^*_{1-\alpha/2} - q^*_{1/2}$$

        Draws of a metric that noise pushes one way, as a calibration error, all lie to that side of the value: the move
        takes this out. Rounds in which a metric is nan, as where no positive was drawn, are left out. No end lies
        outside `within`.
        """
        return [
            _estimate(float(value), column, level, within)
            for value, column in zip(self.whole, self.drawn.T, strict=True)
        ]


def draw(metric: Metric, rows: int, *, rounds: int, rng: np.random.Generator) -> Draws:
    """The metric on all rows, and on `rounds` draws of as many.

    >>> share = lambda weights: weights @ np.array([1.0, 1.0, 0.0, 0.0]) / weights.sum(axis=1)
    >>> [found] = draw(share, 4, rounds=500, rng=np.random.default_rng(1)).estimates()
    >>> found.value, found.low < 0.5 < found.high
    (0.5, True)
    """
    if rows == 0:
        raise ValueError("0 rows: a metric needs at least one")
    whole = _columns(metric(np.ones((1, rows))))
    drawn = [_columns(metric(weights)) for weights in resamples(rows, rounds=rounds, rng=rng)]
    return Draws(whole=whole[0], drawn=np.vstack([np.empty((0, whole.shape[1])), *drawn]))


def resamples(rows: int, *, rounds: int, rng: np.random.Generator) -> Iterator[Weights]:
    """The draws, some rounds at a time, so that many rows need no more memory than few."""
    at_once = max(1, _CELLS // rows)
    for start in range(0, rounds, at_once):
        some = min(at_once, rounds - start)
        drawn = rng.integers(0, rows, (some, rows)) + np.arange(some)[:, None] * rows
        yield np.bincount(drawn.ravel(), minlength=some * rows).reshape(some, rows).astype(np.float64)


def _columns(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[:, None] if values.ndim == 1 else values


def _mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    there = ~np.isnan(values)
    count = there.sum(axis=1)
    total = np.where(there, values, 0.0).sum(axis=1)
    return np.divide(total, count, out=np.full(len(values), np.nan), where=count > 0)


def _estimate(value: float, drawn: NDArray[np.float64], level: float, within: tuple[float, float]) -> Estimate:
    there = drawn[~np.isnan(drawn)]
    if len(there) == 0:
        return Estimate(value=value, low=float("nan"), high=float("nan"))
    low, middle, high = np.quantile(there, [(1 - level) / 2, 0.5, (1 + level) / 2])
    low, high = np.clip([value + low - middle, value + high - middle], *within)
    return Estimate(value=value, low=float(low), high=float(high))
