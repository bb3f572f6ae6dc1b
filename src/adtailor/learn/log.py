"""A log of decisions, read in blocks of columns in constant memory: files through DuckDB, or columns in memory."""

# ruff: noqa: S608 - names and paths are quoted, and DuckDB runs in this process, as the caller
from collections.abc import Iterator, Mapping, Sequence
from glob import glob, has_magic
from pathlib import Path
from queue import Queue
from threading import Event, Thread
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import AdtailorError, InvalidInput
from adtailor.learn.arrow import columns_of
from adtailor.learn.columns import Column, Columns, column, hash_strings
from adtailor.learn.lineage import Source

BLOCK = 16_384
"""Rows at a time: their keys stay in the second-level cache."""
_LINEAGE = "adtailor.lineage"
_MOST_TEXTS = 10_000
T = TypeVar("T")


class Log(Protocol):
    """Rows in the order in which they happened."""

    @property
    def rows(self) -> int:
        """How many rows there are."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """The columns there are."""
        ...

    def blocks(self, columns: Sequence[str], first: int = 0) -> Iterator[Columns]:
        """The columns, block by block, from row `first` on."""
        ...

    def texts(self, column: str) -> dict[int, str]:
        """How raw values of a column read, for those that are known; hashes cannot be read back."""
        ...


Given = str | Path | Sequence[str | Path] | Mapping[str, Any] | Log | Any


def open_log(given: Given, *, sort_by: str | None = None) -> Log:
    """A log from a path, a pattern, several of them, columns in memory, or whatever exports an Arrow stream."""
    if isinstance(given, (TableLog, MemoryLog)):
        return given
    if isinstance(given, Mapping):
        return MemoryLog(
            {str(name): column(str(name), values) for name, values in given.items()}, given=given, sort_by=sort_by
        )
    if isinstance(given, (str, Path)):
        return parquet_log([given], sort_by=sort_by)
    if hasattr(given, "__arrow_c_stream__"):
        from adtailor.learn.arrow import read_stream

        return MemoryLog(read_stream(given), sort_by=sort_by)
    if isinstance(given, Sequence):
        return parquet_log(list(given), sort_by=sort_by)
    if hasattr(given, "blocks"):
        return given
    raise InvalidInput(
        f"a log of type {type(given).__name__}", hint="give a path, a pattern, a mapping of columns or an Arrow table"
    )


class MemoryLog:
    """Columns in memory."""

    def __init__(self, columns: Columns, *, given: Mapping[str, Any] | None = None, sort_by: str | None = None) -> None:
        lengths = {name: len(values) for name, values in columns.items()}
        if len(set(lengths.values())) > 1:
            raise InvalidInput(f"columns of different lengths: {lengths}", hint="give one value a row in each")
        self.rows = next(iter(lengths.values()), 0)
        self.names = tuple(columns)
        self._columns = columns
        self._given = given or {}
        self._order: NDArray[np.int64] | None = None
        if sort_by is not None and sort_by in columns:
            self._order = np.argsort(columns[sort_by].values, kind="stable")

    def blocks(self, columns: Sequence[str], first: int = 0) -> Iterator[Columns]:
        """The columns, block by block, from row `first` on."""
        _check_names(columns, self.names)
        for start in range(first, self.rows, BLOCK):
            stop = min(self.rows, start + BLOCK)
            if self._order is None:
                yield {name: self._columns[name].part(start, stop) for name in columns}
            else:
                yield {name: self._columns[name].take(self._order[start:stop]) for name in columns}

    def texts(self, column: str) -> dict[int, str]:
        """How raw values read."""
        given = self._given.get(column)
        values = given if isinstance(given, (list, tuple)) else []
        return _readable({value for value in values if isinstance(value, str)}, self._columns[column])


def parquet_log(paths: Sequence[str | Path], *, sort_by: str | None = None) -> "TableLog":
    """The files that the paths and patterns name, in the order of their names; each must hold the same columns."""
    files: list[str] = []
    for path in paths:
        found = sorted(glob(str(path), recursive=True)) if has_magic(str(path)) else [str(path)]  # noqa: PTH207
        if not found or not all(Path(name).is_file() for name in found):
            raise InvalidInput(f"no file {str(path)!r}", hint="check the path; a pattern looks like events/*.parquet")
        files += found
    _check_files(files)
    listed = ", ".join(_quoted(name) for name in files)
    return TableLog(f"read_parquet([{listed}])", sort_by=sort_by, lineage=lineage_of(files))


class TableLog:
    """Whatever DuckDB reads as a table, streamed; `table` is what stands after FROM."""

    def __init__(self, table: str, *, sort_by: str | None = None, lineage: Mapping[str, Source] | None = None) -> None:
        self._table = table
        self.lineage: Mapping[str, Source] = lineage or {}
        self._order = "" if sort_by is None else f" ORDER BY {_name(sort_by)}"
        found = _ask(f"DESCRIBE SELECT * FROM {table}")
        self.names = tuple(str(row[0]) for row in found)
        self.rows = int(_ask(f"SELECT count(*) FROM {table}")[0][0])

    def blocks(self, columns: Sequence[str], first: int = 0) -> Iterator[Columns]:
        """The columns, block by block, from row `first` on; the next block is read while one is learned from."""
        _check_names(columns, self.names)
        listed = ", ".join(_name(name) for name in columns)
        offset = f" OFFSET {first}" if first else ""
        query = f"SELECT {listed} FROM {self._table}{self._order}{offset}"
        return ahead(self._read(query))

    def texts(self, column: str) -> dict[int, str]:
        """How raw values read."""
        found = _ask(f"SELECT DISTINCT {_name(column)} FROM {self._table} LIMIT {_MOST_TEXTS}")
        return _readable({row[0] for row in found if isinstance(row[0], str)}, None)

    def _read(self, query: str) -> Iterator[Columns]:
        connection = _connect()
        with connection:
            try:
                yield from columns_of(connection.sql(query), rows=BLOCK)
            except Exception as error:
                raise _unreadable(error) from error


def _check_names(wanted: Sequence[str], names: Sequence[str]) -> None:
    if missing := [name for name in wanted if name not in names]:
        raise InvalidInput(
            f"no column {missing[0]!r} (there are: {', '.join(names)})",
            hint="use the log's own column names",
            field=missing[0],
        )


def ahead(blocks: Iterator[T]) -> Iterator[T]:
    """The same, made in a thread of its own; a few wait for the caller, and closing the generator ends the thread."""
    waiting: Queue[T | BaseException | None] = Queue(maxsize=4)
    stop = Event()

    def put(item: T | BaseException | None) -> bool:
        while not stop.is_set():
            try:
                waiting.put(item, timeout=0.1)
            except Exception:  # noqa: S112 - full: ask again whether anyone waits
                continue
            return True
        return False

    def read() -> None:
        try:
            for block in blocks:
                if not put(block):
                    return
            put(None)
        except BaseException as error:
            put(error)

    reader = Thread(target=read, name="adtailor-log", daemon=True)
    reader.start()
    try:
        while (item := waiting.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        reader.join()


def _readable(texts: set[str], column: Column | None) -> dict[int, str]:
    listed = sorted(texts)
    found = dict(zip(hash_strings(listed).tolist(), listed, strict=True)) if listed else {}
    if column is not None and column.kind == "int":
        some = np.unique(column.values)[:_MOST_TEXTS]
        found |= {int(np.int64(value).view(np.uint64)): str(value) for value in some}
    return found


def lineage_of(files: Sequence[str]) -> dict[str, Source]:
    """What Parquet files say of where their columns come from, under the key `adtailor.lineage`, as JSON."""
    import json

    found: dict[str, Source] = {}
    with _connect() as connection:
        for name in files:
            query = f"SELECT value FROM parquet_kv_metadata({_quoted(name)}) WHERE decode(key) = '{_LINEAGE}'"
            for row in _ask(query, connection):
                found |= json.loads(bytes(row[0]).decode())
    return found


def _check_files(files: Sequence[str]) -> None:
    # Each file by itself, so that the message names the one that is damaged or differs.
    first: tuple[str, ...] | None = None
    with _connect() as connection:
        for name in files:
            query = f"DESCRIBE SELECT * FROM read_parquet({_quoted(name)})"
            try:
                columns = tuple(str(row[0]) for row in _ask(query, connection))
            except AdtailorError as error:
                raise InvalidInput(f"{name}: {error.message}", hint=error.hint) from error
            if first is None:
                first = columns
            elif set(first) != set(columns):
                differ = sorted(set(first) ^ set(columns))
                raise InvalidInput(
                    f"{name} has other columns than {files[0]}: {', '.join(differ)}", hint="write all files alike"
                )


def _ask(query: str, connection: Any = None) -> list[tuple[Any, ...]]:
    if connection is None:
        with _connect() as own:
            return _ask(query, own)
    try:
        return connection.sql(query).fetchall()
    except Exception as error:
        raise _unreadable(error) from error


def _connect() -> Any:
    try:
        import duckdb
    except ImportError as missing:
        raise InvalidInput("DuckDB is not installed", hint="pip install 'adtailor[train]'") from missing
    connection = duckdb.connect()
    connection.execute("SET threads = 1; SET preserve_insertion_order = true; SET enable_progress_bar = false")
    return connection


def _unreadable(error: Exception) -> Exception:
    import duckdb

    if not isinstance(error, duckdb.Error):
        return error
    said = str(error).splitlines()[0] if str(error) else type(error).__name__
    return InvalidInput(
        f"the log cannot be read: {said}",
        hint="a file that was cut short or damaged has to be written again; leave it out to learn from the rest",
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
