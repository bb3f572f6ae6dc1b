r"""Which few ads can be among the best: a quick pass that leaves out only what cannot win, before the exact one.

It values every ad in single precision from vectors rounded to eight bits, a quarter of the memory to read, keeps the
best $K$ values $\tilde V$ of each ablation, and lets through every ad with
$\tilde V_{iR} \ge (1 - \delta)\,\tilde V_{(K)R}$. What is decided is then decided by `scoring` alone, to the same bits
on every machine. An approximate value is off by a share $\epsilon$ at most, and $\delta > 2\epsilon$, so the exact
best $K$ are among those let through, ties included.

With steps $h$ of the vectors and $g$ of the tones, rounding moves a logit by at most
$\frac h2 \lVert p \rVert_1$ over all parts, and a quality by $\frac g2 \lVert t \rVert_1$; single precision moves a
logit by less than $10^{-5}\,\lVert p \rVert_1 \max |v|$. As $|\mathrm d \log \sigma| \le 1$, a value moves by no
larger share.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.maths.scoring import (
    BEST,
    MOST_QUALITY_SHARE,
    RECORD,
    AdColumns,
    Coarse,
    Eligibility,
    Query,
    Ranking,
    Weighed,
    candidates,
    dense_parts,
    rank,
    sparse_parts,
    weigh,
)

WORTH_SCREENING = 1500
"""With fewer ads the exact pass alone is quicker."""
_BLOCK = 256
_FARTHEST = np.float32(40.0)
_MAGIC = np.float32(12582912.0)
_LOG2_E = np.float32(1.44269504)
_LN2_HIGH = np.float32(0.693359375)
_LN2_LOW = np.float32(-2.12194440e-4)
_ONE = np.float32(1.0)
_MOST = np.float32(MOST_QUALITY_SHARE)
_LARGEST_SLACK = 0.5

Arrays = tuple[NDArray[Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Screened:
    """The ads let through, for some ablations and a number of best, and how many could have been ranked in each."""

    weighed: Weighed
    best: int
    eligible: dict[int, int]


class Contest:
    """All ads that may stand on a page, ready to be ranked under any ablation; the exact answer, found quickly.

    `foreseen` are the ablations (bits of the signals left out) of which up to `best` are going to be asked for. Others
    may be asked for too, at the cost of the exact pass over all candidates.
    """

    def __init__(
        self,
        ads: AdColumns,
        query: Query,
        eligibility: Eligibility,
        *,
        foreseen: NDArray[np.uint8],
        best: int = BEST,
        worth_screening: int = WORTH_SCREENING,
    ) -> None:
        self._ads = ads
        self._query = query
        self._eligibility = eligibility
        self._index = candidates(eligibility)
        self._whole: Weighed | None = None
        self._screened = self._screen(foreseen, best) if len(self._index) >= worth_screening else None

    def __len__(self) -> int:
        return len(self._index)

    def rank(self, left_out: NDArray[np.uint8], *, best: int = BEST) -> Ranking:
        """The `best` of each ablation by value; row j leaves out the signals whose bits are set in `left_out[j]`."""
        screened = self._screened
        if screened is not None and best <= screened.best:
            asked = left_out.tolist()
            if screened.eligible.keys() >= set(asked):
                ranking = rank(screened.weighed, left_out, best=best)
                ranking.eligible[:] = [screened.eligible[out] for out in asked]
                return ranking
        if self._whole is None:
            self._whole = weigh(self._ads, self._query, self._eligibility, self._index)
        return rank(self._whole, left_out, best=best)

    def _screen(self, foreseen: NDArray[np.uint8], best: int) -> _Screened | None:
        ads, query, index = self._ads, self._query, self._index
        coarse = ads.coarse
        parts = np.ascontiguousarray(query.parts, dtype=np.float32)
        dense = dense_parts(ads, parts)
        slack = _slack(coarse, dense, query)
        if slack > _LARGEST_SLACK:
            return None
        rows = len(foreseen)
        values = np.empty((rows, len(index)), dtype=np.float32)
        passes = np.zeros(len(index), dtype=np.bool_)
        eligible = np.zeros(rows, dtype=np.int64)
        sparse = sparse_parts(ads, parts)
        _screen(
            np.float32(query.bias),
            index,
            (
                *(coarse.records.view(kind) for kind in (np.float32, np.int32, np.int8)),
                *(coarse.worth, coarse.entries, coarse.entries.view(np.float32)),
            ),
            (
                dense * coarse.step,
                sparse,
                np.asarray(sparse.any(axis=1)),
                query.tone * coarse.tone_step,
                query.affect * coarse.tone_step,
            ),
            (self._eligibility.fails_with, self._eligibility.fails_without),
            (query.part_bits, foreseen, np.array([query.tone_bit, query.affect_bit], dtype=np.uint8)),
            np.float32(1.0 - slack),
            (values, passes, eligible),
            (
                np.empty((len(parts), _BLOCK), dtype=np.float32),
                np.empty((6, _BLOCK), dtype=np.float32),
                np.empty((rows, _BLOCK), dtype=np.float32),
                np.empty((2, _BLOCK), dtype=np.uint8),
                np.empty((rows, best), dtype=np.float32),
                np.empty(rows, dtype=np.int64),
                np.empty(len(parts), dtype=np.bool_),
            ),
        )
        return _Screened(
            weighed=weigh(ads, query, self._eligibility, index[passes]),
            best=best,
            eligible=dict(zip(foreseen.tolist(), eligible.tolist(), strict=True)),
        )


def _slack(coarse: Coarse, dense: NDArray[np.float32], query: Query) -> float:
    """The share of a value by which two approximate ones may stand in the wrong order; see the head of this file."""
    logit = 0.5 * float(coarse.step) * float(np.abs(dense).sum()) + 1e-5 * coarse.largest * float(
        np.abs(query.parts).sum()
    )
    quality = 0.5 * float(coarse.tone_step) * float(np.abs(query.tone).sum() + np.abs(query.affect).sum())
    return 1e-3 + 2.5 * (logit + quality)


@njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
def _quick_dot(weights: NDArray[np.float32], row: NDArray[np.int8], at: int) -> np.float32:
    total = np.float32(0.0)
    for d in range(weights.shape[0]):
        total += weights[d] * np.float32(row[at + d])
    return total


@njit(nogil=True, error_model="numpy")
def _rates(logits: NDArray[np.float32], size: int, moved: NDArray[np.float32], powers: NDArray[np.int32]) -> None:
    # The logistic function in place, to about six digits; `powers` are the bits of `moved`.
    for i in range(size):
        x = min(max(-logits[i], -_FARTHEST), _FARTHEST)
        turned = x * _LOG2_E + _MAGIC
        k = turned - _MAGIC
        r = (x - k * _LN2_HIGH) - k * _LN2_LOW
        p = r * np.float32(1 / 720) + np.float32(1 / 120)
        p = p * r + np.float32(1 / 24)
        p = p * r + np.float32(1 / 6)
        p = p * r + np.float32(0.5)
        p = p * r + _ONE
        logits[i] = p * r + _ONE
        moved[i] = turned
    for i in range(size):
        powers[i] = (powers[i] + np.int32(127)) << np.int32(23)
    for i in range(size):
        logits[i] = _ONE / (_ONE + logits[i] * moved[i])


@njit(nogil=True)
def _quality(share: np.float32) -> np.float32:
    return _ONE + min(max(share, -_MOST), _MOST)


@njit(nogil=True, error_model="numpy")
def _keep_best(values: NDArray[np.float32], top: NDArray[np.float32], kept: int) -> int:
    # `top` holds the largest values so far, in falling order.
    best = top.shape[0]
    least = top[best - 1] if kept == best else np.float32(0.0)
    for k in range(values.shape[0]):
        value = values[k]
        if value <= least:
            continue
        at = kept if kept < best else best - 1
        while at > 0 and top[at - 1] < value:
            top[at] = top[at - 1]
            at -= 1
        top[at] = value
        kept = min(kept + 1, best)
        least = top[best - 1] if kept == best else np.float32(0.0)
    return kept


@njit(cache=True, nogil=True, error_model="numpy")
def _screen(  # noqa: PLR0912, PLR0915, PLR0917  # compiled: one pass, written out
    request_bias: np.float32,
    index: NDArray[np.int32],
    numbers: Arrays,
    wanted: Arrays,
    fails: Arrays,
    bits: Arrays,
    share: np.float32,
    out: Arrays,
    scratch: Arrays,
) -> None:
    floats, wholes, bytes_, worths, dims, entries = numbers
    dense_weights, sparse_weights, says, tone, affect = wanted
    fails_with, fails_without = fails
    part_bits, left_out, quality_bits = bits
    values, passes, eligible = out
    adds, shares, rate, failing, top, kept, of_dense = scratch
    rows, n, parts, best = left_out.shape[0], index.shape[0], part_bits.shape[0], top.shape[1]
    some_sparse, some_tone, some_affect = says.any(), tone.any(), affect.any()
    of_parts = np.uint8(0)
    for p in range(parts):
        of_parts |= part_bits[p]
    kept[:] = 0
    dense_at = RECORD + tone.shape[0]
    for p in range(parts):
        of_dense[p] = dense_weights[p].any()

    for start in range(0, n, _BLOCK):
        size = min(_BLOCK, n - start)
        ads = index[start : start + size]
        bias, fixed, paid, by_tone, by_affect, moved = shares
        for k in range(size):
            i = ads[k]
            bias[k], fixed[k], paid[k] = floats[i, 0], worths[i, 0], worths[i, 1]
            failing[0, k], failing[1, k] = fails_with[i], fails_without[i]
            row = bytes_[i]
            for p in range(parts):
                adds[p, k] = _quick_dot(dense_weights[p], row, dense_at) if of_dense[p] else np.float32(0.0)
            if some_tone:
                by_tone[k] = _quality(_quick_dot(tone, row, RECORD))
            if some_affect:
                by_affect[k] = _quality(_quick_dot(affect, row, RECORD)) if wholes[i, 2] >> 16 else _ONE
            if some_sparse:
                begins = wholes[i, 1]
                for at in range(begins, begins + (wholes[i, 2] & 0xFFFF)):
                    d = dims[at, 0]
                    if says[d]:
                        for p in range(parts):
                            adds[p, k] += sparse_weights[d, p] * entries[at, 1]
        for r in range(rows):
            out_bits = left_out[r]
            source = r
            for q in range(r):
                if (left_out[q] & of_parts) == (out_bits & of_parts):
                    source = q
                    break
            if source == r:
                logits = rate[r]
                for k in range(size):
                    logits[k] = request_bias + bias[k]
                for p in range(parts):
                    if part_bits[p] & out_bits == 0:
                        add = adds[p]
                        for k in range(size):
                            logits[k] += add[k]
                _rates(logits, size, moved, moved.view(np.int32))
            worth = values[r, start : start + size]
            seen = rate[source]
            for k in range(size):
                worth[k] = fixed[k] + paid[k] * seen[k]
            if some_tone and quality_bits[0] & out_bits == 0:
                for k in range(size):
                    worth[k] *= by_tone[k]
            if some_affect and quality_bits[1] & out_bits == 0:
                for k in range(size):
                    worth[k] *= by_affect[k]
            count = np.int32(0)
            for k in range(size):
                may = ((failing[0, k] & ~out_bits) | (failing[1, k] & out_bits)) == 0 and worth[k] > 0.0
                worth[k] = worth[k] if may else np.float32(-1.0)
                count += np.int32(may)
            eligible[r] += count
            kept[r] = _keep_best(worth, top[r], kept[r])

    for r in range(rows):
        least = top[r, best - 1] * share if kept[r] == best else np.float32(0.0)
        for k in range(n):
            passes[k] |= values[r, k] >= least
