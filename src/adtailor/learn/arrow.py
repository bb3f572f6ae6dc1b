"""Arrow streams as columns, without pyarrow: nanoarrow hands over the buffers, texts become hashes at once."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput
from adtailor.learn.columns import Column, Columns, hashed, joined

_WHOLE = {"c": np.int8, "C": np.uint8, "s": np.int16, "S": np.uint16, "i": np.int32, "I": np.uint32, "l": np.int64,
          "L": np.uint64, "tdD": np.int32, "tdm": np.int64}  # fmt: skip
_FRACTIONS = {"e": np.float16, "f": np.float32, "g": np.float64}
_TEXTS = {"u": np.int32, "U": np.int64, "z": np.int32, "Z": np.int64}
_LISTS = {"+l": np.int32, "+L": np.int64}
_TO_MICROS = {"s": 1_000_000, "m": 1_000, "u": 1, "n": 1}


def columns_of(stream: Any, *, rows: int) -> Iterator[Columns]:
    """The columns of an Arrow stream of structs, in blocks of at most `rows`."""
    for columns in _batches(stream):
        length = len(next(iter(columns.values()))) if columns else 0
        for first in range(0, length, rows):
            yield {name: column.part(first, min(length, first + rows)) for name, column in columns.items()}


def read_stream(stream: Any) -> Columns:
    """All of an Arrow stream."""
    batches = list(_batches(stream))
    if not batches:
        raise InvalidInput("an Arrow stream without rows", hint="give a log with at least one row")
    return {name: joined([batch[name] for batch in batches]) for name in batches[0]}


def _batches(stream: Any) -> Iterator[Columns]:
    try:
        from nanoarrow import c_array_stream
    except ImportError as missing:
        raise InvalidInput("nanoarrow is not installed", hint="pip install 'adtailor[train]'") from missing
    with c_array_stream(stream) as reader:
        schema = reader.get_schema()
        names = [str(schema.child(n).name) for n in range(schema.n_children)]
        for batch in reader:
            yield {name: _column(name, batch.child(n)) for n, name in enumerate(names)}


def _column(name: str, array: Any) -> Column:
    kind, length, offset = str(array.schema.format), int(array.length), int(array.offset)
    view = array.view()
    valid = _bits_of(view.buffer(0), offset, length) if array.null_count else None
    if kind == "n":
        return Column(kind="null", values=np.zeros(length, np.int64), valid=np.zeros(length, np.bool_))
    if kind == "b":
        values = _bits_of(view.buffer(1), offset, length)
        return Column(kind="int", values=values.astype(np.int64), valid=valid)
    if kind in _WHOLE or kind.startswith("ts"):
        values = np.frombuffer(view.buffer(1), dtype=_WHOLE.get(kind, np.int64))[offset : offset + length]
        values = values.view(np.int64) if values.dtype == np.uint64 else values.astype(np.int64)
        if kind.startswith("ts"):
            values = values // 1000 if kind[2] == "n" else values * _TO_MICROS[kind[2]]
        return Column(kind="int", values=values, valid=valid)
    if kind in _FRACTIONS:
        with np.errstate(invalid="ignore"):  # what lies under a null may be any bits: a NaN that signals, too
            values = np.frombuffer(view.buffer(1), dtype=_FRACTIONS[kind])[offset : offset + length].astype(np.float64)
        return Column(kind="float", values=values, valid=valid)
    if kind in _TEXTS:
        offsets = np.frombuffer(view.buffer(1), dtype=_TEXTS[kind])[offset : offset + length + 1]
        data = np.frombuffer(view.buffer(2), dtype=np.uint8)
        return Column(kind="text", values=hashed(offsets, data), valid=valid)
    if kind in _LISTS or kind.startswith("+w:"):
        inner = _column(name, array.child(0))
        if kind.startswith("+w:"):
            size = int(kind[3:])
            lists = (np.arange(length + 1, dtype=np.int64) + offset) * size
        else:
            lists = np.frombuffer(view.buffer(1), dtype=_LISTS[kind])[offset : offset + length + 1].astype(np.int64)
        return _listed(inner, lists, valid)
    raise InvalidInput(
        f"an Arrow column of format {kind!r}", hint="cast it to BIGINT, DOUBLE, VARCHAR or a list of these", field=name
    )


def _listed(inner: Column, lists: NDArray[np.int64], valid: NDArray[np.bool_] | None) -> Column:
    # A null row of a fixed-size list still owns places: it must own none.
    if valid is not None and (np.diff(lists)[~valid] != 0).any():
        owner_there = np.repeat(valid, np.diff(lists))
        inside = np.arange(lists[0], lists[-1])[owner_there]
        sizes = np.where(valid, np.diff(lists), 0)
        lists = np.concatenate(([0], np.cumsum(sizes)))
        inner = inner.take(inside)
    first, last = int(lists[0]), int(lists[-1])
    return Column(
        kind=inner.kind,
        values=inner.values[first:last],
        valid=None if inner.valid is None else inner.valid[first:last],
        lists=lists - first,
        present=valid,
    )


def _bits_of(buffer: Any, offset: int, length: int) -> NDArray[np.bool_]:
    packed = np.frombuffer(buffer, dtype=np.uint8)
    return np.unpackbits(packed, bitorder="little", count=offset + length)[offset:].astype(np.bool_)
