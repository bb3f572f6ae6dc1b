"""A log that grows: files that appear or are appended to, or rows that somebody hands over; and how far it was read."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from glob import glob, has_magic
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from adtailor.errors import AdtailorError, InvalidInput
from adtailor.learn.columns import Columns, column
from adtailor.learn.log import parquet_log

Told = Callable[[str], None]
_CHUNK = 4 * 2**20
_LINES = 16_384


class Place(msgspec.Struct, kw_only=True):
    """How far one file was read."""

    rows: int = 0
    """Every row before this one has been counted."""
    at: int = 0
    """The byte where that row begins, in a file of lines."""
    beyond: bytes = b""
    """Of the rows after it, one bit each: which have been counted already."""
    stamp: tuple[int, int] | None = None
    """Size and time of the file when its last row had been counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some rows of one file, in its order."""

    name: str
    first: int
    """The place of the first of them in the file."""
    columns: Columns
    starts: NDArray[np.int64]
    """Of a file of lines, the byte where each begins, and the one after the last; zeros otherwise."""
    there: bool = True
    """False: these lines hold nothing that could be read, and are only counted."""

    def __len__(self) -> int:
        return len(self.starts) - 1


class Growing(Protocol):
    """A log that grows."""

    again: bool
    """Whether rows that were read and not yet counted can be read again after a restart."""

    def look(self, columns: Sequence[str]) -> Iterator[Piece]:
        """What has come since the last look."""
        ...

    def set_aside(self, piece: Piece, why: str) -> None:
        """Reads no more of its file, from it on, until the file changes; tells."""
        ...

    def stamps(self) -> Mapping[str, tuple[int, int]]:
        """Size and time of files that were read to their end."""
        ...

    @property
    def ended(self) -> bool:
        """Whether nothing can come any more."""
        ...


def open_growing(
    given: Any, places: Mapping[str, Place], *, times: Sequence[str], told: Told, clock: Callable[[], float],
    settle: float,
) -> Growing:  # fmt: skip
    """A growing log from a folder, a pattern, a queue, an iterator, or a function that gives rows from a place on."""
    if isinstance(given, (str, Path)):
        return GrowingFiles(given, places, times=times, told=told, clock=clock, settle=settle)
    if isinstance(given, Queue):
        return Handed(_drained(given), places, again=False)
    if callable(given):
        first = places[""].rows if "" in places else 0
        handed: Any = given(first)
        return Handed(iter(handed), places, again=True)
    if isinstance(given, Iterable) and not isinstance(given, Mapping):
        return Handed(iter(given), places, again=False)
    raise InvalidInput(
        f"a growing log of type {type(given).__name__}",
        hint="give a folder, a pattern, a queue, an iterator of columns, or a function of the first row's place",
        field="log",
    )


class Handed:
    """Mappings of columns, as somebody hands them over; None means that there is nothing at the moment."""

    def __init__(self, blocks: Iterator[Mapping[str, Any] | None], places: Mapping[str, Place], *, again: bool) -> None:
        self.again = again
        self.ended = False
        self._blocks = blocks
        self._row = places[""].rows if "" in places else 0

    def look(self, columns: Sequence[str]) -> Iterator[Piece]:
        """One block after another, until there is nothing at the moment."""
        for block in self._blocks:
            if block is None:
                return
            found = {name: column(name, block[name]) for name in columns if name in block}
            count = len(next(iter(found.values()))) if found else 0
            first, self._row = self._row, self._row + count
            yield Piece(name="", first=first, columns=found, starts=np.zeros(count + 1, dtype=np.int64))
        self.ended = True

    def set_aside(self, piece: Piece, why: str) -> None:
        """Rows that were handed over cannot be mended: refused."""
        raise InvalidInput(
            f"rows that were handed over, from {piece.first} on, cannot be learned from: {why}",
            hint="mend what hands them over",
        )

    def stamps(self) -> Mapping[str, tuple[int, int]]:
        """None: there are no files."""
        return {}


def _drained(queue: Queue[Any]) -> Iterator[Mapping[str, Any] | None]:
    # An exhausted queue is not its end: `None` in it is.
    while True:
        try:
            block = queue.get_nowait()
        except Empty:
            yield None
            continue
        if block is None:
            return
        yield block


@dataclass(slots=True)
class _Cursor:
    row: int
    at: int
    stamp: tuple[int, int] | None = None
    """Of the file when it was read to its end, or set aside."""
    unread: str | None = None
    """Why it was set aside."""


@dataclass(slots=True)
class GrowingFiles:
    """Parquet files and files of JSON lines, by name; hidden ones, and those that begin with `_`, are left alone."""

    given: str | Path
    places: Mapping[str, Place]
    times: Sequence[str]
    told: Told
    clock: Callable[[], float]
    settle: float = 2.0
    """A file younger than these seconds that cannot be read is most likely still being written."""
    again: bool = field(default=True, init=False)
    ended: bool = field(default=False, init=False)
    _cursors: dict[str, _Cursor] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        if not has_magic(str(self.given)) and not Path(self.given).is_dir():
            raise InvalidInput(f"no folder {str(self.given)!r}", hint="make it first, or give a pattern", field="log")
        for name, place in self.places.items():
            self._cursors[name] = _Cursor(place.rows, place.at, place.stamp)

    def look(self, columns: Sequence[str]) -> Iterator[Piece]:
        """Rows of files that are new or have changed."""
        for path in self._files():
            try:
                found = path.stat()
            except FileNotFoundError:
                continue
            stamp = (found.st_size, found.st_mtime_ns)
            cursor = self._cursors.setdefault(path.name, _Cursor(0, 0))
            if cursor.stamp == stamp:
                continue
            fresh = self.clock() - found.st_mtime < self.settle
            cursor.unread = None
            try:
                if path.suffix == ".parquet":
                    yield from self._table(path, cursor, columns)
                else:
                    yield from self._lines(path, cursor, found.st_size, columns)
            except (AdtailorError, OSError, ValueError) as error:
                if fresh:  # most likely still being written: the next look will tell
                    continue
                self._aside(path.name, cursor, str(error))
            cursor.stamp = stamp

    def set_aside(self, piece: Piece, why: str) -> None:
        """Goes back to where the piece begins, and tells."""
        cursor = self._cursors[piece.name]
        cursor.row, cursor.at = piece.first, int(piece.starts[0])
        self._aside(piece.name, cursor, why)

    def stamps(self) -> Mapping[str, tuple[int, int]]:
        """Of files that were read to their end."""
        return {n: c.stamp for n, c in self._cursors.items() if c.stamp is not None and c.unread is None}

    def _files(self) -> list[Path]:
        named = str(self.given)
        paths = [Path(name) for name in glob(named)] if has_magic(named) else list(Path(named).iterdir())  # noqa: PTH207
        return sorted(
            (p for p in paths if p.suffix in {".parquet", ".jsonl"} and p.name[0] not in "._" and p.is_file()),
            key=lambda path: path.name,
        )

    def _table(self, path: Path, cursor: _Cursor, columns: Sequence[str]) -> Iterator[Piece]:
        log = parquet_log([path])
        if log.rows < cursor.row:
            raise InvalidInput(f"it had {cursor.row} rows and now has {log.rows}", hint="add rows, or another file")
        if log.rows == cursor.row:
            return
        for block in log.blocks(columns, cursor.row):
            count = len(next(iter(block.values())))
            piece = Piece(name=path.name, first=cursor.row, columns=block, starts=np.zeros(count + 1, dtype=np.int64))
            cursor.row += count
            yield piece
            if cursor.unread is not None:
                return

    def _lines(self, path: Path, cursor: _Cursor, size: int, columns: Sequence[str]) -> Iterator[Piece]:
        if size < cursor.at:
            raise InvalidInput(f"it had {cursor.at} bytes and now has {size}", hint="append lines, or another file")
        with path.open("rb") as file:
            file.seek(cursor.at)
            rest = b""
            while cursor.unread is None and (more := file.read(_CHUNK)):
                lines = (rest + more).split(b"\n")
                rest = lines.pop()  # not ended yet: it waits
                for first in range(0, len(lines), _LINES):
                    for piece in self._pieces(path.name, cursor, lines[first : first + _LINES], columns):
                        yield piece
                        if cursor.unread is not None:
                            return

    def _pieces(self, name: str, cursor: _Cursor, lines: list[bytes], columns: Sequence[str]) -> Iterator[Piece]:
        # Lines that do not go together are halved until the odd one is alone.
        starts = cursor.at + np.concatenate(([0], np.cumsum([len(line) + 1 for line in lines]))).astype(np.int64)
        found: Columns = {}
        try:
            found = self._read(lines, columns)
        except (AdtailorError, ValueError) as error:
            if len(lines) > 1:
                yield from self._pieces(name, cursor, lines[: len(lines) // 2], columns)
                if cursor.unread is None:
                    yield from self._pieces(name, cursor, lines[len(lines) // 2 :], columns)
                return
            if lines[0].strip():
                self.told(f"{name}: row {cursor.row} cannot be read, and is left out: {error}")
        piece = Piece(name=name, first=cursor.row, columns=found, starts=starts, there=bool(found))
        cursor.row, cursor.at = cursor.row + len(lines), int(starts[-1])
        yield piece

    def _read(self, lines: list[bytes], columns: Sequence[str]) -> Columns:
        rows: list[Any] = [json.loads(line) for line in lines]
        if not all(isinstance(row, dict) for row in rows):
            raise ValueError("no JSON object")
        named = [wanted for wanted in columns if any(wanted in row for row in rows)]
        if not named:
            raise InvalidInput("none of the columns", hint=f"a row has {', '.join(columns)}")
        return {name: column(name, [self._value(name, row.get(name)) for row in rows]) for name in named}

    def _aside(self, name: str, cursor: _Cursor, why: str) -> None:
        if cursor.unread is None:
            cursor.unread = why
            self.told(f"{name} is set aside from row {cursor.row} on, until it changes: {why}")

    def _value(self, name: str, value: Any) -> Any:
        if name in self.times and isinstance(value, str):
            return datetime.fromisoformat(value)
        return value
