"""A signal as one bit of a byte, so that a set of signals is a number."""

from collections.abc import Iterable, Mapping

from adtailor.domain.signals import SIGNALS, Signal

BIT: Mapping[Signal, int] = {signal: 1 << n for n, signal in enumerate(SIGNALS)}


def bits_of(signals: Iterable[Signal]) -> int:
    """A set of signals as bits.

    >>> bits_of(["context topics", "interests"])
    5
    """
    bits = 0
    for signal in signals:
        bits |= BIT[signal]
    return bits
