r"""Which few ads can be among the best: a quick pass that leaves out only what cannot win, before the exact one.

It values every ad in single precision from vectors rounded to eight bits, many ads to an instruction, keeps the best
$K$ values $\tilde V$ of each ablation, and lets through every ad with
$\tilde V_{iR} \ge (1 - \delta)\,\tilde V_{(K)R}$. What is decided is then decided by `scoring` alone, to the same bits
on every machine. An approximate value is off by a share $\epsilon$ at most, and $\delta > 2\epsilon$, so the exact
best $K$ are among those let through, ties included.

With steps $h_d$ of the vectors and $g_d$ of the tones, rounding moves a logit by at most
$\sum_d \frac{h_d}2 |p_d|$ over all parts, and a quality by $\sum_d \frac{g_d}2 |t_d|$; single precision moves a
logit by less than $10^{-5}\,\lVert p \rVert_1 \max |v|$. As $|\mathrm d \log \sigma| \le 1$, a value moves by no
larger share.

A block of ads is passed over where none of them can be among the best found so far: where even the largest bias, the
longest vectors (Cauchy and Schwarz) and the largest worth of the block come to less. The likely best stand first, so of
a million ads most are never looked at.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.maths.scoring import (
    BEST,
    BLOCK,
    MOST_QUALITY_SHARE,
    AdColumns,
    Eligibility,
    Query,
    Ranking,
    Weighed,
    candidates,
    rank,
    weigh,
)

WORTH_SCREENING = 300
"""With fewer ads the exact pass alone is quicker."""
FEW_ENOUGH = 8
"""Whoever asks for more of the best than one in so many of all ads gets the exact pass at once."""
IN_ORDER = 128
"""So many of the best are kept in order while the others are looked at; of more, only what the last is about worth."""
_FARTHEST = np.float32(40.0)
_MAGIC = np.float32(12582912.0)
_LOG2_E = np.float32(1.44269504)
_LN2_HIGH = np.float32(0.693359375)
_LN2_LOW = np.float32(-2.12194440e-4)
_ONE = np.float32(1.0)
_NOUGHT = np.float32(0.0)
_OUT = np.float32(-1.0)
_MOST = np.float32(MOST_QUALITY_SHARE)
_LARGEST_SLACK = 0.5
_ROUNDED_UP = np.float32(1.0001)
_BINS = 15

Arrays = tuple[NDArray[Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Screened:
    """The ads let through; of each ablation how many of its best are among them, and how many could be ranked."""

    weighed: Weighed
    best: dict[int, int]
    eligible: dict[int, int]

    def covers(self, left_out: Sequence[int], best: int) -> bool:
        """Whether so many of the best of these ablations are among them."""
        return min(map(self.best.get, left_out, repeat(0)), default=0) >= best


class Contest:
    """All ads that may stand on a page, ready to be ranked under any ablation; the exact answer, found quickly.

    `foreseen` are the ablations (bits of the signals left out) that are going to be asked for, and `best` of how many
    of the best of each. Others, and more of the best, may be asked for too, at the cost of another quick pass.
    """

    def __init__(
        self,
        ads: AdColumns,
        query: Query,
        eligibility: Eligibility,
        *,
        foreseen: NDArray[np.uint8],
        best: int | Sequence[int] = BEST,
        worth_screening: int = WORTH_SCREENING,
    ) -> None:
        self._ads = ads
        self._query = query
        self._eligibility = eligibility
        self._index: NDArray[np.int32] | None = None
        self._whole: Weighed | None = None
        most = np.array([best] * len(foreseen) if isinstance(best, int) else best, dtype=np.int64)
        self._screened = self._screen(foreseen, most) if len(ads.bias) >= worth_screening else None

    def __len__(self) -> int:
        return len(self._candidates())

    def rank(self, left_out: NDArray[np.uint8], *, best: int = BEST) -> Ranking:
        """The `best` of each ablation by value; row j leaves out the signals whose bits are set in `left_out[j]`."""
        screened = self._screened
        if screened is not None:
            asked = left_out.tolist()
            if not screened.covers(asked, best) and best < len(self._ads.bias) // FEW_ENOUGH:
                screened = self._screen(left_out, np.full(len(left_out), best, dtype=np.int64))
            if screened is not None and screened.covers(asked, best):
                ranking = rank(screened.weighed, left_out, best=best)
                ranking.eligible[:] = [screened.eligible[out] for out in asked]
                return ranking
        if self._whole is None:
            self._whole = weigh(self._ads, self._query, self._eligibility, self._candidates())
        return rank(self._whole, left_out, best=best)

    def _candidates(self) -> NDArray[np.int32]:
        if self._index is None:
            self._index = candidates(self._eligibility)
        return self._index

    def _screen(self, foreseen: NDArray[np.uint8], best: NDArray[np.int64]) -> _Screened | None:
        ads, query, eligibility = self._ads, self._query, self._eligibility
        coarse, parts = ads.coarse, np.ascontiguousarray(query.parts, dtype=np.float32)
        rows, most = len(foreseen), min(int(best.max(initial=1)), IN_ORDER)
        eligible = np.zeros(rows, dtype=np.int64)
        scratch = _take(rows, len(parts), len(ads.bias), most, len(ads.dense_dims))
        found = _screen(
            np.float32(query.bias),
            (coarse.columns, coarse.worth, ads.bias, ads.affect_may_move, ads.dense_dims),
            (coarse.bias_peaks, coarse.worth_peaks, coarse.runs, coarse.lengths),
            (coarse.starts, coarse.ads, coarse.values),
            (parts, query.tone, query.affect),
            (coarse.steps, coarse.largest),
            (eligibility.may, eligibility.fails_with, eligibility.fails_without),
            (query.part_bits, foreseen, np.array([query.tone_bit, query.affect_bit], dtype=np.uint8)),
            best,
            eligible,
            scratch.arrays,
        )
        passed = None if found < 0 else scratch.arrays[0][:found].copy()
        _SPARE.append(scratch)
        if passed is None:
            return None
        return _Screened(
            weighed=weigh(ads, query, eligibility, passed),
            best=dict(zip(foreseen.tolist(), best.tolist(), strict=True)),
            eligible=dict(zip(foreseen.tolist(), eligible.tolist(), strict=True)),
        )


@dataclass(frozen=True, slots=True)
class _Scratch:
    """Room for one pass; kept for the next, for fresh memory costs more than the sums that are written to it."""

    sizes: tuple[int, ...]
    arrays: Arrays


_SPARE: deque[_Scratch] = deque(maxlen=4)


def _take(rows: int, parts: int, ads: int, best: int, dense: int) -> _Scratch:
    """Room for so much at least, that nobody else uses until it is given back."""
    wanted = (rows, parts, ads, best, dense)
    try:
        spare = _SPARE.pop()
    except IndexError:
        spare = None
    if spare is not None and spare.sizes[2] == ads:
        if all(have >= want for have, want in zip(spare.sizes, wanted, strict=True)):
            return spare
        wanted = tuple(map(max, spare.sizes, wanted))
    rows, parts, ads, best, dense = wanted
    single = np.float32
    return _Scratch(
        wanted,
        (
            np.empty(ads, dtype=np.int32),
            np.empty((rows, ads), dtype=single),
            np.empty((rows, -(-ads // BLOCK)), dtype=single),
            np.empty((parts, ads), dtype=single),
            np.empty((parts, BLOCK), dtype=single),
            np.empty((3, BLOCK), dtype=single),
            np.empty((rows, BLOCK), dtype=single),
            np.empty((rows, best), dtype=single),
            np.empty((parts, dense), dtype=single),
            np.empty(BLOCK, dtype=np.uint8),
            np.empty(1 << _BINS, dtype=np.int32),
            np.empty((rows, max(dense, 1)), dtype=single),
            np.empty(parts, dtype=single),
            np.empty(rows, dtype=np.bool_),
        ),
    )


# Loops of one kind each, so that the compiler makes vector instructions of every one; all arrays are of one block.


@njit(nogil=True, error_model="numpy")
def _bar(may: NDArray[np.bool_], fails: Arrays, barred: NDArray[np.uint8]) -> int:
    # Whom no ablation may rank, told by anything but 0; how many are left.
    fails_with, fails_without = fails
    left = np.int32(0)
    for k in range(may.shape[0]):
        barred[k] = np.uint8(fails_with[k] & fails_without[k]) | np.uint8(not may[k])
        left += np.int32(barred[k] == 0)
    return int(left)


@njit(nogil=True, error_model="numpy")
def _add_columns(columns: NDArray[np.int8], weights: NDArray[np.float32], total: NDArray[np.float32]) -> None:
    # Four at a time: the sums are read and written a quarter as often.
    most = weights.shape[0]
    for d in range(0, most, 4):
        one = weights[d]
        two = weights[d + 1] if d + 1 < most else _NOUGHT
        three = weights[d + 2] if d + 2 < most else _NOUGHT
        four = weights[d + 3] if d + 3 < most else _NOUGHT
        if one == _NOUGHT and two == _NOUGHT and three == _NOUGHT and four == _NOUGHT:
            continue
        first, second = columns[d], columns[min(d + 1, most - 1)]
        third, fourth = columns[min(d + 2, most - 1)], columns[min(d + 3, most - 1)]
        for k in range(total.shape[0]):
            total[k] += (
                one * np.float32(first[k])
                + two * np.float32(second[k])
                + three * np.float32(third[k])
                + four * np.float32(fourth[k])
            )


@njit(nogil=True, error_model="numpy")
def _qualities(columns: NDArray[np.int8], weights: NDArray[np.float32], total: NDArray[np.float32]) -> None:
    total[:] = _NOUGHT
    _add_columns(columns, weights, total)
    for k in range(total.shape[0]):
        total[k] = _ONE + min(max(total[k], -_MOST), _MOST)


@njit(nogil=True, error_model="numpy")
def _unmoved(qualities: NDArray[np.float32], moves: NDArray[np.bool_]) -> None:
    for k in range(qualities.shape[0]):
        qualities[k] = qualities[k] if moves[k] else _ONE


@njit(nogil=True, error_model="numpy")
def _rates(logits: NDArray[np.float32]) -> None:
    # The logistic function in place, to about six digits.
    for i in range(logits.shape[0]):
        x = min(max(-logits[i], -_FARTHEST), _FARTHEST)
        turned = np.float32(x * _LOG2_E + _MAGIC)
        k = turned - _MAGIC
        r = (x - k * _LN2_HIGH) - k * _LN2_LOW
        p = r * np.float32(1 / 720) + np.float32(1 / 120)
        p = p * r + np.float32(1 / 24)
        p = p * r + np.float32(1 / 6)
        p = p * r + np.float32(0.5)
        p = p * r + _ONE
        p = p * r + _ONE
        power = np.int32((turned.view(np.int32) + np.int32(127)) << np.int32(23)).view(np.float32)
        logits[i] = _ONE / (_ONE + p * power)


@njit(nogil=True, error_model="numpy")
def _plus(one: NDArray[np.float32], other: NDArray[np.float32]) -> None:
    for k in range(one.shape[0]):
        one[k] += other[k]


@njit(nogil=True, error_model="numpy")
def _times(one: NDArray[np.float32], other: NDArray[np.float32]) -> None:
    for k in range(one.shape[0]):
        one[k] *= other[k]


@njit(nogil=True, error_model="numpy")
def _drop(values: NDArray[np.float32], barred: NDArray[np.uint8], fails: Arrays, left_out: np.uint8) -> int:
    # Those who may not be ranked here, or are worth nothing, fall below everybody; how many are left.
    fails_with, fails_without = fails
    left = np.int32(0)
    for k in range(values.shape[0]):
        fails_here = (fails_with[k] & ~left_out) | (fails_without[k] & left_out) | barred[k]
        may = (fails_here == np.uint8(0)) & (values[k] > _NOUGHT)
        values[k] = values[k] if may else _OUT
        left += np.int32(may)
    return int(left)


@njit(nogil=True, error_model="numpy")
def _highest(values: NDArray[np.float32]) -> np.float32:
    # As whole numbers, of which the largest is quickly found: among numbers above 0 the order of the bits is theirs.
    bits = values.view(np.int32)
    most = np.int32(-1)
    for k in range(bits.shape[0]):
        most = max(most, bits[k])
    return np.int32(most).view(np.float32) if most > 0 else _OUT


@njit(nogil=True, error_model="numpy")
def _keep_best(values: NDArray[np.float32], top: NDArray[np.float32]) -> None:
    # `top` holds the largest values so far, in falling order.
    last = top.shape[0] - 1
    for k in range(values.shape[0]):
        value = values[k]
        if value <= top[last]:
            continue
        at = last
        while at > 0 and top[at - 1] < value:
            top[at] = top[at - 1]
            at -= 1
        top[at] = value


@njit(nogil=True, error_model="numpy")
def _about(values: NDArray[np.float32], highest: NDArray[np.float32], best: int, bins: NDArray[np.int32]) -> np.float32:
    # No more than what the last of so many of the best is worth, and hardly less; 0 where there are fewer. The upper
    # bits of numbers above 0 are in the order of the numbers.
    bits, shift = values.view(np.int32), np.int32(31 - _BINS)
    bins[:] = 0
    for block in range(highest.shape[0]):
        if highest[block] > _NOUGHT:
            for k in range(block * BLOCK, min((block + 1) * BLOCK, bits.shape[0])):
                if bits[k] > 0:
                    bins[bits[k] >> shift] += 1
    left = best
    for upper in range(bins.shape[0] - 1, -1, -1):
        left -= bins[upper]
        if left <= 0:
            return np.int32(upper << shift).view(np.float32)
    return _NOUGHT


@njit(nogil=True, error_model="numpy")
def _may_win(  # noqa: PLR0917  # compiled: by position
    bias: np.float32,
    dense: Arrays,
    rare: NDArray[np.float32],
    worth: tuple[np.float32, np.float32],
    bits: Arrays,
    some: tuple[bool, bool],
    tops: NDArray[np.float32],
    best: NDArray[np.int64],
    share: np.float32,
    alive: NDArray[np.bool_],
) -> bool:
    # Of which ablations anybody of a block can be among the best, by the most that any of them could be worth.
    part_bits, left_out, quality_bits = bits
    pulls, lengths = dense
    for r in range(left_out.shape[0]):
        last = tops[r, best[r] - 1] if best[r] <= IN_ORDER else _NOUGHT
        alive[r] = last == _NOUGHT
        if alive[r]:
            continue
        logit = bias
        for run in range(lengths.shape[0]):
            logit += pulls[r, run] * lengths[run]
        for p in range(rare.shape[0]):
            if part_bits[p] & left_out[r] == 0:
                logit += rare[p]
        value = worth[0] + worth[1] / (_ONE + np.exp(-min(max(logit, -_FARTHEST), _FARTHEST)))
        for q in range(2):
            if some[q] and quality_bits[q] & left_out[r] == 0:
                value *= _ONE + _MOST
        alive[r] = value * _ROUNDED_UP >= last * share
    return bool(alive[: left_out.shape[0]].any())


@njit(nogil=True, error_model="numpy")
def _mark(values: NDArray[np.float32], least: np.float32, marked: NDArray[np.uint8]) -> None:
    for k in range(values.shape[0]):
        marked[k] |= np.uint8(values[k] >= least)


@njit(nogil=True, error_model="numpy")
def _is_rare(parts: NDArray[np.float32], starts: NDArray[np.int64]) -> bool:
    # Whether a request says anything of the dimensions that few ads use.
    for p in range(parts.shape[0]):
        for d in range(parts.shape[1]):
            if parts[p, d] != _NOUGHT and starts[d + 1] > starts[d]:
                return True
    return False


@njit(nogil=True, error_model="numpy")
def _rare(of_dims: Arrays, parts: NDArray[np.float32], adds: NDArray[np.float32]) -> None:
    starts, ads, values = of_dims
    for p in range(parts.shape[0]):
        adds[p, :] = _NOUGHT
        for d in range(parts.shape[1]):
            weight = parts[p, d]
            if weight != _NOUGHT:
                for at in range(starts[d], starts[d + 1]):
                    adds[p, ads[at]] += weight * values[at]


@njit(nogil=True, error_model="numpy")
def _slack(dense: NDArray[np.float32], wanted: Arrays, steps: NDArray[np.float32], largest: float) -> float:
    # The share of a value by which two approximate ones may stand in the wrong order; see the head of this file.
    parts, tone, affect = wanted
    tones = tone.shape[0]
    rounded = of_all = 0.0
    for p in range(parts.shape[0]):
        for d in range(dense.shape[1]):
            rounded += 0.5 * steps[tones + d] * abs(dense[p, d])
        for d in range(parts.shape[1]):
            of_all += abs(parts[p, d])
    for d in range(tones):
        rounded += 0.5 * steps[d] * (abs(tone[d]) + abs(affect[d]))
    return 1e-3 + 2.5 * (rounded + 1e-5 * largest * of_all)


@njit(cache=True, nogil=True, error_model="numpy")
def _screen(  # noqa: PLR0912, PLR0915, PLR0917  # compiled: one pass, written out
    request_bias: np.float32,
    numbers: Arrays,
    peaks: Arrays,
    of_dims: Arrays,
    wanted: Arrays,
    rounding: tuple[NDArray[np.float32], float],
    eligibility: Arrays,
    bits: Arrays,
    best: NDArray[np.int64],
    eligible: NDArray[np.int64],
    scratch: Arrays,
) -> int:
    # How many pass, first in `scratch`; -1 where the request weighs so much that eight bits cannot tell ads apart.
    columns, worth, bias, affect_may_move, dense_dims = numbers
    parts_wanted, tone_wanted, affect_wanted = wanted
    may, fails_with, fails_without = eligibility
    part_bits, left_out, quality_bits = bits
    passes, values, highest, of_rare, adds, shares, rates, tops, dense, marked, bins, pulls, most, alive = scratch
    rows, parts, tones, n = left_out.shape[0], part_bits.shape[0], tone_wanted.shape[0], may.shape[0]
    count = dense_dims.shape[0]
    for p in range(parts):
        for d in range(count):
            dense[p, d] = parts_wanted[p, dense_dims[d]]
    steps, largest = rounding
    slack = _slack(dense[:parts, :count], wanted, steps, largest)
    if slack > _LARGEST_SLACK:
        return -1
    share = np.float32(1.0 - slack)
    for r in range(rows):
        for run in range(peaks[2].shape[0] - 1):
            pulls[r, run] = _NOUGHT
            for d in range(peaks[2][run], peaks[2][run + 1]):
                weight = _NOUGHT
                for p in range(parts):
                    weight += dense[p, d] if part_bits[p] & left_out[r] == 0 else _NOUGHT
                pulls[r, run] += weight * weight
            pulls[r, run] = np.sqrt(pulls[r, run]) * _ROUNDED_UP
    for p in range(parts):
        for d in range(count):
            dense[p, d] *= steps[tones + d]
    tone, affect = tone_wanted * steps[:tones], affect_wanted * steps[:tones]
    some_tone, some_affect = bool(tone.any()), bool(affect.any())
    some_rare = _is_rare(parts_wanted, of_dims[0])
    if some_rare:
        _rare(of_dims, parts_wanted, of_rare)
    of_parts = np.uint8(0)
    for p in range(parts):
        of_parts |= part_bits[p]
    tops[:] = _NOUGHT

    for block in range(columns.shape[0]):
        start = block * BLOCK
        stop = min(start + BLOCK, n)
        size = stop - start
        for p in range(parts):
            most[p] = max(_highest(of_rare[p, start:stop]), _NOUGHT) if some_rare else _NOUGHT
        if not _may_win(
            request_bias + peaks[0][block],
            (pulls, peaks[3][block]),
            most[:parts],
            (peaks[1][0, block], peaks[1][1, block]),
            bits,
            (some_tone, some_affect),
            tops,
            best,
            share,
            alive,
        ):
            eligible += 1  # at least, as far as anybody needs to know
            highest[:, block] = _OUT
            continue
        fails = (fails_with[start:stop], fails_without[start:stop])
        barred = marked[:size]
        if _bar(may[start:stop], fails, barred) == 0:
            highest[:, block] = _OUT
            continue
        for p in range(parts):
            add = adds[p, :size]
            if some_rare:
                add[:] = of_rare[p, start:stop]
            else:
                add[:] = _NOUGHT
            _add_columns(columns[block, tones:], dense[p, :count], add)
        base, by_tone, by_affect = shares[0, :size], shares[1, :size], shares[2, :size]
        base[:] = request_bias
        _plus(base, bias[start:stop])
        if some_tone:
            _qualities(columns[block], tone, by_tone)
        if some_affect:
            _qualities(columns[block], affect, by_affect)
            _unmoved(by_affect, affect_may_move[start:stop])
        for r in range(rows):
            if not alive[r]:
                eligible[r] += 1
                highest[r, block] = _OUT
                continue
            source = r
            for q in range(r):
                if alive[q] and (left_out[q] & of_parts) == (left_out[r] & of_parts):
                    source = q
                    break
            if source == r:
                logits = rates[r, :size]
                logits[:] = base
                for p in range(parts):
                    if part_bits[p] & left_out[r] == 0:
                        _plus(logits, adds[p])
                _rates(logits)
            of_row = values[r, start:stop]
            of_row[:] = rates[source, :size]
            _times(of_row, worth[1, start:stop])
            _plus(of_row, worth[0, start:stop])
            if some_tone and quality_bits[0] & left_out[r] == 0:
                _times(of_row, by_tone)
            if some_affect and quality_bits[1] & left_out[r] == 0:
                _times(of_row, by_affect)
            eligible[r] += _drop(of_row, barred, fails, left_out[r])
            highest[r, block] = _highest(of_row)
            if best[r] <= IN_ORDER:
                top = tops[r, : best[r]]
                if highest[r, block] > top[best[r] - 1]:
                    _keep_best(of_row, top)

    for r in range(rows):
        if best[r] > IN_ORDER:
            tops[r, 0] = _about(values[r, :n], highest[r, : columns.shape[0]], best[r], bins)
    found = 0
    words = marked.view(np.uint64)
    for block in range(columns.shape[0]):
        start = block * BLOCK
        marked[:] = np.uint8(0)
        for r in range(rows):
            # Fewer than wanted: everybody who may be ranked passes.
            least = tops[r, best[r] - 1 if best[r] <= IN_ORDER else 0] * share
            if highest[r, block] >= least:
                _mark(values[r, start : min(start + BLOCK, n)], least, marked)
        for word in range(words.shape[0]):
            if words[word]:
                for k in range(8 * word, 8 * word + 8):
                    if marked[k]:
                        passes[found] = start + k
                        found += 1
    return found
