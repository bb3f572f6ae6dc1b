r"""Clicks and conversions over one set of vectors, learned over all impressions (ESMM; Ma and others, 2018).

With $q_j = \tfrac12 [(\sum_i v_{ij} x_i)^2 - \sum_i v_{ij}^2 x_i^2]$, head $h$ has weights and a share $a_{hj}$ of
every coordinate of its own: $z_h = b_h + \sum_i w_{hi} x_i + \sum_j a_{hj} q_j$.

With $p = \sigma(z_0)$ the chance of a click and $r = \sigma(z_1)$ that of a conversion after it, the loss is that of
clicks by $p$ and of conversions by $pr$, both over every impression: nobody who did not click is left out, so $r$ is
not learned from clickers alone.

$$\frac{\partial L}{\partial z_0} = (p - y) + \frac{(pr - t)(1 - p)}{1 - pr}, \qquad
  \frac{\partial L}{\partial z_1} = \frac{(pr - t)(1 - r)}{1 - pr}$$
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.maths.factorization import chance, first_vector
from adtailor.maths.prefetching import prefetch

_AHEAD = 3
_LEAST = 1e-9


@njit(cache=True, nogil=True, error_model="numpy")
def heads_sums(  # noqa: PLR0917 - compiled: arrays, by position
    first: int,
    last: int,
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    table: NDArray[np.float32],
    linear: NDArray[np.float32],
    shares: NDArray[np.float32],
    sums: NDArray[np.float32],
    out: NDArray[np.float64],
) -> None:
    """Both logits without their biases, into `out`; `linear` holds weights in columns 0 and 1, `shares` k a row."""
    k = sums.shape[1]
    for j in range(k):
        sums[0, j] = 0.0
        sums[1, j] = 0.0
    out[0] = 0.0
    out[1] = 0.0
    for p in range(first, last):
        row, x = np.int64(rows[p]), values[p]
        if row >= 0:
            out[0] += np.float64(linear[row, 0] * x)
            out[1] += np.float64(linear[row, 1] * x)
        else:
            row = ~row
        for j in range(k):
            v = table[row, j] * x
            sums[0, j] += v
            sums[1, j] += v * v
    for j in range(k):
        total = np.float64(sums[0, j])
        pairs = 0.5 * (total * total - np.float64(sums[1, j]))
        out[0] += np.float64(shares[0, j]) * pairs
        out[1] += np.float64(shares[1, j]) * pairs


@njit(cache=True, nogil=True, error_model="numpy")
def heads_score(  # noqa: PLR0917 - compiled: arrays, by position
    starts: NDArray[np.int64],
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    table: NDArray[np.float32],
    linear: NDArray[np.float32],
    shares: NDArray[np.float32],
    bias: NDArray[np.float64],
    sums: NDArray[np.float32],
    logits: NDArray[np.float64],
) -> None:
    """Logits of rows, shape (rows, 2)."""
    for i in range(len(logits)):
        heads_sums(starts[i], starts[i + 1], rows, values, table, linear, shares, sums, logits[i])
        logits[i, 0] += bias[0]
        logits[i, 1] += bias[1]


@njit(cache=True, nogil=True, error_model="numpy")
def heads_slopes(z: NDArray[np.float64], clicked: float, converted: float, slopes: NDArray[np.float64]) -> None:
    """The slopes of the loss by both logits."""
    p, r = chance(z[0]), chance(z[1])
    both = p * r
    over = (both - converted) / max(1.0 - both, _LEAST)
    slopes[0] = (p - clicked) + over * (1.0 - p)
    slopes[1] = over * (1.0 - r)


@njit(cache=True, nogil=True, error_model="numpy")
def heads_learn(  # noqa: PLR0912, PLR0917 - compiled: one pass, arrays by position
    starts: NDArray[np.int64],
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    labels: NDArray[np.float32],
    weights: NDArray[np.float32],
    table: NDArray[np.float32],
    linear: NDArray[np.float32],
    shares: NDArray[np.float32],
    bias: NDArray[np.float64],
    rates: NDArray[np.float32],
    seed: np.uint64,
    sums: NDArray[np.float32],
    logits: NDArray[np.float64],
) -> None:
    """One step per row, in order. `table` (rows, 2k): vectors, accumulators; `linear` (rows, 4), `shares` (2, 2k) and
    `bias` (4,): both values, then their accumulators. `labels` (rows, 2). `rates` as for `fm_learn`, without L2."""
    k = sums.shape[1]
    vector_rate, weight_rate, start, scale = rates[0], rates[1], rates[2], rates[3]
    slopes = np.empty(2, dtype=np.float64)
    push = np.empty(k, dtype=np.float32)
    for i in range(len(labels)):
        if i + _AHEAD < len(labels):
            for p in range(starts[i + _AHEAD], starts[i + _AHEAD + 1]):
                row = np.int64(rows[p])
                row = row if row >= 0 else ~row
                prefetch(table, row, 0)
                prefetch(table, row, k)
                prefetch(linear, row, 0)
        heads_sums(starts[i], starts[i + 1], rows, values, table, linear, shares, sums, logits[i])
        logits[i, 0] += bias[0]
        logits[i, 1] += bias[1]
        if weights[i] == 0.0:
            continue
        heads_slopes(logits[i], labels[i, 0], labels[i, 1], slopes)
        for h in range(2):
            slopes[h] *= weights[i]
            bias[2 + h] += slopes[h] * slopes[h]
            bias[h] -= weight_rate * slopes[h] / math.sqrt(bias[2 + h] + start)
        for j in range(k):
            push[j] = np.float32(slopes[0] * shares[0, j] + slopes[1] * shares[1, j])
        for p in range(starts[i], starts[i + 1]):
            row, x = np.int64(rows[p]), values[p]
            if x == 0.0:
                continue
            if row >= 0:
                for h in range(2):
                    g = np.float32(slopes[h]) * x
                    grown = linear[row, 2 + h] + g * g
                    linear[row, 2 + h] = grown
                    linear[row, h] -= weight_rate * g / np.sqrt(grown + start)
            else:
                row = ~row
            own = table[row]
            first_vector(own, k, seed, row, scale, start)
            for j in range(k):
                v = own[j]
                g = push[j] * x * (sums[0, j] - v * x)
                grown = own[k + j] + g * g
                own[k + j] = grown
                own[j] = v - vector_rate * g / np.sqrt(grown)
        for h in range(2):
            for j in range(k):
                pairs = np.float32(0.5) * (sums[0, j] * sums[0, j] - sums[1, j])
                g = np.float32(slopes[h]) * pairs
                grown = shares[h, k + j] + g * g
                shares[h, k + j] = grown
                shares[h, j] -= weight_rate * g / np.sqrt(grown + start)
