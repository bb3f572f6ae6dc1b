"""Whether chances can be taken at their word: calibration error, Brier skill, and the bins of a reliability diagram.

As in `classification`, `weights` has the shape (rounds, rows), and the answer one value per round.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]
BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """The chances from `low` to `high`: how many, their mean, and the share that was true with its interval."""

    low: float
    high: float
    rows: int
    said: float
    seen: float
    seen_low: float
    seen_high: float


def calibration_error(chances: Values, truth: Flags, weights: Values, *, bins: int = BINS) -> Values:
    r"""Expected calibration error over bins of equal width (Naeini et al., 2015), shape (rounds,).

    $$\sum_b \frac{|\sum_{i \in b} w_i (p_i - y_i)|}{\sum_i w_i}$$

    >>> calibration_error(np.array([0.9, 0.9, 0.1, 0.1]), np.array([True, False, False, False]), np.ones((1, 4))).item()
    0.25
    """
    place = _places(chances, bins)
    gap = (chances - truth)[:, None] * (place[:, None] == np.arange(bins))
    return np.abs(weights @ gap).sum(axis=1) / weights.sum(axis=1)


def brier_skill(chances: Values, truth: Flags, weights: Values) -> Values:
    r"""How much better than always saying the share that is true: 1 is perfect, 0 is no better (Brier, 1950).

    $$1 - \frac{\sum w (p - y)^2}{\sum w (\bar y - y)^2}$$

    Columns are labels, shape (rounds, labels), or one label, shape (rounds,); nan where a round has one kind only.

    >>> brier_skill(np.array([1.0, 0.0]), np.array([True, False]), np.ones((1, 2))).item()
    1.0
    """
    shaped = weights.sum(axis=1) if chances.ndim == 1 else weights.sum(axis=1)[:, None]
    loss = weights @ (chances - truth) ** 2
    share = weights @ truth.astype(np.float64) / shaped
    plain = shaped * share * (1 - share)
    skill = np.full_like(plain, np.nan)
    np.divide(loss, plain, out=skill, where=plain > 0)
    return 1 - skill


def reliability(chances: Values, truth: Flags, *, bins: int = BINS, z: float = 1.96) -> tuple[Bin, ...]:
    """The bins that hold anything, with Wilson's interval (1927) of the share that was true."""
    place = _places(chances, bins)
    found: list[Bin] = []
    for number in range(bins):
        mine = place == number
        rows = int(mine.sum())
        if not rows:
            continue
        seen = float(truth[mine].mean())
        middle = (seen + z**2 / (2 * rows)) / (1 + z**2 / rows)
        half = z / (1 + z**2 / rows) * float(np.sqrt(seen * (1 - seen) / rows + z**2 / (4 * rows**2)))
        found.append(
            Bin(
                low=number / bins,
                high=(number + 1) / bins,
                rows=rows,
                said=float(chances[mine].mean()),
                seen=seen,
                seen_low=max(0.0, middle - half),
                seen_high=min(1.0, middle + half),
            )
        )
    return tuple(found)


def _places(chances: Values, bins: int) -> NDArray[np.intp]:
    return np.minimum((chances * bins).astype(np.intp), bins - 1)
