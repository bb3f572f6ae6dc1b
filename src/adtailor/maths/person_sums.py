"""Many rows become one row of sums per person: a compiled pass, as wide as the machine, over columns as they lie.

Every thread has people of its own, and walks over all rows: nothing is locked, nothing is sorted, nothing is added up
twice, and whole numbers come to the same however many threads there are. It takes the rows in blocks: first it notes
which are of its people, without a branch that could be guessed wrongly, and asks for their lines of memory; then it
adds.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.maths.prefetching import prefetch

_BLOCK = 512
"""Rows; the lines of memory that are asked for at once stay in the first cache."""
_ONE, _TWO, _THREE, _HALF = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(32)


def person_sums(person: NDArray[np.uint32], values: NDArray[np.int64], people: int) -> NDArray[np.int64]:
    """Sums of shape (people, columns), where row i is of person `person[i]` and has `values[i]`.

    >>> person_sums(np.array([0, 2, 0], dtype=np.uint32), np.array([[1, 5], [2, 6], [3, 7]]), 3).tolist()
    [[4, 12], [0, 0], [2, 6]]
    """
    if len(person) and int(person.max()) >= people:
        raise ValueError(f"person {int(person.max())} of {people}")
    sums = np.zeros((people, values.shape[1]), dtype=np.int64)
    _add_rows(person, values, sums)
    return sums


@dataclass(frozen=True, slots=True, eq=False)
class PackedSums:
    """Sums by person; the columns are views into one table, a line of the cache or two for each person."""

    revenue: NDArray[np.int64]
    impressions: NDArray[np.uint32]
    clicks: NDArray[np.uint32]
    conversions: NDArray[np.uint32]
    hides: NDArray[np.uint32]


def packed_sums(
    person: NDArray[np.uint32],
    charged: NDArray[np.uint32],
    kinds: NDArray[np.uint8],
    people: int,
    *,
    threads: int = 2,
) -> PackedSums:
    """Sums from packed columns of nine bytes a row, which may be memory-mapped.

    `charged` is in micros, `kinds` has bit 0 for an impression, 1 for a click, 2 for a conversion, 3 for a hide.
    IndexError for a person beyond `people`.
    """
    # Not zeros: each thread clears its own part, and memory that is asked for this way comes in large pages.
    sums = np.empty((people, 3), dtype=np.uint64)
    edges = np.linspace(0, people, threads + 1).astype(np.int64).tolist()

    # Every thread walks over all rows, and keeps those of its own people: no two ever write to one place.
    def work(n: int) -> bool:
        return bool(_add_packed(person, charged, kinds, sums, edges[n], edges[n + 1]))

    with ThreadPoolExecutor(threads) as pool:
        whole = list(pool.map(work, range(threads)))
    if not all(whole):
        raise IndexError(f"a row of a person beyond {people}")
    halves = sums.view(np.uint32)
    low = np.arange(2) if sys.byteorder == "little" else np.arange(2)[::-1]
    return PackedSums(
        sums[:, 0].view(np.int64),
        *(halves[:, 2 * (1 + pair) + int(half)] for pair in range(2) for half in low),
    )


@njit(cache=True, nogil=True)
def _add_rows(person: NDArray[np.uint32], values: NDArray[np.int64], sums: NDArray[np.int64]) -> None:
    for row in range(len(person)):
        p = person[row]
        for column in range(values.shape[1]):
            sums[p, column] += values[row, column]


@njit(cache=True, nogil=True)
def _add_packed(  # noqa: PLR0917 - compiled: by position
    person: NDArray[np.uint32],
    charged: NDArray[np.uint32],
    kinds: NDArray[np.uint8],
    sums: NDArray[np.uint64],
    first: int,
    last: int,
) -> bool:
    # Two counts share a number of 64 bits.
    people = np.uint32(sums.shape[0])
    low, high = np.uint32(first), np.uint32(last)
    sums[first:last] = 0
    own = np.empty(_BLOCK, dtype=np.int64)
    beyond = 0
    for start in range(0, len(person), _BLOCK):
        count = 0
        for row in range(start, min(start + _BLOCK, len(person))):
            p = person[row]
            beyond += np.int64(p >= people)
            own[count] = row
            count += np.int64((p >= low) & (p < high))
        for n in range(count):
            prefetch(sums, np.int64(person[own[n]]), 0)
        for n in range(count):
            row = own[n]
            p = person[row]
            sums[p, 0] += np.uint64(charged[row])
            kind = np.uint64(kinds[row])
            sums[p, 1] += (kind & _ONE) | ((kind >> _ONE & _ONE) << _HALF)
            sums[p, 2] += (kind >> _TWO & _ONE) | ((kind >> _THREE & _ONE) << _HALF)
    return beyond == 0
