"""A declaration, and what training made of it: the one encoder that training and serving call."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput
from adtailor.learn.columns import Column, Columns
from adtailor.learn.fields import Category, Cross, Field, Id, MultiValue, Number, Sequence, Vector
from adtailor.learn.lineage import Source, check_lineage
from adtailor.maths.hashing import MISSING, bucketed, crossed, salt_of, salted, salted_rows, spread

_STRUCTURED = (MultiValue, Sequence, Vector)


class Features:
    """What a model looks at. `lineage` tells where columns come from, for those whose field does not."""

    def __init__(self, *fields: Field, lineage: Mapping[str, Source] | None = None) -> None:
        if not fields:
            raise InvalidInput("no features", hint="declare at least one, as learn.Id('ad_id')")
        names = [field.name for field in fields]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise InvalidInput(f"declared twice: {', '.join(twice)}", hint="one field for each column", field=twice[0])
        known: dict[str, Source | None] = dict(lineage or {})
        check_lineage({
            column: known.get(column) or (field.origin if column in field.columns else None)
            for field in fields for column in field.columns
        })  # fmt: skip
        for field in fields:
            if isinstance(field, Sequence) and not any(
                isinstance(other, (Id, Category)) and other.name == field.of for other in fields
            ):
                raise InvalidInput(
                    f"a sequence of {field.of!r}", hint=f"declare learn.Id({field.of!r}) too", field=field.name
                )
        self.fields: tuple[Field, ...] = fields
        self.lineage: Mapping[str, Source | None] = known

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads, each once."""
        return tuple(dict.fromkeys(column for field in self.fields for column in field.columns))

    def __repr__(self) -> str:
        return f"Features({', '.join(map(repr, self.fields))})"


class Fitted(msgspec.Struct, frozen=True, kw_only=True):
    """What training adds to a declaration: the kind of each column, and where numbers are cut."""

    fields: tuple[Field, ...]
    kinds: dict[str, str]
    edges: dict[str, list[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """Numbers as they are, for models that cut them themselves."""

    numbers: NDArray[np.float32]
    """Shape (rows, numbers): every `Number`, and every place of a `Vector`; NaN where missing."""
    rated: NDArray[np.int16]
    """By field: which place it has among those that are no numbers; -1 where it is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows as a model reads them: row i has the entries from `starts[i]` to `starts[i + 1]`."""

    starts: NDArray[np.int64]
    keys: NDArray[np.uint64]
    values: NDArray[np.float32]
    fields: NDArray[np.int16]
    """Which field an entry is of."""
    bare: NDArray[np.bool_] | None
    """By field: whether its entries have vectors only, no weight; None: none has."""
    plain: Plain | None = None
    """Where the encoder was asked for it."""

    def __len__(self) -> int:
        return len(self.starts) - 1

    def part(self, first: int, last: int) -> "Batch":
        """The rows from `first` up to `last`."""
        start, stop = int(self.starts[first]), int(self.starts[last])
        return Batch(
            starts=self.starts[first : last + 1] - start,
            keys=self.keys[start:stop],
            values=self.values[start:stop],
            fields=self.fields[start:stop],
            bare=self.bare,
            plain=None if self.plain is None else replace(self.plain, numbers=self.plain.numbers[first:last]),
        )

    def take(self, rows: NDArray[np.int64]) -> "Batch":
        """The rows at these places, in this order."""
        sizes = np.diff(self.starts)[rows]
        starts = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes)))
        inside = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], sizes)
        return Batch(
            starts=starts,
            keys=self.keys[inside],
            values=self.values[inside],
            fields=self.fields[inside],
            bare=self.bare,
            plain=None if self.plain is None else replace(self.plain, numbers=self.plain.numbers[rows]),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """By name, as `of_arrays` takes them."""
        found: dict[str, NDArray[Any]] = {name: getattr(self, name) for name in ("starts", "keys", "values", "fields")}
        if self.bare is not None:
            found["bare"] = self.bare
        return found if self.plain is None else found | {"numbers": self.plain.numbers, "rated": self.plain.rated}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Batch":
        """What `arrays` gave."""
        plain = Plain(numbers=arrays["numbers"], rated=arrays["rated"]) if "numbers" in arrays else None
        return cls(starts=arrays["starts"], keys=arrays["keys"], values=arrays["values"], fields=arrays["fields"],
                   bare=arrays.get("bare"), plain=plain)  # fmt: skip


def joined_batches(parts: "list[Batch]") -> Batch:
    """Rows below rows, of one encoder."""
    first = parts[0]
    plain = None
    if first.plain is not None:
        plain = replace(first.plain, numbers=np.concatenate([p.plain.numbers for p in parts if p.plain is not None]))
    sizes = np.concatenate([np.diff(part.starts) for part in parts])
    return Batch(
        starts=np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes))),
        keys=np.concatenate([part.keys for part in parts]),
        values=np.concatenate([part.values for part in parts]),
        fields=np.concatenate([part.fields for part in parts]),
        bare=first.bare,
        plain=plain,
    )


class Encoder:
    """Turns columns into keys. The same object, rebuilt from the model's file, encodes when serving.

    `plain` hands numbers over as they are, besides.
    """

    def __init__(self, fitted: Fitted, *, plain: bool = False) -> None:
        self.fitted = fitted
        self.plain = plain
        self.fields = fitted.fields
        self._edges = {name: np.array(edges, dtype=np.float64) for name, edges in fitted.edges.items()}
        self._salts = [salt_of(field.of if isinstance(field, Sequence) else field.name) for field in fitted.fields]
        bare = np.array([isinstance(field, Sequence) for field in fitted.fields], dtype=np.bool_)
        self._bare = bare if bare.any() else None
        ids = np.array([not isinstance(field, (Number, Vector)) for field in fitted.fields])
        self._rated = np.where(ids, np.cumsum(ids) - 1, -1).astype(np.int16)
        self._numeric = {*self._edges, *(field.column for field in fitted.fields if isinstance(field, Vector))}

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads."""
        return tuple(dict.fromkeys(column for field in self.fields for column in field.columns))

    def encode(self, columns: Columns, only: Iterable[int] | None = None) -> Batch:
        """The entries of each row, fields in declared order; `only` some of the fields, by place."""
        places = list(range(len(self.fields)) if only is None else only)
        wanted = list(dict.fromkeys(name for place in places for name in self.fields[place].columns))
        self._check(columns, wanted)
        rows = len(columns[wanted[0]]) if wanted else 0
        with np.errstate(over="ignore"):  # hashes wrap around; heard of only where kernels run uncompiled
            parts = [self._part(self.fields[place], columns) for place in places]
            if all(part.lists is None for part in parts):
                starts, keys, values, of = self._flat(parts, places, rows)
            else:
                starts, keys, values, of = self._spread(parts, places, rows)
        given = self._plain(columns, rows) if self.plain else None
        return Batch(starts=starts, keys=keys, values=values, fields=of, bare=self._bare, plain=given)

    def _flat(self, parts: "list[_Part]", places: list[int], rows: int) -> "_Entries":
        # One value in each field: a table, written in one pass.
        keys = np.empty(rows * len(parts), dtype=np.uint64)
        if parts:
            salts = np.array([self._salts[place] for place in places], dtype=np.uint64)
            salted_rows(np.stack([part.raw for part in parts]), salts, keys)
        return (np.arange(rows + 1, dtype=np.int64) * len(parts), keys, np.ones(len(keys), dtype=np.float32),
                np.tile(np.array(places, dtype=np.int16), rows))  # fmt: skip

    def _spread(self, parts: "list[_Part]", places: list[int], rows: int) -> "_Entries":
        # Lists among them: each row's entries one field after another.
        counts = np.full(rows, sum(part.lists is None for part in parts), dtype=np.int64)
        for part in parts:
            if part.lists is not None:
                counts += np.diff(part.lists)
        starts = np.zeros(rows + 1, dtype=np.int64)
        np.cumsum(counts, out=starts[1:])
        total = int(starts[-1])
        keys, values = np.empty(total, dtype=np.uint64), np.ones(total, dtype=np.float32)
        of = np.empty(total, dtype=np.int16)
        cursor = starts[:-1].copy()
        for place, part in zip(places, parts, strict=True):
            if part.lists is None or part.weights is None:
                of[cursor] = place
                salted(part.raw, self._salts[place], cursor, keys)
            else:
                spread(part.raw, part.weights, part.lists, self._salts[place], place, cursor, keys, values, of)
        return starts, keys, values, of

    def raw(self, name: str, columns: Columns) -> NDArray[np.uint64]:
        """The raw value of one column, before any salt: a number's bucket, an id's bits, a text's hash."""
        column = columns[name]
        if (edges := self._edges.get(name)) is not None:
            out = np.empty(len(column), dtype=np.uint64)
            bucketed(_numbers(name, column), edges, out)
            return out
        bits = np.ascontiguousarray(column.values).view(np.uint64)
        return bits if column.valid is None else np.where(column.valid, bits, MISSING)

    def _plain(self, columns: Columns, rows: int) -> Plain:
        numbers: list[NDArray[np.float32]] = []
        for field in self.fields:
            if isinstance(field, Number):
                numbers.append(_numbers(field.column, columns[field.column]).astype(np.float32)[:, None])
            elif isinstance(field, Vector):
                lists = _lists(columns[field.column])
                there = np.diff(lists) > 0
                found = np.full((rows, field.dim), np.nan, dtype=np.float32)
                values = columns[field.column].values[lists[0] : lists[-1]]
                found[there] = values.reshape(-1, field.dim).astype(np.float32)
                numbers.append(found)
        nothing = np.zeros((rows, 0), dtype=np.float32)
        return Plain(numbers=np.ascontiguousarray(np.hstack([nothing, *numbers])), rated=self._rated)

    def _part(self, field: Field, columns: Columns) -> "_Part":
        if isinstance(field, Cross):
            left, right = self.raw(field.left, columns), self.raw(field.right, columns)
            out = np.empty(len(left), dtype=np.uint64)
            crossed(left, right, out)
            return _Part(raw=out)
        if isinstance(field, MultiValue):
            return _set(columns[field.column])
        if isinstance(field, Sequence):
            return _tail(columns[field.column], field)
        if isinstance(field, Vector):
            return _dims(columns[field.column], field)
        return _Part(raw=self.raw(field.column, columns))

    def _check(self, columns: Columns, wanted: list[str]) -> None:
        for name in wanted:
            if name not in columns:
                known = ", ".join(sorted(columns)) or "none"
                raise InvalidInput(
                    f"no column {name!r} (there are: {known})",
                    hint="give it under the name it was learned by, with None for what is not known",
                    field=name,
                )
        lengths = {name: len(columns[name]) for name in wanted}
        if len(set(lengths.values())) > 1:
            raise InvalidInput(f"columns of different lengths: {lengths}", hint="give one value a row in each")
        for name in wanted:
            kind, learned = columns[name].kind, self.fitted.kinds.get(name)
            if learned in {None, "null", kind} or kind == "null":
                continue
            if not (name in self._numeric and {learned, kind} == {"int", "float"}):
                raise InvalidInput(
                    f"{name!r} was learned from {_WORDS[str(learned)]}, and holds {_WORDS[kind]}",
                    hint="give the same kind as in the log: 7 and '7' are two different ids",
                    field=name,
                )


_WORDS = {"int": "whole numbers", "float": "fractions", "text": "texts", "null": "nothing"}


_Entries = tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.float32], NDArray[np.int16]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    raw: NDArray[np.uint64]
    weights: NDArray[np.float32] | None = None
    lists: NDArray[np.int64] | None = None


def fit_features(features: Features, sample: Columns, *, plain: bool = False) -> Encoder:
    """Checks the kinds of a log's first rows, and cuts the numbers found there into buckets of equal mass."""
    kinds: dict[str, str] = {}
    edges: dict[str, list[float]] = {}
    numbers = {field.column: field for field in features.fields if isinstance(field, Number)}
    for field in features.fields:
        for name in field.columns:
            if name not in sample:
                raise InvalidInput(
                    f"no column {name!r} (there are: {', '.join(sorted(sample))})",
                    hint="declare the features by the log's own column names",
                    field=name,
                )
            column = sample[name]
            _check_kind(field, name, column, bucketed_too=name in numbers)
            kinds[name] = column.kind
    for name, field in numbers.items():
        edges[name] = _edges(_numbers(name, sample[name]), field.buckets)
    return Encoder(Fitted(fields=features.fields, kinds=kinds, edges=edges), plain=plain)


def _check_kind(field: Field, name: str, column: Column, *, bucketed_too: bool) -> None:
    if isinstance(field, _STRUCTURED) != (column.lists is not None) and column.kind != "null":
        shape = "a list in each row" if isinstance(field, _STRUCTURED) else "one value in each row"
        hint = "learn.MultiValue, learn.Sequence and learn.Vector read lists, the others single values"
        raise InvalidInput(f"{type(field).__name__} wants {shape}", hint=hint, field=name)
    if column.kind == "null" or column.kind in field.kinds or (isinstance(field, Cross) and bucketed_too):
        return
    hint = (
        "cast it to BIGINT if it is an id (fractions merge ids above 2^53), or declare learn.Number"
        if column.kind == "float"
        else "declare learn.Category, or cast it to DOUBLE"
    )
    raise InvalidInput(f"{type(field).__name__} reads {' or '.join(_WORDS[k] for k in field.kinds)}, and the column "
                       f"holds {_WORDS[column.kind]}", hint=hint, field=name)  # fmt: skip


def _numbers(name: str, column: Column) -> NDArray[np.float64]:
    values = column.values.astype(np.float64)
    if np.isinf(values).any():
        at = int(np.flatnonzero(np.isinf(values))[0])
        raise InvalidInput(
            f"{values[at]} in row {at} of the block",
            hint="replace infinities in the log: null means missing",
            field=name,
        )
    return values if column.valid is None else np.where(column.valid, values, np.nan)


def _edges(values: NDArray[np.float64], buckets: int) -> list[float]:
    # Bucket b holds the values with b edges at or below them.
    known = values[~np.isnan(values)]
    different = np.unique(known)
    if len(different) > buckets:
        different = np.unique(np.quantile(known, np.arange(1, buckets) / buckets, method="higher"))
        return [float(edge) for edge in different]
    return [float(edge) for edge in different[1:]]


def _bits(column: Column) -> NDArray[np.uint64]:
    bits = np.ascontiguousarray(column.values).view(np.uint64)
    if column.lists is None:
        return bits[:0]
    return bits if column.valid is None else np.where(column.valid, bits, MISSING)


def _set(column: Column) -> _Part:
    # Sorted and each once, so that order and repetition change no bit; shares of 1 / size.
    lists, bits = _lists(column), _bits(column)
    owner = np.repeat(np.arange(len(lists) - 1), np.diff(lists))
    order = np.lexsort((bits, owner))
    owner, bits = owner[order], bits[order]
    fresh = np.ones(len(bits), dtype=np.bool_)
    fresh[1:] = (owner[1:] != owner[:-1]) | (bits[1:] != bits[:-1])
    owner, bits = owner[fresh], bits[fresh]
    sizes = np.bincount(owner, minlength=len(lists) - 1)
    return _with_missing(bits, (1.0 / np.maximum(sizes, 1)).astype(np.float32)[owner], sizes)


def _tail(column: Column, field: Sequence) -> _Part:
    # The last `longest`, weighing fade^age, summing to one.
    lists, bits = _lists(column), _bits(column)
    sizes = np.diff(lists)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    age = lists[1:][owner] - 1 - np.arange(len(bits))
    kept = age < field.longest
    owner, bits, age = owner[kept], bits[kept], age[kept]
    sizes = np.minimum(sizes, field.longest)
    weights = field.fade ** age.astype(np.float64)
    sums = np.bincount(owner, weights=weights, minlength=len(sizes))
    return _with_missing(bits, (weights / sums[owner]).astype(np.float32), sizes)


def _dims(column: Column, field: Vector) -> _Part:
    lists = _lists(column)
    sizes = np.diff(lists)
    if (wrong := np.flatnonzero((sizes != 0) & (sizes != field.dim))).size:
        raise InvalidInput(
            f"{sizes[wrong[0]]} numbers in row {wrong[0]} of the block", hint=f"give {field.dim}, or null",
            field=field.column,
        )  # fmt: skip
    values = column.values[: lists[-1]].astype(np.float64)
    if not np.isfinite(values).all() or (column.valid is not None and not column.valid[: lists[-1]].all()):
        raise InvalidInput("a number that is missing or not finite", hint="give the whole vector as null instead",
                           field=field.column)  # fmt: skip
    place = np.tile(np.arange(field.dim, dtype=np.uint64), int((sizes > 0).sum()))
    return _with_missing(place, values.astype(np.float32), sizes)


def _lists(column: Column) -> NDArray[np.int64]:
    # A column in which every row is missing may come without lists.
    return np.zeros(len(column) + 1, dtype=np.int64) if column.lists is None else column.lists


def _with_missing(bits: NDArray[np.uint64], weights: NDArray[np.float32], sizes: NDArray[np.int64]) -> _Part:
    # A row without any value gets the entry that stands for it.
    lists = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(np.maximum(sizes, 1), out=lists[1:])
    raw = np.full(int(lists[-1]), MISSING, dtype=np.uint64)
    shares = np.ones(int(lists[-1]), dtype=np.float32)
    taken = np.repeat(sizes > 0, np.maximum(sizes, 1))
    raw[taken], shares[taken] = bits, weights
    return _Part(raw=raw, weights=shares, lists=lists)
