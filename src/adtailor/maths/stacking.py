r"""Several models' logits as one: how much each counts is learned from rows that none had learned from.

$$z = c + \sum_m w_m z_m, \qquad w_m \ge 0$$

with $w$ and $c$ minimising the log-loss plus $\frac\lambda2 \big(\sum_m (w_m - 1/M)^2 + c^2\big)$: with few rows the
models count alike, and one that adds nothing to the others counts nothing (Breiman, 1996, on why not below 0).
"""

import numpy as np
from numpy.typing import NDArray

from adtailor.maths.calibration import logistic

Floats = NDArray[np.float64]
_ROUNDS = 12


def fit_stack(logits: Floats, labels: Floats, weights: Floats, *, prior: float = 10.0) -> Floats:
    """The weight of each model, then the shift; `logits` has shape (rows, models).

    >>> said = np.array([[2.0, 0.0], [-2.0, 0.0]] * 500)
    >>> bool(fit_stack(said, np.array([1.0, 0.0] * 500), np.ones(1000))[0] > 1.0)
    True
    """
    models = logits.shape[1]
    inputs = np.column_stack((logits, np.ones(len(logits))))
    first = np.append(np.full(models, 1.0 / models), 0.0)
    kept = np.ones(models + 1, dtype=np.bool_)
    while True:
        found = np.where(kept, first, 0.0)
        for _ in range(_ROUNDS):
            p = logistic(inputs @ found)
            slope = inputs.T @ (weights * (p - labels)) + prior * (found - first)
            curve = (inputs * (weights * np.maximum(p * (1.0 - p), 1e-6))[:, None]).T @ inputs
            curve += prior * np.eye(models + 1)
            found[kept] -= np.linalg.solve(curve[np.ix_(kept, kept)], slope[kept]).clip(-1.0, 1.0)
        below = found[:-1] < 0.0
        if not below.any():
            return found
        kept[:-1] &= ~below
