"""Random numbers that belong to an id: a weight per id of ten million needs no table, only its hash."""

import numpy as np
from numpy.typing import NDArray

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_PIECE = np.uint64(0xFFFF)
_NORMAL = 1 / (65536 * np.sqrt(4 / 12))
"""Four uniform pieces of 16 bits have this scale; their sum is close enough to a normal for a truth."""


def mix(ids: NDArray[np.int64], salt: int) -> NDArray[np.uint64]:
    """64 bits per id and salt (splitmix64; Steele, Lea and Flood, 2014)."""
    with np.errstate(over="ignore"):
        z = ids.astype(np.uint64) + np.uint64(salt + 1) * _STEP
        z = (z ^ (z >> np.uint64(30))) * _FIRST
        z = (z ^ (z >> np.uint64(27))) * _SECOND
        return z ^ (z >> np.uint64(31))


def uniform(ids: NDArray[np.int64], salt: int) -> NDArray[np.float64]:
    """In [0, 1), one per id and salt."""
    return (mix(ids, salt) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def normal(ids: NDArray[np.int64], salt: int) -> NDArray[np.float64]:
    """Mean 0, variance 1, one per id and salt; never beyond 3.5."""
    z = mix(ids, salt)
    total = np.zeros(z.shape, dtype=np.int64)
    for shift in (0, 16, 32, 48):
        total += ((z >> np.uint64(shift)) & _PIECE).astype(np.int64)
    return (total - 2 * 65535) * _NORMAL


def name(ids: NDArray[np.int64], salt: int) -> NDArray[np.int64]:
    """A 63-bit public id for a small one, as a log would hold it."""
    return (mix(ids, salt) >> np.uint64(1)).astype(np.int64)
