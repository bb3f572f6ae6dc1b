r"""Thompson sampling from what the optimiser counted anyway (Chapelle and Li, 2011), with the chance of each choice.

AdaGrad's $G_i = \sum g_i^2$ is the diagonal of the empirical Fisher information, so weight $i$ is taken to lie
around $w_i$ with variance $1 / (G_i + \lambda)$, and a logit around $z$ with variance $\sum_i x_i^2 / (G_i + \lambda)$.
Draws of different choices are independent here, although they share weights: simpler, and it explores a little more.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One choice, and the chance with which it is made: what a log needs for off-policy estimates."""

    place: int
    propensity: float


def deviations(
    starts: NDArray[np.int64], rows: NDArray[np.int32], values: NDArray[np.float32], certainty: NDArray[np.float32]
) -> Floats:
    """The standard deviation of each row's logit; `certainty` holds $G + \\lambda$ by place of the table."""
    places = np.where(rows >= 0, rows, 0)
    each = np.where(rows >= 0, values.astype(np.float64) ** 2 / certainty[places], 0.0)
    summed = np.concatenate((np.zeros(1), np.cumsum(each)))
    return np.sqrt(np.maximum(summed[starts[1:]] - summed[starts[:-1]], 0.0))


def choose(means: Floats, spreads: Floats, *, random: np.random.Generator, rounds: int = 1000) -> Chosen:
    """Draws every logit once and takes the highest; its propensity is the share of further draws that it wins.

    The winning draw counts among them, so no propensity is 0. With n rounds it is off by at most about 1/sqrt(n).
    """
    place = int(np.argmax(means + spreads * random.normal(size=len(means))))
    drawn = means + spreads * random.normal(size=(rounds, len(means)))
    wins = int((drawn.argmax(axis=1) == place).sum())
    return Chosen(place=place, propensity=(wins + 1) / (rounds + 1))
