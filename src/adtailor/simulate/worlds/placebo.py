"""A placebo: everybody's readings are somebody else's, so that whatever a signal still earns is not the signal's.

As many posts are read, by the same reader and for the same money; the engine is the same and takes as long. What was
read stays what it was, value by value; only whose it is is drawn by lot.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.signals import Signal
from adtailor.errors import InvalidInput
from adtailor.simulate.worlds.public import Public


def somebody_else(people: int, random: np.random.Generator) -> NDArray[np.int64]:
    """For each person another one, each named once: around a circle in which they stand by lot.

    >>> other = somebody_else(4, np.random.default_rng(1))
    >>> sorted(other.tolist()), bool((other == np.arange(4)).any())
    ([0, 1, 2, 3], False)
    """
    circle = random.permutation(people)
    other = np.empty(people, dtype=np.int64)
    other[circle] = np.roll(circle, 1)
    return other


def with_placebo(public: Public, signal: Signal, random: np.random.Generator) -> Public:
    """What leaves the world, but that everybody's readings of one signal are somebody else's."""
    other, signals = somebody_else(len(public.people), random), public.signals
    if signal == "look":
        return replace(public, signals=replace(signals, look=signals.look[other]))
    if signal == "affect":
        # The moods of all days are one person's: a mood that lasts goes on lasting.
        return replace(public, signals=replace(signals, moods=signals.moods[:, other]))
    raise InvalidInput(f"no placebo of {signal}", hint="look or affect", field="signal")
