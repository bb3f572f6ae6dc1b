r"""One ranking fills all placements of a page, in the order of their positions; an advertiser stands at most once.

Slot $i$ takes the best ad left that fits its format and floor, and pays by the next value left for that slot. An
advertiser does not bid against itself: its other ads are passed over when the price is set.

Exploration: each slot is explored with chance $\epsilon$, at most one on a page (so with chance $\min(1, n\epsilon)$
for the page). An explored slot takes one of its near-winners, all alike likely, the winner among them. The propensity
of an ad in a slot is exact: the sum over all the pages that the draw could have led to, before any veto.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.decide.catalogue import Catalogue
from adtailor.decide.eligibility import format_bits
from adtailor.domain.decision import Placement
from adtailor.maths.auction import conversion_floor
from adtailor.maths.scoring import Ranking

NEAR = 0.8
"""A near-winner is worth at least this share of the winner's total value."""
MOST_NEAR = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """What the placements of a page take, by position; `order[i]` is slot i's place in the request."""

    order: tuple[int, ...]
    formats: NDArray[np.uint8]
    floors: NDArray[np.float64]
    conversion_floors: NDArray[np.float64]
    """The floor as it stands for a bid per conversion."""

    def __len__(self) -> int:
        return len(self.order)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What chance decides of one page, drawn once and used again for every ablation."""

    slot: int
    """The slot that explores; -1 for none."""
    pick: float
    """From 0 to below 1: which of its near-winners."""
    slot_chance: float
    """How likely any one slot was to explore."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Who stands where, for each row of a ranking: places in that row's list, -1 for none; shapes (rows, slots)."""

    chosen: NDArray[np.int32]
    best: NDArray[np.int32]
    """Who would have stood there had this slot not been explored."""
    runner_up: NDArray[np.int32]
    floor_kept_out: NDArray[np.bool_]
    """Whether some ad would have fitted, had its bid met the floor."""
    dry: NDArray[np.bool_]
    """(rows,): the list ended before the answer was certain; rank deeper and allocate again."""


def slots_of(placements: Sequence[Placement], *, conversion_rate: float) -> Slots:
    """The placements in the order of their positions; as asked, where two share one."""
    order = sorted(range(len(placements)), key=lambda n: placements[n].position)
    ordered = [placements[n] for n in order]
    return Slots(
        order=tuple(order),
        formats=np.array([format_bits(placement.formats) for placement in ordered], dtype=np.uint8),
        floors=np.array([placement.floor for placement in ordered], dtype=np.float64),
        conversion_floors=np.array([conversion_floor(p.floor, conversion_rate) for p in ordered], dtype=np.float64),
    )


def draw(random: Random, slots: int, exploration: float) -> Draw:
    """Two numbers, whatever comes of them: chance never depends on who asks, or on what is found.

    >>> draw(Random(1), 3, exploration=0.0).slot
    -1
    """
    where, pick = random.random(), random.random()
    chance = min(1.0, slots * exploration) / slots
    slot = int(where / chance) if chance > 0.0 and where < slots * chance else -1
    return Draw(slot=min(slot, slots - 1), pick=pick, slot_chance=chance)


def allocate(ranking: Ranking, slots: Slots, drawn: Draw, ads: Catalogue, *, in_full: bool) -> Allocation:
    """Fill the slots from each row of a ranking; `in_full` also finds the runners-up, which only prices need."""
    chosen, best, runner_up, kept_out, dry = _allocate(
        _list(ranking), _terms(slots, ads), drawn.slot, drawn.pick, in_full
    )
    return Allocation(chosen=chosen, best=best, runner_up=runner_up, floor_kept_out=kept_out, dry=dry)


def propensities(
    ranking: Ranking, allocation: Allocation, slots: Slots, drawn: Draw, ads: Catalogue
) -> tuple[NDArray[np.float64], bool]:
    """For each slot of the first row, the chance of the ad that stands there; and whether the list was too short."""
    if drawn.slot_chance == 0.0:
        return np.ones(len(slots)), False
    return _propensities(_list(ranking), _terms(slots, ads), drawn.slot_chance, allocation.chosen[0])


List = tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]
Terms = tuple[
    NDArray[np.int32],
    NDArray[np.uint8],
    NDArray[np.float64],
    NDArray[np.bool_],
    NDArray[np.uint8],
    NDArray[np.float64],
    NDArray[np.float64],
]


def _list(ranking: Ranking) -> List:
    return ranking.ads, ranking.values, ranking.kept, ranking.eligible


def _terms(slots: Slots, ads: Catalogue) -> Terms:
    return (
        ads.advertisers,
        ads.formats,
        ads.bids,
        ads.pays_conversions,
        slots.formats,
        slots.floors,
        slots.conversion_floors,
    )


@njit(nogil=True)
def _fits(ad: int, s: int, terms: Terms, above: NDArray[np.int32]) -> int:
    # 1 if the ad may stand in slot s below those above, 0 if it may not, -1 if only the floor keeps it out.
    advertisers, formats, bids, pays_conversions, slot_formats, floors, conversion_floors = terms
    if slot_formats[s] & formats[ad] == 0:
        return 0
    for t in range(s):
        if above[t] >= 0 and advertisers[above[t]] == advertisers[ad]:
            return 0
    floor = conversion_floors[s] if pays_conversions[ad] else floors[s]
    return 1 if bids[ad] >= floor else -1


@njit(nogil=True)
def _fill_slot(  # noqa: PLR0917  # compiled: by position
    row: int,
    s: int,
    ranked: List,
    terms: Terms,
    above: NDArray[np.int32],
    near: NDArray[np.int32],
    most_near: int,
) -> tuple[int, bool, bool]:
    # How many near-winners stand in `near`, best first; whether a floor kept others out; whether the list was short.
    ads, values, kept, eligible = ranked
    count, kept_out = 0, False
    for k in range(kept[row]):
        fits = _fits(ads[row, k], s, terms, above)
        if fits < 0:
            kept_out = True
        if fits <= 0:
            continue
        if count > 0 and values[row, k] < NEAR * values[row, near[0]]:
            return count, kept_out, False
        near[count] = k
        count += 1
        if count == most_near:
            return count, kept_out, False
    return count, kept_out, kept[row] < eligible[row]


@njit(nogil=True)
def _runner_up(  # noqa: PLR0917  # compiled: by position
    row: int, s: int, winner: int, ranked: List, terms: Terms, above: NDArray[np.int32]
) -> tuple[int, bool]:
    ads, _, kept, eligible = ranked
    advertisers = terms[0]
    for k in range(kept[row]):
        ad = ads[row, k]
        if advertisers[ad] != advertisers[winner] and _fits(ad, s, terms, above) > 0:
            return k, False
    return -1, kept[row] < eligible[row]


@njit(cache=True, nogil=True)
def _allocate(ranked: List, terms: Terms, explored: int, pick: float, in_full: bool):  # pyright: ignore[reportUnknownParameterType]  # what a compiled function returns has no stub
    ads = ranked[0]
    rows, slots = ads.shape[0], terms[4].shape[0]
    chosen = np.full((rows, slots), -1, dtype=np.int32)
    best = np.full((rows, slots), -1, dtype=np.int32)
    runner_up = np.full((rows, slots), -1, dtype=np.int32)
    kept_out = np.zeros((rows, slots), dtype=np.bool_)
    dry = np.zeros(rows, dtype=np.bool_)
    above = np.empty(slots, dtype=np.int32)
    near = np.empty(MOST_NEAR, dtype=np.int32)
    for row in range(rows):
        for s in range(slots):
            above[s] = -1
            most = MOST_NEAR if s == explored else 1
            count, kept_out[row, s], short = _fill_slot(row, s, ranked, terms, above, near, most)
            dry[row] |= short
            if count == 0:
                continue
            best[row, s] = near[0]
            chosen[row, s] = near[min(int(pick * count), count - 1)]
            winner = ads[row, chosen[row, s]]
            if in_full:
                runner_up[row, s], short = _runner_up(row, s, winner, ranked, terms, above)
                dry[row] |= short
            above[s] = winner
    return chosen, best, runner_up, kept_out, dry


@njit(cache=True, nogil=True)
def _propensities(ranked: List, terms: Terms, slot_chance: float, shown: NDArray[np.int32]):  # pyright: ignore[reportUnknownParameterType]  # what a compiled function returns has no stub
    ads = ranked[0]
    slots = shown.shape[0]
    chances = np.zeros(slots, dtype=np.float64)
    dry = False
    above = np.empty(slots, dtype=np.int32)
    near = np.empty(MOST_NEAR, dtype=np.int32)
    first = np.empty(MOST_NEAR, dtype=np.int32)
    # The page without exploration, then each slot explored with each of its near-winners.
    for explored in range(-1, slots):
        options, option = 1, 0
        while option < options:
            for s in range(slots):
                above[s] = -1
                if s == explored:
                    options, _, short = _fill_slot(0, s, ranked, terms, above, first, MOST_NEAR)
                    if options > 0:
                        above[s] = ads[0, first[option]]
                else:
                    count, _, short = _fill_slot(0, s, ranked, terms, above, near, 1)
                    if count > 0:
                        above[s] = ads[0, near[0]]
                dry |= short
            weight = 1.0 - slots * slot_chance if explored < 0 else slot_chance / max(options, 1)
            for s in range(slots):
                if shown[s] >= 0 and above[s] == ads[0, shown[s]]:
                    chances[s] += weight
            option += 1
    return np.minimum(chances, 1.0), dry
