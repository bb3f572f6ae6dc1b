"""What a path holds, told by its first bytes and by the files in it; or taken for what it is said to be."""

import re
import sys
import tarfile
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Literal

from adtailor.cli.inputs.archive import Archive, open_archive
from adtailor.cli.inputs.downloaded import export_source, lone_file, no_posts, open_facebook, open_instagram
from adtailor.cli.inputs.feed import looks_like_feed, open_feed
from adtailor.cli.inputs.item import Source
from adtailor.cli.inputs.jsonl import open_jsonl, open_stream
from adtailor.cli.inputs.layouts import FACEBOOK, INSTAGRAM
from adtailor.cli.inputs.mastodon import OUTBOX, mastodon_source, open_mastodon
from adtailor.cli.inputs.photos import open_photo, open_photos
from adtailor.errors import InvalidInput

Format = Literal["jsonl", "mastodon", "instagram", "facebook", "feed", "photos"]
STANDARD_INPUT = "-"
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_SNIFFED = 4096
_EXPORTED = re.compile(rb'\s*(?:\[|\{\s*"(?:ig_\w+|\w+_v2|text_post_app_\w+|photos|videos|stories|status_updates)")')
"""A list, or an object whose first key is one of those that stand around the entries of an export."""
_EXPORTS = {INSTAGRAM: "instagram", FACEBOOK: "facebook"}


@contextmanager
def open_source(name: str, *, form: Format | None = None, author: str | None = None) -> Generator[Source]:
    """The input behind a path, or `-`; InvalidInput if it is nothing that can be read.

    `form` says what it is, where looking is not enough; `author` whose it is, where the input does not say.
    """
    with ExitStack() as opened:
        try:
            source = opened.enter_context(_source(name, form, author))
        except OSError as error:
            why = (error.strerror or "cannot be read").lower()
            hint = "check its permissions" if isinstance(error, PermissionError) else "check the path"
            raise InvalidInput(f"{name}: {why}", hint=hint, field="PATH") from None
        yield source


def _source(name: str, form: Format | None, author: str | None) -> AbstractContextManager[Source]:
    if name == STANDARD_INPUT:
        if form not in {None, "jsonl"}:
            raise InvalidInput(
                "standard input is read as JSON lines", hint="name the file for other formats", field="--format"
            )
        return open_stream(sys.stdin.buffer)
    path = Path(name)
    if not name or "\0" in name:
        raise InvalidInput(f"{name!r} is no path", hint="name a file or a folder", field="PATH")
    if form is not None:
        return _as(form, path, author)
    return _of_folder(path, author) if path.is_dir() else _of_file(path, author)


def _as(form: Format, path: Path, author: str | None) -> AbstractContextManager[Source]:
    """What it is said to be."""
    if not path.is_dir() and not _start(path):
        raise _empty(path)
    if path.is_dir() and form in {"jsonl", "feed"}:
        raise InvalidInput(f"{path} is a folder", hint="name the file", field="PATH")
    is_plain = not path.is_dir() and not _is_archive(path, _start(path))
    match form:
        case "jsonl":
            return open_jsonl(path)
        case "feed":
            return open_feed(path, author=author)
        case "photos":
            return open_photos(path, author=author) if path.is_dir() else open_photo(path, author=author)
        case "mastodon":
            return open_mastodon(path.parent if is_plain else path)
        case "instagram" | "facebook":
            layout, opening = (INSTAGRAM, open_instagram) if form == "instagram" else (FACEBOOK, open_facebook)
            top, only = (lone_file(layout, path) or (path.parent, path.name)) if is_plain else (path, None)
            return opening(top, author=author, only=only)


def _of_folder(path: Path, author: str | None) -> AbstractContextManager[Source]:
    if (path / OUTBOX).is_file():
        return open_mastodon(path)
    with open_archive(path) as archive:
        names = list(archive.names())
    layouts = [layout for layout in _EXPORTS if layout.find(names)[0] or layout.is_html(names)]
    return _of_archive(path, author) if layouts else open_photos(path, author=author)


def _of_file(path: Path, author: str | None) -> AbstractContextManager[Source]:
    start = _start(path)
    if not start:
        raise _empty(path)
    if start.startswith(_PICTURES) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP"):
        return open_photo(path, author=author)
    if _is_archive(path, start):
        return _of_archive(path, author)
    if path.name == OUTBOX:
        return open_mastodon(path.parent)
    if _is_page(start):
        raise _page(path)
    if looks_like_feed(start):
        return open_feed(path, author=author)
    if (opening := _of_export(path, start, author)) is not None:
        return opening
    return open_jsonl(path)


@contextmanager
def _of_archive(path: Path, author: str | None) -> Generator[Source]:
    """Opened once, for a tar must be unpacked to be looked into; then read as what its files say that it is."""
    with open_archive(path) as archive:
        yield _archive_source(path, archive, author)


def _archive_source(path: Path, archive: Archive, author: str | None) -> Source:
    if archive.find(OUTBOX) is not None:
        return mastodon_source(archive, path)
    names = list(archive.names())
    fitting = [layout for layout in _EXPORTS if layout.find(names)[0]]
    if len(fitting) > 1:
        raise InvalidInput(
            f"{path} holds exports of {' and '.join(layout.site for layout in fitting)}",
            hint="read it once with --format instagram and once with --format facebook",
            field="PATH",
        )
    if fitting:
        return export_source(fitting[0], archive, path, author=author)
    for layout in _EXPORTS:
        if layout.is_html(names):
            raise no_posts(layout, names, path)
    raise InvalidInput(
        f"{path} holds no {OUTBOX} (Mastodon) and none of {INSTAGRAM.looked_for}, nor {FACEBOOK.looked_for}",
        hint="an export in several zips is unpacked into one folder first; a zip of photos is unpacked too",
        field="PATH",
    )


def _of_export(path: Path, start: bytes, author: str | None) -> AbstractContextManager[Source] | None:
    """One file of an export, named itself; lines of JSON may be called the same, and do not begin as these."""
    for layout, opening in ((INSTAGRAM, open_instagram), (FACEBOOK, open_facebook)):
        found = lone_file(layout, path) or lone_file(layout, path.parent / layout.home / path.name)
        if found is not None and _begins_as_export(start):
            top, inside = found if lone_file(layout, path) else (path.parent, path.name)
            return opening(top, author=author, only=inside)
    return None


def _begins_as_export(start: bytes) -> bool:
    return _EXPORTED.match(start.removeprefix(b"\xef\xbb\xbf")) is not None


def _is_archive(path: Path, start: bytes) -> bool:
    return start.startswith(_ARCHIVES) or (start[257:262] == b"ustar" and tarfile.is_tarfile(path))


def _is_page(start: bytes) -> bool:
    begin = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:100].lower()
    return begin.startswith((b"<!doctype html", b"<html"))


def _page(path: Path) -> InvalidInput:
    return InvalidInput(
        f"{path} is a web page (HTML)",
        hint="exports of Instagram and Facebook are read as JSON: choose that format when you download yours",
        field="PATH",
    )


def _empty(path: Path) -> InvalidInput:
    return InvalidInput(f"{path} is empty (0 bytes)", hint="one post a line, as JSON", field="PATH")


def _start(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        raise InvalidInput(f"{path} is neither file nor folder", hint="use - to read standard input", field="PATH")
    with path.open("rb") as file:
        return file.read(_SNIFFED)
