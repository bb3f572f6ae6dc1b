r"""From a score to a chance that is true on average.

- Platt (1999): $\sigma(a z + b)$, fitted by Newton steps on the log-loss, with $a \ge 0$
- isotonic: the non-decreasing step function closest to the labels, by pooling adjacent violators (Ayer and others,
  1955), its steps joined by straight lines through their centres
- level: the shift of the logit with which the chances have a given mean
- per value of a field: a shift $s_v$ of the logit with the prior $N(0, \tau^2)$, so that a value with few clicks stays
  near the whole: $s_v$ maximises $\sum_{i \in v} \ln L(y_i, z_i + s) - s^2 / 2\tau^2$
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_CLOSE = 1e-10
_EDGE = 1e-7


def logistic(z: Floats) -> Floats:
    """The logistic function, without overflow.

    >>> logistic(np.array([0.0, -1000.0])).tolist()
    [0.5, 0.0]
    """
    small = np.exp(-np.abs(z))
    return np.where(z >= 0.0, 1.0 / (1.0 + small), small / (1.0 + small))


def logit(p: Floats) -> Floats:
    """Log-odds; chances closer than 1e-7 to 0 and 1 count as that far."""
    kept = np.clip(p, _EDGE, 1.0 - _EDGE)
    return np.log(kept) - np.log1p(-kept)


def fit_platt(
    logits: Floats, labels: Floats, *, weights: Floats | None = None, prior: float = 0.0, rounds: int = 50
) -> tuple[float, float]:
    """Slope and shift. The labels are drawn in by one pseudo-row each, as Platt advises, so both stay finite.

    `prior` holds them near 1 and 0: how much their squared distance from there costs, twice.
    """
    w = np.ones_like(logits) if weights is None else weights
    ones, zeros = float((w * labels).sum()), float((w * (1.0 - labels)).sum())
    soft = bool(((labels != 0.0) & (labels != 1.0)).any())  # targets of late labels: their mean is the truth as it is
    target = labels if soft else np.where(labels > 0.5, (ones + 1.0) / (ones + 2.0), 1.0 / (zeros + 2.0))
    # For a start, no slope at all but the mean: Newton's steps are then safe, as the loss is convex.
    a, b = 1.0, 0.0
    for _ in range(rounds):
        p = logistic(a * logits + b)
        slope, curve = w * (p - target), np.maximum(w * p * (1.0 - p), 1e-12)
        ga = float((slope * logits).sum()) + prior * (a - 1.0)
        gb = float(slope.sum()) + prior * b
        haa, hab = float((curve * logits * logits).sum()) + prior + 1e-9, float((curve * logits).sum())
        hbb = float(curve.sum()) + prior
        determinant = haa * hbb - hab * hab
        determinant = max(determinant, 1e-12)
        da, db = (hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant
        step = _step(logits, target, w, a, b, da, db, prior)
        a, b = a - step * da, b - step * db
        if abs(step * da) + abs(step * db) < _CLOSE:
            break
    if a < 0.0:
        mean = ones / max(ones + zeros, 1.0)
        return 0.0, float(logit(np.array([mean]))[0])
    return a, b


def _step(  # noqa: PLR0917 - one formula
    z: Floats, y: Floats, w: Floats, a: float, b: float, da: float, db: float, prior: float
) -> float:
    # Halved until the loss does not rise.
    def loss(slope: float, shift: float) -> float:
        x = slope * z + shift
        held = 0.5 * prior * ((slope - 1.0) ** 2 + shift**2)
        return float((w * (np.logaddexp(0.0, x) - y * x)).sum()) + held

    before, step = loss(a, b), 1.0
    while step > 1e-6 and loss(a - step * da, b - step * db) > before + 1e-12:
        step *= 0.5
    return step


def fit_isotonic(scores: Floats, labels: Floats, *, weights: Floats | None = None) -> tuple[Floats, Floats]:
    """Knots (places, chances), both non-decreasing, places strictly: interpolate with `apply_isotonic`."""
    w = np.ones_like(scores) if weights is None else weights
    order = np.argsort(scores, kind="stable")
    x, y, w = scores[order], labels[order], w[order]
    starts = np.flatnonzero(np.concatenate((np.ones(1, bool), x[1:] != x[:-1])))
    mass = np.add.reduceat(w, starts)
    kept = mass > 0.0
    mass = mass[kept]
    means = (np.add.reduceat(w * y, starts)[kept]) / mass
    places = x[starts][kept]
    centres, masses, sums = places * mass, mass.copy(), mass * means
    kept_knots = _pooled(sums, masses, centres)
    size = masses[:kept_knots]
    return centres[:kept_knots] / size, sums[:kept_knots] / size


@njit(cache=True, nogil=True)
def _pooled(sums: Floats, masses: Floats, centres: Floats) -> int:
    # Neighbours that would decrease become one; how many are left, at the front.
    last = -1
    for i in range(len(sums)):
        s, m, c = sums[i], masses[i], centres[i]
        while last >= 0 and sums[last] * m >= s * masses[last]:
            s, m, c = s + sums[last], m + masses[last], c + centres[last]
            last -= 1
        last += 1
        sums[last], masses[last], centres[last] = s, m, c
    return last + 1


def apply_isotonic(scores: Floats, places: Floats, chances: Floats) -> Floats:
    """Straight between the knots, level beyond them."""
    return np.interp(scores, places, chances)


def fit_level(chances: Floats, mean: float, weights: Floats) -> float:
    """The shift of all logits with which the weighted mean of the chances is `mean`, which lies between 0 and 1.

    >>> round(fit_level(np.array([0.5, 0.5]), 0.25, np.ones(2)), 6)  # ln(1/3)
    -1.098612
    """
    z, shift, total = logit(chances), 0.0, float(weights.sum())
    for _ in range(20):
        p = logistic(z + shift)
        step = (float((weights * p).sum()) - mean * total) / max(float((weights * p * (1.0 - p)).sum()), _CLOSE)
        shift -= float(np.clip(step, -1.0, 1.0))
    return shift


def fit_shifts(
    logits: Floats, labels: Floats, groups: NDArray[np.int64], *, spread: float, weights: Floats | None = None
) -> Floats:
    """One shift of the logit for each group, numbered from 0; `spread` is tau, how far shifts usually lie from 0."""
    count = int(groups.max()) + 1 if len(groups) else 0
    w = np.ones_like(logits) if weights is None else weights
    shifts = np.zeros(count)
    prior = 1.0 / (spread * spread)
    for _ in range(40):
        p = logistic(logits + shifts[groups])
        slope = np.bincount(groups, w * (labels - p), count) - shifts * prior
        curve = np.bincount(groups, w * p * (1.0 - p), count) + prior
        step = np.clip(slope / curve, -1.0, 1.0)
        shifts += step
        if np.abs(step).max(initial=0.0) < _CLOSE:
            break
    return shifts
