r"""How far an estimate must lie from zero to decide at one of several looks, so that all together err at rate alpha.

By look $k$, with the share $t_k$ of the information there, at most $\alpha(t_k)$ may have been spent on false alarms
(Lan and DeMets, 1983). Of O'Brien and Fleming's kind, which spends little at first, for two sides together

$$\alpha(t) = 4\,\big(1 - \Phi(z_{1-\alpha/4} / \sqrt{t})\big)$$

so that a trial read to its end loses next to nothing against one look. Each bound is found from the density of the
score $S_k = Z_k \sqrt{t_k}$ among those trials that have not stopped (Armitage, McPherson and Rowe, 1969), on a grid.

Increments are taken to be independent, as where new people come. Where the same people come back, their sums at two
looks agree more than that, and the rate of false alarms is lower than alpha, never higher.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from adtailor.maths.distributions import normal_cdf, normal_quantile

_POINTS = 401
"""Of a grid, by Simpson's rule: bounds are right to six digits."""
_FARTHEST = 9.0
"""Standard errors: nobody comes so far by chance, and such a bound is none."""
_LEAST_SPENT = 1e-15


def spent(fraction: float, alpha: float) -> float:
    """What may have been spent on false alarms, of both sides, when this share of the information is there.

    >>> round(spent(1.0, 0.05), 12), spent(0.1, 0.05) < 1e-9
    (0.05, True)
    """
    if fraction <= 0.0:
        return 0.0
    return min(alpha, 4.0 * normal_cdf(-normal_quantile(1.0 - alpha / 4.0) / math.sqrt(min(fraction, 1.0))))


def bounds(fractions: Sequence[float], alpha: float, *, ends: bool = False) -> tuple[float, ...]:
    """The bound of |Z| at each look; infinite where nothing may be spent yet.

    `ends` for a last look that comes before all information is there: it spends what is left.

    Five looks alike far apart, at .05 (as published for this spending function):

    >>> [round(bound, 3) for bound in bounds((0.2, 0.4, 0.6, 0.8, 1.0), 0.05)]
    [4.877, 3.357, 2.68, 2.29, 2.031]
    """
    return _bounds(tuple(float(fraction) for fraction in fractions), float(alpha), ends)


@lru_cache(maxsize=256)
def inflation(looks: int, alpha: float, power: float) -> float:
    """How many times more people many looks need than one does, for the same power.

    >>> inflation(1, 0.05, 0.8), 1.02 < inflation(5, 0.05, 0.8) < 1.03
    (1.0, True)
    """
    if looks == 1:
        return 1.0
    _, points, masses = _state(tuple((k + 1) / looks for k in range(looks)), alpha, False)

    # Under a drift d the density of a path's end s is the one without, times exp(d s - d^2 / 2) (Girsanov).
    def misses(drift: float) -> float:
        return float(masses @ np.exp(drift * points - drift * drift / 2.0))

    low, high = 0.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if misses(middle) > 1.0 - power else (low, middle)
    once = normal_quantile(1.0 - alpha / 2.0) + normal_quantile(power)
    return max(1.0, (low / once) ** 2)


@lru_cache(maxsize=4096)
def _bounds(fractions: tuple[float, ...], alpha: float, ends: bool) -> tuple[float, ...]:
    if not fractions:
        return ()
    return (*_bounds(fractions[:-1], alpha, False), _state(fractions, alpha, ends)[0])


@lru_cache(maxsize=512)
def _state(
    fractions: tuple[float, ...], alpha: float, ends: bool
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """The last bound, and the density of the score within it, as points and masses."""
    before = 0.0 if len(fractions) == 1 else fractions[-2]
    now = fractions[-1]
    if now <= before:
        raise ValueError(f"information {now} after {before}: it only grows from look to look")
    allowed = (alpha if ends else spent(now, alpha)) - spent(before, alpha)
    if len(fractions) == 1:
        points, masses = np.zeros(1), np.ones(1)
    else:
        _, points, masses = _state(fractions[:-1], alpha, False)
    step = math.sqrt(now - before)
    bound = math.inf
    if allowed > _LEAST_SPENT:
        low, high = 0.0, _FARTHEST
        # Nothing lies beyond the farthest, so far as numbers go.
        if _beyond(points, masses, step, high * math.sqrt(now)) < allowed:
            for _ in range(80):
                middle = (low + high) / 2.0
                exits = _beyond(points, masses, step, middle * math.sqrt(now))
                low, high = (middle, high) if exits > allowed else (low, middle)
            bound = (low + high) / 2.0
    edge = min(bound, _FARTHEST) * math.sqrt(now)
    grid = np.linspace(-edge, edge, _POINTS)
    weights = np.full(_POINTS, 2.0)
    weights[1::2], weights[0], weights[-1] = 4.0, 1.0, 1.0
    reached = np.exp(-0.5 * ((grid[:, None] - points[None, :]) / step) ** 2) @ masses
    return bound, grid, reached * weights * (grid[1] - grid[0]) / (3.0 * step * math.sqrt(2.0 * math.pi))


def _beyond(points: NDArray[np.float64], masses: NDArray[np.float64], step: float, edge: float) -> float:
    """The chance of a score beyond the edges at the next look."""
    above = (edge - points) / (step * math.sqrt(2.0))
    below = (edge + points) / (step * math.sqrt(2.0))
    erfc = np.array([math.erfc(a) + math.erfc(b) for a, b in zip(above.tolist(), below.tolist(), strict=True)])
    return 0.5 * float(erfc @ masses)
