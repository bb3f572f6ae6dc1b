r"""A factorisation machine of two sides, learned online: what is known of a request meets what is known of an ad.

With $R$ the entries of the request and $A$ those of the ad, weights $w$ and vectors $v$ of length $k$:

$$z = b + \sum_i w_i x_i + \Big(\sum_{i \in R} v_i x_i\Big) \cdot \Big(\sum_{j \in A} v_j x_j\Big)$$

Pairs within one side are left out: within the request they move all ads alike, within the ad they are its own weight.
What is left factorises exactly: an ad is one vector however many requests ask, and a request is one however many ads
answer. Steps are AdaGrad's, as in `adtailor.maths.factorization`.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.maths.factorization import bias_step, chance, first_vector, weight_step

ALONE = -1
"""The side of an entry that meets nothing: it has a weight only."""


@njit(cache=True, nogil=True, error_model="numpy")
def matching_sums(  # noqa: PLR0917 - compiled
    first: int,
    last: int,
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    sides: NDArray[np.int8],
    table: NDArray[np.float32],
    linear: NDArray[np.float32],
    sums: NDArray[np.float32],
) -> float:
    """The linear part of the entries; `sums[0]` and `sums[1]` become the summed vectors of either side."""
    sums[:] = 0.0
    z = 0.0
    for p in range(first, last):
        row, x, side = rows[p], values[p], sides[p]
        z += np.float64(linear[row, 0] * x)
        if side >= 0:
            for j in range(sums.shape[1]):
                sums[side, j] += table[row, j] * x
    return z


@njit(cache=True, inline="always", error_model="numpy")
def met(sums: NDArray[np.float32]) -> float:
    """What the two sides make of each other."""
    z = 0.0
    for j in range(sums.shape[1]):
        z += np.float64(sums[0, j]) * np.float64(sums[1, j])
    return z


@njit(cache=True, nogil=True, error_model="numpy")
def matching_score(  # noqa: PLR0917 - compiled
    starts: NDArray[np.int64],
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    sides: NDArray[np.int8],
    table: NDArray[np.float32],
    linear: NDArray[np.float32],
    bias: float,
    sums: NDArray[np.float32],
    logits: NDArray[np.float64],
) -> None:
    """Logits of rows; row i has the entries from `starts[i]` to `starts[i + 1]`. `table` may be wider than k."""
    for i in range(len(logits)):
        z = matching_sums(starts[i], starts[i + 1], rows, values, sides, table, linear, sums)
        logits[i] = bias + z + met(sums)


@njit(cache=True, nogil=True, error_model="numpy")
def matching_learn(  # noqa: PLR0917 - compiled
    starts: NDArray[np.int64],
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    sides: NDArray[np.int8],
    labels: NDArray[np.float32],
    weights: NDArray[np.float32],
    table: NDArray[np.float32],
    linear: NDArray[np.float32],
    bias: NDArray[np.float64],
    rates: NDArray[np.float32],
    seed: np.uint64,
    sums: NDArray[np.float32],
    logits: NDArray[np.float64],
) -> None:
    """One step per row, in order; `logits` are what was believed before the row's label was seen.

    Shapes and `rates` as in `adtailor.maths.factorization.fm_learn`; `sides` is 0, 1 or `ALONE` for each entry.
    """
    k = sums.shape[1]
    vector_rate, weight_rate, first, scale, vector_l2, weight_l2 = (
        rates[0], rates[1], rates[2], rates[3], rates[4], rates[5]
    )  # fmt: skip
    for i in range(len(labels)):
        z = bias[0] + matching_sums(starts[i], starts[i + 1], rows, values, sides, table, linear, sums) + met(sums)
        logits[i] = z
        if weights[i] == 0.0:
            continue
        slope = np.float32((chance(z) - labels[i]) * weights[i])
        bias_step(bias, slope, weight_rate, first)
        for p in range(starts[i], starts[i + 1]):
            row, x, side = rows[p], values[p], sides[p]
            push = slope * x
            weight_step(linear, row, push, weight_rate, first, weight_l2)
            if side < 0:
                continue
            own, other = table[row], sums[1 - side]
            first_vector(own, k, seed, row, scale, first)
            for j in range(k):
                v = own[j]
                g = push * other[j] + vector_l2 * v
                grown = own[k + j] + g * g
                own[k + j] = grown
                own[j] = v - vector_rate * g / np.float32(math.sqrt(grown))
