"""A circuit breaker: after a few failures in a row nothing is tried for a while, then one call may try again."""

import threading
from collections.abc import Callable


class Breaker:
    """Closed at first; opens after `failures` in a row, for `rest_seconds`. Safe to share between threads.

    >>> time = [0.0]
    >>> breaker = Breaker(failures=2, rest_seconds=30.0, clock=lambda: time[0])
    >>> breaker.failed(); breaker.may_try(), breaker.failed(), breaker.may_try()
    (True, None, False)
    >>> time[0] = 31.0
    >>> breaker.may_try(), breaker.may_try()  # one call finds out; the others wait for what it finds
    (True, False)
    >>> breaker.succeeded(); breaker.may_try()
    True
    """

    def __init__(self, *, failures: int, rest_seconds: float, clock: Callable[[], float]) -> None:
        self._most = failures
        self._rest = rest_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._until: float | None = None

    def may_try(self) -> bool:
        """Whether a call may go out now."""
        with self._lock:
            if self._until is None:
                return True
            if self._clock() < self._until:
                return False
            self._until = self._clock() + self._rest
            return True

    def failed(self) -> None:
        """A call that went out came to nothing."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._most:
                self._until = self._clock() + self._rest

    def succeeded(self) -> None:
        """A call that went out was answered."""
        with self._lock:
            self._failures = 0
            self._until = None
