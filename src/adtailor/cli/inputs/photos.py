"""Posts from a folder of photos: each JPEG, PNG or WebP is a post without words."""

import hashlib
import os
import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from adtailor.cli.inputs.item import Broken, Item, Source
from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.post import Photo, Post
from adtailor.errors import InvalidInput

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
AUTHOR = PersonId("me")
_SAFE = re.compile(r"[A-Za-z0-9._\-/]{1,64}")
_UNSAFE = re.compile(r"[^A-Za-z0-9._\-]+")


@contextmanager
def open_photos(root: Path, *, author: str | None = None) -> Generator[Source]:
    """The photos of a folder and of those below it, by path; hidden ones and links are left out."""
    found = sorted(_walk(root), key=lambda one: one.as_posix() if isinstance(one, Path) else one.file)
    if not found:
        raise InvalidInput(
            f"{root} holds no outbox.json (Mastodon), no posts_1.json (Instagram), no your_posts_1.json (Facebook) "
            "and no photos (.jpg, .png, .webp)",
            hint="name a JSONL file or a feed itself; an export in parts is unpacked into one folder",
            field="PATH",
        )
    yield Source(
        file=str(root),
        kind="photos",
        total=len(found),
        items=(_item(one, root, author) if isinstance(one, Path) else one for one in found),
    )


@contextmanager
def open_photo(path: Path, *, author: str | None = None) -> Generator[Source]:
    """One photo."""
    yield Source(file=str(path), kind="photos", total=1, items=iter([_item(path, path.parent, author)]))


def photo_id(relative: str) -> str:
    """An id from a path: the path itself with `:` for `/` where it fits, else a readable part and a hash.

    >>> photo_id("2026/may/shirt.jpg")
    '2026:may:shirt.jpg'
    >>> photo_id("grüne Jacke.jpg")
    'gr-ne-Jacke.jpg-ccdfc1a254a3'
    """
    if _SAFE.fullmatch(relative):
        return relative.replace("/", ":")
    digest = hashlib.sha256(relative.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return f"{_UNSAFE.sub('-', relative)[-48:].strip('-')}-{digest}"


def _item(path: Path, root: Path, author: str | None) -> Item | Broken:
    relative = path.relative_to(root).as_posix()
    try:
        taken = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)
    except OSError as error:
        return Broken(file=str(path), position=None, reason=f"cannot be read: {error.strerror}")
    post = Post(
        id=PostId(photo_id(relative)),
        author_id=PersonId(author or AUTHOR),
        created_at=taken,
        photos=(Photo(path=path),),
    )
    return Item(post=post, file=str(path), position="photo")


def _walk(folder: Path) -> Iterator[Path | Broken]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Broken(file=str(folder), position=None, reason=f"cannot be read: {error.strerror}")
        return
    for entry in entries:
        if entry.name.startswith((".", "__MACOSX")):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path))
        elif entry.is_file(follow_symlinks=False) and Path(entry.name).suffix.lower() in SUFFIXES:
            yield Path(entry.path)
