"""When in a day this site is visited, learned from its requests: budgets are spent along it."""

import numpy as np
from numpy.typing import NDArray

from adtailor.maths.pacing import SLOT_SECONDS, SLOTS

NEWEST = 0.3
"""Share of the newest day in what is expected of the next."""
LEAST = 0.02
"""Of the mean, for quarters of an hour in which nobody came yet."""


class TrafficCurve:
    """Counts requests by the quarter of an hour; until a whole day was seen, every one is expected to be alike."""

    def __init__(self) -> None:
        self._counts = np.zeros(SLOTS)
        self._days = np.full(SLOTS, -1, dtype=np.int64)
        self._expected = np.zeros(SLOTS)
        self._known = np.zeros(SLOTS, dtype=np.bool_)

    def saw(self, at: float) -> None:
        """A request came, in seconds since 1970."""
        day, slot = divmod(int(at // SLOT_SECONDS), SLOTS)
        if day != self._days[slot]:
            if self._days[slot] >= 0:
                newest = NEWEST if self._known[slot] else 1.0
                self._expected[slot] += newest * (self._counts[slot] - self._expected[slot])
                self._known[slot] = True
            self._days[slot], self._counts[slot] = day, 0.0
        self._counts[slot] += 1.0

    @property
    def weights(self) -> NDArray[np.float64]:
        """How much traffic each quarter of an hour in UTC is expected to have, against the others."""
        if np.count_nonzero(self._known) < SLOTS // 2:
            return np.ones(SLOTS)
        return np.maximum(self._expected, LEAST * self._expected.mean())
