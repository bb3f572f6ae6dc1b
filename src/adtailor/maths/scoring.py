r"""One compiled pass values every ad exactly, for all ablations together, and keeps the best of each.

For an ad $i$ and a set $R$ of signals left out, with $\sigma$ the logistic function and clip to $\pm 0.1$:

$$z_{iR} = b_0 + b_i + \sum_{s \notin R} p_s \cdot v_i, \qquad r_{iR} = \sigma(z_{iR})$$
$$w_{iR} = f_i + c_i\, r_{iR}, \qquad
  V_{iR} = w_{iR}\,(1 + \mathrm{clip}(t_i)[\mathrm{tone} \notin R])(1 + \mathrm{clip}(a_i)[\mathrm{affect} \notin R])$$

$f_i$ is what an impression is worth by itself (CPM) and $c_i$ what a click is worth (CPC, CPA), in micros; quality is
$V - w$, and no part of it reaches $r$. Products $p_s \cdot v_i$ are computed once and summed anew for each $R$, in the
order of the signals, so that leaving a signal out gives the very bits of never having had it. There is no fast-math,
and the exponential is our own arithmetic, so a machine's vector width or maths library cannot change a decision.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

MOST_QUALITY_SHARE = 0.1
"""Tone, and affect, each move an ad's total value by at most this share of it."""
BEST = 64
SORTED = 512
"""Whoever asks for more than so many of the best gets all of them sorted: keeping them in order would take longer."""
BLOCK = 256
"""How many ads stand together in `Coarse`: what a pass makes of a block stays in the first-level cache."""
_GROUP = 128
_AT_A_TIME = 65_536
OFTEN = 0.25  # a dimension used by more of the ads than this is kept as a column
_BLOCK = 512  # ads at a time: the scratch of a block stays in the first-level cache
_FARTHEST = 40.0  # sigmoid(40) is 1 to the last bit, sigmoid(-40) is 4e-18

# exp(x) = 2^k exp(r): k by rounding with a large addend, ln 2 in two parts (Cody and Waite, 1980).
_MAGIC = 6755399441055744.0
_LOG2_E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_30, _SHIFT_27, _SHIFT_31 = np.uint64(30), np.uint64(27), np.uint64(31)

Number = TypeVar("Number", float, NDArray[np.float64])
Bits = TypeVar("Bits", np.uint64, NDArray[np.uint64])


@dataclass(frozen=True, slots=True, kw_only=True)
class AdColumns:
    """What the pass reads of every ad; first axis: ads. Made by `ad_columns`."""

    bias: NDArray[np.float32]
    width: int
    """Length of a vector, as the ranker gave it; the dimensions are then split by how often they are used."""
    dense: NDArray[np.float32]
    """(ads, dense dimensions): the ones that many ads use."""
    dense_dims: NDArray[np.int32]
    sparse_starts: NDArray[np.int64]
    """(ads + 1,): ad i's other numbers are `sparse_values[starts[i]:starts[i + 1]]`, ..."""
    sparse_dims: NDArray[np.int32]
    """... and these are their dimensions: one advertiser, four traits of clothes, where a row would be mostly zeros."""
    sparse_values: NDArray[np.float32]
    per_impression: NDArray[np.float64]
    per_click: NDArray[np.float64]
    tones: NDArray[np.float32]
    """(ads, tones): how each ad sounds."""
    affect_may_move: NDArray[np.bool_]
    """False for sensitive products: affect never raises them, nor lowers them."""
    name_hashes: NDArray[np.uint64]
    coarse: "Coarse"
    """The same in fewer bytes, for `screening`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coarse:
    """Ads in few bytes, side by side, so that one instruction works on many of them; numbers are multiples of a step of
    their dimension's own.

    A block that holds nobody who may stand, or nobody who could be among the best, is never read.
    """

    columns: NDArray[np.int8]
    """(blocks, tones + dense dimensions, `BLOCK`): first the tones of each ad, then its dense numbers."""
    worth: NDArray[np.float32]
    """(2, ads): what an impression and what a click is worth."""
    starts: NDArray[np.int64]
    """(width + 1,): of dimension d, which few ads use, `ads[starts[d]:starts[d + 1]]` have the numbers `values`."""
    ads: NDArray[np.int32]
    values: NDArray[np.float32]
    steps: NDArray[np.float32]
    """(tones + dense dimensions,)."""
    largest: float
    """The largest absolute number of any vector, rare dimensions included."""
    bias_peaks: NDArray[np.float32]
    """(blocks,): the largest bias of each block, and so on."""
    worth_peaks: NDArray[np.float32]
    """(2, blocks)."""
    runs: NDArray[np.int64]
    """(runs + 1,): where the dense dimensions fall into runs of neighbours, as those of a topic's place."""
    lengths: NDArray[np.float32]
    """(blocks, runs): the length of the longest vector of a block within each run, a little rounded up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What the pass reads of one request. A signal is one bit of a byte; `parts` has shape (parts, width)."""

    bias: float
    parts: NDArray[np.float32]
    part_bits: NDArray[np.uint8]
    """Which signal each part comes from."""
    tone: NDArray[np.float32]
    affect: NDArray[np.float32]
    """(tones,): what the page's tone, and the viewer's mood, make of each tone of an ad; zeros where not known."""
    tone_bit: int
    affect_bit: int
    tie_hash: int
    """Settles ties, together with the ads' own hashes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """Who may be ranked, under every set of signals left out.

    An ad may when `may` holds, no signal still there is in its `fails_with`, and none left out in `fails_without`.
    """

    may: NDArray[np.bool_]
    fails_with: NDArray[np.uint8]
    fails_without: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The best ads of each ablation, best first; shapes (ablations, kept) and (ablations,)."""

    ads: NDArray[np.int32]
    values: NDArray[np.float64]
    click_rates: NDArray[np.float64]
    qualities: NDArray[np.float64]
    kept: NDArray[np.int32]
    """How many of a row are filled."""
    eligible: NDArray[np.int32]
    """How many could be ranked: eligible, and worth more than nothing. Where not all were looked at it may be another
    number, but never as few as are kept while more could be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """The ads that some ablation may rank, each with what every signal adds to it; last axis: those ads."""

    query: Query
    ads: NDArray[np.int32]
    bias: NDArray[np.float32]
    adds: NDArray[np.float32]
    tone_shares: NDArray[np.float64]
    affect_shares: NDArray[np.float64]
    per_impression: NDArray[np.float64]
    per_click: NDArray[np.float64]
    fails_with: NDArray[np.uint8]
    fails_without: NDArray[np.uint8]
    ties: NDArray[np.uint64]


def ad_columns(
    *,
    bias: NDArray[np.float32],
    vectors: NDArray[np.float32],
    per_impression: NDArray[np.float64],
    per_click: NDArray[np.float64],
    tones: NDArray[np.float32],
    affect_may_move: NDArray[np.bool_],
    name_hashes: NDArray[np.uint64],
) -> AdColumns:
    """Columns of `vectors` of shape (ads, width): what is mostly zeros is kept as the few numbers it is.

    A decision reads the numbers of a fifth of the ads, in an order that no cache foresees: fewer bytes, fewer misses.
    """
    used = (vectors != 0.0).mean(axis=0) if len(vectors) else np.ones(vectors.shape[1])
    dense_dims = np.flatnonzero(used > OFTEN).astype(np.int32)
    rest = np.flatnonzero(used <= OFTEN).astype(np.int32)
    others = vectors[:, rest]
    ad, place = np.nonzero(others)
    return AdColumns(
        bias=np.ascontiguousarray(bias),
        width=vectors.shape[1],
        dense=np.ascontiguousarray(vectors[:, dense_dims]),
        dense_dims=dense_dims,
        sparse_starts=(starts := np.searchsorted(ad, np.arange(len(vectors) + 1)).astype(np.int64)),
        sparse_dims=rest[place],
        sparse_values=np.ascontiguousarray(others[ad, place]),
        per_impression=np.ascontiguousarray(per_impression),
        per_click=np.ascontiguousarray(per_click),
        tones=np.ascontiguousarray(tones),
        affect_may_move=np.ascontiguousarray(affect_may_move),
        name_hashes=np.ascontiguousarray(name_hashes),
        coarse=coarse_of(
            width=vectors.shape[1],
            bias=bias,
            dense=vectors[:, dense_dims],
            dense_dims=dense_dims,
            sparse=(starts, rest[place], others[ad, place]),
            worth=(per_impression, per_click),
            tones=tones,
            largest=float(np.abs(vectors).max(initial=0.0)),
        ),
    )


def coarse_of(
    *,
    width: int,
    bias: NDArray[np.float32],
    dense: NDArray[np.float32],
    dense_dims: NDArray[np.int32],
    sparse: tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]],
    worth: tuple[NDArray[np.float64], NDArray[np.float64]],
    tones: NDArray[np.float32],
    largest: float,
) -> Coarse:
    """The same numbers in few bytes; `sparse` are starts, dimensions and values by ad."""
    starts, dims, values = sparse
    ads, told = len(dense), tones.shape[1] + dense.shape[1]
    columns = np.zeros((-(-ads // BLOCK), told, BLOCK), dtype=np.int8)
    parts = ((columns[:, : tones.shape[1]], tones), (columns[:, tones.shape[1] :], dense))
    steps = np.concatenate([_rounded_into(some, numbers) for some, numbers in parts])
    by_dim = np.argsort(dims, kind="stable")
    begins = np.flatnonzero(np.diff(dense_dims, prepend=-2) > 1)
    runs = np.append(begins, dense.shape[1]).astype(np.int64)
    whole = np.stack(worth, dtype=np.float32, casting="unsafe")
    owners = np.repeat(np.arange(ads, dtype=np.int32), np.diff(starts))
    return Coarse(
        columns=columns,
        worth=whole,
        starts=np.searchsorted(dims[by_dim], np.arange(width + 1)).astype(np.int64),
        ads=owners[by_dim],
        values=np.ascontiguousarray(values[by_dim], dtype=np.float32),
        steps=steps,
        largest=largest,
        bias_peaks=_peaks(np.asarray(bias, dtype=np.float32)),
        worth_peaks=np.stack([_peaks(one) for one in whole]),
        runs=runs,
        lengths=np.stack([_longest(dense[:, a:b]) for a, b in pairwise(runs.tolist())], axis=1)
        if len(runs) > 1
        else np.zeros((len(columns), 0), dtype=np.float32),
    )


def _peaks(numbers: NDArray[np.float32]) -> NDArray[np.float32]:
    """The largest of each block."""
    return np.maximum.reduceat(numbers, np.arange(0, len(numbers), BLOCK)) if len(numbers) else numbers


def _longest(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The length of the longest of each block; a little more, for sums are rounded."""
    return _peaks(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)) * np.float32(1.00001))


def with_worth(ads: AdColumns, *, per_impression: NDArray[np.float64], per_click: NDArray[np.float64]) -> AdColumns:
    """The same ads, of which an impression and a click are worth something else; all else is shared."""
    worth = np.stack((per_impression, per_click), dtype=np.float32, casting="unsafe")
    coarse = replace(ads.coarse, worth=worth, worth_peaks=np.stack([_peaks(one) for one in worth]))
    return replace(ads, per_impression=per_impression, per_click=per_click, coarse=coarse)


def _rounded_into(out: NDArray[np.int8], numbers: NDArray[np.float32]) -> NDArray[np.float32]:
    """Write whole multiples of steps, from -127 to 127, some ads at a time, for there may be a million; the steps."""
    some = [slice(start, start + _AT_A_TIME) for start in range(0, len(numbers), _AT_A_TIME)]
    most = np.zeros(numbers.shape[1], dtype=np.float32)
    for part in some:
        np.maximum(most, np.abs(numbers[part]).max(axis=0, initial=0.0), out=most)
    steps = np.where(most > 0.0, most / np.float32(127.0), np.float32(1.0)).astype(np.float32)
    for part in some:
        rounded = np.rint(numbers[part] / steps).astype(np.int8)
        whole, rest = divmod(len(rounded), BLOCK)
        first = part.start // BLOCK
        blocks = rounded[: whole * BLOCK].reshape(whole, BLOCK, numbers.shape[1])
        out[first : first + whole] = blocks.transpose(0, 2, 1)
        if rest:
            out[first + whole, :, :rest] = rounded[whole * BLOCK :].T
    return steps


COARSE = ("columns", "steps", "worth", "starts", "ads", "values", "bias_peaks", "worth_peaks", "runs", "lengths")
"""The arrays of `Coarse`."""


def candidates(eligibility: Eligibility) -> NDArray[np.int32]:
    """The ads that some ablation may rank: what fails both with a signal and without it never is."""
    may = eligibility.may & (eligibility.fails_with & eligibility.fails_without == 0)
    return np.flatnonzero(may).astype(np.int32)


def weigh(ads: AdColumns, query: Query, eligibility: Eligibility, index: NDArray[np.int32]) -> Weighed:
    """What each signal adds to each ad of `index`, some or all of the candidates: what all ablations share."""
    parts = np.ascontiguousarray(query.parts, dtype=np.float32)
    n = len(index)
    weighed = Weighed(
        query=query,
        ads=index,
        bias=np.empty(n, dtype=np.float32),
        adds=np.empty((len(parts), n), dtype=np.float32),
        tone_shares=np.empty(n, dtype=np.float64),
        affect_shares=np.empty(n, dtype=np.float64),
        per_impression=np.empty(n, dtype=np.float64),
        per_click=np.empty(n, dtype=np.float64),
        fails_with=np.empty(n, dtype=np.uint8),
        fails_without=np.empty(n, dtype=np.uint8),
        ties=np.empty(n, dtype=np.uint64),
    )
    # The hash wraps around; only heard of where the kernel runs uncompiled.
    with nullcontext() if _IS_COMPILED else np.errstate(over="ignore"):
        _gather(
            weighed.ads,
            (ads.bias, ads.per_impression, ads.per_click, ads.affect_may_move, ads.name_hashes),
            (ads.dense, ads.dense_dims, ads.sparse_starts, ads.sparse_dims, ads.sparse_values, ads.tones),
            (parts, query.tone, query.affect),
            np.uint64(query.tie_hash),
            (eligibility.fails_with, eligibility.fails_without),
            (weighed.bias, weighed.adds, weighed.tone_shares, weighed.affect_shares),
            (weighed.per_impression, weighed.per_click, weighed.fails_with, weighed.fails_without, weighed.ties),
            (
                np.empty((max(ads.dense.shape[1], ads.tones.shape[1]), _GROUP), dtype=np.float32),
                np.empty(_GROUP, dtype=np.float32),
                np.empty(ads.dense.shape[1], dtype=np.float32),
                np.zeros(ads.width, dtype=np.bool_),
            ),
        )
    return weighed


def rank(weighed: Weighed, left_out: NDArray[np.uint8], *, best: int = BEST) -> Ranking:
    """The `best` of each ablation by value; row j leaves out the signals whose bits are set in `left_out[j]`."""
    query = weighed.query
    rows = len(left_out)
    best = max(1, min(best, len(weighed.ads)))
    if best > SORTED:
        return _stacked([_sorted(weighed, int(out)) for out in left_out], best)
    ranking = Ranking(
        ads=np.empty((rows, best), dtype=np.int32),
        values=np.empty((rows, best), dtype=np.float64),
        click_rates=np.empty((rows, best), dtype=np.float64),
        qualities=np.empty((rows, best), dtype=np.float64),
        kept=np.zeros(rows, dtype=np.int32),
        eligible=np.zeros(rows, dtype=np.int32),
    )
    _rank(
        np.float64(query.bias),
        (weighed.ads, weighed.bias, weighed.adds, weighed.tone_shares, weighed.affect_shares),
        (weighed.per_impression, weighed.per_click, weighed.fails_with, weighed.fails_without, weighed.ties),
        query.part_bits,
        query.tone_bit,
        query.affect_bit,
        left_out,
        (ranking.ads, ranking.values, ranking.click_rates, ranking.qualities, ranking.kept, ranking.eligible),
        (np.empty(_BLOCK, dtype=np.float64), np.empty(_BLOCK, dtype=np.float64)),
        np.empty((rows, _BLOCK), dtype=np.float64),
        np.empty(rows, dtype=np.int64),
    )
    return ranking


def _sorted(weighed: Weighed, left_out: int) -> Ranking:
    """One ablation, all of it; by the arithmetic of the compiled pass."""
    query, out = weighed.query, np.uint8(left_out)
    logits = np.float64(query.bias) + weighed.bias.astype(np.float64)
    for add, bit in zip(weighed.adds, query.part_bits, strict=True):
        if not bit & out:
            logits += add
    rates = click_rate(logits)
    worth = weighed.per_impression + weighed.per_click * rates
    values = worth.copy()
    for shares, bit in ((weighed.tone_shares, query.tone_bit), (weighed.affect_shares, query.affect_bit)):
        if not bit & left_out:
            values *= 1.0 + shares
    may = (weighed.fails_with & ~out == 0) & (weighed.fails_without & out == 0)
    found = np.flatnonzero(may & (values > 0.0))
    order = found[np.lexsort((found, ~weighed.ties[found], -values[found]))]
    size = np.array([len(order)], dtype=np.int32)
    return Ranking(
        ads=weighed.ads[order][None],
        values=values[order][None],
        click_rates=rates[order][None],
        qualities=(values - worth)[order][None],
        kept=size,
        eligible=size,
    )


def _stacked(rankings: Sequence[Ranking], best: int) -> Ranking:
    """Rankings of one row each as one, of up to `best` ads."""
    kept = np.array([min(best, int(one.kept[0])) for one in rankings], dtype=np.int32)
    shape = (len(rankings), best)
    whole = Ranking(
        ads=np.empty(shape, dtype=np.int32),
        values=np.empty(shape),
        click_rates=np.empty(shape),
        qualities=np.empty(shape),
        kept=kept,
        eligible=np.array([one.eligible[0] for one in rankings], dtype=np.int32),
    )
    for row, (one, size) in enumerate(zip(rankings, kept.tolist(), strict=True)):
        for name in ("ads", "values", "click_rates", "qualities"):
            getattr(whole, name)[row, :size] = getattr(one, name)[0, :size]
    return whole


def rank_by_sorting(ads: AdColumns, query: Query, eligibility: Eligibility, left_out: int) -> Ranking:
    """One ablation in plain NumPy: every ad valued, all of them sorted. Slow and plain: the oracle of the tests."""
    out = np.uint8(left_out)
    may = eligibility.may & (eligibility.fails_with & ~out == 0) & (eligibility.fails_without & out == 0)
    logits = np.float64(query.bias) + ads.bias.astype(np.float64)
    for part, bit in zip(query.parts, query.part_bits, strict=True):
        if not bit & out:
            logits += _sums(ads, part)
    rates = click_rate(logits)
    worth = ads.per_impression + ads.per_click * rates
    values = worth.copy()
    for weights, bit, where in (
        (query.tone, query.tone_bit, np.bool_(True)),
        (query.affect, query.affect_bit, ads.affect_may_move),
    ):
        if not bit & left_out:
            shares = _in_order(weights, ads.tones).astype(np.float64)
            values *= 1.0 + np.where(where, shares.clip(-MOST_QUALITY_SHARE, MOST_QUALITY_SHARE), 0.0)
    with np.errstate(over="ignore"):
        ties = _mixed(ads.name_hashes ^ np.uint64(query.tie_hash))
    found = np.flatnonzero(may & (values > 0.0))
    order = found[np.lexsort((found, ~ties[found], -values[found]))]
    size = np.array([len(order)], dtype=np.int32)
    return Ranking(
        ads=order[None].astype(np.int32),
        values=values[order][None],
        click_rates=rates[order][None],
        qualities=(values - worth)[order][None],
        kept=size,
        eligible=size,
    )


def click_rate(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logistic function, by the same arithmetic as the compiled pass; off by a few units in the last place.

    >>> click_rate(np.array([0.0, -4.0])).round(6).tolist()
    [0.5, 0.017986]
    """
    x = np.minimum(np.maximum(-logits, -_FARTHEST), _FARTHEST)
    shifted = x * _LOG2_E + _MAGIC
    k = shifted - _MAGIC
    power = _exp_near_zero((x - k * _LN2_HIGH) - k * _LN2_LOW)
    scale = ((shifted.view(np.int64) + 1023) << 52).view(np.float64)
    return 1.0 / (1.0 + power * scale)


def _sums(ads: AdColumns, part: NDArray[np.float32]) -> NDArray[np.float32]:
    # In the order of the compiled pass: the dense dimensions, then the sparse ones.
    total = _in_order(part[ads.dense_dims], ads.dense)
    for ad in range(len(total)):
        for at in range(ads.sparse_starts[ad], ads.sparse_starts[ad + 1]):
            total[ad] += part[ads.sparse_dims[at]] * ads.sparse_values[at]
    return total


def _in_order(weights: NDArray[np.float32], rows: NDArray[np.float32]) -> NDArray[np.float32]:
    total = np.zeros(len(rows), dtype=np.float32)
    for weight, column in zip(weights, rows.T, strict=True):
        if weight != 0.0:
            total += weight * column
    return total


def _exp_near_zero(r: Number) -> Number:
    # Taylor to the 12th power: for |r| <= ln(2)/2 the rest is below 2e-16.
    p = r * (1 / 479001600) + 1 / 39916800
    p = p * r + 1 / 3628800
    p = p * r + 1 / 362880
    p = p * r + 1 / 40320
    p = p * r + 1 / 5040
    p = p * r + 1 / 720
    p = p * r + 1 / 120
    p = p * r + 1 / 24
    p = p * r + 1 / 6
    p = p * r + 0.5
    p = p * r + 1.0
    return p * r + 1.0


def _mixed(x: Bits) -> Bits:
    # The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): every bit in changes half of the bits out.
    x = (x ^ (x >> _SHIFT_30)) * _MIX_1
    x = (x ^ (x >> _SHIFT_27)) * _MIX_2
    return x ^ (x >> _SHIFT_31)


_exp_compiled = njit(nogil=True)(_exp_near_zero)
_mixed_compiled = njit(nogil=True)(_mixed)
_IS_COMPILED = hasattr(_mixed_compiled, "py_func")

# Arrays are made outside: compiling their making costs more than the loops do, on a machine's first decision.
Arrays = tuple[NDArray[Any], ...]


@njit(nogil=True)
def _clipped(share: float) -> float:
    if share > MOST_QUALITY_SHARE:
        return MOST_QUALITY_SHARE
    return max(share, -MOST_QUALITY_SHARE)


@njit(nogil=True, error_model="numpy")
def _turn(numbers: NDArray[np.float32], ads: NDArray[np.int32], turned: NDArray[np.float32]) -> None:
    # Rows of a few ads as columns, so that the sums run over ads, eight to an instruction, each in its own order.
    for k in range(ads.shape[0]):
        row = numbers[ads[k]]
        for d in range(numbers.shape[1]):
            turned[d, k] = row[d]


@njit(nogil=True, error_model="numpy")
def _add_up(weights: NDArray[np.float32], turned: NDArray[np.float32], total: NDArray[np.float32]) -> None:
    size = total.shape[0]
    for k in range(size):
        total[k] = 0.0
    for d in range(weights.shape[0]):
        weight = weights[d]
        if weight != 0.0:
            column = turned[d, :size]
            for k in range(size):
                total[k] += weight * column[k]


@njit(cache=True, nogil=True, error_model="numpy")
def _gather(  # noqa: PLR0917  # compiled: arrays, by position
    index: NDArray[np.int32],
    columns: Arrays,
    numbers: Arrays,
    wanted: Arrays,
    tie_hash: np.uint64,
    fails: Arrays,
    weights_out: Arrays,
    columns_out: Arrays,
    scratch: Arrays,
) -> None:
    bias, per_impression, per_click, affect_may_move, name_hashes = columns
    dense, dense_dims, sparse_starts, sparse_dims, sparse_values, tones = numbers
    wanted_parts, tone, affect = wanted
    turned, total, weights, says = scratch
    fails_with, fails_without = fails
    bias_out, adds, tone_shares, affect_shares = weights_out
    per_impression_out, per_click_out, fails_with_out, fails_without_out, ties = columns_out
    parts, n = wanted_parts.shape[0], index.shape[0]
    for p in range(parts):
        for d in range(says.shape[0]):
            says[d] |= wanted_parts[p, d] != 0.0
    for start in range(0, n, _GROUP):
        stop = min(n, start + _GROUP)
        group = index[start:stop]
        shares = total[: stop - start]
        _turn(dense, group, turned)
        for p in range(parts):
            for d in range(weights.shape[0]):
                weights[d] = wanted_parts[p, dense_dims[d]]
            _add_up(weights, turned, shares)
            for k in range(start, stop):
                adds[p, k] = shares[k - start]
        _turn(tones, group, turned)
        _add_up(tone, turned, shares)
        for k in range(start, stop):
            tone_shares[k] = _clipped(np.float64(shares[k - start]))
        _add_up(affect, turned, shares)
        for k in range(start, stop):
            affect_shares[k] = _clipped(np.float64(shares[k - start])) if affect_may_move[index[k]] else 0.0
    for k in range(n):
        i = index[k]
        for at in range(sparse_starts[i], sparse_starts[i + 1]):
            d = sparse_dims[at]
            if says[d]:
                for p in range(parts):
                    adds[p, k] += wanted_parts[p, d] * sparse_values[at]
        bias_out[k] = bias[i]
        per_impression_out[k] = per_impression[i]
        per_click_out[k] = per_click[i]
        fails_with_out[k] = fails_with[i]
        fails_without_out[k] = fails_without[i]
        ties[k] = _mixed_compiled(name_hashes[i] ^ tie_hash)


@njit(nogil=True, error_model="numpy")
def _click_rates(logits: NDArray[np.float64], size: int, rates: NDArray[np.float64]) -> None:
    # The same steps as `click_rate`, in one loop that compiles to vector instructions.
    for i in range(size):
        x = -logits[i]
        x = max(x, -_FARTHEST)
        x = min(x, _FARTHEST)
        moved = x * _LOG2_E + _MAGIC
        k = moved - _MAGIC
        power = _exp_compiled((x - k * _LN2_HIGH) - k * _LN2_LOW)
        scale = np.int64((np.float64(moved).view(np.int64) + 1023) << 52).view(np.float64)
        rates[i] = 1.0 / (1.0 + power * scale)


@njit(cache=True, nogil=True, error_model="numpy")
def _rank(  # noqa: PLR0912, PLR0915, PLR0917  # compiled: one pass, written out
    request_bias: float,
    weights: Arrays,
    columns: Arrays,
    part_bits: NDArray[np.uint8],
    tone_bit: int,
    affect_bit: int,
    left_out: NDArray[np.uint8],
    out_arrays: Arrays,
    scratch: Arrays,
    rate: NDArray[np.float64],
    rates_of: NDArray[np.int64],
) -> None:
    index, bias, adds, tone_shares, affect_shares = weights
    per_impression, per_click, fails_with, fails_without, ties = columns
    place, values, rates, worths, kept, eligible = out_arrays
    logits, total = scratch
    rows, n, best = left_out.shape[0], bias.shape[0], values.shape[1]

    # Leaving out tone, affect or a mere condition leaves the click rates as they were: each set of parts, once.
    of_parts = np.uint8(0)
    for p in range(part_bits.shape[0]):
        of_parts |= part_bits[p]
    for r in range(rows):
        rates_of[r] = r
        for q in range(r):
            if (left_out[q] & of_parts) == (left_out[r] & of_parts):
                rates_of[r] = q
                break

    for start in range(0, n, _BLOCK):
        size = _BLOCK if start + _BLOCK < n else n - start
        for r in range(rows):
            out = left_out[r]
            source = rates_of[r]
            if source == r:
                for i in range(size):
                    logits[i] = request_bias + bias[start + i]
                for p in range(part_bits.shape[0]):
                    if part_bits[p] & out == 0:
                        add = adds[p, start : start + size]
                        for i in range(size):
                            logits[i] += add[i]
                _click_rates(logits, size, rate[r])
            seen = rate[source]
            fixed, paid = per_impression[start : start + size], per_click[start : start + size]
            for i in range(size):
                total[i] = fixed[i] + paid[i] * seen[i]
            if tone_bit & out == 0:
                share = tone_shares[start : start + size]
                for i in range(size):
                    total[i] *= 1.0 + share[i]
            if affect_bit & out == 0:
                share = affect_shares[start : start + size]
                for i in range(size):
                    total[i] *= 1.0 + share[i]

            have = kept[r]
            least = values[r, have - 1] if have == best else 0.0
            for i in range(size):
                k = start + i
                if not total[i] > 0.0 or fails_with[k] & ~out != 0 or fails_without[k] & out != 0:
                    continue
                eligible[r] += 1
                if total[i] < least:
                    continue
                at = min(best, have)
                while at > 0:
                    value, other = values[r, at - 1], place[r, at - 1]
                    if value > total[i] or (value == total[i] and ties[other] >= ties[k]):
                        break
                    at -= 1
                if at == best:
                    continue
                have = have + 1 if have < best else best
                for j in range(have - 1, at, -1):
                    values[r, j], place[r, j] = values[r, j - 1], place[r, j - 1]
                    rates[r, j], worths[r, j] = rates[r, j - 1], worths[r, j - 1]
                values[r, at], place[r, at] = total[i], k
                rates[r, at], worths[r, at] = seen[i], fixed[i] + paid[i] * seen[i]
                least = values[r, best - 1] if have == best else 0.0
            kept[r] = have
    for r in range(rows):
        for j in range(kept[r]):
            place[r, j] = index[place[r, j]]
            worths[r, j] = values[r, j] - worths[r, j]


# The same steps, for those that value ads in compiled loops of their own.
click_rates_into = _click_rates
mixed_bits = _mixed_compiled
