"""The decision log: append-only segment files, each frame sealed under its person's key, one write per decision.

A segment is `ADTSEG1\\n`, its number and the time of its first record; then frames: length (4 bytes), CRC-32 (4),
ref of the key (16), nonce, ciphertext, tag. A frame is sealed to its segment and offset. Every process writes segments
of its own, so nobody waits, and a tail torn by a crash is never appended to: readers stop there. A segment holds
records of one UTC day and is deleted whole before any of them is 30 days old.
"""

import contextlib
import logging
import os
import struct
import threading
import zlib
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from adtailor.domain.events import DecisionRecord, RecordRef
from adtailor.domain.ids import DecisionId
from adtailor.errors import StorageFailed
from adtailor.storage.codec import Codec
from adtailor.storage.keyring import PersonKey
from adtailor.storage.moments import DECISIONS_KEPT, moment, ticks
from adtailor.storage.sealing import NONCE, TAG, place

_log = logging.getLogger(__name__)
_MAGIC = b"ADTSEG1\n"
_HEADER = struct.Struct(">8sIq")
_FRAME = struct.Struct(">II")
_REF = 16
_LEAST = _REF + NONCE + TAG
_MOST = 16 * 2**20
_FIRST_READ = 16 * 1024
_MOST_OPEN = 32
_SEGMENT_BYTES = 64 * 2**20
_AGO = timedelta(seconds=5)
"""How far from its turn a record may stand: threads that decide at one time append in any order."""
_RECORD = Codec(DecisionRecord)


@dataclass(slots=True)
class _Current:
    """The segment that this process writes."""

    number: int
    file: int
    offset: int
    day: date
    process: int


class Segments:
    """Appends records and finds them again; threads may share it, and processes the folder."""

    def __init__(
        self,
        folder: Path,
        *,
        next_number: Callable[[datetime], int],
        key_of: Callable[[bytes], PersonKey | None],
        segment_bytes: int = _SEGMENT_BYTES,
    ) -> None:
        self.folder = folder
        self._next_number = next_number
        self._key_of = key_of
        self._segment_bytes = segment_bytes
        self._lock = threading.Lock()
        self._current: _Current | None = None
        self._open: OrderedDict[int, int] = OrderedDict()
        self._open_lock = threading.Lock()
        with _refusals(folder):
            folder.mkdir(mode=0o700, exist_ok=True)

    def append(self, record: DecisionRecord, key: PersonKey) -> RecordRef:
        """Write one frame at the end; when this returns, the bytes are the operating system's."""
        if record.decision.rest_suggestion is not None:
            record = replace(record, decision=replace(record.decision, rest_suggestion=None))
        clear = _RECORD.encode(record)
        try:
            with self._lock:
                return self._appended(clear, record.decision.decided_at, key)
        except OSError as error:
            raise _refusal(self.folder, error) from error

    def record(self, ref: RecordRef) -> DecisionRecord | None:
        """The record, unless its segment has expired, its frame is torn, or its key was destroyed."""
        with _refusals(self.folder):
            content = self._content(ref)
        return None if content is None else self._opened(ref, content)

    def find(self, decision_id: DecisionId, decided_at: datetime) -> DecisionRecord | None:
        """The record of a decision made about then: frames stand about in the order of time, so few are opened."""
        for path in self._paths():
            with _refusals(path):
                opened_at = _opened_at(path)
            if opened_at is None or opened_at.date() != decided_at.astimezone(UTC).date():
                continue
            refs = _refs(path)
            first = bisect_left(refs, decided_at - _AGO, key=lambda ref: self._time_from(refs, ref))
            for ref in refs[first:]:
                record = self.record(ref)
                if record is not None and record.decision.decision_id == decision_id:
                    return record
                if record is not None and record.decision.decided_at > decided_at + _AGO:
                    break
        return None

    def _time_from(self, refs: Sequence[RecordRef], ref: RecordRef) -> datetime:
        """When the first record from here on was decided that can still be opened; the end of time if there is none."""
        for later in refs[bisect_left(refs, ref.offset, key=lambda one: one.offset) :]:
            if (record := self.record(later)) is not None:
                return record.decision.decided_at
        return datetime.max.replace(tzinfo=UTC)

    def of(self, key: PersonKey, since: datetime | None = None) -> Iterator[tuple[RecordRef, DecisionRecord]]:
        """All records of one person, oldest segment first: a walk over every frame of the log of that time."""
        for path in self._paths():
            if since is not None and self._is_before(path, since):
                continue
            for ref, content in _frames(path):
                record = self._opened(ref, content) if content[:_REF] == key.ref else None
                if record is not None and (since is None or record.decision.decided_at >= since):
                    yield ref, record

    def since(self, at: datetime | None) -> Iterator[DecisionRecord]:
        """All records that can still be opened, decided at `at` or later, oldest segment first."""
        for path in self._paths():
            if at is not None and self._is_before(path, at):
                continue
            for ref, content in _frames(path):
                record = self._opened(ref, content)
                if record is not None and (at is None or record.decision.decided_at >= at):
                    yield record

    def purge(self, now: datetime) -> int:
        """Delete the segments whose records are about to be 30 days old; how many."""
        gone = 0
        for path in self._paths():
            with _refusals(path):
                opened_at = _opened_at(path)
                if opened_at is None or _midnight(opened_at) + DECISIONS_KEPT > now:
                    continue
                number = int(path.stem)
                with self._lock:
                    if self._current is not None and self._current.number == number:
                        self._shut()
                with self._open_lock:
                    if (file := self._open.pop(number, None)) is not None:
                        os.close(file)
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def counts(self) -> tuple[int, int]:
        """How many segments there are, and their bytes together."""
        with _refusals(self.folder):
            sizes = [path.stat().st_size for path in self._paths()]
        return len(sizes), sum(sizes)

    def close(self) -> None:
        """Put what was written on the disk, and let go of the files."""
        with self._lock:
            self._shut()
        with self._open_lock:
            while self._open:
                os.close(self._open.popitem()[1])

    def _is_before(self, path: Path, at: datetime) -> bool:
        """Whether a segment has nothing decided at `at` or later: it holds one day."""
        with _refusals(path):
            opened_at = _opened_at(path)
        return opened_at is None or opened_at.date() < at.astimezone(UTC).date()

    def _appended(self, clear: bytes, decided_at: datetime, key: PersonKey) -> RecordRef:
        current = self._writable(decided_at)
        ref = RecordRef(segment=current.number, offset=current.offset)
        content = key.ref + key.sealer.seal(clear, _place(ref))
        if len(content) > _MOST:
            raise StorageFailed(f"a decision record of {len(content):,} bytes", hint=f"at most {_MOST:,}")
        frame = _FRAME.pack(len(content), zlib.crc32(content)) + content
        if os.write(current.file, frame) != len(frame):
            os.ftruncate(current.file, current.offset)
            raise StorageFailed("a decision record was not written whole", hint="make room on the disk")
        current.offset += len(frame)
        return ref

    def _writable(self, decided_at: datetime) -> _Current:
        current = self._current
        if current is not None and (
            current.process != os.getpid() or current.day != decided_at.date() or current.offset >= self._segment_bytes
        ):
            self._shut()
            current = None
        if current is None:
            current = self._current = self._begun(decided_at)
        return current

    def _begun(self, decided_at: datetime) -> _Current:
        """A new segment: whole with its header from the moment it has its name."""
        while True:
            number = self._next_number(decided_at)
            path = self.folder / f"{number:06d}.seg"
            making = path.with_suffix(f".{os.getpid()}.new")
            file = os.open(making, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
            header = _HEADER.pack(_MAGIC, number, ticks(decided_at))
            os.write(file, header)
            try:
                path.hardlink_to(making)
            except FileExistsError:  # numbers went back with an older database
                os.close(file)
                continue
            finally:
                making.unlink()
            os.fsync(file)
            _sync_folder(self.folder)
            return _Current(number=number, file=file, offset=len(header), day=decided_at.date(), process=os.getpid())

    def _shut(self) -> None:
        if self._current is not None:
            current, self._current = self._current, None
            if current.process == os.getpid():
                os.fsync(current.file)
            os.close(current.file)

    def _content(self, ref: RecordRef) -> bytes | None:
        """Ref, nonce, ciphertext and tag of the frame there; one read for all but the longest."""
        with self._open_lock:
            file = self._file(ref.segment)
            if file is None:
                return None
            raw = os.pread(file, _FIRST_READ, ref.offset)
            if len(raw) < _FRAME.size:
                return None
            length, crc = _FRAME.unpack_from(raw)
            content = raw[_FRAME.size : _FRAME.size + length]
            if _LEAST <= length <= _MOST and len(content) < length:
                content += os.pread(file, length - len(content), ref.offset + len(raw))
        return content if len(content) == length >= _LEAST and zlib.crc32(content) == crc else None

    def _file(self, number: int) -> int | None:
        """An open file of a segment; None once it is deleted, by whomever."""
        file = self._open.get(number)
        if file is None:
            try:
                file = os.open(self.folder / f"{number:06d}.seg", os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                return None
            self._open[number] = file
            if len(self._open) > _MOST_OPEN:
                os.close(self._open.popitem(last=False)[1])
        elif os.fstat(file).st_nlink == 0:
            os.close(self._open.pop(number))
            return None
        self._open.move_to_end(number)
        return file

    def _opened(self, ref: RecordRef, content: bytes) -> DecisionRecord | None:
        key = self._key_of(content[:_REF])
        if key is None:
            return None
        try:
            return _RECORD.decode(key.sealer.open(content[_REF:], _place(ref)))
        except StorageFailed as error:
            _log.error("decision record %d:%d is left out: %s", ref.segment, ref.offset, error.message)
            return None

    def _paths(self) -> list[Path]:
        return sorted(path for path in self.folder.glob("*.seg") if path.stem.isdigit())


def _frames(path: Path) -> Iterator[tuple[RecordRef, bytes]]:
    """The frames of a segment up to its end, or to where it is torn."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        header = file.read(_HEADER.size)
        if len(header) < _HEADER.size or not header.startswith(_MAGIC):
            return
        number, offset = _HEADER.unpack(header)[1], len(header)
        while len(head := file.read(_FRAME.size)) == _FRAME.size:
            length, crc = _FRAME.unpack(head)
            if not _LEAST <= length <= _MOST:
                return
            content = file.read(length)
            if len(content) < length or zlib.crc32(content) != crc:
                return
            yield RecordRef(segment=number, offset=offset), content
            offset += _FRAME.size + length


def _refs(path: Path) -> list[RecordRef]:
    """Where the frames of a segment stand, by their lengths alone: nothing is opened."""
    found: list[RecordRef] = []
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        header = file.read(_HEADER.size)
        if len(header) < _HEADER.size or not header.startswith(_MAGIC):
            return found
        number, offset, end = _HEADER.unpack(header)[1], len(header), path.stat().st_size
        while offset + _FRAME.size <= end:
            file.seek(offset)
            length = _FRAME.unpack(file.read(_FRAME.size))[0]
            if not _LEAST <= length <= _MOST or offset + _FRAME.size + length > end:
                break
            found.append(RecordRef(segment=number, offset=offset))
            offset += _FRAME.size + length
    return found


def _opened_at(path: Path) -> datetime | None:
    """The time of a segment's first record; None if it is gone or no segment."""
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER.size)
    except FileNotFoundError:
        return None
    if len(header) < _HEADER.size or not header.startswith(_MAGIC):
        return None
    return moment(_HEADER.unpack(header)[2])


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.date(), time(), tzinfo=at.tzinfo)


def _place(ref: RecordRef) -> bytes:
    return place("decisions", ref.segment.to_bytes(8, "big") + ref.offset.to_bytes(8, "big"))


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


@contextmanager
def _refusals(path: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        raise _refusal(path, error) from error


def _refusal(path: Path, error: OSError) -> StorageFailed:
    return StorageFailed(f"{path} cannot be used: {error.strerror}", hint="check the disk's room and the permissions")
