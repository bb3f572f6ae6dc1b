"""How often somebody may ask: a bucket each that fills again, for a bounded number of them."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

MOST_KEYS = 20_000
"""Buckets kept at a time; whose was touched longest ago is forgotten first, and then begins full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """`burst` at once, and `per_second` in the long run."""

    per_second: float
    burst: float


class Allowance:
    """A token bucket for each key. Times are seconds of any clock that does not go back.

    >>> allowance = Allowance(Rate(per_second=2.0, burst=1.0))
    >>> allowance.take("ana", 0.0), allowance.take("ana", 0.0), allowance.take("ana", 0.5), allowance.take("ben", 0.5)
    (0.0, 0.5, 0.0, 0.0)
    """

    def __init__(self, rate: Rate, *, most: int = MOST_KEYS) -> None:
        self._rate = rate
        self._most = most
        self._lock = threading.Lock()
        self._buckets: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: object, at: float) -> float:
        """0 where it may, and one is taken; else the seconds until it may, and nothing is."""
        with self._lock:
            left, since = self._buckets.pop(key, (self._rate.burst, at))
            left = min(self._rate.burst, left + max(0.0, at - since) * self._rate.per_second)
            may = left >= 1.0
            self._buckets[key] = (left - 1.0 if may else left, at)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        return 0.0 if may else (1.0 - left) / self._rate.per_second

    def give_back(self, key: object) -> None:
        """What was taken last does not count: it was no abuse."""
        with self._lock:
            if (found := self._buckets.get(key)) is not None:
                self._buckets[key] = (min(self._rate.burst, found[0] + 1.0), found[1])
