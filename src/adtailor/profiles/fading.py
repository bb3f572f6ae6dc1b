"""Fading weights of a profile, as of the newest post or event that they were learned from."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from adtailor.domain.profile import Fading
from adtailor.maths import decay

FAINT = 0.01
"""Below this a weight says nothing any more."""


def faded(fading: Fading, now: datetime, half_life: timedelta) -> dict[str, float]:
    """What the weights are worth now; the faint ones are left out."""
    if fading.as_of is None:
        return {}
    weights = decay.faded(fading.weights, elapsed=now - fading.as_of, half_life=half_life)
    return {name: weight for name, weight in weights.items() if abs(weight) >= FAINT}


def learned(fading: Fading, addition: Mapping[str, float], at: datetime, *, half_life: timedelta, keep: int) -> Fading:
    """The weights with something added that happened at `at`, of which the `keep` largest are kept.

    What comes late is added at what is left of it, so the order of learning does not matter, up to `keep`.
    """
    if not addition:
        return fading
    as_of = fading.as_of or at
    newest = max(as_of, at)
    late = decay.faded(addition, elapsed=newest - at, half_life=half_life)
    weights = decay.learned(fading.weights, late, elapsed=newest - as_of, half_life=half_life, keep=keep)
    return Fading(weights=weights, as_of=newest)


def saturated(weights: Mapping[str, float]) -> dict[str, float]:
    """Weights of any size as -1 to 1: each w becomes w / (1 + |w|), so the first post says most.

    >>> saturated({"653": 1.0, "596": 3.0, "a": -1.0})
    {'653': 0.5, '596': 0.75, 'a': -0.5}
    """
    return {name: weight / (1.0 + abs(weight)) for name, weight in weights.items()}
