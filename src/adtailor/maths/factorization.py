r"""A factorisation machine, learned online with one step size per coordinate.

For a row with entries $(i, x_i)$, weights $w_i$ and vectors $v_i$ of length $k$ (Rendle, 2010):

$$z = b + \sum_i w_i x_i + \tfrac12 \sum_{j=1}^k \Big[\big(\sum_i v_{ij} x_i\big)^2 - \sum_i v_{ij}^2 x_i^2\Big]$$

with AdaGrad (Duchi, Hazan and Singer, 2011) for every coordinate:
$G \mathrel{+}= g^2$, $\theta \mathrel{-}= \eta g / \sqrt{G}$. A row that was never learned is all zeros, and
says nothing; at its first step its vector gets small numbers from a hash of its place, so no generator is kept.

A negative entry `~i` is row i without its weight $w_i$: the vector of an id inside a history.
"""

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.maths.hashing import mixed
from adtailor.maths.lanes import LANES, load, plus, spread, store, times
from adtailor.maths.prefetching import prefetch

_FAR = 35.0
_AHEAD = 3  # rows ahead whose memory is asked for: about as long as a miss takes
_UNIT = 2.0**-23
_BLOCK = 512


@njit(cache=True, inline="always", error_model="numpy")
def chance(z: float) -> float:
    """The logistic function; beyond 35 it is its own limit to the last bits."""
    return 1.0 / (1.0 + math.exp(-min(max(z, -_FAR), _FAR)))


@njit(cache=True, nogil=True, error_model="numpy")
def _wide_sums(  # noqa: PLR0917 - compiled: arrays, by position
    first: int,
    last: int,
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    table: NDArray[np.float32],
    linear: NDArray[np.float32],
    sums: NDArray[np.float32],
) -> float:
    total, squares = spread(np.float32(0.0)), spread(np.float32(0.0))
    total_2, squares_2 = total, squares
    z = 0.0
    for p in range(first, last):
        row, x = np.int64(rows[p]), values[p]
        if row >= 0:
            z += np.float64(linear[row, 0] * x)
        else:
            row = ~row
        v, v_2 = times(load(table, row, 0), spread(x)), times(load(table, row, LANES), spread(x))
        total, total_2 = plus(total, v), plus(total_2, v_2)
        squares, squares_2 = plus(squares, times(v, v)), plus(squares_2, times(v_2, v_2))
    store(sums, 0, 0, total)
    store(sums, 0, LANES, total_2)
    store(sums, 1, 0, squares)
    store(sums, 1, LANES, squares_2)
    return z


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
    if k == 2 * LANES:
        return _wide_sums(first, last, rows, values, table, linear, sums)
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


@njit(cache=True, inline="always", error_model="numpy")
def first_number(seed: np.uint64, row: np.uint64, k: np.uint64, j: np.uint64) -> np.float32:
    """Coordinate j of a row's first vector: between -1 and 1, the same every time."""
    bits = mixed(seed + row * k + j) >> np.uint64(40)
    return np.float32(np.float64(bits) * _UNIT - 1.0)


@njit(cache=True, nogil=True, error_model="numpy")
def first_vector(  # noqa: PLR0917 - compiled: arrays, by position
    own: NDArray[np.float32], k: int, seed: np.uint64, row: np.integer[Any], scale: np.float32, first: np.float32
) -> None:
    """Small numbers for a row at its first step, and their accumulators beside them; nothing where it has been."""
    if own[k] == 0.0:
        for j in range(k):
            own[j] = scale * first_number(seed, np.uint64(row), np.uint64(k), np.uint64(j))
            own[k + j] = first


@njit(cache=True, nogil=True, error_model="numpy")
def weight_step(  # noqa: PLR0917 - compiled: arrays, by position
    linear: NDArray[np.float32],
    row: np.integer[Any],
    push: np.float32,
    rate: np.float32,
    first: np.float32,
    l2: np.float32,
) -> None:
    """AdaGrad's step of one weight; `linear[row]` is the weight and its accumulator."""
    weight = linear[row, 0]
    g = push + l2 * weight
    grown = linear[row, 1] + g * g
    linear[row, 1] = grown
    linear[row, 0] = weight - rate * g / np.sqrt(grown + first)


@njit(cache=True, nogil=True, error_model="numpy")
def bias_step(bias: NDArray[np.float64], slope: np.float32, rate: np.float32, first: np.float32) -> None:
    """The same of the bias: its value and its accumulator."""
    bias[1] += slope * slope
    bias[0] -= rate * slope / math.sqrt(bias[1] + first)


@njit(nogil=True, error_model="numpy", fastmath={"afn", "arcp", "contract", "nsz", "reassoc"})
def _step(  # noqa: PLR0917 - compiled: arrays, by position
    own: NDArray[np.float32],
    k: int,
    total: NDArray[np.float32],
    push: np.float32,
    x: np.float32,
    rate: np.float32,
    l2: np.float32,
) -> None:
    # A function of its own, its length given, and NumPy's root: so written it is compiled to vector instructions.
    for j in range(k):
        v = own[j]
        g = push * (total[j] - v * x) + l2 * v
        grown = own[k + j] + g * g
        own[k + j] = grown
        own[j] = v - rate * g / np.sqrt(grown)


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

    `table` has shape (rows, 2k) or wider: vectors, then their accumulators. `linear` has (rows, 2), `bias` (2,): value,
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
        bias_step(bias, slope, weight_rate, first)
        for p in range(starts[i], starts[i + 1]):
            row, x = np.int64(rows[p]), values[p]
            if x == 0.0:
                continue
            push = slope * x
            if row >= 0:
                weight_step(linear, row, push, weight_rate, first, weight_l2)
            else:
                row = ~row
            own = table[row]
            first_vector(own, k, seed, row, scale, first)
            _step(own, k, total, push, x, vector_rate, vector_l2)


@njit(cache=True, nogil=True, error_model="numpy")
def fm_sides(  # noqa: PLR0917 - compiled: arrays, by position
    starts: NDArray[np.int64],
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    table: NDArray[np.float32],
    linear: NDArray[np.float32],
    vectors: NDArray[np.float32],
    biases: NDArray[np.float64],
    sums: NDArray[np.float32],
) -> None:
    """For rows that hold one side's entries: what they add by themselves, and their summed vectors, as columns.

    The logit of a request and an ad is both biases and the product of both vectors. `vectors` has shape (k, rows).
    """
    for i in range(len(biases)):
        if i + _AHEAD < len(biases):
            for p in range(starts[i + _AHEAD], starts[i + _AHEAD + 1]):
                row = np.int64(rows[p])
                row = row if row >= 0 else ~row
                prefetch(table, row, 0)
                prefetch(linear, row, 0)
        biases[i] = fm_sums(starts[i], starts[i + 1], rows, values, table, linear, sums) + fm_pairs(sums)
        for j in range(sums.shape[1]):
            vectors[j, i] = sums[0, j]


@njit(cache=True, nogil=True, error_model="numpy")
def fm_meet(
    request: NDArray[np.float32], bias: float, vectors: NDArray[np.float32], biases: NDArray[np.float64],
    logits: NDArray[np.float64],
) -> None:  # fmt: skip
    """Logits of a request with every ad, from cached sides; `vectors` has shape (k, ads)."""
    n = len(logits)
    for start in range(0, n, _BLOCK):
        stop = min(n, start + _BLOCK)
        some = logits[start:stop]
        own = biases[start:stop]
        for i in range(len(some)):
            some[i] = bias + own[i]
        for j in range(len(request)):
            of = np.float64(request[j])
            column = vectors[j, start:stop]
            for i in range(len(some)):
                some[i] += of * np.float64(column[i])


@njit(cache=True, nogil=True, error_model="numpy")
def fm_joint(  # noqa: PLR0917 - compiled: arrays, by position
    rows: NDArray[np.int32], table: NDArray[np.float32], linear: NDArray[np.float32], request: NDArray[np.float32],
    vectors: NDArray[np.float32], logits: NDArray[np.float64],
) -> None:  # fmt: skip
    """Adds the entries that belong to a request and an ad together, as a cross does: `rows` has shape (ads, fields)."""
    k = len(request)
    fields = rows.shape[1]
    for i in range(len(logits)):
        if i + _AHEAD < len(logits):
            for f in range(fields):
                prefetch(table, np.int64(rows[i + _AHEAD, f]), 0)
        add = 0.0
        for f in range(fields):
            row = np.int64(rows[i, f])
            add += np.float64(linear[row, 0])
            for j in range(k):
                met = np.float64(request[j]) + np.float64(vectors[j, i])
                for other in range(f):
                    met += np.float64(table[np.int64(rows[i, other]), j])
                add += met * np.float64(table[row, j])
        logits[i] += add
