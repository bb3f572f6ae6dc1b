r"""A factorisation machine, learned online with one step size per coordinate.

For a row with entries $(i, x_i)$, weights $w_i$ and vectors $v_i$ of length $k$ (Rendle, 2010):

$$z = b + \sum_i w_i x_i + \tfrac12 \sum_{j=1}^k \Big[\big(\sum_i v_{ij} x_i\big)^2 - \sum_i v_{ij}^2 x_i^2\Big]$$

with AdaGrad (Duchi, Hazan and Singer, 2011) for every coordinate:
$G \mathrel{+}= g^2$, $\theta \mathrel{-}= \eta g / \sqrt{G}$. A row that was never learned is all zeros, and
says nothing; at its first step its vector gets small numbers from a hash of its place, so no generator is kept.

A negative entry `~i` is row i without its weight $w_i$: the vector of an id inside a history.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.maths.hashing import mixed
from adtailor.maths.prefetching import prefetch

_ONE = np.float32(1.0)
_HALF = np.float32(0.5)
_FAR = 35.0
_AHEAD = 3  # rows ahead whose memory is asked for: about as long as a miss takes
_UNIT = 2.0**-23


@njit(cache=True, inline="always", error_model="numpy")
def chance(z: float) -> float:
    """The logistic function; beyond 35 it is its own limit to the last bits."""
    return 1.0 / (1.0 + math.exp(-min(max(z, -_FAR), _FAR)))


@njit(cache=True, nogil=True, error_model="numpy")
def fm_sums(  # noqa: PLR0917 - compiled: arrays, by position
    first: int,
    last: int,
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    table: NDArray[np.float32],
    linear: NDArray[np.float32],
    sums: NDArray[np.float32],
) -> float:
    """The linear part of the entries; `sums[0]` becomes their summed vector and `sums[1]` the sum of its squares."""
    k = sums.shape[1]
    total, squares = sums[0], sums[1]
    for j in range(k):
        total[j] = 0.0
        squares[j] = 0.0
    z = 0.0
    for p in range(first, last):
        row, x = np.int64(rows[p]), values[p]
        if row >= 0:
            z += np.float64(linear[row, 0] * x)
        else:
            row = ~row
        vector = table[row]
        for j in range(k):
            v = vector[j] * x
            total[j] += v
            squares[j] += v * v
    return z


@njit(cache=True, inline="always", error_model="numpy")
def fm_pairs(sums: NDArray[np.float32]) -> float:
    """What the pairs add to the logit, from the summed vector and the sum of squares."""
    pairs = 0.0
    for j in range(sums.shape[1]):
        total = np.float64(sums[0, j])
        pairs += total * total - np.float64(sums[1, j])
    return 0.5 * pairs


@njit(cache=True, nogil=True, error_model="numpy")
def fm_score(  # noqa: PLR0917 - compiled: arrays, by position
    starts: NDArray[np.int64],
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    table: NDArray[np.float32],
    linear: NDArray[np.float32],
    bias: float,
    sums: NDArray[np.float32],
    logits: NDArray[np.float64],
) -> None:
    """Logits of rows; row i has the entries from `starts[i]` to `starts[i + 1]`. `table` may be wider than k."""
    for i in range(len(logits)):
        if i + _AHEAD < len(logits):
            for p in range(starts[i + _AHEAD], starts[i + _AHEAD + 1]):
                row = np.int64(rows[p])
                row = row if row >= 0 else ~row
                prefetch(table, row, 0)
                prefetch(linear, row, 0)
        z = fm_sums(starts[i], starts[i + 1], rows, values, table, linear, sums)
        logits[i] = bias + z + fm_pairs(sums)


@njit(cache=True, nogil=True, error_model="numpy")
def fm_learn(  # noqa: PLR0917 - compiled: arrays, by position
    starts: NDArray[np.int64],
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
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

    `table` has shape (rows, 2k): vectors, then their accumulators. `linear` has (rows, 2), `bias` (2,): value,
    accumulator. `rates` are the step sizes of vectors and of weights, the first accumulator, the size of the first
    vectors, and L2 on vectors and on weights.
    """
    k = sums.shape[1]
    vector_rate, weight_rate, first, scale, vector_l2, weight_l2 = (
        rates[0], rates[1], rates[2], rates[3], rates[4], rates[5]
    )  # fmt: skip
    total = sums[0]
    for i in range(len(labels)):
        if i + _AHEAD < len(labels):
            for p in range(starts[i + _AHEAD], starts[i + _AHEAD + 1]):
                row = np.int64(rows[p])
                row = row if row >= 0 else ~row
                prefetch(table, row, 0)
                prefetch(table, row, k)
                prefetch(linear, row, 0)
        z = bias[0] + fm_sums(starts[i], starts[i + 1], rows, values, table, linear, sums) + fm_pairs(sums)
        logits[i] = z
        if weights[i] == 0.0:
            continue
        slope = np.float32((chance(z) - labels[i]) * weights[i])
        bias[1] += slope * slope
        bias[0] -= weight_rate * slope / math.sqrt(bias[1] + first)
        for p in range(starts[i], starts[i + 1]):
            row, x = np.int64(rows[p]), values[p]
            if x == 0.0:
                continue
            push = slope * x
            if row >= 0:
                weight = linear[row, 0]
                g = push + weight_l2 * weight
                grown = linear[row, 1] + g * g
                linear[row, 1] = grown
                linear[row, 0] = weight - weight_rate * g / np.float32(math.sqrt(grown + first))
            else:
                row = ~row
            own = table[row]
            if own[k] == 0.0:
                for j in range(k):
                    bits = mixed(seed + np.uint64(row) * np.uint64(k) + np.uint64(j)) >> np.uint64(40)
                    own[j] = scale * np.float32(np.float64(bits) * _UNIT - 1.0)
                    own[k + j] = first
            for j in range(k):
                v = own[j]
                g = push * (total[j] - v * x) + vector_l2 * v
                grown = own[k + j] + g * g
                own[k + j] = grown
                own[j] = v - vector_rate * g / np.float32(math.sqrt(grown))
