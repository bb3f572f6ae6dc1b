"""The files of an export, whether it is a folder, a .zip or a .tar.gz: opened by name, never followed out of it.

Nothing is unpacked to disk under a name that the archive chose: members are read into memory one at a time, and only up
to a limit, so neither `../` nor a link nor a bomb of zeros does any harm.
"""

import os
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from adtailor.errors import InvalidInput

MOST_SPOOLED = 16 * 2**30
MOST_UNPACKED = 64 * 2**30
"""Bytes of all members of a .tar.gz together: to reach the last one, all others must be unpacked."""
MOST_MEMBERS = 2_000_000
MOST_TIMES = 200
"""How much larger than in a zip a file may be: JSON shrinks to a tenth or a fiftieth, only bombs much further."""
LEAST_BOMB = 16 * 2**20
"""Bytes below which it does not matter how much larger a file becomes."""
LEAST_TAR_BOMB = 2**28
DEEPEST = 6
"""Folders one within another that are looked through for the files of an export."""
_CHUNK = 2**20
_AGAIN = "export or download it again"


class Archive(Protocol):
    """Files by their path inside, with `/` between."""

    def find(self, name: str) -> str | None:
        """The full path of a file called `name`, at the top or one folder down."""
        ...

    def names(self) -> Iterable[str]:
        """The paths of all files, links left out."""
        ...

    def holds(self, path: str) -> bool:
        """Whether there is something at `path`; reading it may still be refused."""
        ...

    def read(self, path: str, *, most: int) -> bytes:
        """The bytes of one file; InvalidInput when it is not there, damaged, a link, or has more than `most` bytes."""
        ...


@contextmanager
def open_archive(path: Path) -> Generator[Archive]:
    """A folder, a zip or a tar, compressed or not."""
    if path.is_dir():
        yield Folder(path)
    elif zipfile.is_zipfile(path):
        with _readable(path), zipfile.ZipFile(path) as file:
            yield Zip(file)
    else:
        with tempfile.TemporaryFile(prefix="adtailor-") as spool:
            with _readable(path):
                tar = _spooled(path, spool)
            yield tar


class Folder:
    """An unpacked export."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def find(self, name: str) -> str | None:
        """The full path of a file called `name`, at the top."""
        return name if (self._root / name).is_file() else None

    def names(self) -> Iterable[str]:
        """The paths of files down to some depth; hidden ones and links are left out."""
        return _walk(self._root, "", DEEPEST)

    def holds(self, path: str) -> bool:
        """Whether there is something at `path`."""
        return (self._root / _inside(path)).exists()

    def read(self, path: str, *, most: int) -> bytes:
        """Every part of the path is looked at before it is taken: a link could lead anywhere."""
        here = self._root
        parts = _inside(path).parts
        for depth, part in enumerate(parts, start=1):
            here /= part
            try:
                mode = here.lstat().st_mode
            except OSError:
                raise _missing(path) from None
            if not (stat.S_ISREG(mode) if depth == len(parts) else stat.S_ISDIR(mode)):
                raise InvalidInput(f"{path} is a link or no file", hint="links are not followed")
        try:
            with here.open("rb") as file:
                return _limited(file, path, most=most)
        except OSError as error:
            raise InvalidInput(f"{path} cannot be read: {error.strerror}", hint="check its permissions") from None


class Zip:
    """An export as Mastodon hands it out today."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        found = file.infolist()
        if len(found) > MOST_MEMBERS:
            raise InvalidInput(
                f"{len(found):,} files in one archive", hint="unpack it and give the folder", field="PATH"
            )
        self._members = {_plain(info.filename): info for info in found if not info.is_dir()}

    def find(self, name: str) -> str | None:
        """The full path of a file called `name`, at the top or one folder down."""
        return _shallowest(name, self._members)

    def names(self) -> Iterable[str]:
        """The paths of all members."""
        return iter(self._members)

    def holds(self, path: str) -> bool:
        """Whether there is a member of that name."""
        return str(_inside(path)) in self._members

    def read(self, path: str, *, most: int) -> bytes:
        """A member that claims to be small and is not is cut off at the limit."""
        info = self._members.get(str(_inside(path)))
        if info is None:
            raise _missing(path)
        if stat.S_ISLNK(info.external_attr >> 16):
            raise InvalidInput(f"{path} is a link", hint="links are not followed")
        if info.flag_bits & 1:
            raise InvalidInput(f"{path} is encrypted", hint="unpack the archive and give the folder")
        times = info.file_size // max(info.compress_size, 1)
        if info.file_size > LEAST_BOMB and times > MOST_TIMES:
            raise InvalidInput(
                f"{path} unpacks to {times:,} times its size ({info.file_size:,} bytes): more than any export's",
                hint=f"at most {MOST_TIMES} times; unpack the archive and give the folder if you trust it",
            )
        if info.file_size > most:
            raise _too_big(path, most)
        try:
            with self._file.open(info) as member:
                return _limited(member, path, most=most)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError):
            raise InvalidInput(f"{path} is damaged inside the archive", hint=_AGAIN) from None


class Tar:
    """An export as older servers made it: its members lie in one nameless temporary file that vanishes with us."""

    def __init__(self, spool: IO[bytes], members: dict[str, tuple[int, int]]) -> None:
        self._spool = spool
        self._members = members

    def find(self, name: str) -> str | None:
        """The full path of a file called `name`, at the top or one folder down."""
        return _shallowest(name, self._members)

    def names(self) -> Iterable[str]:
        """The paths of all members that were kept."""
        return iter(self._members)

    def holds(self, path: str) -> bool:
        """Whether there is a member of that name."""
        return str(_inside(path)) in self._members

    def read(self, path: str, *, most: int) -> bytes:
        """The bytes of one file."""
        found = self._members.get(str(_inside(path)))
        if found is None:
            raise _missing(path)
        offset, size = found
        if size > most:
            raise _too_big(path, most)
        self._spool.seek(offset)
        return self._spool.read(size)


def _walk(folder: Path, inside: str, deeper: int) -> Iterator[str]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name.startswith((".", "__MACOSX")):
            continue
        if entry.is_file(follow_symlinks=False):
            yield inside + entry.name
        elif deeper and entry.is_dir(follow_symlinks=False):
            try:
                yield from _walk(Path(entry.path), f"{inside}{entry.name}/", deeper - 1)
            except PermissionError:
                continue


def _spooled(path: Path, spool: IO[bytes]) -> Tar:
    """Unpack in one pass, front to back: a compressed tar cannot be entered in the middle."""
    members: dict[str, tuple[int, int]] = {}
    unpacked, packed = 0, max(path.stat().st_size, 1)
    with tarfile.open(path, mode="r|*") as tar:
        for count, member in enumerate(tar):
            unpacked += member.size
            if unpacked > LEAST_TAR_BOMB and unpacked > MOST_TIMES * packed:
                raise InvalidInput(
                    f"{path} unpacks to {unpacked // packed:,} times its size: more than any export",
                    hint=f"at most {MOST_TIMES} times; unpack it and give the folder if you trust it",
                    field="PATH",
                )
            if unpacked > MOST_UNPACKED or count >= MOST_MEMBERS or spool.tell() > MOST_SPOOLED:
                raise InvalidInput(
                    f"{path} unpacks to more than an export holds", hint="unpack it and give the folder", field="PATH"
                )
            file = tar.extractfile(member) if member.isreg() and _is_wanted(member.name) else None
            if file is not None:
                offset = spool.tell()
                while chunk := file.read(_CHUNK):
                    spool.write(chunk)
                members[_plain(member.name)] = (offset, spool.tell() - offset)
    return Tar(spool, members)


@contextmanager
def _readable(path: Path) -> Generator[None]:
    damaged = (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)
    try:
        yield
    except damaged as error:
        raise InvalidInput(f"{path} is a damaged archive ({type(error).__name__})", hint=_AGAIN, field="PATH") from None
    except OSError as error:
        if isinstance(error, FileNotFoundError | PermissionError):
            raise
        # gzip, bz2 and lzma tell damage as an OSError; a full disk is one as well.
        why = error.strerror or "damaged"
        raise InvalidInput(f"{path} cannot be unpacked: {why}", hint=_AGAIN, field="PATH") from None


def _is_wanted(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in {".json", ".jpg", ".jpeg", ".png", ".webp"}


def _plain(name: str) -> str:
    return name.replace("\\", "/").removeprefix("./")


def _inside(path: str) -> PurePosixPath:
    """`path`, if it stays inside."""
    pure = PurePosixPath(_plain(path))
    if pure.is_absolute() or ".." in pure.parts or not pure.parts or "\0" in path:
        raise InvalidInput(f"{path!r} leads out of the archive", hint="only files inside are read")
    return pure


def _shallowest(name: str, members: dict[str, zipfile.ZipInfo] | dict[str, tuple[int, int]]) -> str | None:
    found = [path for path in members if PurePosixPath(path).name == name and path.count("/") <= 1]
    return min(found, key=lambda path: (path.count("/"), path), default=None)


def _limited(file: IO[bytes], path: str, *, most: int) -> bytes:
    data = file.read(most + 1)
    if len(data) > most:
        raise _too_big(path, most)
    return data


def _missing(path: str) -> InvalidInput:
    return InvalidInput(f"the archive holds no {path}", hint="it may have been left out of the export")


def _too_big(path: str, most: int) -> InvalidInput:
    return InvalidInput(f"{path} has more than {most:,} bytes", hint=f"at most {most:,}")
