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


def estimate(metric: Metric, rows: int, *, rounds: int, rng: np.random.Generator, level: float = 0.95) -> Estimate:
    r"""The metric on all rows, with the percentile interval over `rounds` draws (Efron, 1979).

    $$[\hat\theta^*_{(\alpha/2)}, \hat\theta^*_{(1-\alpha/2)}]$$

    Rounds in which the metric is nan, as where no positive was drawn, are left out of the interval.

    >>> share = lambda weights: weights @ np.array([1.0, 1.0, 0.0, 0.0]) / weights.sum(axis=1)
    >>> found = estimate(share, 4, rounds=500, rng=np.random.default_rng(1))
    >>> found.value, found.low < 0.5 < found.high
    (0.5, True)
    """
    (found,) = estimates(metric, rows, rounds=rounds, rng=rng, level=level)
    return found


def estimates(
    metric: Metric, rows: int, *, rounds: int, rng: np.random.Generator, level: float = 0.95
) -> list[Estimate]:
    """One estimate per column of the metric, all from the same draws."""
    if rows == 0:
        raise ValueError("0 rows: a metric needs at least one")
    whole = _columns(metric(np.ones((1, rows))))[0]
    drawn = [_columns(metric(weights)) for weights in resamples(rows, rounds=rounds, rng=rng)]
    values = np.vstack(drawn) if drawn else np.empty((0, len(whole)))
    return [_estimate(float(value), column, level) for value, column in zip(whole, values.T, strict=True)]


def resamples(rows: int, *, rounds: int, rng: np.random.Generator) -> Iterator[Weights]:
    """The draws, some rounds at a time, so that many rows need no more memory than few."""
    at_once = max(1, _CELLS // rows)
    for start in range(0, rounds, at_once):
        some = min(at_once, rounds - start)
        drawn = rng.integers(0, rows, (some, rows)) + np.arange(some)[:, None] * rows
        yield np.bincount(drawn.ravel(), minlength=some * rows).reshape(some, rows).astype(np.float64)


def _columns(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[:, None] if values.ndim == 1 else values


def _estimate(value: float, drawn: NDArray[np.float64], level: float) -> Estimate:
    there = drawn[~np.isnan(drawn)]
    if len(there) == 0:
        return Estimate(value=value, low=float("nan"), high=float("nan"))
    low, high = np.quantile(there, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(value=value, low=float(low), high=float(high))
