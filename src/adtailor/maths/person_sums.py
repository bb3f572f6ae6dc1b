"""Many rows become one row of sums per person: a compiled pass, as wide as the machine, over columns as they lie.

Every thread takes a part of the rows into sums of its own, which are added in the end: nothing is locked, nothing is
sorted, and whole numbers come to the same however many threads there are.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numba import njit
from numpy.typing import NDArray

LEAST_ROWS = 8
"""Fewer rows than this are no work for one more thread."""
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


def packed_sums(
    person: NDArray[np.uint32],
    charged: NDArray[np.uint32],
    kinds: NDArray[np.uint8],
    people: int,
    *,
    threads: int = 2,
) -> NDArray[np.int64]:
    """Revenue, impressions, clicks, conversions and hides of each person, from packed columns of nine bytes a row.

    `charged` is in micros, `kinds` has bit 0 for an impression, 1 for a click, 2 for a conversion, 3 for a hide. The
    columns may be memory-mapped. Shape (people, 5). IndexError for a person beyond `people`.
    """
    rows = len(person)
    workers = max(1, min(threads, rows // LEAST_ROWS + 1))
    edges = np.linspace(0, rows, workers + 1).astype(np.int64).tolist()
    # Two counts share a number of 64 bits, so that all of a person lies on one line of the cache, or two.
    sums = [np.zeros((people, 3), dtype=np.uint64) for _ in range(workers)]

    def work(n: int) -> bool:
        low, high = edges[n], edges[n + 1]
        return bool(_add_packed(person[low:high], charged[low:high], kinds[low:high], sums[n]))

    if workers == 1:
        whole = [work(0)]
    else:
        with ThreadPoolExecutor(workers) as pool:
            whole = list(pool.map(work, range(workers)))
    if not all(whole):
        raise IndexError(f"a row of a person beyond {people}")
    return _unpacked(sums)


def _unpacked(sums: list[NDArray[np.uint64]]) -> NDArray[np.int64]:
    found = np.zeros((len(sums[0]), 5), dtype=np.int64)
    for one in sums:
        found[:, 0] += one[:, 0].view(np.int64)
        for place in range(4):
            counts = one[:, 1 + place // 2] >> np.uint64(32 * (place % 2))
            found[:, 1 + place] += (counts & np.uint64(0xFFFF_FFFF)).view(np.int64)
    return found


@njit(cache=True, nogil=True)
def _add_rows(person: NDArray[np.uint32], values: NDArray[np.int64], sums: NDArray[np.int64]) -> None:
    for row in range(len(person)):
        p = person[row]
        for column in range(values.shape[1]):
            sums[p, column] += values[row, column]


@njit(cache=True, nogil=True)
def _add_packed(
    person: NDArray[np.uint32],
    charged: NDArray[np.uint32],
    kinds: NDArray[np.uint8],
    sums: NDArray[np.uint64],
) -> bool:
    people = sums.shape[0]
    for row in range(len(person)):
        p = person[row]
        if p >= people:
            return False
        sums[p, 0] += np.uint64(charged[row])
        kind = np.uint64(kinds[row])
        sums[p, 1] += (kind & _ONE) | ((kind >> _ONE & _ONE) << _HALF)
        sums[p, 2] += (kind >> _TWO & _ONE) | ((kind >> _THREE & _ONE) << _HALF)
    return True
