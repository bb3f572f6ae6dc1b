r"""Keys of 64 bits for values of features: the one arithmetic that training and serving share.

Every step from an integer to its key is a bijection on 64 bits (the finaliser of splitmix64; Steele, Lea and Flood,
2014), so two ids of one field never share a key, however large they are; fields differ by their salt.
"""

from hashlib import blake2b

import numpy as np
from numba import njit
from numpy.typing import NDArray

_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_STEP = np.uint64(0x9E3779B97F4A7C15)
_S30, _S27, _S31 = np.uint64(30), np.uint64(27), np.uint64(31)
_B8 = np.uint64(8)
_TILE = 64  # rows whose keys stay in the first-level cache while every field writes its own
MISSING = np.uint64(0xA5A5_5A5A_C3C3_3C3C)
"""What stands in for no value: an integer id of this very value would be taken for missing (one of 2^64)."""


def salt_of(name: str) -> np.uint64:
    """The salt of a field: a hash of its name, the same on every machine."""
    return np.uint64(int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little"))


@njit(cache=True, inline="always")
def mixed(x: np.uint64) -> np.uint64:
    """The finaliser of splitmix64: every bit of the answer depends on every bit of `x`, and nothing is lost."""
    x = (x ^ (x >> _S30)) * _MIX_1
    x = (x ^ (x >> _S27)) * _MIX_2
    return x ^ (x >> _S31)


@njit(cache=True, nogil=True)
def hash_texts(offsets: NDArray[np.int32], data: NDArray[np.uint8], out: NDArray[np.uint64]) -> None:
    """One hash per text of UTF-8 bytes `data[offsets[i]:offsets[i + 1]]`, eight bytes at a time."""
    for i in range(len(out)):
        at, end = np.int64(offsets[i]), np.int64(offsets[i + 1])
        h = np.uint64(end - at) * _STEP
        while at < end:
            word = np.uint64(0)
            for j in range(min(8, end - at)):
                word |= np.uint64(data[at + j]) << (_B8 * np.uint64(j))
            h = mixed((h ^ word) + _STEP)
            at += 8
        out[i] = h


@njit(cache=True, nogil=True)
def salted(raw: NDArray[np.uint64], salt: np.uint64, cursor: NDArray[np.int64], keys: NDArray[np.uint64]) -> None:
    """Writes the key of each raw value where its row's cursor stands, and moves the cursors on."""
    for i in range(len(raw)):
        keys[cursor[i]] = mixed(raw[i] ^ salt)
        cursor[i] += 1


@njit(cache=True, nogil=True)
def salted_rows(raws: NDArray[np.uint64], salts: NDArray[np.uint64], keys: NDArray[np.uint64]) -> None:
    """The keys of rows that have one value in each field, row by row, from raw values of shape (fields, rows)."""
    fields, rows = raws.shape
    for first in range(0, rows, _TILE):
        last = min(rows, first + _TILE)
        for f in range(fields):
            for i in range(first, last):
                keys[i * fields + f] = mixed(raws[f, i] ^ salts[f])


@njit(cache=True, nogil=True)
def crossed(left: NDArray[np.uint64], right: NDArray[np.uint64], out: NDArray[np.uint64]) -> None:
    """The raw value of a pair; (a, b) and (b, a) differ."""
    for i in range(len(out)):
        out[i] = mixed(left[i] + _STEP) ^ (right[i] * _STEP)


@njit(cache=True, nogil=True)
def bucketed(values: NDArray[np.float64], edges: NDArray[np.float64], out: NDArray[np.uint64]) -> None:
    """The number of edges at or below each value; NaN is missing."""
    for i in range(len(values)):
        value = values[i]
        if value != value:  # noqa: PLR0124 - NaN
            out[i] = MISSING
            continue
        low, high = 0, len(edges)
        while low < high:
            middle = (low + high) // 2
            if edges[middle] <= value:
                low = middle + 1
            else:
                high = middle
        out[i] = np.uint64(low)


@njit(cache=True, nogil=True)
def rows_of(keys: NDArray[np.uint64], bits: int, out: NDArray[np.int32]) -> None:
    """Which of 2^bits rows each key lives in: its highest bits."""
    shift = np.uint64(64 - bits)
    for i in range(len(keys)):
        out[i] = np.int32(keys[i] >> shift)


@njit(cache=True, nogil=True)
def spread(  # noqa: PLR0917 - compiled: arrays, by position
    raw: NDArray[np.uint64],
    weights: NDArray[np.float32],
    lists: NDArray[np.int64],
    salt: np.uint64,
    field: int,
    cursor: NDArray[np.int64],
    keys: NDArray[np.uint64],
    values: NDArray[np.float32],
    fields: NDArray[np.int16],
) -> None:
    """As `salted`, for lists of raw values with weights."""
    for i in range(len(cursor)):
        for p in range(lists[i], lists[i + 1]):
            at = cursor[i]
            keys[at] = mixed(raw[p] ^ salt)
            values[at] = weights[p]
            fields[at] = field
            cursor[i] = at + 1


@njit(cache=True, nogil=True)
def mixed_all(values: NDArray[np.uint64], salt: np.uint64) -> NDArray[np.uint64]:
    """`mixed` of each value with a salt: numbers that look drawn at random, and are the same every time."""
    out = np.empty(len(values), dtype=np.uint64)
    for i in range(len(values)):
        out[i] = mixed(mixed(values[i]) ^ mixed(salt))
    return out
