r"""What another policy would have earned, from a log that knows with which chance it chose.

With rewards $r$, the log's propensities $p$, the new policy's chances $\pi$ of the same choices, $w = \pi / p$, and a
model's guesses $\hat q$ for the logged choice and $\hat v$ for the new policy's mean over all choices:

- IPS (Horvitz and Thompson, 1952): mean of $w r$
- SNIPS (Swaminathan and Joachims, 2015): $\sum w r / \sum w$
- DR (Dudik, Langford and Li, 2011): mean of $\hat v + w (r - \hat q)$
- Switch (Wang, Agarwal and Dudik, 2017): the same, where $w$ above $\tau$ counts as 0: there the model alone speaks

Intervals resample rows, or the groups they belong to. Where the new policy does what the log never did, or too few
rewards were seen for what it does, there is no estimate: a number would be an invention. The weights of a log that
covers the new policy have mean 1; a mean far from it tells of choices that were never logged. Nor is there an estimate
where all resamples agree: nothing varies, so nothing is known of how sure it is.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput
from adtailor.maths.ranking_metrics import bootstrap

Floats = NDArray[np.float64]
Method = Literal["ips", "snips", "dr", "switch"]
METHODS: tuple[Method, ...] = get_args(Method)
FEWEST_CLICKS = 30
FEWEST_EFFECTIVE = 100.0
LEAST_COVERED = 0.9
"""Of what the new policy does, the share that the log has to cover, unless chance explains what is missing."""
SURE = 4.0
"""Standard errors beyond which it does not."""
SWITCH = 10.0


class NoOverlap(InvalidInput):
    """The log says too little about the new policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Mean reward per row, where 95 of 100 resamples lie, and what it stands on."""

    method: Method
    value: float
    low: float
    high: float
    matched_clicks: int
    effective_rows: float
    """$(\\sum w)^2 / \\sum w^2$: how many rows of the new policy's own the log is worth."""
    covered: float
    """The mean weight: 1 where the log has everything that the new policy does."""


def off_policy(
    rewards: Floats,
    propensities: Floats,
    chances: Floats,
    *,
    random: np.random.Generator,
    method: Method = "snips",
    guesses: Floats | None = None,
    values: Floats | None = None,
    groups: NDArray[np.int64] | None = None,
    switch_at: float = SWITCH,
    rounds: int = 500,
) -> Estimate:
    """The new policy's mean reward; `chances` are its chances of the choices that were made.

    Methods "dr" and "switch" need `guesses` (of the logged choice) and `values` (of the new policy). Raises `NoOverlap`
    below 30 clicks on choices that the new policy would make, where the weights leave fewer than 100 effective rows,
    where the log lacks much of what the new policy does, and where the interval would have no width.
    """
    if not (len(rewards) == len(propensities) == len(chances)):
        raise InvalidInput("rewards, propensities and chances of different lengths", hint="give one of each a row")
    if not ((propensities > 0.0) & (propensities <= 1.0)).all():
        raise InvalidInput(
            "a propensity outside 0 to 1, or of 0",
            hint="a logged choice had a chance above 0: log it when choosing",
            field="propensities",
        )
    if not ((chances >= 0.0) & (chances <= 1.0)).all():
        raise InvalidInput("a chance outside 0 to 1", hint="give chances", field="chances")
    has_model = method in {"dr", "switch"}
    if has_model and (guesses is None or values is None):
        raise InvalidInput("doubly robust without a model", hint="give guesses and values, or method='snips'")
    if not switch_at > 0.0:
        raise InvalidInput(f"a switch at {switch_at}", hint="a weight above 0", field="switch_at")
    weights = chances / propensities
    matched = int(((rewards > 0.0) & (weights > 0.0)).sum())
    squares = float((weights * weights).sum())
    effective = float(weights.sum()) ** 2 / squares if squares > 0.0 else 0.0
    if matched < FEWEST_CLICKS or effective < FEWEST_EFFECTIVE:
        raise NoOverlap(
            f"{matched} clicks on choices the new policy makes, worth {effective:.0f} rows",
            hint=f"at least {FEWEST_CLICKS} clicks and {FEWEST_EFFECTIVE:.0f} rows: explore more, or log for longer",
        )
    covered, error = float(weights.mean()), float(weights.std()) / len(weights) ** 0.5
    if covered < LEAST_COVERED and covered + SURE * error < 1.0:
        raise NoOverlap(
            f"the log holds {covered:.0%} of what the new policy does",
            hint="log with some chance of every choice, or judge a policy that chooses among what was logged",
        )
    base = np.zeros(len(rewards)) if not has_model or values is None else values
    rest = rewards if not has_model or guesses is None else rewards - guesses
    believed = np.where(weights <= switch_at, weights, 0.0) if method == "switch" else weights
    earned = base + believed * rest

    def measure(times: Floats) -> float:
        if method == "snips":
            total = float((times * weights).sum())
            return float((times * weights * rewards).sum()) / total if total > 0.0 else float("nan")
        rows = float(times.sum())
        return float((times * earned).sum()) / rows if rows > 0.0 else float("nan")

    owners = np.arange(len(rewards), dtype=np.int64) if groups is None else groups
    low, high = bootstrap(measure, owners, random=random, rounds=rounds)
    if not high > low:
        raise NoOverlap(
            f"all {rounds} resamples come to {low:.6g}", hint="give rows, or groups, that differ: log for longer"
        )
    return Estimate(
        method=method,
        value=measure(np.ones(len(rewards))),
        low=low,
        high=high,
        matched_clicks=matched,
        effective_rows=effective,
        covered=covered,
    )
