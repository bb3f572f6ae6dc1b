"""One entry of a Facebook export becomes a post, in the shapes of 2018 to 2026."""

import re
from typing import Any
from urllib.parse import urlsplit

import msgspec

from adtailor.cli.inputs.exported import Draft, LeftOut, Media, Part, first_name, is_video, moment, words
from adtailor.cli.inputs.mended import Mend
from adtailor.cli.inputs.plain_id import id_of
from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.post import Post
from adtailor.service.wire import decode

KEYS = ("group_posts_v2", "group_posts", "activity_log_data", "status_updates")
"""What stands around the list; `your_posts_1.json` is a bare list."""
PHOTO_KEYS = ("photos", "other_photos_v2", "other_photos", "videos_v2", "videos")
"""The same for albums, and for photos and videos that are in none."""
_MENTION = re.compile(r"@\[\d+:\d+:([^\]]+)\]")
_SHARED = re.compile(r"\bshared\b(?! (?:a|an) (?:link|album|new album)\b)")
"""In the entry's title, as `Ana shared a post.`; titles are in the language of the account, so hosts are asked too."""
_HOSTS = ("facebook.com", "fb.watch", "fb.com", "instagram.com", "threads.net", "threads.com")
_LONGEST_PLACE = 200


class Said(msgspec.Struct, frozen=True):
    """One of the things an entry says: a text, or when it was changed."""

    post: str | None = None
    comment: Any = None


class Place(msgspec.Struct, frozen=True):
    """Where someone was."""

    name: str | None = None


class External(msgspec.Struct, frozen=True):
    """A page that was linked."""

    url: str | None = None


class Attached(msgspec.Struct, frozen=True):
    """One thing attached; `text` is somebody else's when a post was shared."""

    media: Media | None = None
    place: Place | None = None
    external_context: External | None = None
    text: str | None = None


class Attachment(msgspec.Struct, frozen=True):
    """Things attached together."""

    data: list[Attached] | None = None


class Entry(msgspec.Struct, frozen=True):
    """What was done: posted, shared, checked in; `title` is Facebook's sentence about it. Tags are not taken up."""

    timestamp: float | None = None
    data: list[Said] | None = None
    attachments: list[Attachment] | None = None
    title: str | None = None
    fbid: str | int | None = None


def draft_of(raw: bytes, part: Part, mend: Mend, left: LeftOut, *, author: PersonId) -> Draft | None:
    """The post and its media; None for a comment, or a photo of an album that a post shows; InvalidInput says why."""
    if part.kind == "photos":
        return _photo(decode(raw, Media), mend, left, author)
    entry = decode(raw, Entry)
    if any(said.comment is not None for said in entry.data or ()):
        left.counts["comments left out (only posts are read)"] += 1
        return None
    attached = [one for attachment in entry.attachments or () for one in attachment.data or ()]
    media = tuple(one.media for one in attached if one.media is not None and one.media.uri)
    own = words(*(_plain(mend(said.post)) for said in entry.data or () if said.post))
    text = words(own, *(mend(one.description) for one in media if one.description))
    place = next((mend(one.place.name) for one in attached if one.place and one.place.name), None)
    post = Post(
        id=PostId(_id(entry, text, mend(first_name(media)))),
        author_id=author,
        created_at=moment(entry.timestamp, "timestamp"),
        text=text,
        place=place[:_LONGEST_PLACE] if place else None,
        is_repost=_is_shared(entry, attached, own, media, mend),
    )
    return Draft(post=post, media=media)


def _photo(photo: Media, mend: Mend, left: LeftOut, author: PersonId) -> Draft | None:
    """A photo of an album, or of none: a post of its own unless a post shows it."""
    uri = mend(photo.uri or "")
    if uri in left.shown and not is_video(uri):
        left.counts["photos of albums left out that a post shows"] += 1
        return None
    text = words(mend(photo.description or ""))
    post = Post(
        id=PostId(id_of("facebook", int(photo.creation_timestamp or 0), text, mend(first_name([photo])))),
        author_id=author,
        created_at=moment(photo.creation_timestamp, "creation_timestamp"),
        text=text,
    )
    return Draft(post=post, media=(photo,) if photo.uri else ())


def _id(entry: Entry, text: str, name: str) -> str:
    number = str(entry.fbid or "")
    if number.isascii() and number.isdecimal() and len(number) <= 40:
        return f"facebook-{number}"
    return id_of("facebook", int(entry.timestamp or 0), text, name, entry.title or "")


def _is_shared(entry: Entry, attached: list[Attached], own: str, media: tuple[Media, ...], mend: Mend) -> bool:
    """Somebody else's post passed on, with or without words about it; or a link without a word or photo of one's own.

    A link that one writes about is a post of one's own.
    """
    if _SHARED.search(mend(entry.title or "")):
        return True
    links = [one.external_context.url or "" for one in attached if one.external_context is not None]
    if any(_is_post(link) for link in links):
        return True
    return not own and not media and (bool(links) or any(one.text for one in attached))


def _is_post(link: str) -> bool:
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return False
    return any(host == known or host.endswith(f".{known}") for known in _HOSTS)


def _plain(text: str) -> str:
    """Mentions as a reader sees them: `@[100001:2048:Ben]` is `Ben`."""
    return _MENTION.sub(r"\1", text)
