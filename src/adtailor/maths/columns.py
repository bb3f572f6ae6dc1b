"""Columns of texts and of lists: a number for each text, and each text once."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from adtailor.maths.names import Names, gathered

Rows: TypeAlias = NDArray[np.int32] | NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """One value a row, of few: `words[codes[i]]`, none where that is -1."""

    codes: NDArray[np.int32]
    words: tuple[Any, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: Rows) -> "Codes":
        """Some rows, in another order; -1 for one that has none."""
        return Codes(codes=picked(self.codes, rows, -1), words=self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Any number of values a row: `words[c] for c in codes[starts[i]:starts[i + 1]]`."""

    starts: NDArray[np.int64]
    codes: NDArray[np.int32]
    words: tuple[Any, ...]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many values each row has."""
        return self.starts[1:] - self.starts[:-1]

    @property
    def owners(self) -> NDArray[np.int64]:
        """For each value its row."""
        return np.repeat(np.arange(len(self)), self.sizes)

    def take(self, rows: Rows) -> "Lists":
        """Some rows, in another order; -1 for one that is empty."""
        starts, places = gathered(self.starts, rows)
        return Lists(starts=starts, codes=self.codes[places], words=self.words)

    def where(self, holds: NDArray[np.bool_]) -> "Lists":
        """Only the values for which it holds."""
        return Lists(starts=_thinned(self.starts, holds), codes=self.codes[holds], words=self.words)

    def any_of(self, words: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """True for rows with one of these words at least; one entry a word."""
        hits = words[self.codes] if len(self.codes) else np.zeros(0, dtype=np.bool_)
        return np.bincount(self.owners[hits], minlength=len(self)) > 0

    def of_row(self, row: int) -> tuple[Any, ...]:
        """The values of one row."""
        return tuple(self.words[code] for code in self.codes[self.starts[row] : self.starts[row + 1]].tolist())


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Any number of values a row, each with a share."""

    starts: NDArray[np.int64]
    codes: NDArray[np.int32]
    shares: NDArray[np.float64]
    words: tuple[Any, ...]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def owners(self) -> NDArray[np.int64]:
        """For each value its row."""
        return np.repeat(np.arange(len(self)), self.starts[1:] - self.starts[:-1])

    def take(self, rows: Rows) -> "Shares":
        """Some rows, in another order; -1 for one that is empty."""
        starts, places = gathered(self.starts, rows)
        return Shares(starts=starts, codes=self.codes[places], shares=self.shares[places], words=self.words)

    def present(self) -> Lists:
        """The values of which there is more than nothing."""
        holds = self.shares > 0.0
        return Lists(starts=_thinned(self.starts, holds), codes=self.codes[holds], words=self.words)

    def of_row(self, row: int) -> dict[Any, float]:
        """The values of one row, with their shares."""
        here = slice(int(self.starts[row]), int(self.starts[row + 1]))
        return {
            self.words[code]: share
            for code, share in zip(self.codes[here].tolist(), self.shares[here].tolist(), strict=True)
        }


Column: TypeAlias = NDArray[Any] | Codes | Lists | Shares | Names
Table: TypeAlias = Mapping[str, Column]


def picked(column: NDArray[Any], rows: Rows, absent: Any) -> NDArray[Any]:
    """Some entries, in another order; `absent` where a row is -1.

    >>> picked(np.array([5, 6]), np.array([1, -1]), 0).tolist()
    [6, 0]
    """
    if not len(column):
        return np.full(len(rows), absent, dtype=column.dtype)
    found = column[rows]
    found[rows < 0] = absent
    return found


def joined(parts: Sequence[Column]) -> Column:
    """Columns of one kind, one below the other; equal words become one."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    if isinstance(first, Names):
        names = cast("Sequence[Names]", parts)
        return Names(np.concatenate([one.data for one in names]), _stacked([one.starts for one in names]))
    if not isinstance(first, Codes | Lists | Shares):
        return np.concatenate(cast("Sequence[NDArray[Any]]", parts))
    worded = cast("Sequence[Codes | Lists | Shares]", parts)
    numbers: dict[Hashable, int] = {}
    codes: list[NDArray[np.int32]] = []
    for part in worded:
        known = np.array([*(numbers.setdefault(word, len(numbers)) for word in part.words), -1], dtype=np.int32)
        codes.append(known[part.codes])
    together, words = np.concatenate(codes), tuple(numbers)
    if isinstance(first, Codes):
        return Codes(codes=together, words=words)
    starts = _stacked([part.starts for part in cast("Sequence[Lists | Shares]", parts)])
    if isinstance(first, Lists):
        return Lists(starts=starts, codes=together, words=words)
    shares = np.concatenate([part.shares for part in cast("Sequence[Shares]", parts)])
    return Shares(starts=starts, codes=together, shares=shares, words=words)


def lists_of(rows: Sequence[Sequence[Hashable]]) -> Lists:
    """A column of lists.

    >>> lists_of([["a", "b"], [], ["a"]]).codes.tolist()
    [0, 1, 0]
    """
    numbers: dict[Hashable, int] = {}
    codes = [numbers.setdefault(word, len(numbers)) for row in rows for word in row]
    return Lists(starts=_starts(map(len, rows), len(rows)), codes=np.array(codes, dtype=np.int32), words=tuple(numbers))


def shares_of(rows: Sequence[Mapping[Any, float]]) -> Shares:
    """A column of values with shares."""
    lists = lists_of([tuple(row) for row in rows])
    shares = np.array([share for row in rows for share in row.values()], dtype=np.float64)
    return Shares(starts=lists.starts, codes=lists.codes, shares=shares, words=lists.words)


def codes_of(values: Sequence[Hashable | None]) -> Codes:
    """A column of values, none where there is None."""
    numbers: dict[Hashable, int] = {}
    codes = [-1 if value is None else numbers.setdefault(value, len(numbers)) for value in values]
    return Codes(codes=np.array(codes, dtype=np.int32), words=tuple(numbers))


def _starts(sizes: Any, count: int) -> NDArray[np.int64]:
    starts = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.fromiter(sizes, dtype=np.int64, count=count), out=starts[1:])
    return starts


def _stacked(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    ends = np.cumsum([0, *(int(part[-1]) for part in parts)])
    return np.concatenate([[0], *(part[1:] + end for part, end in zip(parts, ends, strict=False))]).astype(np.int64)


def _thinned(starts: NDArray[np.int64], holds: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Where rows start once only some of their entries are left."""
    before = np.zeros(len(holds) + 1, dtype=np.int64)
    np.cumsum(holds, out=before[1:])
    return before[starts]
