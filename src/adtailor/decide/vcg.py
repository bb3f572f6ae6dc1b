r"""A page priced by VCG: filled so that it is worth the most, each advertiser pays what it takes from the others.

An ad of total value $v$ and bid $b$ is worth $a_s\, v\, (1 - f_s / b)$ in slot $s$: what it brings there beyond the
floor, for a page that looks at the slot with chance $a_s$. The floor is what the place is worth to whoever sells it, so
that bidding truthfully stays best with floors that differ by place. What was promised has taken its places before, and
the operator's own takes those left over. Exact among the best 64 advertisers of the list.

An explored slot takes a near-winner that suits all others on the page; those stay, at their prices.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.decide.allocate import (
    MOST_NEAR,
    NEAR,
    Allocation,
    Arrays,
    Draw,
    Slots,
    allocate,
    clash,
    columns_of,
    may_stand,
)
from adtailor.decide.catalogue import Catalogue
from adtailor.maths.assignment import NOT_HERE, best_page, externalities
from adtailor.maths.scoring import Ranking

MOST_GROUPS = 64
"""Advertisers (by label, where theirs differ) that are weighed against each other for one page."""
_NOBODY = Draw(slot=-1, pick=0.0, slot_chance=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """One filled page: who stands where, and what those who bid for it are worth to it."""

    chosen: NDArray[np.int32]
    worth: NDArray[np.float64]
    apart: NDArray[np.bool_]
    agents: NDArray[np.int64]
    matched: NDArray[np.int32]
    floor_kept_out: NDArray[np.bool_]
    certain: bool


def allocate_by_worth(ranking: Ranking, slots: Slots, drawn: Draw, ads: Catalogue, *, in_full: int) -> Allocation:
    """Fill the slots from each row of a ranking; of the first `in_full` find prices, runners-up and near-winners."""
    terms = (slots.formats, slots.floors, slots.conversion_floors, slots.positions)
    columns = columns_of(ads)
    greedy = allocate(ranking, slots, _NOBODY, ads, in_full=0)
    is_open, too_near = _spaced(slots)
    rows = len(ranking.ads)
    shape = (rows, len(slots))
    filled = Allocation(
        chosen=np.empty(shape, dtype=np.int32),
        ads=np.full(shape, -1, dtype=np.int32),
        best=np.empty(shape, dtype=np.int32),
        runner_up=np.full(shape, -1, dtype=np.int32),
        near=np.zeros(shape, dtype=np.int32),
        floor_kept_out=np.empty(shape, dtype=np.bool_),
        too_near=np.repeat(too_near[None], rows, axis=0),
        dry=np.zeros(rows, dtype=np.bool_),
        externality=np.zeros(shape),
    )
    for row in range(rows):
        promised = _promised(greedy.chosen[row], ranking.ads[row], ads)
        page = _filled(ranking, row, promised, is_open, slots, columns, terms)
        best = page.chosen
        filled.best[row], filled.chosen[row], filled.floor_kept_out[row] = best, best, page.floor_kept_out
        sure, listed = page.certain, _row(ranking, row)
        for s in range(len(slots)):
            if best[s] < 0 or not (row < in_full or s == drawn.slot):
                continue
            near = np.empty(MOST_NEAR, dtype=np.int32)
            count, runner_up, known = _near(listed, s, best, columns, terms, near)
            sure &= bool(known)
            if s == drawn.slot and (explored := near[min(int(drawn.pick * count), count - 1)]) != best[s]:
                filled.chosen[row, s] = explored
                _, runner_up, known = _near(listed, s, filled.chosen[row], columns, terms, near)
                sure &= bool(known)
            filled.runner_up[row, s], filled.near[row, s] = runner_up, count
        filled.dry[row] = not sure
        if row < in_full and filled.externality is not None:
            filled.externality[row] = externalities(page.worth, page.apart, page.agents, page.matched)
        stands = filled.chosen[row] >= 0
        filled.ads[row, stands] = ranking.ads[row, filled.chosen[row, stands]]
    return filled


def propensities_by_worth(allocation: Allocation, drawn: Draw) -> NDArray[np.float64]:
    """For each slot of the first row, the chance of the ad that stands there: exploring a slot changes no other."""
    near, chance = allocation.near[0], drawn.slot_chance
    explored = np.divide(chance, near, out=np.zeros(len(near)), where=near > 0)
    stays = np.where(near > 0, 1.0 - chance, 1.0)
    return np.where(allocation.chosen[0] == allocation.best[0], stays + explored, explored)


def _promised(chosen: NDArray[np.int32], listed: NDArray[np.int32], ads: Catalogue) -> NDArray[np.int32]:
    """What stands by a promise, of a page that was filled from the top down."""
    promised = np.full(len(chosen), -1, dtype=np.int32)
    for s in np.flatnonzero(chosen >= 0).tolist() if ads.tiers.is_mixed else ():
        if ads.tiers.is_guaranteed[listed[chosen[s]]]:
            promised[s] = chosen[s]
    return promised


def _spaced(slots: Slots) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The slots that may be filled, from the top down, whoever would stand there: bids choose no spacing."""
    is_open = np.zeros(len(slots), dtype=np.bool_)
    last: int | None = None
    for s, position in enumerate(slots.positions.tolist()):
        if last is None or position - last >= slots.spacing:
            is_open[s] = True
            last = position if slots.formats[s] else last  # where nothing may stand, nothing stands too near
    return is_open, ~is_open


def _row(ranking: Ranking, row: int) -> Arrays:
    return ranking.ads[row], ranking.values[row], ranking.kept[row : row + 1], ranking.eligible[row : row + 1]


def _filled(  # noqa: PLR0917  # the loops' arguments, by position
    ranking: Ranking,
    row: int,
    promised: NDArray[np.int32],
    is_open: NDArray[np.bool_],
    slots: Slots,
    columns: Arrays,
    terms: Arrays,
) -> _Page:
    shape = (MOST_GROUPS, len(slots))
    worth, which = np.full(shape, NOT_HERE), np.full(shape, -1, dtype=np.int32)
    heads = np.empty(MOST_GROUPS, dtype=np.int32)
    kept_out = np.zeros(len(slots), dtype=np.bool_)
    is_free = is_open & (promised < 0)
    listed = _row(ranking, row)
    count, certain = _collect(
        listed, promised, is_free, slots.attention, columns, terms, (worth, which, heads, kept_out)
    )
    worth, which, heads = worth[:count], which[:count], heads[:count]
    apart = np.zeros((count, count), dtype=np.bool_)
    _keep_apart(heads, columns, apart)
    matched = best_page(worth, apart)
    at = np.arange(len(slots))
    chosen = np.where(matched >= 0, which[matched, at] if count else np.int32(-1), promised)
    _fill_up(listed, is_free, columns, terms, chosen)
    return _Page(
        chosen=chosen,
        worth=worth,
        apart=apart,
        agents=columns[0][heads].astype(np.int64),
        matched=matched,
        floor_kept_out=kept_out,
        certain=bool(certain),
    )


@njit(nogil=True)
def _stands_apart(ad: Any, ads: NDArray[np.int32], standing: NDArray[np.int32], but: int, columns: Arrays) -> bool:
    # Whether an ad may join those that stand, all but one of them.
    for t in range(standing.shape[0]):
        if t != but and standing[t] >= 0 and clash(ads[standing[t]], ad, columns):
            return False
    return True


@njit(nogil=True)
def _of_one_kind(one: Any, other: Any, columns: Arrays) -> bool:
    # The same advertiser and the same labels: only one of them can stand, and against the same rivals.
    advertisers, starts, labels = columns[0], columns[1], columns[2]
    size = starts[one + 1] - starts[one]
    if advertisers[one] != advertisers[other] or starts[other + 1] - starts[other] != size:
        return False
    same = True
    for n in range(size):
        same &= labels[starts[one] + n] == labels[starts[other] + n]
    return same


@njit(cache=True, nogil=True)
def _collect(  # noqa: PLR0912, PLR0917  # compiled: by position
    listed: Arrays,
    promised: NDArray[np.int32],
    is_free: NDArray[np.bool_],
    attention: NDArray[np.float64],
    columns: Arrays,
    terms: Arrays,
    out: Arrays,
) -> tuple[int, bool]:
    # What each advertiser's best ad is worth in each free slot; and whether a longer list could change the page.
    ads, values, kept, eligible = listed
    bids, pays_conversions, takes_floors = columns[4], columns[5], columns[6]
    worth, which, heads, kept_out = out
    slots = is_free.shape[0]
    count = 0
    for k in range(kept[0]):
        ad = ads[k]
        if not takes_floors[ad] or not _stands_apart(ad, ads, promised, -1, columns):
            continue
        group = -1
        for g in range(count):
            if _of_one_kind(heads[g], ad, columns):
                group = g
                break
        if group < 0:
            if count == heads.shape[0]:
                continue
            group = count
            heads[group] = ad
            count += 1
        for s in range(slots):
            if not is_free[s]:
                continue
            suits = may_stand(ad, s, columns, terms)
            if suits < 0:
                kept_out[s] = True
            elif suits > 0:
                floor = terms[2][s] if pays_conversions[ad] else terms[1][s]
                here = attention[s] * values[k] * (1.0 - floor / bids[ad])
                if here > worth[group, s]:
                    worth[group, s], which[group, s] = here, k
    if kept[0] == eligible[0]:
        return count, True
    free = 0
    for s in range(slots):
        free += is_free[s]
    last = values[kept[0] - 1]
    for s in range(slots):
        if not is_free[s]:
            continue
        enough = 0
        for g in range(count):
            is_first = True
            for h in range(g):
                is_first &= columns[0][heads[h]] != columns[0][heads[g]]
            enough += is_first and worth[g, s] >= attention[s] * last
        if enough <= free:
            return count, False
    return count, True


@njit(cache=True, nogil=True)
def _keep_apart(heads: NDArray[np.int32], columns: Arrays, apart: NDArray[np.bool_]) -> None:
    for g in range(heads.shape[0]):
        for h in range(g):
            apart[g, h] = apart[h, g] = clash(heads[g], heads[h], columns)


@njit(cache=True, nogil=True)
def _fill_up(
    listed: Arrays, is_free: NDArray[np.bool_], columns: Arrays, terms: Arrays, chosen: NDArray[np.int32]
) -> None:
    # What bids exactly a floor, and the operator's own: worth nothing beyond it, and better than an empty place.
    ads, kept = listed[0], listed[2]
    for s in range(is_free.shape[0]):
        if chosen[s] >= 0 or not is_free[s]:
            continue
        for k in range(kept[0]):
            if may_stand(ads[k], s, columns, terms) > 0 and _stands_apart(ads[k], ads, chosen, s, columns):
                chosen[s] = k
                break


@njit(cache=True, nogil=True)
def _near(  # noqa: PLR0917  # compiled: by position
    listed: Arrays, s: int, standing: NDArray[np.int32], columns: Arrays, terms: Arrays, near: NDArray[np.int32]
) -> tuple[int, int, bool]:
    # Who is nearly worth what stands in slot s, itself among them; the best of another advertiser; if both are certain.
    ads, values, kept, eligible = listed
    winner = ads[standing[s]]
    least = NEAR * values[standing[s]]
    near[0] = standing[s]
    count, runner_up, over = 1, -1, False
    for k in range(kept[0]):
        over |= values[k] < least
        if k == standing[s] or may_stand(ads[k], s, columns, terms) <= 0:
            continue
        if not _stands_apart(ads[k], ads, standing, s, columns):
            continue
        if runner_up < 0 and columns[0][ads[k]] != columns[0][winner]:
            runner_up = k
        if not over and count < near.shape[0]:
            near[count] = k
            count += 1
    is_whole = kept[0] == eligible[0]
    return count, runner_up, is_whole or (runner_up >= 0 and (over or count == near.shape[0]))
