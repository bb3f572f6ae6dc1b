r"""An id as a number that a tree can cut: how often it was clicked so far.

With $c$ clicks in the $n$ rows before, and $m$ the share of clicks of all rows before, an id says
$(c + a m) / (n + a)$: what it says of a row never holds that row's own label (ordered target statistics; Prokhorenkova
and others, 2018). Of several values in one field it says the mean.

Not how often it was seen: a count tells a tree how late a row is, and all rows to come are later than any it knows.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adtailor.maths.prefetching import prefetch

F32 = NDArray[np.float32]
PRIOR = 20.0
"""How many rows of the mean an id begins with."""
_AHEAD = 3


@njit(cache=True, inline="always", error_model="numpy")
def _said(  # noqa: PLR0917 - compiled: arrays, by position
    i: int,
    starts: NDArray[np.int64],
    rows: NDArray[np.int32],
    values: F32,
    fields: NDArray[np.int16],
    place: NDArray[np.int16],
    seen: F32,
    base: NDArray[np.float64],
    out: F32,
) -> None:
    # The rates of row i, and a word ahead to the memory that will be asked.
    if i + _AHEAD < len(out):
        for p in range(starts[i + _AHEAD], starts[i + _AHEAD + 1]):
            row = np.int64(rows[p])
            prefetch(seen, row if row >= 0 else ~row, 0)
    out[i] = 0.0
    mean = np.float32((base[0] + 1.0) / (base[1] + 2.0))
    for p in range(starts[i], starts[i + 1]):
        at = np.int64(place[fields[p]])
        if at < 0:
            continue
        row = np.int64(rows[p])
        own = seen[row if row >= 0 else ~row]
        out[i, at] += values[p] * (own[0] + np.float32(PRIOR) * mean) / (own[1] + np.float32(PRIOR))


@njit(cache=True, nogil=True, error_model="numpy")
def rates_said(  # noqa: PLR0917 - compiled: arrays, by position
    starts: NDArray[np.int64],
    rows: NDArray[np.int32],
    values: F32,
    fields: NDArray[np.int16],
    place: NDArray[np.int16],
    seen: F32,
    base: NDArray[np.float64],
    out: F32,
) -> None:
    """Writes the rates of the fields with a `place` >= 0 into `out`, of shape (rows, places).

    `seen` has shape (table, 2): clicks and rows; `base` (2,) the same of all.
    """
    for i in range(len(out)):
        _said(i, starts, rows, values, fields, place, seen, base, out)


@njit(cache=True, nogil=True, error_model="numpy")
def rates_learned(  # noqa: PLR0917 - compiled: arrays, by position
    starts: NDArray[np.int64],
    rows: NDArray[np.int32],
    values: F32,
    fields: NDArray[np.int16],
    place: NDArray[np.int16],
    seen: F32,
    base: NDArray[np.float64],
    labels: F32,
    weights: F32,
    out: F32,
) -> None:
    """The same in the order of rows, each counted after it was read.

    A negative entry (`~i`, an id inside a history) is read and not counted.
    """
    for i in range(len(out)):
        _said(i, starts, rows, values, fields, place, seen, base, out)
        if weights[i] == 0.0:
            continue
        base[0] += np.float64(weights[i] * labels[i])
        base[1] += np.float64(weights[i])
        for p in range(starts[i], starts[i + 1]):
            if place[fields[p]] >= 0 and rows[p] >= 0:
                seen[rows[p], 0] += weights[i] * labels[i]
                seen[rows[p], 1] += weights[i]
