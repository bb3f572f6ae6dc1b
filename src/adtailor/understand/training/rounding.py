"""Rounding weights to 8 bits so that no processor's sums saturate.

On x86 processors without VNNI (and on AVX-512 without it) ONNX Runtime multiplies bytes by `vpmaddubsw`, which adds two
neighbouring products in 16 bits and cuts what does not fit:

$$a_1 w_1 + a_2 w_2 \\le 255 (|w_1| + |w_2|) \\le 32767 \\iff |w_1| + |w_2| \\le 128$$

where both weights are of one sign; of two signs, they never reach it. Each row (an output channel) gets the least scale
at which none of its pairs of neighbours goes beyond. That costs a quarter of a bit; weights of 7 bits, whose every pair
fits, cost a whole one.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Pairs = NDArray[np.intp]
MOST = 128
"""What two neighbours of one sign may have in magnitude, together."""
MOST_ALONE = 127
ALL_FIT = 64
"""Where no weight is beyond this, no two of them are beyond `MOST`."""
NO_PAIRS: Pairs = np.empty((0, 2), dtype=np.intp)
"""Of rows that are looked up and never multiplied as bytes."""


def neighbours(*shape: int) -> Pairs:
    """Places in a flattened row of `shape` that some kernel may add in 16 bits, shape (pairs, 2).

    A row of a matrix is (n,): the runtime takes its weights two by two. A filter is (channels, height, width) and is
    laid out as that, or with its channels last, or place by place; a pair of any of these counts.

    >>> neighbours(5).tolist()
    [[0, 1], [2, 3]]
    >>> neighbours(2, 1, 2).tolist()
    [[0, 1], [0, 2], [1, 3], [2, 3]]
    """
    places = np.arange(int(np.prod(shape)), dtype=np.intp).reshape(shape)
    rows = [places.ravel()]
    if len(shape) == 3:
        last = np.moveaxis(places, 0, -1)
        rows += [last.ravel(), *last.reshape(-1, shape[0])]
    found = {(int(min(a, b)), int(max(a, b))) for row in rows for a, b in zip(row[::2], row[1::2], strict=False)}
    return np.array(sorted(found), dtype=np.intp).reshape(-1, 2)


def fits(rows: NDArray[np.number], pairs: Pairs) -> NDArray[np.bool_]:
    """Which rows of whole numbers hold no pair whose products could saturate, shape (rows,)."""
    one, other = rows[:, pairs[:, 0]].astype(np.int32), rows[:, pairs[:, 1]].astype(np.int32)
    return np.all((one * other <= 0) | (np.abs(one) + np.abs(other) <= MOST), axis=1)


def rounded_rows(matrix: Floats, pairs: Pairs) -> tuple[NDArray[np.int8], Floats]:
    """Each row as int8 and its scale, the least at which it fits.

    Every weight is off by half a step at most. A larger scale makes no rounded weight larger, so the least is found by
    halving the floats between the scale of 8 bits and that of 7.

    >>> rounded_rows(np.array([[1.0, 1.0, 0.5]], dtype=np.float32), neighbours(3))[0].tolist()
    [[64, 64, 32]]
    """
    most = np.maximum(np.abs(matrix).max(axis=1), np.float32(1e-8)).astype(np.float32)
    low = (most / np.float32(MOST_ALONE)).view(np.int32)  # floats above 0 are in the order of their bits
    high = (most / np.float32(ALL_FIT)).view(np.int32)
    high = np.where(fits(_at(matrix, low), pairs), low, high)
    while (beside := high - low > 1).any():
        middle = low + (high - low) // 2
        good = fits(_at(matrix, middle), pairs)
        high, low = np.where(beside & good, middle, high), np.where(beside & ~good, middle, low)
    return _at(matrix, high).astype(np.int8), high.view(np.float32)


def _at(matrix: Floats, scale: NDArray[np.int32]) -> Floats:
    return np.rint(matrix / scale.view(np.float32)[:, None])
