r"""A day's budget, spent along the day's traffic on what it buys best: every bid is cut by one factor, which follows.

In hindsight the best way to spend a budget $B$ on second-price auctions is to bid one constant share $e^{-\lambda}$ of
what an event is worth, the $\lambda$ at which the day costs just $B$: it buys whatever brings most per micro. It is the
dual variable of the budget, and dual mirror descent finds it (Balseiro, Lu and Mirrokni, 2023). With $F$ the share of
the day's traffic that is over, a step of which $dF$ passed and $dS$ was spent,

$$\lambda \leftarrow \max\Big(0,\ \lambda + \eta\, \Big(\frac{dS}{B} - \frac{B - S}{B}\, \frac{dF}{1 - F}\Big)\Big)$$

What the day still has is to be spent along the traffic that is still to come, so that a step never has to make good
what an earlier one missed.
"""

import numpy as np
from numpy.typing import NDArray

FIRST_STEP, STEP = 8.0, 2.0
"""$\\eta$ on a campaign's first day, and on later ones, which begin with the mean of the day before (by simulation)."""
MOST_CUT = 6.0
"""Bids are cut to e^-6, a four-hundredth, at most: what costs more than that is not a budget but a pause."""
SLOTS = 96
"""Quarters of an hour of a day."""
SLOT_SECONDS = 900.0
HORIZON = 10.0
"""Events over which a credit is spent, or a debt made good, where bids follow a target cost."""


def next_cut(
    cut: NDArray[np.float64],
    *,
    spent: NDArray[np.float64],
    left: NDArray[np.float64],
    passed: NDArray[np.float64],
    to_come: NDArray[np.float64],
    step: float | NDArray[np.float64] = STEP,
) -> NDArray[np.float64]:
    r"""$\lambda$ of each campaign after a step; all in shares of the day's budget and of its traffic.

    `spent` and `passed` are the step's, `left` and `to_come` what there was before it.

    A tenth of the day that took a fifth of the budget cuts further, one that took nothing cuts less:

    >>> half = np.array([0.5, 0.5])
    >>> next_cut(half, spent=np.array([0.2, 0.0]), left=np.ones(2), passed=half / 5, to_come=np.ones(2), step=1.0)
    array([0.6, 0.4])
    """
    part = np.divide(np.minimum(passed, to_come), to_come, out=np.zeros(len(cut)), where=to_come > 0.0)
    return np.clip(cut + step * (spent - left * part), 0.0, MOST_CUT)


def traffic_until(at: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Traffic from 1970 to each time, in seconds, if every day were as `weights`, by the quarter of an hour in UTC.

    Differences of it are shares of a day, whatever the zone: a day of 23 hours has the traffic of its 23.

    >>> flat = np.ones(96)
    >>> (traffic_until(np.array([86_400.0]), flat) / traffic_until(np.array([900.0]), flat)).tolist()
    [96.0]
    """
    before = np.concatenate(([0.0], np.cumsum(weights)))
    slot, rest = np.divmod(at, SLOT_SECONDS)
    day, place = np.divmod(slot.astype(np.int64), SLOTS)
    return day * before[-1] + before[place] + weights[place] * rest / SLOT_SECONDS


def target_bid(amount: float, target: float, credit: float) -> float:
    """What to bid so that events cost `target` on average, and never more than `amount` each.

    `credit` is what past events cost less than the target, all in all; below 0 what they cost more. Who pays by the
    second price pays less than it bids, so that its bid may rise above the target until they meet.

    >>> target_bid(900.0, 500.0, 0.0), target_bid(900.0, 500.0, 2_000.0), target_bid(900.0, 500.0, 99_000.0)
    (500.0, 700.0, 900.0)
    """
    return min(max(target + credit / HORIZON, 0.0), amount)
