"""One column of a log or of a request, whoever brought it: whole numbers, fractions or texts, single or in lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput
from adtailor.maths.hashing import hash_texts

Kind = Literal["int", "float", "text", "null"]
_MOST = 2**63


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Values of one kind; texts are already hashes. With `lists`, row i holds `values[lists[i]:lists[i + 1]]`."""

    kind: Kind
    values: NDArray[Any]
    """int64 for whole numbers, uint64 for hashes of texts, float64 for fractions."""
    valid: NDArray[np.bool_] | None = None
    """Which of `values` are there; None: all."""
    lists: NDArray[np.int64] | None = None
    present: NDArray[np.bool_] | None = None
    """Which rows hold a list at all; None: all."""

    def __len__(self) -> int:
        return len(self.values) if self.lists is None else len(self.lists) - 1

    def part(self, first: int, last: int) -> "Column":
        """The rows from `first` up to `last`."""
        if self.lists is None:
            return replace(
                self,
                values=self.values[first:last],
                valid=None if self.valid is None else self.valid[first:last],
            )
        start, stop = int(self.lists[first]), int(self.lists[last])
        return replace(
            self,
            values=self.values[start:stop],
            valid=None if self.valid is None else self.valid[start:stop],
            lists=self.lists[first : last + 1] - start,
            present=None if self.present is None else self.present[first:last],
        )

    def take(self, rows: NDArray[np.int64]) -> "Column":
        """The rows at these places, in this order."""
        if self.lists is None:
            return replace(self, values=self.values[rows], valid=None if self.valid is None else self.valid[rows])
        sizes = np.diff(self.lists)[rows]
        lists = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes)))
        inside = np.arange(lists[-1]) + np.repeat(self.lists[rows] - lists[:-1], sizes)
        return replace(
            self,
            values=self.values[inside],
            valid=None if self.valid is None else self.valid[inside],
            lists=lists,
            present=None if self.present is None else self.present[rows],
        )


Columns = Mapping[str, Column]


def column(name: str, given: Any) -> Column:
    """A column from an array or from a list of Python values; None is missing.

    >>> column("ad_id", [7, None]).valid.tolist()
    [True, False]
    """
    if isinstance(given, Column):
        return given
    if isinstance(given, np.ndarray) and given.dtype != object:
        return _of_array(name, given)
    values = list(given)
    first = next((value for value in values if value is not None), None)
    if isinstance(first, (list, tuple, set, frozenset, np.ndarray)):
        rows = [() if value is None else _items(value) for value in values]
        inner = _of_values(name, [item for row in rows for item in row])
        lists = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in rows], out=lists[1:])
        return replace(inner, lists=lists, present=np.array([value is not None for value in values], dtype=np.bool_))
    return _of_values(name, values)


def _micros(value: Any) -> int:
    # As DuckDB does: a time without zone is taken as UTC.
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    return int(np.datetime64(value, "us").astype(np.int64))


def _items(value: Any) -> Sequence[Any]:
    return value.tolist() if isinstance(value, np.ndarray) else list(value)


def _of_array(name: str, array: NDArray[Any]) -> Column:
    if array.ndim == 2:
        lists = np.arange(len(array) + 1, dtype=np.int64) * array.shape[1]
        return replace(_of_array(name, np.ascontiguousarray(array).reshape(-1)), lists=lists)
    kind = array.dtype.kind
    if kind in "iub":
        return Column(kind="int", values=np.ascontiguousarray(array).astype(np.int64, copy=False))
    if kind == "f":
        return Column(kind="float", values=np.ascontiguousarray(array, dtype=np.float64))
    if kind == "M":
        there = ~np.isnat(array)
        times = array.astype("datetime64[us]").astype(np.int64)
        return Column(kind="int", values=times, valid=None if there.all() else there)
    if kind in "US":
        return _of_values(name, array.tolist())
    raise InvalidInput(f"an array of {array.dtype}", hint="give numbers, truth values, times or texts", field=name)


def _of_values(name: str, values: list[Any]) -> Column:
    there = np.array([value is not None for value in values], dtype=np.bool_)
    valid = None if there.all() else there
    known = [value for value in values if value is not None]
    if not known:
        return Column(kind="null", values=np.zeros(len(values), dtype=np.int64), valid=valid)
    if all(isinstance(value, str) for value in known):
        return Column(kind="text", values=hash_strings(["" if v is None else v for v in values]), valid=valid)
    if all(isinstance(value, (int, np.integer, np.bool_)) for value in known):
        if any(not -_MOST <= int(value) < 2 * _MOST for value in known):
            raise InvalidInput("a whole number of more than 64 bits", hint="give it as text", field=name)
        wrapped = [0 if v is None else (int(v) + _MOST) % (2 * _MOST) - _MOST for v in values]
        return Column(kind="int", values=np.array(wrapped, dtype=np.int64), valid=valid)
    if all(isinstance(value, (int, float, np.integer, np.floating)) for value in known):
        numbers = [0.0 if value is None else float(value) for value in values]
        return Column(kind="float", values=np.array(numbers, dtype=np.float64), valid=valid)
    if all(isinstance(value, (datetime, np.datetime64)) for value in known):
        times = [_micros(value) if value is not None else 0 for value in values]
        return Column(kind="int", values=np.array(times, dtype=np.int64), valid=valid)
    kinds = sorted({type(value).__name__ for value in known})
    raise InvalidInput(f"values of {', '.join(kinds)} in one column", hint="give one kind of value", field=name)


def joined(parts: Sequence[Column]) -> Column:
    """Rows below rows."""
    if len(parts) == 1:
        return parts[0]
    valid = None
    if any(part.valid is not None for part in parts):
        valid = np.concatenate([np.ones(len(p.values), np.bool_) if p.valid is None else p.valid for p in parts])
    values = np.concatenate([part.values for part in parts])
    if parts[0].lists is None:
        return Column(kind=parts[0].kind, values=values, valid=valid)
    present = None
    if any(part.present is not None for part in parts):
        present = np.concatenate([np.ones(len(p), np.bool_) if p.present is None else p.present for p in parts])
    sizes = np.concatenate([np.diff(part.lists) for part in parts if part.lists is not None])
    lists = np.concatenate((np.zeros(1, np.int64), np.cumsum(sizes)))
    return Column(kind=parts[0].kind, values=values, valid=valid, lists=lists, present=present)


def hash_strings(texts: Sequence[str]) -> NDArray[np.uint64]:
    """The hashes of texts, by their UTF-8 bytes; unpaired surrogates are kept as they are."""
    coded = [text.encode("utf-8", "surrogatepass") for text in texts]
    offsets = np.zeros(len(coded) + 1, dtype=np.int64)
    np.cumsum([len(code) for code in coded], out=offsets[1:])
    return hashed(offsets, np.frombuffer(b"".join(coded) or b"\0", dtype=np.uint8))


def hashed(offsets: NDArray[Any], data: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The hashes of the texts between the offsets."""
    out = np.empty(len(offsets) - 1, dtype=np.uint64)
    with np.errstate(over="ignore"):  # heard of only where kernels run uncompiled
        hash_texts(offsets, data, out)
    return out
