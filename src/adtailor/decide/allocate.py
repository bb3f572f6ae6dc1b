r"""One ranking fills all placements of a page, in the order of their positions; an advertiser stands at most once.

Slot $i$ takes the best ad left that fits its format and floor, and pays by the next value left for that slot. An
advertiser does not bid against itself: its other ads are passed over when the price is set. Two campaigns that share a
label never stand on one page, and a slot too near to an ad above it stays empty. What was promised comes before what
bids, and the operator's own last: a ranking has them in this order, and no floor holds for either.

Exploration: each slot is explored with chance $\epsilon$, at most one on a page (so with chance $\min(1, n\epsilon)$
for the page). An explored slot takes one of its near-winners, all alike likely, the winner among them. The propensity
of an ad in a slot is exact: the sum over all the pages that the draw could have led to, before any veto.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.decide.catalogue import Catalogue
from adtailor.decide.eligibility import format_bits
from adtailor.decide.position import attention
from adtailor.domain.creative import Format
from adtailor.domain.decision import Placement
from adtailor.domain.money import Micros
from adtailor.maths.auction import conversion_floor
from adtailor.maths.scoring import Ranking

# Arrays are made outside: compiling their making costs more than the loops do, on a machine's first decision.
Arrays = tuple[NDArray[Any], ...]
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
    positions: NDArray[np.int64]
    attention: NDArray[np.float64]
    """How likely each is looked at, against the first position of all."""
    spacing: int
    """The least number of positions from one ad to the next; 0 for any."""

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
    ads: NDArray[np.int32]
    """The same by their places in the catalogue."""
    best: NDArray[np.int32]
    """Who would have stood there had this slot not been explored."""
    runner_up: NDArray[np.int32]
    near: NDArray[np.int32]
    """How many near-winners were counted; where nobody explores, only the winner."""
    floor_kept_out: NDArray[np.bool_]
    """Whether some ad would have fitted, had its bid met the floor."""
    too_near: NDArray[np.bool_]
    """Whether an ad stands too few positions above."""
    dry: NDArray[np.bool_]
    """(rows,): the list ended before the answer was certain; rank deeper and allocate again."""
    externality: NDArray[np.float64] | None = None
    """Where prices are by VCG: what each ad's advertiser costs the others, in micros per page."""


def slots_of(placements: Sequence[Placement], *, conversion_rate: float, spacing: int = 0) -> Slots:
    """The placements in the order of their positions; as asked, where two share one."""
    asked = tuple([(placement.position, placement.formats, placement.floor) for placement in placements])
    return _slots(asked, conversion_rate, spacing)


@lru_cache(maxsize=1024)
def _slots(asked: tuple[tuple[int, frozenset[Format], Micros], ...], conversion_rate: float, spacing: int) -> Slots:
    # A site asks for the same few pages all day.
    order = sorted(range(len(asked)), key=lambda n: asked[n][0])
    ordered = [asked[n] for n in order]
    return Slots(
        order=tuple(order),
        formats=np.array([format_bits(formats) for _, formats, _ in ordered], dtype=np.uint8),
        floors=np.array([floor for _, _, floor in ordered], dtype=np.float64),
        conversion_floors=np.array([conversion_floor(floor, conversion_rate) for _, _, floor in ordered], np.float64),
        positions=np.array([position for position, _, _ in ordered], dtype=np.int64),
        attention=np.array([attention(position) for position, _, _ in ordered], dtype=np.float64),
        spacing=spacing,
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


def allocate(ranking: Ranking, slots: Slots, drawn: Draw, ads: Catalogue, *, in_full: int) -> Allocation:
    """Fill the slots from each row of a ranking; of the first `in_full` find runners-up and count near-winners, too."""
    rows = len(ranking.ads)
    runs = _without_exploring(rows)
    if drawn.slot >= 0:
        runs = _Runs(rows=runs.rows, explored=np.full(rows, drawn.slot), picks=np.full(rows, drawn.pick))
    return _fill(
        ranking,
        slots,
        ads,
        runs,
        in_full=in_full,
        count_near=drawn.slot_chance > 0.0,
    )


def propensities(
    ranking: Ranking, allocation: Allocation, slots: Slots, drawn: Draw, ads: Catalogue
) -> tuple[NDArray[np.float64], bool]:
    """For each slot of the first row, the chance of the ad that stands there; and whether the list was too short."""
    chance, shown = drawn.slot_chance, allocation.chosen[0]
    if chance == 0.0:
        return np.ones(len(slots)), False
    # The page without exploration, then each slot explored with each of its near-winners.
    plain = allocation
    if drawn.slot >= 0:
        plain = _fill(ranking, slots, ads, _without_exploring(1), in_full=1, count_near=True)
    near = plain.near[0]
    options, size = int(near.sum()), len(slots)
    chances = np.empty(size)
    is_short = _chances(
        (ranking.ads, ranking.values, ranking.kept, ranking.eligible),
        columns_of(ads),
        (slots.formats, slots.floors, slots.conversion_floors, slots.positions),
        slots.spacing,
        chance,
        (plain.chosen[0], near, shown),
        (np.zeros(options, dtype=np.int64), np.empty(options, dtype=np.int64), np.empty(options)),
        _room((options, size)),
        (*(np.empty((options, size), dtype=np.bool_) for _ in range(2)), np.empty(options, dtype=np.bool_)),
        np.empty(size, dtype=np.int32),
        np.empty(MOST_NEAR, dtype=np.int32),
        chances,
    )
    return chances, bool(plain.dry[0]) or is_short


@dataclass(frozen=True, slots=True, kw_only=True)
class _Runs:
    """How often to fill the slots: each time from one row of the ranking, with one slot explored or none (-1)."""

    rows: NDArray[np.int64]
    explored: NDArray[np.int64]
    picks: NDArray[np.float64]


@lru_cache(maxsize=64)
def _without_exploring(rows: int) -> _Runs:
    return _Runs(rows=np.arange(rows), explored=np.full(rows, -1), picks=np.zeros(rows))


def _fill(ranking: Ranking, slots: Slots, ads: Catalogue, runs: _Runs, *, in_full: int, count_near: bool) -> Allocation:
    shape = (len(runs.rows), len(slots))
    filled = Allocation(
        **dict(zip(("chosen", "best", "runner_up", "near", "ads"), _room(shape), strict=True)),
        floor_kept_out=np.empty(shape, dtype=np.bool_),
        too_near=np.empty(shape, dtype=np.bool_),
        dry=np.empty(len(runs.rows), dtype=np.bool_),
    )
    _allocate(
        (ranking.ads, ranking.values, ranking.kept, ranking.eligible),
        columns_of(ads),
        (slots.formats, slots.floors, slots.conversion_floors, slots.positions),
        slots.spacing,
        (runs.rows, runs.explored, runs.picks),
        in_full,
        count_near,
        (filled.chosen, filled.best, filled.runner_up, filled.near, filled.ads),
        (filled.floor_kept_out, filled.too_near, filled.dry),
        np.empty(len(slots), dtype=np.int32),
        np.empty(MOST_NEAR, dtype=np.int32),
    )
    return filled


def _room(shape: tuple[int, int]) -> Arrays:
    return tuple([np.empty(shape, dtype=np.int32) for _ in range(5)])


def columns_of(ads: Catalogue) -> Arrays:
    """What the compiled loops read of every ad, by position."""
    return (
        *(ads.advertisers, ads.labels.starts, ads.labels.labels),
        *(ads.formats, ads.bids, ads.pays_conversions, ads.tiers.takes_floors),
    )


@njit(nogil=True, inline="always")
def clash(one: Any, other: Any, columns: Arrays) -> bool:
    """Whether two ads may not stand on one page: of one advertiser, or with a label in common."""
    advertisers, starts, labels = columns[0], columns[1], columns[2]
    apart = advertisers[one] == advertisers[other]
    if not apart and labels.shape[0] > 0:
        for at in range(starts[one], starts[one + 1]):
            for with_ in range(starts[other], starts[other + 1]):
                apart |= labels[at] == labels[with_]
    return apart


@njit(nogil=True, inline="always")
def may_stand(ad: Any, s: int, columns: Arrays, terms: Arrays) -> int:
    """1 if an ad suits slot s, 0 if it does not, -1 if only the floor keeps it out."""
    formats, bids, pays_conversions, takes_floors = columns[3], columns[4], columns[5], columns[6]
    suits = 0
    if terms[0][s] & formats[ad] != 0:
        floor = terms[2][s] if pays_conversions[ad] else terms[1][s]
        suits = 1 if bids[ad] >= floor or not takes_floors[ad] else -1
    return suits


@njit(nogil=True, inline="always")
def _fits(ad: Any, s: int, columns: Arrays, terms: Arrays, above: NDArray[np.int32]) -> int:
    # The same below those above.
    suits = may_stand(ad, s, columns, terms)
    if suits != 0:
        for t in range(s):
            if above[t] >= 0 and clash(above[t], ad, columns):
                suits = 0
                break
    return suits


@njit(cache=True, nogil=True)
def _allocate(  # noqa: PLR0912, PLR0917  # compiled: by position
    ranked: Arrays,
    columns: Arrays,
    terms: Arrays,
    spacing: int,
    runs: Arrays,
    in_full: int,
    count_near: bool,
    out: Arrays,
    out_says: Arrays,
    above: NDArray[np.int32],
    near: NDArray[np.int32],
) -> None:
    ads, values, kept, eligible = ranked
    rows, explored, picks = runs
    chosen, best, runner_up, nears, placed = out
    kept_out, too_near, dry = out_says
    advertisers, positions = columns[0], terms[3]
    for run in range(rows.shape[0]):
        row = rows[run]
        is_short = kept[row] < eligible[row]
        dry[run] = False
        for s in range(above.shape[0]):
            above[s] = best[run, s] = chosen[run, s] = runner_up[run, s] = placed[run, s] = -1
            nears[run, s] = 0
            kept_out[run, s] = too_near[run, s] = False
            for t in range(s):
                if above[t] >= 0 and positions[s] - positions[t] < spacing:
                    too_near[run, s] = True
            if too_near[run, s]:
                continue
            most = MOST_NEAR if (count_near and run < in_full) or s == explored[run] else 1
            count, least, certain = 0, 0.0, False
            for k in range(kept[row]):
                fits = _fits(ads[row, k], s, columns, terms, above)
                kept_out[run, s] |= fits < 0
                if fits <= 0:
                    continue
                if values[row, k] < least:
                    certain = True
                    break
                if count == 0:
                    least = NEAR * values[row, k]
                near[count] = k
                count += 1
                if count == most:
                    certain = True
                    break
            dry[run] |= is_short and not certain
            nears[run, s] = count
            if count == 0:
                continue
            pick = int(picks[run] * count) if s == explored[run] else 0
            best[run, s] = near[0]
            chosen[run, s] = near[pick if pick < count else count - 1]
            winner = ads[row, chosen[run, s]]
            if run < in_full:
                certain = False
                for k in range(kept[row]):
                    ad = ads[row, k]
                    if advertisers[ad] != advertisers[winner] and _fits(ad, s, columns, terms, above) > 0:
                        runner_up[run, s] = k
                        certain = True
                        break
                dry[run] |= is_short and not certain
            above[s] = placed[run, s] = winner


@njit(cache=True, nogil=True)
def _chances(  # noqa: PLR0917  # compiled: by position
    ranked: Arrays,
    columns: Arrays,
    terms: Arrays,
    spacing: int,
    chance: float,
    pages: Arrays,
    runs: Arrays,
    out: Arrays,
    out_says: Arrays,
    above: NDArray[np.int32],
    near: NDArray[np.int32],
    chances: NDArray[np.float64],
) -> bool:
    # Every page that the draw could have led to, and whether any list was too short for it.
    plain, nears, shown = pages
    _, explored, picks = runs
    at, idle = 0, 1.0
    for s in range(nears.shape[0]):
        for option in range(nears[s]):
            explored[at], picks[at] = s, (option + 0.5) / nears[s]
            at += 1
        # A slot that nothing fits explores in vain: the page is then the plain one.
        idle -= chance if nears[s] else 0.0
    _allocate(ranked, columns, terms, spacing, runs, 0, False, out, out_says, above, near)
    chosen, dry = out[0], out_says[2]
    is_short = False
    for s in range(nears.shape[0]):
        chances[s] = idle if plain[s] == shown[s] else 0.0
        for run in range(at):
            if chosen[run, s] == shown[s]:
                chances[s] += chance / nears[explored[run]]
        chances[s] = min(chances[s], 1.0)
    for run in range(at):
        is_short |= dry[run]
    return is_short
