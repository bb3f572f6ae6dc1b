"""A file of readings that can be continued: however a run ends, the next starts after its last whole line."""

import fcntl
import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from adtailor.domain.reading import Reading
from adtailor.errors import AdtailorError, InvalidInput, StorageFailed
from adtailor.service.wire import ReadingWire, decode, encode, reading_to_wire

_BEGINNING = b'{"post_id":"'
_OTHER_FILE = "name another file: only one that holds readings is continued"


class _Kept(msgspec.Struct, frozen=True):
    post_id: str


def line_of(reading: Reading) -> bytes:
    """A reading as one line, in the shape of the wire."""
    return encode(reading_to_wire(reading)) + b"\n"


class KeptReadings:
    """Readings, a line each; `ids` are those that are there."""

    def __init__(self, file: int, ids: set[str], path: Path) -> None:
        self.ids = ids
        self.path = path
        self._file = file

    def add(self, readings: Sequence[Reading]) -> None:
        """Append as one write, durable before this returns."""
        rest = memoryview(b"".join(line_of(reading) for reading in readings))
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
            os.fsync(self._file)
        except OSError as error:
            raise StorageFailed(
                f"{self.path} cannot be written: {error.strerror}",
                hint="make room, then run the same command again: it continues where it was",
                field="--out",
            ) from None
        self.ids.update(reading.post_id for reading in readings)


@contextmanager
def open_kept(path: Path) -> Generator[KeptReadings]:
    """Open for appending, alone; a line that a killed run left half-written is taken away.

    Raises InvalidInput for a file that holds something else, and leaves that file as it is. Readings tell of emotions,
    so nobody else may open a file made here.
    """
    file = _opened(path)
    try:
        _lock(file, path)
        ids = _repaired(file, path)
        yield KeptReadings(file, ids, path)
    finally:
        os.close(file)


def _opened(path: Path) -> int:
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
        if not path.is_file():
            os.close(file)
            raise InvalidInput(f"{path} is no file", hint="name a file to write readings to", field="--out")
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name itself survives a power cut, too
        finally:
            os.close(folder)
    except OSError as error:
        why = (error.strerror or "no such file").lower()
        hint = "make its folder first" if isinstance(error, FileNotFoundError) else "name a file that can be written"
        raise InvalidInput(f"{path}: {why}", hint=hint, field="--out") from None
    return file


def _lock(file: int, path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise InvalidInput(
            f"{path} is being written by another run", hint="wait for it to end", field="--out"
        ) from None


def _repaired(file: int, path: Path) -> set[str]:
    """The ids in the file, after its torn end was cut off."""
    ids: set[str] = set()
    whole = 0
    with os.fdopen(os.dup(file), "rb") as reader:
        reader.seek(0)
        for number, line in enumerate(reader, start=1):
            if not line.endswith(b"\n"):
                ids |= _end(file, line, whole, path)
                break
            if line.strip(b"\0\n"):
                ids.add(_id_of(line, f"line {number} of {path} is no reading"))
            whole += len(line)
    return ids


def _id_of(line: bytes, complaint: str) -> str:
    try:
        if line.startswith(_BEGINNING):
            return msgspec.json.decode(line, type=_Kept).post_id
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    raise InvalidInput(complaint, hint=_OTHER_FILE, field="--out")


def _end(file: int, line: bytes, whole: int, path: Path) -> set[str]:
    """A last line without its end: completed if nothing but the end is missing, else cut off if it is ours."""
    try:
        decode(line, ReadingWire)
    except AdtailorError:
        if not (line.startswith(_BEGINNING) or _BEGINNING.startswith(line) or not line.strip(b"\0")):
            raise InvalidInput(f"{path} holds no readings", hint=_OTHER_FILE, field="--out") from None
        os.ftruncate(file, whole)
        os.fsync(file)
        return set()
    os.write(file, b"\n")
    return {_id_of(line, f"the last line of {path} is no reading")}
