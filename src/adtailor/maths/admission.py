r"""A table in which no two keys share a row: who gets in, and who gives up a place.

A key may live in one of eight neighbouring slots, found by its highest bits. A key that was seen often enough takes a
free one, or that of the neighbour used least, if it was used less than the newcomer and not since the block began.
Newcomers are counted in a small table by hash, which can only count too high (a count-min sketch of one row; Cormode
and Muthukrishnan, 2005).
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.maths.hashing import mixed

WINDOW = 8
_ZERO = np.uint64(0)
_MOST = np.uint32(4_000_000_000)


@njit(cache=True, inline="always")
def first_slot(key: np.uint64, bits: int) -> np.int64:
    """Where a key's neighbourhood begins."""
    return np.int64(key >> np.uint64(64 - bits)) & ~np.int64(WINDOW - 1)


@njit(cache=True, nogil=True)
def find(
    keys: NDArray[np.uint64], slots: NDArray[np.uint64], bits: int, fallback: NDArray[np.int32], rows: NDArray[np.int32]
) -> None:
    """The row of each key, or its fallback where it has none."""
    for i in range(len(keys)):
        start = first_slot(keys[i], bits)
        rows[i] = fallback[i]
        for at in range(start, start + WINDOW):
            if slots[at] == keys[i]:
                rows[i] = np.int32(at)
                break


@njit(cache=True, nogil=True)
def admit(  # noqa: PLR0917 - compiled: arrays, by position
    keys: NDArray[np.uint64],
    slots: NDArray[np.uint64],
    uses: NDArray[np.uint32],
    seen: NDArray[np.int64],
    sketch: NDArray[np.uint8],
    now: int,
    after: int,
    bits: int,
    fallback: NDArray[np.int32],
    rows: NDArray[np.int32],
    fresh: NDArray[np.int32],
) -> int:
    """As `find`, and lets keys in; returns how many rows changed hands or were first taken, listed in `fresh`."""
    count = 0
    mask = np.uint64(len(sketch) - 1)
    for i in range(len(keys)):
        key = keys[i]
        start = first_slot(key, bits)
        rows[i] = fallback[i]
        least = start
        free = -1
        found = False
        for at in range(start, start + WINDOW):
            if slots[at] == key:
                rows[i] = np.int32(at)
                uses[at] = min(uses[at] + np.uint32(1), _MOST)
                seen[at] = now
                found = True
                break
            if slots[at] == _ZERO and free < 0:
                free = at
            if uses[at] < uses[least]:
                least = at
        if found:
            continue
        place = np.int64(mixed(key) & mask)
        if sketch[place] < 255:
            sketch[place] += np.uint8(1)
        if sketch[place] < after:
            continue
        if free < 0:
            # Neighbours grow a little older with every newcomer turned away, so that yesterday's do not stay for ever.
            if seen[least] == now or uses[least] >= np.uint32(sketch[place]):
                if uses[least] > np.uint32(0) and sketch[place] == 255:
                    uses[least] -= np.uint32(1)
                continue
            free = least
        slots[free] = key
        uses[free] = np.uint32(sketch[place])
        seen[free] = now
        rows[i] = np.int32(free)
        fresh[count] = np.int32(free)
        count += 1
    return count
