"""What a path holds, told by its first bytes."""

import sys
import tarfile
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from adtailor.cli.inputs.item import Source
from adtailor.cli.inputs.jsonl import open_jsonl, open_stream
from adtailor.cli.inputs.mastodon import OUTBOX, open_mastodon
from adtailor.cli.inputs.photos import open_photo, open_photos
from adtailor.errors import InvalidInput

STANDARD_INPUT = "-"
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")


@contextmanager
def open_source(name: str) -> Generator[Source]:
    """The input behind a path, or `-`; InvalidInput if it is nothing that can be read."""
    with ExitStack() as opened:
        try:
            source = opened.enter_context(_source(name))
        except OSError as error:
            why = (error.strerror or "cannot be read").lower()
            hint = "check its permissions" if isinstance(error, PermissionError) else "check the path"
            raise InvalidInput(f"{name}: {why}", hint=hint, field="PATH") from None
        yield source


def _source(name: str) -> AbstractContextManager[Source]:
    if name == STANDARD_INPUT:
        return open_stream(sys.stdin.buffer)
    path = Path(name)
    if not name or "\0" in name:
        raise InvalidInput(f"{name!r} is no path", hint="name a file or a folder", field="PATH")
    return _of_folder(path) if path.is_dir() else _of_file(path)


def _of_folder(path: Path) -> AbstractContextManager[Source]:
    return open_mastodon(path) if (path / OUTBOX).is_file() else open_photos(path)


def _of_file(path: Path) -> AbstractContextManager[Source]:
    start = _start(path)
    if not start:
        raise InvalidInput(f"{path} is empty (0 bytes)", hint="one post a line, as JSON", field="PATH")
    if start.startswith(_PICTURES) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP"):
        return open_photo(path)
    if start.startswith(_ARCHIVES) or (start[257:262] == b"ustar" and tarfile.is_tarfile(path)):
        return open_mastodon(path)
    if path.name == OUTBOX:
        return open_mastodon(path.parent)
    return open_jsonl(path)


def _start(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        raise InvalidInput(f"{path} is neither file nor folder", hint="use - to read standard input", field="PATH")
    with path.open("rb") as file:
        return file.read(512)
