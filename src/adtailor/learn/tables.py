"""Tables of rows that start at cache lines, and what every learner does with them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput

Arrays = Mapping[str, NDArray[Any]]
_LINE = 64


def aligned(rows: int, width: int) -> NDArray[np.float32]:
    """Zeros of shape (rows, width) that start at a cache line; pages that nobody touches take no memory."""
    raw = np.zeros(rows * width + _LINE // 4, dtype=np.float32)
    skip = (-raw.ctypes.data % _LINE) // 4
    return raw[skip : skip + rows * width].reshape(rows, width)


def doubled(values: NDArray[np.float32], squares: NDArray[np.float32]) -> NDArray[np.float32]:
    """Values and their accumulators side by side, so that one visit to a row finds both."""
    values, squares = values.reshape(len(values), -1), squares.reshape(len(squares), -1)
    table = aligned(len(values), values.shape[1] + squares.shape[1])
    table[:, : values.shape[1]] = values
    table[:, values.shape[1] :] = squares
    return table


def packed(rows: int, k: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Zeros for vectors of k and their accumulators, and for weights and theirs, in the same lines of each row."""
    table = aligned(rows, -(-(2 * k + 2) // 16) * 16)
    return table, table[:, 2 * k : 2 * k + 2]


def check_learns(scoring: bool) -> None:
    """Refuses to learn with what was loaded to score."""
    if scoring:
        raise InvalidInput("a model that was loaded to score", hint="learn.load(path, trainable=True)")
