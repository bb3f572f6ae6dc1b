"""What Instagram's and Facebook's exports share: files of entries in several parts, media beside them, an owner.

Both are made by one machinery ("Download your information"): each file is a JSON list of entries, or an object around
one; paths of media count from the top of the export; times are seconds since 1970, in UTC.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

import msgspec

from adtailor.cli.inputs.archive import Archive
from adtailor.cli.inputs.item import Broken, Fetch, Item
from adtailor.cli.inputs.mended import Mend, mend_for
from adtailor.domain.ids import PostId
from adtailor.domain.post import MOST_PHOTOS, Photo, Post
from adtailor.errors import AdtailorError, InvalidInput
from adtailor.service.wire import decode

MOST_ENTRIES = 512 * 2**20
"""Bytes of one file of entries; they are held in memory, media are not."""
MOST_PHOTO = 30_000_000
_VIDEOS = frozenset({".mp4", ".mov", ".m4v", ".webm", ".avi", ".mkv", ".3gp", ".srt", ".mp3", ".m4a", ".aac", ".wav"})
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")


class Media(msgspec.Struct, frozen=True):
    """A photo or video: its path from the top of the export, and what was written to it."""

    uri: str | None = None
    creation_timestamp: float | None = None
    title: str | None = None
    description: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A post before its photos are sorted out: what its entry says, mended."""

    post: Post
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file of entries: which one, and how to read one of them."""

    path: str
    kind: str


@dataclass(slots=True, kw_only=True)
class LeftOut:
    """What was not read, and is no fault: counted by what one says of it."""

    counts: Counter[str] = field(default_factory=Counter[str])
    seen: set[PostId] = field(default_factory=set[PostId])
    shown: set[str] = field(default_factory=set[str])
    """Media that some post shows."""
    said: list[str] = field(default_factory=list[str])

    def notes(self) -> tuple[str, ...]:
        """A sentence each."""
        return (*self.said, *(f"{what}: {number:,}" for what, number in self.counts.items() if number))


Reader = Callable[[bytes, Part, Mend, LeftOut], Draft | None]
"""One entry becomes a draft; None for an entry that is no post; InvalidInput for one that should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The entries of one part, as bytes until their turn; `broken` says why there are not more."""

    part: Part
    entries: Sequence[bytes]
    broken: Broken | None = None


def load(archive: Archive, part: Part, keys: Sequence[str], *, file: str) -> Loaded:
    """The entries of one file; of a file that is cut off, those before the cut."""
    try:
        raw = archive.read(part.path, most=MOST_ENTRIES).removeprefix(b"\xef\xbb\xbf")
    except AdtailorError as error:
        return Loaded(part=part, entries=(), broken=Broken.of(error, file=file, position=part.path))
    try:
        return Loaded(part=part, entries=_entries(raw, keys))
    except AdtailorError as error:
        whole = _before_the_cut(raw)
        left = f"; {len(whole):,} entries before that are read" if whole else ""
        reason = f"{error.message}{left}"
        return Loaded(
            part=part, entries=whole, broken=Broken(file=file, position=part.path, reason=reason, hint=_AGAIN)
        )


def read_parts(
    loaded: Sequence[Loaded], read: Reader, archive: Archive, roots: Sequence[str], left: LeftOut, *, file: str
) -> Iterator[Item | Broken]:
    """One item per post, in the order of the parts; what an entry lacks is named, the rest is read."""
    mend = mend_for(entry for one in loaded for entry in one.entries)
    for one in loaded:
        for number, entry in enumerate(one.entries, start=1):
            if not entry:  # it was joined to the one before
                continue
            position = f"{one.part.path}, item {number}"
            try:
                draft = read(entry, one.part, mend, left)
            except AdtailorError as error:
                broken = Broken.of(error, file=file, position=position)
                yield replace(broken, hint=_OTHER) if "/docs" in error.hint else broken
                continue
            if draft is not None:
                yield from _items(draft, archive, roots, left, mend, file=file, position=position)
        if one.broken is not None:
            yield one.broken


def moment(value: float | None, name: str) -> datetime:
    """Seconds since 1970 as a time; InvalidInput where there is none."""
    if not value:
        raise InvalidInput("missing", hint="a post needs its time", field=name)
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidInput(f"{value} is no time", hint="seconds since 1970", field=name) from None


def words(*texts: str | None) -> str:
    """Texts (mended before: a space may be half a letter) as paragraphs, each once; captions often stand twice."""
    stripped = dict.fromkeys((text or "").strip() for text in texts)
    return "\n\n".join(text for text in stripped if text)


def first_name(media: Sequence[Media]) -> str:
    """The file name of the first medium: it stays the same where folders are called otherwise."""
    return next((PurePosixPath(one.uri).name for one in media if one.uri), "")


def is_video(uri: str) -> bool:
    """Whether a path names a moving picture, a sound or subtitles."""
    return PurePosixPath(uri).suffix.lower() in _VIDEOS


def read_json(archive: Archive, path: str) -> Any:
    """A small file beside the posts; None if it cannot be read: it is wanted, not needed."""
    try:
        return msgspec.json.decode(archive.read(path, most=2**22).removeprefix(b"\xef\xbb\xbf"))
    except (AdtailorError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def dig(value: Any, *names: str | int) -> Any:
    """What lies under these names and places, or None."""
    for name in names:
        if isinstance(name, int):
            value = value[name] if isinstance(value, list) and len(value) > name else None
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


_ENTRY = frozenset({"data", "attachments", "media"})
"""What an entry holds that stands alone; an album without photos holds none of them."""
_OTHER = "an entry of another shape than we know: it is left out, the others are read"
_AGAIN = "ask for the export again, or unpack it anew"


def _items(
    draft: Draft, archive: Archive, roots: Sequence[str], left: LeftOut, mend: Mend, *, file: str, position: str
) -> Iterator[Item]:
    """The post with its photos; those beyond what a post may have follow as posts without words."""
    post = draft.post
    videos = [one for one in draft.media if one.uri and is_video(one.uri)]
    photos = [one for one in draft.media if one.uri and not is_video(one.uri)]
    left.counts["videos left out (only photos and words are read)"] += sum(
        1 for one in videos if PurePosixPath(one.uri or "").suffix.lower() != ".srt"
    )
    if not (post.text or photos or post.is_repost):
        if not videos:
            left.counts["entries left out that hold neither words nor photos"] += 1
        return
    if post.id in left.seen:
        left.counts["posts that stand twice in the archive, read once"] += 1
        return
    left.seen.add(post.id)
    left.shown.update(mend(one.uri or "") for one in photos)
    for start in range(0, max(len(photos), 1), MOST_PHOTOS):
        some = tuple(photos[start : start + MOST_PHOTOS])
        one = post if not start else replace(post, id=PostId(f"{post.id}-{start + 1}"), text="")
        fetch = _fetch(archive, roots, some, mend) if some else None
        yield Item(post=one, file=file, position=position, fetch=fetch)


def _fetch(archive: Archive, roots: Sequence[str], media: tuple[Media, ...], mend: Mend) -> Fetch:
    def photo(one: Media) -> Photo | str:
        uri = one.uri or ""
        try:
            return Photo(data=_bytes(archive, roots, uri, mend), alt=mend(one.description) if one.description else None)
        except AdtailorError as error:
            return error.message

    return lambda: tuple(photo(one) for one in media)


def _bytes(archive: Archive, roots: Sequence[str], uri: str, mend: Mend) -> bytes:
    """The file under any of the tops (an export in several parts has several), its name mended or as it stands."""
    if _ADDRESS.match(uri):
        raise InvalidInput("the photo is an address, not a file in the archive", hint="nothing is fetched")
    paths = [f"{root}{name}" for name in dict.fromkeys((mend(uri), uri)) for root in roots]
    found = next((path for path in paths if archive.holds(path)), None)
    if found is None:
        raise InvalidInput(f"the archive holds no {mend(uri)}", hint="it may be in another part of the export")
    return archive.read(found, most=MOST_PHOTO)


def _entries(raw: bytes, keys: Sequence[str]) -> list[bytes]:
    """The list, or the list under one of the keys; an object that has none of them is one entry alone."""
    if not raw.strip():
        raise InvalidInput("it is empty (0 bytes)", hint=_AGAIN)
    if raw.lstrip().startswith(b"{"):
        outer = decode(raw, dict[str, msgspec.Raw])
        lists = [outer[key] for key in keys if key in outer]
        if not lists:
            return [raw] if _ENTRY & outer.keys() else []
        return [entry for one in lists for entry in _entries(bytes(one), keys)]
    return [bytes(entry) for entry in decode(raw, list[msgspec.Raw])]


def _before_the_cut(raw: bytes) -> list[bytes]:
    """The whole entries at the start of a list whose end is missing or damaged."""
    text = raw.decode("utf-8", "replace")
    decoder = json.JSONDecoder()
    at = text.find("[") + 1
    found: list[bytes] = []
    while at:
        try:
            value, at = decoder.raw_decode(text, _skip(text, at))
        except (ValueError, RecursionError):
            break
        found.append(json.dumps(value).encode())
    return found


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at
