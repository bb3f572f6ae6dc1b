r"""How good predicted chances are: their order, their sharpness, and whether they are true on average.

With labels $y$, chances $p$, weights $w$ and the mean label $\bar y$ of the same rows, all entropies in nats:

- log-loss $L = -\sum w (y \ln p + (1-y) \ln(1-p)) / \sum w$
- normalised entropy $L / H(\bar y)$ (He and others, 2014): 1 is as good as always saying the mean
- AUC: the chance that a clicked row stands above another, ties counting half
- grouped AUC: the mean AUC of groups with both labels, weighted by their rows (Zhu and others, 2017)
- ECE: $\sum_b w_b |\bar y_b - \bar p_b|$ over bins of equal mass (Guo and others, 2017)
- calibration ratio: $\sum w p / \sum w y$; 1 is true on average
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_LEAST = 1e-15


def log_loss(labels: Floats, chances: Floats, weights: Floats | None = None) -> float:
    """Mean surprise in nats; chances of exactly 0 and 1 count as 1e-15 off.

    >>> round(log_loss(np.array([1.0, 0.0]), np.array([0.5, 0.5])), 4)
    0.6931
    """
    p = chances.clip(_LEAST, 1.0 - _LEAST)
    return _mean(-(labels * np.log(p) + (1.0 - labels) * np.log1p(-p)), weights)


def normalised_entropy(labels: Floats, chances: Floats, weights: Floats | None = None) -> float:
    """Log-loss over that of always saying the mean label; NaN where all labels are the same."""
    mean = _mean(labels, weights)
    if not 0.0 < mean < 1.0:
        return float("nan")
    entropy = -(mean * np.log(mean) + (1.0 - mean) * np.log1p(-mean))
    return log_loss(labels, chances, weights) / float(entropy)


def auc(labels: Floats, scores: Floats, weights: Floats | None = None) -> float:
    """The chance that a row with label 1 stands above one with label 0; NaN where one of them is missing.

    >>> auc(np.array([0.0, 1.0, 1.0]), np.array([0.2, 0.2, 0.9]))
    0.75
    """
    return Ordered(labels, scores).auc(weights)


class Ordered:
    """Rows sorted by score once, so that the AUC under many sets of weights needs no further sorting."""

    def __init__(self, labels: Floats, scores: Floats) -> None:
        self._order = np.argsort(scores, kind="stable")
        ranked = scores[self._order]
        self._labels = labels[self._order]
        self._starts = np.flatnonzero(np.concatenate((np.ones(min(len(ranked), 1), bool), ranked[1:] != ranked[:-1])))

    def auc(self, weights: Floats | None = None) -> float:
        """The AUC under these weights of the rows, in their original order."""
        if not len(self._labels):
            return float("nan")
        ones = self._labels if weights is None else self._labels * weights[self._order]
        zeros = (1.0 - self._labels) if weights is None else (1.0 - self._labels) * weights[self._order]
        above, below = np.add.reduceat(ones, self._starts), np.add.reduceat(zeros, self._starts)
        pairs = ones.sum() * zeros.sum()
        if pairs <= 0.0:
            return float("nan")
        return float((above * (np.cumsum(below) - 0.5 * below)).sum() / pairs)


def grouped_auc(labels: Floats, scores: Floats, groups: NDArray[np.int64], weights: Floats | None = None) -> float:
    """AUC within each group, averaged by rows; groups of one label say nothing. NaN where none has both.

    `groups` are numbered from 0; `weights` are per group.
    """
    if not len(labels):
        return float("nan")
    order = np.lexsort((scores, groups))
    g, s, y = groups[order], scores[order], labels[order]
    count = int(groups.max()) + 1
    fresh = np.concatenate((np.ones(1, bool), (g[1:] != g[:-1]) | (s[1:] != s[:-1])))
    starts = np.flatnonzero(fresh)
    above, below = np.add.reduceat(y, starts), np.add.reduceat(1.0 - y, starts)
    owner = g[starts]
    ones, zeros = np.bincount(owner, above, count), np.bincount(owner, below, count)
    before = np.cumsum(below) - below
    begun = np.concatenate((np.zeros(1), np.cumsum(zeros)[:-1]))
    won = np.bincount(owner, above * (before - begun[owner] + 0.5 * below), count)
    both = (ones > 0.0) & (zeros > 0.0)
    sizes = (ones + zeros) * (1.0 if weights is None else weights) * both
    if sizes.sum() <= 0.0:
        return float("nan")
    each = won / np.where(both, ones * zeros, 1.0)
    return float((each * sizes).sum() / sizes.sum())


def calibration_error(labels: Floats, chances: Floats, *, bins: int = 20) -> float:
    """ECE over bins of equal mass; rows of one chance may be split over two bins."""
    if not len(labels):
        return float("nan")
    order = np.argsort(chances, kind="stable")
    return float(
        sum(abs(labels[part].sum() - chances[part].sum()) for part in np.array_split(order, min(bins, len(labels))))
        / len(labels)
    )


def calibration_ratio(labels: Floats, chances: Floats, weights: Floats | None = None) -> float:
    """Predicted over observed; NaN where nothing was observed."""
    observed = _mean(labels, weights)
    return _mean(chances, weights) / observed if observed > 0.0 else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A value and where 95 of 100 resamples of the groups lay."""

    value: float
    low: float
    high: float


def bootstrap(
    measure: Callable[[Floats], float],
    groups: NDArray[np.int64],
    *,
    random: np.random.Generator,
    rounds: int = 200,
) -> tuple[float, float]:
    """The middle 95 % of `measure` over resampled groups: each group counts Poisson(1) times, its rows together.

    `measure` takes a weight for each row. Poisson counts stand for drawing groups with replacement (Chamandy and
    others, 2012). `groups` are numbered from 0.
    """
    count = int(groups.max()) + 1 if len(groups) else 0
    found = [measure(random.poisson(1.0, count).astype(np.float64)[groups]) for _ in range(rounds)]
    known = np.array([value for value in found if np.isfinite(value)])
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def _mean(values: Floats, weights: Floats | None) -> float:
    if not len(values):
        return float("nan")
    if weights is None:
        return float(values.mean())
    total = float(weights.sum())
    return float((values * weights).sum()) / total if total > 0.0 else float("nan")
