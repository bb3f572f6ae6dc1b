"""A snapshot of arrays in one file that all processes of a machine read from memory, replaced as a whole.

The file can always be made again, so nothing waits for the disk: a file that is cut short, foreign, or damaged by a
power cut is told by its sums, and is as good as none. Whoever still reads an older one keeps it until they let go.
"""

import errno
import fcntl
import json
import logging
import mmap
import os
import struct
import zlib
from collections.abc import Generator
from contextlib import contextmanager, suppress
from io import BufferedWriter
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from adtailor.ports import Snapshot

FOLDER = "snapshot"
"""In the data folder."""
FILE = "catalogue.arrays"
_LOCK = "making.lock"
_MAGIC = b"ADTAARR1"
_HEAD = struct.Struct("<8sIIQQ")
"""Magic, the sums of description and arrays, the length of the description, the size of the file."""
_ALIGNED = 64
_HELD = {errno.EAGAIN, errno.EACCES}
"""What a lock that another process holds is told by."""
_AT_A_TIME = 2**24
_LOG = logging.getLogger(__name__)


class FileSnapshots:
    """`ports.SnapshotStore` in a folder. Threads may share it, and processes the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._checked: tuple[int, ...] | None = None
        """Which file was found to be whole: its node, size and time."""

    def newest(self, key: str) -> Snapshot | None:
        """The one that was kept last, if it was made under this key and is whole; its arrays are read from the disk."""
        path = self._folder / FILE
        try:
            with path.open("rb") as file:
                return self._opened(file.fileno(), key)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, struct.error) as error:
            _LOG.warning("%s is of no use, and is made again: %s", path, type(error).__name__)
            return None

    def keep(self, snapshot: Snapshot) -> Snapshot:
        """Put this in the place of the one before; what `newest` says of it then, or itself where the disk is full."""
        making = self._folder / f"{FILE}.{os.getpid()}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _for_owner(making) as file:
                _write(file.fileno(), snapshot)
                self._checked = _stamp(file.fileno())
            making.replace(self._folder / FILE)
        except OSError as error:
            _LOG.warning("%s cannot be kept, each process makes its own: %s", self._folder / FILE, type(error).__name__)
            return snapshot
        finally:
            with suppress(OSError):
                making.unlink()
        kept = self.newest(snapshot.key)
        return snapshot if kept is None else kept  # somebody else's is there already

    @contextmanager
    def making(self) -> Generator[bool]:
        """True for the one process that may make the next, as long as the block lasts; False for all others.

        Where there can be no lock, as on a full disk, everybody makes their own.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = _for_owner(self._folder / _LOCK)
        except OSError:
            yield True
            return
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                yield error.errno not in _HELD
                return
            # What a killed process left half-written is nobody's: only the one that holds the lock writes.
            for left in self._folder.glob(f"{FILE}.*"):
                left.unlink(missing_ok=True)
            yield True

    def _opened(self, file: int, key: str) -> Snapshot | None:
        magic, told, summed, length, size = _HEAD.unpack(os.pread(file, _HEAD.size, 0))
        if magic != _MAGIC:
            raise ValueError("foreign")
        if os.fstat(file).st_size != size or length > size:
            raise ValueError("cut short")
        description = os.pread(file, length, _HEAD.size)
        if zlib.crc32(description) != told:
            raise ValueError("damaged")
        read: dict[str, Any] = json.loads(description)
        if read["key"] != key:
            return None
        begins = _aligned(_HEAD.size + length)
        if (stamp := _stamp(file)) != self._checked:
            if _sum_of(file, begins, size) != summed:
                raise ValueError("damaged")
            self._checked = stamp
        # Pages are shared as long as nobody writes to them, and nobody does. Were they read-only, every compiled loop
        # would be compiled once more for arrays of that type, while a request waits.
        mapped = mmap.mmap(file, size, access=mmap.ACCESS_COPY)
        arrays = {
            name: np.frombuffer(mapped, dtype=np.dtype(kind), count=int(np.prod(shape)), offset=begins + at).reshape(
                shape
            )
            for name, (kind, shape, at) in read["arrays"].items()
        }
        return Snapshot(key=key, about=read["about"], arrays=arrays)


def _write(file: int, snapshot: Snapshot) -> None:
    index: dict[str, tuple[str, tuple[int, ...], int]] = {}
    at = 0
    for name, array in snapshot.arrays.items():
        index[name] = (array.dtype.str, array.shape, at)
        at = _aligned(at + array.nbytes)
    description = json.dumps({"key": snapshot.key, "about": snapshot.about, "arrays": index}).encode()
    begins = _aligned(_HEAD.size + len(description))
    summed = 0
    with os.fdopen(os.dup(file), "wb") as out:
        out.seek(begins)
        for array in snapshot.arrays.values():
            data = _bytes_of(array)
            out.write(data)
            summed = zlib.crc32(data, summed)
            padding = bytes(_aligned(len(data)) - len(data))
            out.write(padding)
            summed = zlib.crc32(padding, summed)
        out.seek(0)
        out.write(_HEAD.pack(_MAGIC, zlib.crc32(description), summed, len(description), begins + at))
        out.write(description)


def _bytes_of(array: NDArray[Any]) -> memoryview:
    return memoryview(cast("Any", np.ascontiguousarray(array).reshape(-1).view(np.uint8)))


def _sum_of(file: int, begins: int, size: int) -> int:
    # Read, not mapped: what is only summed need not become part of the process.
    found = 0
    for at in range(begins, size, _AT_A_TIME):
        found = zlib.crc32(os.pread(file, min(_AT_A_TIME, size - at), at), found)
    return found


def _stamp(file: int) -> tuple[int, ...]:
    told = os.fstat(file)
    return told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns


def _aligned(size: int) -> int:
    return -(-size // _ALIGNED) * _ALIGNED


def _for_owner(path: Path) -> BufferedWriter:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb")
