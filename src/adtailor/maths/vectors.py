"""The vectors of many ads, taken some at a time, as the columns that the scoring pass reads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.maths.names import gathered
from adtailor.maths.scoring import OFTEN, AdColumns, coarse_of

_KEPT_WHOLE = 0.1
"""Of some ads: a dimension that more of them use is kept as a column until it is known what all of them do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    dims: NDArray[np.int32]
    whole: NDArray[np.float32]
    rows: NDArray[np.int64]
    of: NDArray[np.int32]
    values: NDArray[np.float32]


class Vectors:
    """`add` them in the order of the ads; `columns` then has what `scoring.ad_columns` makes of them all."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._ads = 0
        self._used = np.zeros(width, dtype=np.int64)
        self._largest = 0.0
        self._parts: list[_Part] = []

    def add(self, vectors: NDArray[np.float32]) -> None:
        """Some more, of shape (ads, width)."""
        says = vectors != 0.0
        used = says.sum(axis=0)
        often = used > _KEPT_WHOLE * len(vectors)
        rest = np.flatnonzero(~often).astype(np.int32)
        rows, places = np.nonzero(says[:, rest])
        self._parts.append(
            _Part(
                dims=np.flatnonzero(often).astype(np.int32),
                whole=np.ascontiguousarray(vectors[:, often]),
                rows=rows + self._ads,
                of=rest[places],
                values=vectors[rows, rest[places]],
            )
        )
        self._used += used
        self._largest = max(self._largest, float(np.abs(vectors).max(initial=0.0)))
        self._ads += len(vectors)

    def columns(
        self,
        order: NDArray[np.int64],
        *,
        bias: NDArray[np.float32],
        per_impression: NDArray[np.float64],
        per_click: NDArray[np.float64],
        tones: NDArray[np.float32],
        affect_may_move: NDArray[np.bool_],
        name_hashes: NDArray[np.uint64],
    ) -> AdColumns:
        """All of them in an order, beside columns that are in this order already."""
        share = self._used / self._ads if self._ads else np.ones(self._width)
        dense_dims = np.flatnonzero(share > OFTEN).astype(np.int32)
        dense, rows, dims, values = self._split(dense_dims)
        by_row = np.lexsort((dims, rows))
        starts, places = gathered(np.searchsorted(rows[by_row], np.arange(self._ads + 1)), order)
        self._parts.clear()
        dense, dims, values = dense[order], dims[by_row][places], values[by_row][places]
        return AdColumns(
            bias=np.ascontiguousarray(bias),
            width=self._width,
            dense=dense,
            dense_dims=dense_dims,
            sparse_starts=starts,
            sparse_dims=dims,
            sparse_values=values,
            per_impression=np.ascontiguousarray(per_impression),
            per_click=np.ascontiguousarray(per_click),
            tones=np.ascontiguousarray(tones),
            affect_may_move=np.ascontiguousarray(affect_may_move),
            name_hashes=np.ascontiguousarray(name_hashes),
            coarse=coarse_of(
                width=self._width,
                bias=bias,
                dense=dense,
                dense_dims=dense_dims,
                sparse=(starts, dims, values),
                worth=(per_impression, per_click),
                tones=tones,
                largest=self._largest,
            ),
        )

    def _split(
        self, dense_dims: NDArray[np.int32]
    ) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
        """The numbers of the dense dimensions, and rows, dimensions and values of the others."""
        column = np.full(self._width, -1, dtype=np.int64)
        column[dense_dims] = np.arange(len(dense_dims))
        dense = np.zeros((self._ads, len(dense_dims)), dtype=np.float32)
        rows: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
        dims: list[NDArray[np.int32]] = [np.empty(0, dtype=np.int32)]
        values: list[NDArray[np.float32]] = [np.empty(0, dtype=np.float32)]
        begins = 0
        for part in self._parts:
            size = len(part.whole)
            is_dense = column[part.dims] >= 0
            dense[begins : begins + size, column[part.dims[is_dense]]] = part.whole[:, is_dense]
            few, place = np.nonzero(part.whole[:, ~is_dense])
            of_dense = column[part.of] >= 0
            dense[part.rows[of_dense], column[part.of[of_dense]]] = part.values[of_dense]
            rare = part.dims[~is_dense]
            rows += [few + begins, part.rows[~of_dense]]
            dims += [rare[place], part.of[~of_dense]]
            values += [part.whole[:, ~is_dense][few, place], part.values[~of_dense]]
            begins += size
        return dense, np.concatenate(rows), np.concatenate(dims), np.concatenate(values)
