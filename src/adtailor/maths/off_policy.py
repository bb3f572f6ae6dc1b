r"""What another policy would have earned, from a log that knows with which chance it chose.

With rewards $r$, the log's propensities $p$, the new policy's chances $\pi$ of the same choices, $w = \pi / p$, and a
model's guesses $\hat q$ for the logged choice and $\hat v$ for the new policy's mean over all choices:

- IPS (Horvitz and Thompson, 1952): mean of $w r$
- SNIPS (Swaminathan and Joachims, 2015): $\sum w r / \sum w$
- DR (Dudik, Langford and Li, 2011): mean of $\hat v + w (r - \hat q)$

Intervals resample rows, or the groups they belong to. Where the new policy does what the log never did, or too few
rewards were seen for what it does, there is no estimate: a number would be an invention.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput
from adtailor.maths.ranking_metrics import bootstrap

Floats = NDArray[np.float64]
Method = Literal["ips", "snips", "dr"]
FEWEST_CLICKS = 30
FEWEST_EFFECTIVE = 100.0


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
    rounds: int = 500,
) -> Estimate:
    """The new policy's mean reward; `chances` are its chances of the choices that were made.

    `method` "dr" needs `guesses` (of the logged choice) and `values` (of the new policy). Raises `NoOverlap` below 30
    clicks on choices that the new policy would make, or where the weights leave fewer than 100 effective rows.
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
    if method == "dr" and (guesses is None or values is None):
        raise InvalidInput("doubly robust without a model", hint="give guesses and values, or method='snips'")
    weights = chances / propensities
    matched = int(((rewards > 0.0) & (weights > 0.0)).sum())
    squares = float((weights * weights).sum())
    effective = float(weights.sum()) ** 2 / squares if squares > 0.0 else 0.0
    if matched < FEWEST_CLICKS or effective < FEWEST_EFFECTIVE:
        raise NoOverlap(
            f"{matched} clicks on choices the new policy makes, worth {effective:.0f} rows",
            hint=f"at least {FEWEST_CLICKS} clicks and {FEWEST_EFFECTIVE:.0f} rows: explore more, or log for longer",
        )
    base = np.zeros(len(rewards)) if method != "dr" or values is None else values
    rest = rewards if method != "dr" or guesses is None else rewards - guesses
    earned = base + weights * rest

    def measure(times: Floats) -> float:
        if method == "snips":
            total = float((times * weights).sum())
            return float((times * weights * rewards).sum()) / total if total > 0.0 else float("nan")
        rows = float(times.sum())
        return float((times * earned).sum()) / rows if rows > 0.0 else float("nan")

    owners = np.arange(len(rewards), dtype=np.int64) if groups is None else groups
    low, high = bootstrap(measure, owners, random=random, rounds=rounds)
    return Estimate(
        method=method,
        value=measure(np.ones(len(rewards))),
        low=low,
        high=high,
        matched_clicks=matched,
        effective_rows=effective,
    )
