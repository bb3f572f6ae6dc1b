"""How often is too often: limits over sliding windows."""

from collections.abc import Sequence


def is_allowed(before: Sequence[int], now: int, limits: Sequence[tuple[int, int]]) -> bool:
    """Whether one more at `now` keeps to every limit `(seconds, most)`; times may come out of order.

    >>> limits = [(60, 1), (600, 3)]
    >>> is_allowed([0, 100, 200], 300, limits)  # would be the fourth in ten minutes
    False
    >>> is_allowed([0, 100, 200], 600, limits)  # the first of them was ten minutes ago
    True
    """
    return all(sum(abs(now - at) < seconds for at in before) < most for seconds, most in limits)
