"""How good predicted click chances are, with intervals from drawing users again: the same arithmetic for everyone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DRAWS = 200
LARGE = 1_600
"""Clicks from which a group's ratio is asked to be within 5 % of 1."""
SMALLEST = 1e-7
"""A chance of exactly 0 or 1 would make one row outweigh all others; nobody is given a better chance than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A figure, and the 2.5 % and 97.5 % quantiles of what other users would have shown."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Calibration apart, by advertiser or what stands for one."""

    judged: int
    """Groups with enough expected clicks to say anything."""
    within: int
    """Of these, those whose clicks are within 2 standard errors of what was predicted."""
    large: int
    """Groups of at least 1,600 clicks."""
    worst: float | None
    """Among these, the calibration ratio's largest distance from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Of one learner on one test part."""

    log_loss: Interval
    normalised_entropy: Interval
    auc: Interval
    calibration: Interval
    """Predicted clicks over real ones; 1 is right."""
    groups: Groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """What happened in the test part, and the same draws of users for every learner, so that they compare in pairs."""

    clicked: NDArray[np.uint8]
    user: NDArray[np.int64]
    """Users as 0 to users - 1, per row."""
    draws: NDArray[np.float64]
    """How often each user was drawn [draws, users]."""


def judge(clicked: NDArray[np.uint8], user: NDArray[np.int64], *, seed: int, draws: int = DRAWS) -> Judge:
    """The bootstrap over users (Efron, 1979), drawn once."""
    _, compact = np.unique(user, return_inverse=True)
    users = int(compact.max()) + 1
    random = np.random.default_rng(seed)
    drawn = np.stack([np.bincount(random.integers(0, users, users), minlength=users) for _ in range(draws)])
    return Judge(clicked=clicked, user=compact, draws=drawn.astype(np.float64))


def quality(judge: Judge, chance: NDArray[np.float64], group: NDArray[np.int64]) -> Quality:
    """Log-loss, normalised entropy, AUC and calibration of predicted chances [n]."""
    loss = losses(judge.clicked, chance)
    rows = _per_user(judge, np.ones(len(chance)))
    lost = _per_user(judge, loss)
    clicks = _per_user(judge, judge.clicked)
    expected = _per_user(judge, chance)
    entropies = entropy(clicks / rows)
    return Quality(
        log_loss=_interval(_ratio(lost, rows)),
        normalised_entropy=_interval(_ratio(lost / rows, entropies)),
        auc=_interval(_aucs(judge, chance)),
        calibration=_interval(_ratio(expected, clicks)),
        groups=groups_within(judge.clicked, chance, group),
    )


def difference(judge: Judge, loss: NDArray[np.float64], other: NDArray[np.float64]) -> Interval:
    """How much more is lost per row than by the other, user for user."""
    return _interval(_per_user(judge, loss - other) / _per_user(judge, np.ones(len(loss))))


def losses(clicked: NDArray[np.uint8], chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """What each row costs: minus the logarithm of the chance given to what happened."""
    held = np.clip(chance, SMALLEST, 1 - SMALLEST)
    return -np.log(np.where(clicked == 1, held, 1 - held))


def entropy(rate: NDArray[np.float64]) -> NDArray[np.float64]:
    """The log-loss of whoever says the same rate of every row."""
    held = np.clip(rate, SMALLEST, 1 - SMALLEST)
    return -(held * np.log(held) + (1 - held) * np.log1p(-held))


def auc(clicked: NDArray[np.uint8], chance: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    """How often a click was given a higher chance than a row without; a tie counts a half."""
    order = np.argsort(chance, kind="stable")
    return float(_auc_sorted(clicked[order], weight[order][None, :], _ends(chance[order]))[0])


def groups_within(
    clicked: NDArray[np.uint8], chance: NDArray[np.float64], group: NDArray[np.int64], *, clicks: int = 50
) -> Groups:
    """Of groups with at least so many expected clicks, how many have real clicks within 2 standard errors of them.

    The standard error is that of the real clicks if the chances were right, sqrt(sum p (1 - p)); then 95 % are within.
    """
    _, place = np.unique(group, return_inverse=True)
    real, expected = np.bincount(place, clicked), np.bincount(place, chance)
    error = np.sqrt(np.bincount(place, chance * (1 - chance)))
    judged = expected >= clicks
    within = np.abs(real - expected)[judged] <= 2 * error[judged]
    large = real >= LARGE
    worst = float(np.max(np.abs(expected[large] / real[large] - 1))) if large.any() else None
    return Groups(judged=int(judged.sum()), within=int(within.sum()), large=int(large.sum()), worst=worst)


def _per_user(judge: Judge, values: NDArray[np.generic]) -> NDArray[np.float64]:
    """The sum over all rows first, then over each draw's."""
    of_user = np.bincount(judge.user, values.astype(np.float64), minlength=judge.draws.shape[1])
    return np.concatenate([[of_user.sum()], judge.draws @ of_user])


def _aucs(judge: Judge, chance: NDArray[np.float64]) -> NDArray[np.float64]:
    order = np.argsort(chance, kind="stable")
    clicked, ends, user = judge.clicked[order], _ends(chance[order]), judge.user[order]
    found = [_auc_sorted(clicked, np.ones((1, len(order))), ends)]
    found += [_auc_sorted(clicked, draws[None, user], ends) for draws in judge.draws]
    return np.concatenate(found)


def _ends(chance: NDArray[np.float64]) -> NDArray[np.int64]:
    """Where each run of equal chances ends, in sorted order."""
    return np.flatnonzero(np.append(chance[1:] != chance[:-1], True))


def _auc_sorted(
    clicked: NDArray[np.uint8], weights: NDArray[np.float64], ends: NDArray[np.int64]
) -> NDArray[np.float64]:
    ones = np.diff(np.cumsum(weights * clicked, axis=1)[:, ends], axis=1, prepend=0)
    zeros = np.diff(np.cumsum(weights * (1 - clicked), axis=1)[:, ends], axis=1, prepend=0)
    below = np.cumsum(zeros, axis=1) - zeros
    return _ratio((ones * (below + zeros / 2)).sum(axis=1), ones.sum(axis=1) * zeros.sum(axis=1))


def _ratio(above: NDArray[np.float64], below: NDArray[np.float64]) -> NDArray[np.float64]:
    """NaN where a draw of few users holds nothing to divide by."""
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)


def _interval(figures: NDArray[np.float64]) -> Interval:
    """The first is of all users, the rest of the draws; a draw without a click says nothing of some figures."""
    drawn = figures[1:][np.isfinite(figures[1:])]
    low, high = np.quantile(drawn, [0.025, 0.975]) if len(drawn) else (np.nan, np.nan)
    return Interval(value=float(figures[0]), low=float(low), high=float(high))
