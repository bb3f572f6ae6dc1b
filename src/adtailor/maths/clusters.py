r"""A ratio of sums compared between times at which everybody was served one way and times of the other (switchback).

Chance drew periods, not people, so that the period is the unit (Bojinov, Simchi-Levi and Zhao, 2023). With
$u_i = \pm (y_i - R_a d_i) / D_a$ the influence of row $i$ on the difference, and $G$ periods,

$$V = \max\Big( \frac{G}{G - 2} \sum_{g} \Big(\sum_{i \in g} u_i\Big)^2,\;
  \frac{G}{G - 2}\sum_g (\cdot)^2 + \sum_p \Big(\sum_{i \in p} u_i\Big)^2 - \sum_i u_i^2 \Big)$$

the second by periods and people at once (Cameron, Gelbach and Miller, 2011): whoever comes in several periods ties them
together. What one period leaves to the next is not in it: periods must be long against what is carried over.
"""

import numpy as np
from numpy.typing import NDArray

from adtailor.maths.two_arms import Comparison

Floats = NDArray[np.float64]


def clustered(
    numerator: Floats,
    denominator: Floats,
    *,
    treated: NDArray[np.bool_],
    periods: NDArray[np.int64],
    people: NDArray[np.uint64],
) -> Comparison:
    """The treated periods against the others; rows are people in periods.

    Two periods of each kind, in each one person with 1 or 3, and 4 or 6:

    >>> found = clustered(np.array([1.0, 3.0, 4.0, 6.0]), np.ones(4), treated=np.array([False, False, True, True]),
    ...     periods=np.arange(4), people=np.arange(4).astype(np.uint64))
    >>> found.control, found.difference, found.difference_variance, found.freedom
    (2.0, 3.0, 2.0, 2.0)
    """
    influence = np.zeros(len(numerator))
    levels: list[float] = []
    for side, sign in ((~treated, -1.0), (treated, 1.0)):
        total = float(denominator[side].sum())
        level = float(numerator[side].sum()) / total
        influence[side] = sign * (numerator[side] - level * denominator[side]) / total
        levels.append(level)
    found, places = np.unique(periods, return_inverse=True)
    of_period = np.bincount(places, weights=influence, minlength=len(found))
    factor = len(found) / (len(found) - 2) if len(found) > 2 else np.inf
    by_period = factor * float(of_period @ of_period)
    of_person = np.bincount(np.unique(people, return_inverse=True)[1], weights=influence)
    by_both = by_period + float(of_person @ of_person) - float(influence @ influence)
    of_control = np.bincount(places, weights=np.where(treated, 0.0, influence), minlength=len(found))
    control_variance = factor * float(of_control @ of_control)
    return Comparison(
        control=levels[0],
        difference=levels[1] - levels[0],
        difference_variance=max(by_period, by_both),
        control_variance=control_variance,
        covariance=-control_variance,
        freedom=float(max(1, len(found) - 2)),
    )
