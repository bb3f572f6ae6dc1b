r"""Of many questions asked at once, how many of the answers "yes" are wrong: kept below a rate, in the mean.

Benjamini and Hochberg (1995) for questions that are independent, or lean the same way: with the p-values in their order

$$q_{(i)} = \min_{j \ge i} \frac{m\, p_{(j)}}{j}$$

Benjamini and Yekutieli (2001), times $\sum_{i \le m} 1/i$, however they hang together.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def benjamini_hochberg(p_values: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """The least rate of false discoveries at which each would be one, in the order given.

    >>> benjamini_hochberg([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.04, 0.04]
    """
    return _adjusted(np.asarray(p_values, dtype=np.float64), 1.0)


def benjamini_yekutieli(p_values: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """The same, whatever depends on what.

    >>> benjamini_yekutieli([0.01, 0.5]).tolist()
    [0.03, 0.75]
    """
    return _adjusted(np.asarray(p_values, dtype=np.float64), float(np.sum(1.0 / np.arange(1, len(p_values) + 1))))


def _adjusted(p_values: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    count = len(p_values)
    order = np.argsort(p_values, kind="stable")[::-1]
    ranks = np.arange(count, 0, -1)
    adjusted = np.empty(count)
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(p_values[order] * factor * count / ranks))
    return adjusted
