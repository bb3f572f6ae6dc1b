"""One entry of an Instagram export becomes a post, in the shapes of 2018 to 2025."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import PurePosixPath

import msgspec

from adtailor.cli.inputs.exported import Draft, LeftOut, Media, Part, first_name, moment, words
from adtailor.cli.inputs.mended import Mend
from adtailor.cli.inputs.plain_id import id_of
from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.post import Post
from adtailor.errors import InvalidInput
from adtailor.service.wire import decode

KEYS = ("ig_stories", "ig_reels_media", "ig_archived_post_media", "ig_igtv_media", "text_post_app_text_posts")
"""What stands around the list, by kind of post; `posts_1.json` is a bare list."""
KEYS_2018 = ("photos", "videos", "stories")
NAIVE = "posts with a time that names no zone, taken as UTC"


class Entry(msgspec.Struct, frozen=True):
    """From 2021 on: one photo carries the caption itself, several carry none and the entry does; a story is a photo."""

    media: list[Media] | None = None
    title: str | None = None
    creation_timestamp: float | None = None
    uri: str | None = None


class Entry2018(msgspec.Struct, frozen=True):
    """Until 2020, in `media.json`: each photo of a post is an entry of its own."""

    path: str
    taken_at: datetime
    caption: str | None = None
    location: str | None = None


def draft_of(raw: bytes, part: Part, mend: Mend, left: LeftOut, *, author: PersonId) -> Draft:
    """The post and its media; InvalidInput names what does not fit."""
    if part.kind == "2018":
        return _draft_of_2018(decode(raw, list[Entry2018]), mend, left, author)
    entry = decode(raw, Entry)
    media = tuple(entry.media or ())
    if entry.uri is not None:
        media = (Media(uri=entry.uri, creation_timestamp=entry.creation_timestamp, title=entry.title), *media)
    if not media and entry.title is None:
        raise InvalidInput("neither media nor title", hint="an entry of another kind: it is left out", field="media")
    text = words(*(mend(title) for title in (entry.title, *(one.title for one in media)) if title))
    second = entry.creation_timestamp or next((one.creation_timestamp for one in media if one.creation_timestamp), None)
    post = Post(
        id=PostId(id_of("instagram", int(second or 0), text, mend(first_name(media)))),
        author_id=author,
        created_at=moment(second, "creation_timestamp"),
        text=text,
        is_repost=part.kind == "reposts",
    )
    return Draft(post=post, media=tuple(one for one in media if one.uri))


def joined(entries: Sequence[bytes]) -> list[bytes]:
    """Entries of 2018 that are photos of one post as one list at the place of the first, nothing at the others'."""
    found: list[list[bytes]] = []
    before: tuple[object, ...] | None = None
    for entry in entries:
        try:
            told = decode(entry, Entry2018)
        except InvalidInput:
            before = None
            found.append([entry])
            continue
        same = (told.taken_at, told.caption, told.location)
        if same == before:
            at = next(at for at in range(len(found) - 1, -1, -1) if found[at])
            found[at].append(entry)
            found.append([])
        else:
            found.append([entry])
        before = same
    return [b"[%s]" % b",".join(group) if group else b"" for group in found]


def _draft_of_2018(entries: list[Entry2018], mend: Mend, left: LeftOut, author: PersonId) -> Draft:
    entry = entries[0]
    taken = entry.taken_at
    if taken.tzinfo is None:
        left.counts[NAIVE] += 1
        taken = taken.replace(tzinfo=UTC)
    text = words(mend(entry.caption or ""))
    post = Post(
        id=PostId(id_of("instagram", int(taken.timestamp()), text, PurePosixPath(entry.path).name)),
        author_id=author,
        created_at=taken,
        text=text,
        place=mend(entry.location) if entry.location else None,
    )
    return Draft(post=post, media=tuple(Media(uri=one.path) for one in entries))
