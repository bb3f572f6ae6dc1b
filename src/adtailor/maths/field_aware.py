r"""A field-aware factorisation machine: an id has one vector for each other field (Juan and others, 2016).

With $S_{fg} = \sum_{i \in f} v_{i,g} x_i$, the vectors for field $g$ of all entries of field $f$:

$$z = b + \sum_i w_i x_i + \sum_{f < g} S_{fg} \cdot S_{gf}$$

Pairs within one field have no vectors and add nothing. Steps are those of AdaGrad, per coordinate.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.maths.factorization import bias_step, chance, first_vector, weight_step
from adtailor.maths.prefetching import prefetch


@njit(cache=True, nogil=True, error_model="numpy")
def ffm_sums(  # noqa: PLR0917 - compiled: arrays, by position
    first: int,
    last: int,
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    fields: NDArray[np.int16],
    table: NDArray[np.float32],
    linear: NDArray[np.float32],
    sums: NDArray[np.float32],
    turned: NDArray[np.float32],
) -> float:
    """The logit without the bias. `sums` and `turned`, of shape (fields, fields, k), become S and its transpose."""
    count, k = sums.shape[0], sums.shape[2]
    width = count * k
    flat = sums.reshape(count, width)
    flat[:] = np.float32(0.0)
    z = 0.0
    for p in range(first, last):
        row, x = np.int64(rows[p]), values[p]
        if row >= 0:
            z += np.float64(linear[row, 0] * x)
        else:
            row = ~row
        own = table[row]
        of = flat[fields[p]]
        for m in range(width):
            of[m] += own[m] * x
    for f in range(count):
        for g in range(count):
            if f == g:
                for j in range(k):
                    turned[f, f, j] = np.float32(0.0)
                continue
            met = 0.0
            for j in range(k):
                turned[f, g, j] = sums[g, f, j]
                met += np.float64(sums[f, g, j]) * np.float64(sums[g, f, j])
            if f < g:
                z += met
    return z


@njit(cache=True, nogil=True, error_model="numpy")
def ffm_score(  # noqa: PLR0917 - compiled: arrays, by position
    starts: NDArray[np.int64],
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    fields: NDArray[np.int16],
    table: NDArray[np.float32],
    linear: NDArray[np.float32],
    bias: float,
    sums: NDArray[np.float32],
    turned: NDArray[np.float32],
    logits: NDArray[np.float64],
) -> None:
    """Logits of rows."""
    for i in range(len(logits)):
        logits[i] = bias + ffm_sums(starts[i], starts[i + 1], rows, values, fields, table, linear, sums, turned)


@njit(nogil=True, error_model="numpy")
def _step(  # noqa: PLR0917 - compiled: arrays, by position
    own: NDArray[np.float32],
    width: int,
    others: NDArray[np.float32],
    push: np.float32,
    rate: np.float32,
    l2: np.float32,
) -> None:
    for m in range(width):
        v = own[m]
        g = push * others[m] + l2 * v
        grown = own[width + m] + g * g
        own[width + m] = grown
        own[m] = v - rate * g / np.sqrt(grown)


@njit(cache=True, nogil=True, error_model="numpy")
def ffm_learn(  # noqa: PLR0917 - compiled: arrays, by position
    starts: NDArray[np.int64],
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    fields: NDArray[np.int16],
    labels: NDArray[np.float32],
    weights: NDArray[np.float32],
    table: NDArray[np.float32],
    linear: NDArray[np.float32],
    bias: NDArray[np.float64],
    rates: NDArray[np.float32],
    seed: np.uint64,
    sums: NDArray[np.float32],
    turned: NDArray[np.float32],
    logits: NDArray[np.float64],
) -> None:
    """One step per row, in order; arrays and rates as `fm_learn`, with vectors of fields times k numbers."""
    count, k = sums.shape[0], sums.shape[2]
    width = count * k
    others = turned.reshape(count, width)
    vector_rate, weight_rate, start, scale, vector_l2, weight_l2 = (
        rates[0], rates[1], rates[2], rates[3], rates[4], rates[5]
    )  # fmt: skip
    for i in range(len(labels)):
        if i + 1 < len(labels):
            for p in range(starts[i + 1], starts[i + 2]):
                row = np.int64(rows[p])
                row = row if row >= 0 else ~row
                for line in range(0, 2 * width, 16):
                    prefetch(table, row, line)
        z = bias[0] + ffm_sums(starts[i], starts[i + 1], rows, values, fields, table, linear, sums, turned)
        logits[i] = z
        if weights[i] == 0.0:
            continue
        slope = np.float32((chance(z) - labels[i]) * weights[i])
        bias_step(bias, slope, weight_rate, start)
        for p in range(starts[i], starts[i + 1]):
            row, x = np.int64(rows[p]), values[p]
            if x == 0.0:
                continue
            push = slope * x
            if row >= 0:
                weight_step(linear, row, push, weight_rate, start, weight_l2)
            else:
                row = ~row
            own = table[row]
            first_vector(own, width, seed, row, scale, start)
            _step(own, width, others[fields[p]], push, vector_rate, vector_l2)
