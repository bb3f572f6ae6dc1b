"""The master key: what the key file's contents are sealed under, in a file of its own that may lie elsewhere.

Whoever has `keys.sqlite` alone has noise, too. `ADTAILOR_MASTER_KEY_FILE` puts the master key on another disk, or where
a secret store mounts it. A line for each key, `1 <base64>`; while one is being replaced there are two.
"""

import base64
import binascii
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile

from adtailor.errors import StorageFailed
from adtailor.storage.sealing import KEY, RandomBytes, Sealer, place

FILE = "master.key"
ELSEWHERE = "ADTAILOR_MASTER_KEY_FILE"
_MOST = 0xFF


class MasterKeys:
    """Seals what the key file holds, and opens it under any of the keys in the file, read again when one is new."""

    def __init__(self, path: Path, random_bytes: RandomBytes) -> None:
        self.path = path
        self._random_bytes = random_bytes
        self._lock = threading.Lock()
        self._sealers: Mapping[int, Sealer] = {}

    @classmethod
    def of(cls, folder: Path, random_bytes: RandomBytes) -> "MasterKeys":
        """Those of a data folder, wherever they lie."""
        elsewhere = os.environ.get(ELSEWHERE)
        return cls(Path(elsewhere) if elsewhere else folder / FILE, random_bytes)

    def make(self) -> None:
        """The file with a first key, unless there is one: another process may be faster, and then its file stands."""
        if self.path.exists():
            return
        try:
            written = self._written({1: self._random_bytes(KEY)})
            try:
                self.path.hardlink_to(written)
            except FileExistsError:
                pass
            finally:
                written.unlink()
            _sync(self.path.parent)
        except OSError as error:
            raise self._unusable(str(error)) from error

    def keys(self) -> dict[int, bytes]:
        """What stands in the file."""
        found: dict[int, bytes] = {}
        try:
            for line in self.path.read_text("ascii").splitlines():
                number, _, key = line.partition(" ")
                found[int(number)] = base64.b64decode(key, validate=True)
        except FileNotFoundError:
            raise StorageFailed(
                f"{self.path} is missing, and nothing personal can be read without it",
                hint=f"put it back, or say where it lies with {ELSEWHERE}",
            ) from None
        except OSError as error:
            raise self._unusable(str(error)) from error
        except (ValueError, binascii.Error):
            raise self._unusable("a line of it is no key") from None
        if not found or any(not 1 <= number <= _MOST or len(key) != KEY for number, key in found.items()):
            raise self._unusable("it holds no key of 32 bytes")
        return found

    def add(self, current: int) -> int:
        """One more key after `current` (255 is followed by 1), on the disk before it is used; its number."""
        kept = self.keys()
        new = current % _MOST + 1
        self._replace({**{number: key for number, key in kept.items() if number != new}, new: self._random_bytes(KEY)})
        return new

    def keep(self, only: int) -> None:
        """Remove every key but one: nothing is sealed under the others any more."""
        kept = self.keys()
        if set(kept) != {only}:
            self._replace({only: kept[only]})

    def seal(self, clear: bytes, number: int, table: str, row: bytes) -> bytes:
        """`clear` under a key of this number, which stands in front."""
        return bytes((number,)) + self._sealer(number).seal(clear, place(table, row))

    def open(self, sealed: bytes, table: str, row: bytes) -> bytes:
        """What was sealed; StorageFailed if its key is gone, or another's."""
        sealer = self._sealer(sealed[0])
        try:
            return sealer.open(sealed[1:], place(table, row))
        except StorageFailed:
            raise StorageFailed(
                f"{self.path} does not open the key file beside the data",
                hint="put the master key back that belongs to it, or the key file",
            ) from None

    def _sealer(self, number: int) -> Sealer:
        found = self._sealers.get(number)
        if found is None:
            with self._lock:
                self._sealers = {n: Sealer(key, self._random_bytes) for n, key in self.keys().items()}
            found = self._sealers.get(number)
        if found is None:
            raise StorageFailed(
                f"{self.path} does not hold the key {number} that the key file is sealed under",
                hint="put the file back that belongs to it",
            )
        return found

    def _replace(self, keys: Mapping[int, bytes]) -> None:
        try:
            self._written(keys).replace(self.path)
            _sync(self.path.parent)
        except OSError as error:
            raise self._unusable(str(error)) from error
        with self._lock:
            self._sealers = {}

    def _written(self, keys: Mapping[int, bytes]) -> Path:
        """A new file beside it, for its owner alone, on the disk."""
        lines = "".join(f"{number} {base64.b64encode(key).decode()}\n" for number, key in sorted(keys.items()))
        with NamedTemporaryFile("w", dir=self.path.parent, prefix=f".{self.path.name}.", delete=False) as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
        return Path(file.name)

    def _unusable(self, why: str) -> StorageFailed:
        return StorageFailed(
            f"{self.path} cannot be used: {why}", hint="check its permissions, or put the right file back"
        )


def _sync(folder: Path) -> None:
    """Put the names of new files on the disk."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
