r"""Who stands where, so that a page is worth the most; and what each who stands there costs the others (VCG).

With the worth $w_{is}$ of candidate $i$ in slot $s$, the page is the matching of largest sum, where each slot has one
candidate or none, each candidate one slot or none, and no two that must keep apart both stand. Without the latter it
is the assignment problem, solved exactly by shortest augmenting paths (Kuhn, 1955; Jonker and Volgenant, 1987); where a
solution puts two together that must keep apart, the two pages without the one and without the other are solved in turn
(branch and bound), so that it stays exact.

An agent who holds candidates $A$ takes from the others (Vickrey, 1961; Clarke, 1971; Groves, 1973)

$$x_A = W(\text{without } A) - \big(W - w_A\big) \ge 0$$

Who pays that bids what it is worth to them: no other bid ever gains anything.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.errors import InvalidInput

MOST_BRANCHES = 2_000
"""So many pages are solved at most where many must keep apart; then the best found so far stands."""
NOT_HERE = -1.0
"""The worth of a candidate where it may not stand."""


def best_page(worth: NDArray[np.float64], apart: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The candidate in each slot, -1 for none; `worth` has shape (candidates, slots), below 0 for not here.

    `apart[i, j]` where i and j may not both stand. Of pages worth the same the first found is taken, which depends on
    the order of the candidates alone.

    >>> best_page(np.array([[5.0, 4.0], [4.0, 1.0]]), np.zeros((2, 2), dtype=np.bool_)).tolist()
    [1, 0]
    """
    if not np.isfinite(worth).all():
        raise InvalidInput("a worth that is not finite", hint="a finite number of micros per page", field="worth")
    best, most = np.full(worth.shape[1], -1, dtype=np.int32), -1.0
    open_: list[tuple[int, ...]] = [()]
    branches = 0
    while open_ and branches < MOST_BRANCHES:
        branches += 1
        banned = open_.pop()
        left = worth
        if banned:
            left = worth.copy()
            left[list(banned)] = NOT_HERE
        chosen = _assigned(left)
        total = page_worth(worth, chosen)
        if total <= most:
            continue
        pair = _together(chosen, apart)
        if pair is None:
            best, most = chosen, total
        else:
            open_ += [(*banned, pair[0]), (*banned, pair[1])]
    return best


def page_worth(worth: NDArray[np.float64], chosen: NDArray[np.int32]) -> float:
    """What a page is worth, summed in the order of the slots."""
    return float(sum(worth[row, slot] for slot, row in enumerate(chosen.tolist()) if row >= 0))


def externalities(
    worth: NDArray[np.float64], apart: NDArray[np.bool_], agents: NDArray[np.int64], chosen: NDArray[np.int32]
) -> NDArray[np.float64]:
    """For each slot of the best page, what the agent who stands there takes from the others; 0 where nobody stands.

    Two slots, looked at by 10 and 6 of 16 who come: bids of 3 and 2 win them, the third of 1 gets nothing. The first
    takes from the second (10 - 6) x 2 and from the third 6 x 1, the second from the third 6 x 1:

    >>> page = np.array([[30.0, 18.0], [20.0, 12.0], [10.0, 6.0]])
    >>> externalities(page, np.zeros((3, 3), dtype=np.bool_), np.arange(3), np.array([0, 1], dtype=np.int32)).tolist()
    [14.0, 6.0]
    """
    total = page_worth(worth, chosen)
    found = np.zeros(len(chosen))
    for slot, row in enumerate(chosen.tolist()):
        if row >= 0:
            others = worth.copy()
            others[agents == agents[row]] = NOT_HERE
            without = page_worth(others, best_page(others, apart))
            found[slot] = max(0.0, without - (total - float(worth[row, slot])))
    return found


def _together(chosen: NDArray[np.int32], apart: NDArray[np.bool_]) -> tuple[int, int] | None:
    rows = [row for row in chosen.tolist() if row >= 0]
    for n, row in enumerate(rows):
        for other in rows[:n]:
            if apart[row, other]:
                return other, row
    return None


def _assigned(worth: NDArray[np.float64]) -> NDArray[np.int32]:
    candidates, slots = worth.shape
    chosen = np.full(slots, -1, dtype=np.int32)
    width = candidates + slots + 1
    _assign(
        np.ascontiguousarray(worth),
        1.0 + float(worth.max(initial=0.0)),
        (np.zeros(slots + 1), np.zeros(width), np.empty(width)),
        (np.zeros(width, dtype=np.int64), np.zeros(width, dtype=np.int64)),
        np.empty(width, dtype=np.bool_),
        chosen,
    )
    return chosen


@njit(cache=True, nogil=True)
def _assign(  # noqa: PLR0912, PLR0917  # compiled: by position
    worth: NDArray[np.float64],
    barred: float,
    potentials: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    paths: tuple[NDArray[np.int64], NDArray[np.int64]],
    used: NDArray[np.bool_],
    chosen: NDArray[np.int32],
) -> None:
    # Slots are given a column one after the other; the last `slots` columns stand for nobody, and cost nothing.
    of_slot, of_column, least = potentials
    taken_by, came_from = paths
    candidates, slots = worth.shape
    width = candidates + slots + 1
    for s in range(1, slots + 1):
        taken_by[0] = s
        column = 0
        for j in range(width):
            least[j] = np.inf
            used[j] = False
        while True:
            used[column] = True
            slot = taken_by[column]
            step, nearest = np.inf, 0
            for j in range(1, width):
                if used[j]:
                    continue
                cost = 0.0
                if j <= candidates:
                    cost = -worth[j - 1, slot - 1] if worth[j - 1, slot - 1] >= 0.0 else barred
                reduced = cost - of_slot[slot] - of_column[j]
                if reduced < least[j]:
                    least[j] = reduced
                    came_from[j] = column
                if least[j] < step:
                    step, nearest = least[j], j
            for j in range(width):
                if used[j]:
                    of_slot[taken_by[j]] += step
                    of_column[j] -= step
                else:
                    least[j] -= step
            column = nearest
            if taken_by[column] == 0:
                break
        while column != 0:
            before = came_from[column]
            taken_by[column] = taken_by[before]
            column = before
    for j in range(1, candidates + 1):
        if taken_by[j] > 0 and worth[j - 1, taken_by[j] - 1] >= 0.0:
            chosen[taken_by[j] - 1] = j - 1
