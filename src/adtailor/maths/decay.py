"""Weights that fade by halves: what was learned counts less as time passes, and old and new add up."""

import math
from collections.abc import Mapping
from datetime import timedelta


def share_left(elapsed: timedelta, half_life: timedelta) -> float:
    r"""What is left of a weight of 1 after `elapsed`.

    $$2^{-\max(0, t) / h}$$

    A clock that went backwards leaves everything as it was. `half_life` is above zero.

    >>> share_left(timedelta(days=28), timedelta(days=14))
    0.25
    >>> share_left(timedelta(days=-1), timedelta(days=14))
    1.0
    """
    if half_life <= timedelta(0):
        raise ValueError(f"a half-life of {half_life} is not above zero")
    return math.exp2(-max(elapsed, timedelta(0)) / half_life)


def faded(weights: Mapping[str, float], *, elapsed: timedelta, half_life: timedelta) -> dict[str, float]:
    """The weights after `elapsed`: fading twice is fading once for the sum, and nothing ever grows.

    >>> faded({"653": 0.8}, elapsed=timedelta(hours=24), half_life=timedelta(hours=12))
    {'653': 0.2}
    """
    left = share_left(elapsed, half_life)
    return {name: weight * left for name, weight in weights.items()}


def learned(
    weights: Mapping[str, float], addition: Mapping[str, float], *, elapsed: timedelta, half_life: timedelta, keep: int
) -> dict[str, float]:
    r"""The faded weights with something new added; of these the `keep` largest by size, the largest first.

    With an addition of at most $a$ every $d$, a weight stays below $a / (1 - 2^{-d/h})$. Ties are kept by name.

    >>> learned({"a": 1.0}, {"b": 0.7}, elapsed=timedelta(days=14), half_life=timedelta(days=14), keep=9)
    {'b': 0.7, 'a': 0.5}
    """
    total = faded(weights, elapsed=elapsed, half_life=half_life)
    for name, more in addition.items():
        total[name] = total.get(name, 0.0) + more
    largest = sorted(((name, weight) for name, weight in total.items() if weight), key=lambda w: (-abs(w[1]), w[0]))
    return dict(largest[:keep])
