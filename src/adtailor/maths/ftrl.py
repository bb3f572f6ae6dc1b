r"""Logistic regression learned online by FTRL-Proximal (McMahan and others, 2013).

Per weight, with $g$ the slope times $x$:
$\sigma = (\sqrt{n + g^2} - \sqrt n)/\alpha,\; z \mathrel{+}= g - \sigma w,\; n \mathrel{+}= g^2$ and
$w = -\big(z - \mathrm{sign}(z) \lambda_1\big) / \big((\beta + \sqrt n)/\alpha + \lambda_2\big)$
where $|z| > \lambda_1$, else 0.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.maths.factorization import chance
from adtailor.maths.prefetching import prefetch

_AHEAD = 4


@njit(cache=True, inline="always", error_model="numpy")
def ftrl_weight(  # noqa: PLR0917 - compiled
    z: float, root: float, alpha: float, beta: float, l1: float, l2: float
) -> float:
    """The weight that the state says: z, and the root of the summed squares."""
    if abs(z) <= l1:
        return 0.0
    kept = z - l1 if z > 0 else z + l1
    return -kept / ((beta + root) / alpha + l2)


@njit(cache=True, nogil=True, error_model="numpy")
def linear_score(  # noqa: PLR0917 - compiled: arrays, by position
    starts: NDArray[np.int64],
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    weights: NDArray[np.float32],
    bias: float,
    logits: NDArray[np.float64],
) -> None:
    """Logits of rows by stored weights; a negative entry (`~i`, a vector without a weight) adds nothing."""
    for i in range(len(logits)):
        total = 0.0
        for p in range(starts[i], starts[i + 1]):
            if rows[p] >= 0:
                total += np.float64(weights[rows[p]] * values[p])
        logits[i] = bias + total


@njit(cache=True, nogil=True, error_model="numpy")
def ftrl_learn(  # noqa: PLR0917 - compiled: arrays, by position
    starts: NDArray[np.int64],
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    labels: NDArray[np.float32],
    weights: NDArray[np.float32],
    state: NDArray[np.float32],
    bias: NDArray[np.float64],
    rates: NDArray[np.float32],
    logits: NDArray[np.float64],
) -> None:
    """One step per row, in order. `state` has shape (rows, 4): weight, z, sum of squares, its root; `bias` (2,).

    `rates` are alpha, beta, L1 and L2.
    """
    alpha, beta, l1, l2 = rates[0], rates[1], rates[2], rates[3]
    for i in range(len(labels)):
        if i + _AHEAD < len(labels):
            for p in range(starts[i + _AHEAD], starts[i + _AHEAD + 1]):
                prefetch(state, max(np.int64(rows[p]), 0), 0)
        total = 0.0
        for p in range(starts[i], starts[i + 1]):
            if rows[p] >= 0:
                total += np.float64(state[rows[p], 0] * values[p])
        z = bias[0] + total
        logits[i] = z
        if weights[i] == 0.0:
            continue
        slope = np.float32((chance(z) - labels[i]) * weights[i])
        bias[1] += slope * slope
        bias[0] -= alpha * slope / (beta + math.sqrt(bias[1]))
        for p in range(starts[i], starts[i + 1]):
            if rows[p] < 0:
                continue
            own = state[rows[p]]
            g = slope * values[p]
            grown = own[2] + g * g
            root = np.float32(math.sqrt(grown))
            own[1] += g - (root - own[3]) / alpha * own[0]
            own[2] = grown
            own[3] = root
            own[0] = ftrl_weight(own[1], own[3], alpha, beta, l1, l2)
