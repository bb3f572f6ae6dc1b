r"""Gradient-boosted trees for chances, by histograms (Friedman, 2001; Chen and Guestrin, 2016; Ke and others, 2017).

A round fits one tree to the slopes $g_i = p_i - y_i$ and curvatures $h_i = p_i (1 - p_i)$ of the log-loss. A leaf says
$-\eta G / (H + \lambda)$, and a split gains

$$\frac{G_L^2}{H_L + \lambda} + \frac{G_R^2}{H_R + \lambda} - \frac{G^2}{H + \lambda}$$

The leaf that gains most is split next, until there are as many leaves as asked for. Columns are cut into at most 256
bins; a missing value (NaN) is below all others, and `-inf` as a threshold parts it from them.

A tree is one row of four arrays: for each inner node its column, its threshold and its two children, where `~i` is
leaf i; and the leaves' values. A value that is not above the threshold goes left.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.maths.factorization import chance
from adtailor.maths.hashing import mixed

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
MOST_BINS = 256
_LEAST_GAIN = 1e-9
_LEAST_CURVE = 1e-6


def cut(values: F32, bins: int) -> F32:
    """Thresholds of one column: between all its values if they are few, else at places of equal mass.

    >>> cut(np.array([1.0, 2.0, 2.0, np.nan], dtype=np.float32), 8).tolist()
    [-inf, 1.0]
    """
    missing = np.isnan(values)
    known = np.sort(values[~missing])
    first = np.array([-np.inf] if missing.any() else [], dtype=np.float32)
    different = known[np.flatnonzero(np.diff(known, prepend=np.float32(-np.inf)))]
    room = bins - 1 - len(first)
    if len(different) - 1 > room:
        at = (np.arange(1, room + 1) * len(known)) // (room + 1)
        different = np.unique(known[at])
        if different[-1] == known[-1]:
            different = different[:-1]
        return np.concatenate((first, different))
    return np.concatenate((first, different[:-1]))


@njit(cache=True, nogil=True)
def binned(values: F32, edges: F32, column: int, out: NDArray[np.uint8]) -> None:
    """`out[:, column]` becomes how many thresholds lie below each value; none below a missing one."""
    for i in range(len(values)):
        low, high = 0, len(edges)
        while low < high:
            middle = (low + high) // 2
            if values[i] > edges[middle]:
                low = middle + 1
            else:
                high = middle
        out[i, column] = low


@njit(cache=True, nogil=True, error_model="numpy")
def _gather(  # noqa: PLR0917 - compiled: arrays, by position
    bins: NDArray[np.uint8],
    rows: NDArray[np.int32],
    slopes: F32,
    curves: F32,
    columns: NDArray[np.int64],
    found: F64,
) -> None:
    # The slopes and curvatures of some rows by column and bin.
    found[:] = 0.0
    for i in range(len(rows)):
        row = rows[i]
        g, h = np.float64(slopes[row]), np.float64(curves[row])
        for c in range(len(columns)):
            of = found[c, bins[row, columns[c]]]
            of[0] += g
            of[1] += h


@njit(cache=True, nogil=True, error_model="numpy")
def _best(  # noqa: PLR0917 - compiled: arrays, by position
    found: F64, sizes: NDArray[np.int64], columns: NDArray[np.int64], g: float, h: float, l2: float, least: float
) -> tuple[float, int, int]:
    # What the best split gains, its place among the columns, and the last bin that goes left.
    most, column, last = _LEAST_GAIN, -1, 0
    whole = g * g / (h + l2)
    for c in range(len(columns)):
        left_g, left_h = 0.0, 0.0
        for b in range(sizes[columns[c]] - 1):
            left_g += found[c, b, 0]
            left_h += found[c, b, 1]
            right_h = h - left_h
            if left_h < least:
                continue
            if right_h < least:
                break
            gain = left_g * left_g / (left_h + l2) + (g - left_g) * (g - left_g) / (right_h + l2) - whole
            if gain > most:
                most, column, last = gain, c, b
    return most, column, last


@njit(cache=True, nogil=True, error_model="numpy")
def _parted(bins: NDArray[np.uint8], rows: NDArray[np.int32], column: int, last: int, spare: NDArray[np.int32]) -> int:
    # Rows of the left child first, either side in its order; how many they are.
    count, other = 0, 0
    for i in range(len(rows)):
        row = rows[i]
        if bins[row, column] <= last:
            rows[count] = row
            count += 1
        else:
            spare[other] = row
            other += 1
    for i in range(other):
        rows[count + i] = spare[i]
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def _grow(  # noqa: PLR0912, PLR0917 - compiled: one tree, arrays by position
    bins: NDArray[np.uint8],
    edges: F32,
    sizes: NDArray[np.int64],
    columns: NDArray[np.int64],
    slopes: F32,
    curves: F32,
    rates: F64,
    rows: NDArray[np.int32],
    spare: NDArray[np.int32],
    found: F64,
    feature: NDArray[np.int16],
    threshold: F32,
    child: NDArray[np.int16],
    value: F32,
    logits: F64,
) -> None:
    # One tree, into `feature`, `threshold`, `child` and `value`; every row's logit moves by its leaf.
    rate, l2, least = rates[0], rates[1], rates[2]
    most = len(value)
    first, size = np.zeros(most, dtype=np.int64), np.zeros(most, dtype=np.int64)
    g, h, gain = np.zeros(most), np.zeros(most), np.zeros(most)
    column, last = np.full(most, -1, dtype=np.int64), np.zeros(most, dtype=np.int64)
    parent, side = np.full(most, -1, dtype=np.int64), np.zeros(most, dtype=np.int64)
    for i in range(len(rows)):
        rows[i] = i
    size[0] = len(rows)
    _gather(bins, rows, slopes, curves, columns, found[0])
    for b in range(sizes[columns[0]]):
        g[0] += found[0, 0, b, 0]
        h[0] += found[0, 0, b, 1]
    gain[0], column[0], last[0] = _best(found[0], sizes, columns, g[0], h[0], l2, least)
    leaves = 1
    while leaves < most:
        leaf = 0
        for other in range(1, leaves):
            if column[other] >= 0 and (column[leaf] < 0 or gain[other] > gain[leaf]):
                leaf = other
        if column[leaf] < 0:
            break
        node, new = leaves - 1, leaves
        at, cut_at = np.int64(columns[column[leaf]]), np.int64(last[leaf])
        feature[node], threshold[node] = at, edges[at, cut_at]
        child[node, 0], child[node, 1] = ~leaf, ~new
        if parent[leaf] >= 0:
            child[parent[leaf], side[leaf]] = node
        mine = rows[first[leaf] : first[leaf] + size[leaf]]
        count = _parted(bins, mine, int(at), int(cut_at), spare)
        left_g, left_h = 0.0, 0.0
        for b in range(cut_at + 1):
            left_g += found[leaf, column[leaf], b, 0]
            left_h += found[leaf, column[leaf], b, 1]
        first[new], size[new] = first[leaf] + count, size[leaf] - count
        size[leaf] = count
        g[new], h[new] = g[leaf] - left_g, h[leaf] - left_h
        g[leaf], h[leaf] = left_g, left_h
        parent[leaf], side[leaf], parent[new], side[new] = node, 0, node, 1
        leaves += 1
        # The smaller child is gathered, the larger is what is left.
        small, large = (leaf, new) if size[leaf] <= size[new] else (new, leaf)
        if large == new:
            found[new] = found[leaf]
        _gather(bins, rows[first[small] : first[small] + size[small]], slopes, curves, columns, found[small])
        found[large] -= found[small]
        for one in (leaf, new):
            gain[one], column[one], last[one] = _best(found[one], sizes, columns, g[one], h[one], l2, least)
    for leaf in range(leaves):
        value[leaf] = -rate * g[leaf] / (h[leaf] + l2)
        for i in range(first[leaf], first[leaf] + size[leaf]):
            logits[rows[i]] += np.float64(value[leaf])
    if leaves == 1:
        feature[0], threshold[0], child[0, 0], child[0, 1] = 0, np.float32(np.inf), ~0, ~0


@njit(cache=True, nogil=True, error_model="numpy")
def boost(  # noqa: PLR0917 - compiled: arrays, by position
    bins: NDArray[np.uint8],
    edges: F32,
    sizes: NDArray[np.int64],
    labels: F32,
    weights: F32,
    share: float,
    rates: F64,
    seed: np.uint64,
    logits: F64,
    feature: NDArray[np.int16],
    threshold: F32,
    child: NDArray[np.int16],
    value: F32,
) -> None:
    """As many rounds as `value` has rows; `logits` are where it begins, and become where it ends.

    `bins` has shape (rows, columns); `edges` the thresholds of each column, `sizes` how many bins it has. `share` of
    the columns are drawn for each tree. `rates` are the step, L2 on leaves, and the least curvature of a leaf.
    """
    count = bins.shape[1]
    some = max(1, round(share * count))
    most = value.shape[1]
    width = 1
    for f in range(count):
        width = max(width, sizes[f])
    found = np.zeros((most, some, width, 2))
    rows, spare = np.empty(len(bins), dtype=np.int32), np.empty(len(bins), dtype=np.int32)
    slopes, curves = np.empty(len(bins), dtype=np.float32), np.empty(len(bins), dtype=np.float32)
    order = np.arange(count)
    for n in range(len(value)):
        for i in range(len(bins)):
            p = chance(logits[i])
            slopes[i] = weights[i] * (p - labels[i])
            curves[i] = weights[i] * max(p * (1.0 - p), _LEAST_CURVE)
        for f in range(some):
            drawn = f + np.int64(mixed(seed + np.uint64(n * count + f)) % np.uint64(count - f))
            order[f], order[drawn] = order[drawn], order[f]
        _grow(bins, edges, sizes, np.sort(order[:some]), slopes, curves, rates, rows, spare, found, feature[n],
              threshold[n], child[n], value[n], logits)  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def trees_score(  # noqa: PLR0917 - compiled: arrays, by position
    values: F32,
    feature: NDArray[np.int16],
    threshold: F32,
    child: NDArray[np.int16],
    value: F32,
    logits: F64,
) -> None:
    """Adds what every tree says of each row of `values`, which has shape (rows, columns)."""
    for i in range(len(logits)):
        row = values[i]
        for n in range(len(value)):
            at = 0
            while at >= 0:
                at = np.int64(child[n, at, 1] if row[feature[n, at]] > threshold[n, at] else child[n, at, 0])
            logits[i] += np.float64(value[n, ~at])


@njit(cache=True, nogil=True, error_model="numpy")
def staged_losses(  # noqa: PLR0917 - compiled: arrays, by position
    values: F32,
    labels: F32,
    weights: F32,
    feature: NDArray[np.int16],
    threshold: F32,
    child: NDArray[np.int16],
    value: F32,
    logits: F64,
    losses: F64,
) -> None:
    """`losses[n]` becomes the summed log-loss of the first n trees, from `logits` on, which end with all of them."""
    for n in range(len(value) + 1):
        losses[n] = 0.0
        if n:
            trees_score(values, feature[n - 1 : n], threshold[n - 1 : n], child[n - 1 : n], value[n - 1 : n], logits)
        for i in range(len(logits)):
            z = logits[i]
            losses[n] += weights[i] * (max(z, 0.0) + math.log1p(math.exp(-abs(z))) - labels[i] * z)
