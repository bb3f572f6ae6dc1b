"""Posts from a feed in a file: RSS 2.0, RSS 1.0 or Atom. Nothing it points to is ever fetched."""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from adtailor.cli.inputs.archive import Archive, Folder
from adtailor.cli.inputs.exported import MOST_PHOTO
from adtailor.cli.inputs.feed_entry import Feed, post_of_entry
from adtailor.cli.inputs.feed_text import feed_text
from adtailor.cli.inputs.feed_xml import Entry, Unreadable, read_feed
from adtailor.cli.inputs.item import Broken, Fetch, Item, Source
from adtailor.domain.post import Photo
from adtailor.errors import AdtailorError, InvalidInput

MOST_FEED = 64 * 2**20
"""Bytes; the text of a feed is held in memory."""
_ENTRY = re.compile(r"<(?:[A-Za-z_][\w.\-]*:)?(?:item|entry)[\s>]")
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.\-]*:)?(?:rss|RDF|feed)[\s>]")


def looks_like_feed(start: bytes) -> bool:
    """Whether a file that begins so is a feed."""
    text = feed_text(start).text.lstrip()
    return text.startswith("<") and _ROOT.search(text) is not None


@contextmanager
def open_feed(path: Path, *, author: str | None = None) -> Generator[Source]:
    """The entries of a feed; pictures that it names by a path are taken from its folder, and never from outside."""
    with path.open("rb") as file:
        raw = file.read(MOST_FEED + 1)
    if len(raw) > MOST_FEED:
        raise InvalidInput(f"{path} has more than {MOST_FEED:,} bytes", hint="split the feed", field="PATH")
    read = feed_text(raw)
    if not _ROOT.search(read.text):
        raise InvalidInput(f"{path} is no feed: looked for <rss>, <rdf:RDF> and <feed>", hint=_HINT, field="PATH")
    feed = Feed(author=author)
    found = read_feed(read.text, feed.around)
    try:
        first = next(found, None)  # a document that is refused as a whole is refused now
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error.message}", hint=error.hint, field="PATH") from None
    items = _items(chain(() if first is None else (first,), found), feed, Folder(path.parent), str(path))

    def notes() -> tuple[str, ...]:
        said = (read.supposed,) if read.supposed else ()
        return (*said, *(f"{what}: {number:,}" for what, number in feed.counts.items() if number))

    total = sum(1 for _ in _ENTRY.finditer(read.text))
    yield Source(file=str(path), kind="feed", total=total, items=items, notes=notes)


_HINT = "give an RSS or Atom file, as a reader or a site exports it"


def _items(found: Iterator[Entry | Unreadable], feed: Feed, folder: Archive, file: str) -> Iterator[Item | Broken]:
    number = 0
    while True:
        try:
            one = next(found, None)
        except AdtailorError as error:
            yield Broken.of(error, file=file, position=f"after item {number}")
            return
        if one is None:
            return
        number += 1
        position = f"item {number} (line {one.line})"
        if isinstance(one, Unreadable):
            yield Broken(file=file, position=position, reason=one.reason, hint="the rest is read; mend the file there")
            continue
        try:
            post, photos = post_of_entry(one.element, feed)
            yield Item(post=post, file=file, position=position, fetch=_fetch(folder, photos) if photos else None)
        except AdtailorError as error:
            yield Broken.of(error, file=file, position=position)


def _fetch(folder: Archive, photos: tuple[str, ...]) -> Fetch:
    def photo(path: str) -> Photo | str:
        try:
            return Photo(data=folder.read(path, most=MOST_PHOTO))
        except AdtailorError as error:
            return error.message.replace("the archive holds", "the folder holds")

    return lambda: tuple(photo(path) for path in photos)
