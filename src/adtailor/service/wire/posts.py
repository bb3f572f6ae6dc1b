"""A post on the wire: a line of JSONL, or an item of POST /v1/posts."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

from msgspec import UNSET, Meta, Raw, UnsetType

from adtailor.domain.checks import checked_id
from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.post import MOST_PHOTOS, Photo, Post
from adtailor.errors import InvalidInput
from adtailor.service.wire.decoding import Wire, decode, id_or_none, in_utc, under

Zoned = Annotated[datetime, Meta(tz=True)]
Short = Annotated[str, Meta(max_length=200)]
LanguageTag = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$", max_length=35, description="as BCP 47 writes it: en, pt-BR"),
]


class PhotoWire(Wire, frozen=True, kw_only=True):
    """One of `path` (in files), `data` (base64, over HTTP) or `url` (over HTTP: fetched from the public Internet)."""

    path: str | None = None
    data: bytes | None = None
    url: str | None = None
    alt: Annotated[str, Meta(max_length=5000)] | None = None


class PostWire(Wire, frozen=True, kw_only=True):
    """What someone wrote and showed. `ext` is the sender's own and is not kept."""

    id: str
    author_id: str
    created_at: Zoned
    text: str = ""
    language: LanguageTag | None = None
    photos: tuple[PhotoWire, ...] = ()
    place: Short | None = None
    reply_to: str | None = None
    is_repost: bool = False
    ext: Raw | UnsetType = UNSET


def decode_post(raw: bytes, photo_root: Path | None = None) -> Post:
    """One post from JSON. Paths of photos are taken from `photo_root`; without one they are refused.

    >>> decode_post(b'{"id": "p1", "author_id": "ana", "created_at": "2026-11-20T12:00:00Z", "text": "Hi"}').text
    'Hi'
    """
    return post_from_wire(decode(raw, PostWire), photo_root=photo_root)


def post_from_wire(
    wire: PostWire, *, photo_root: Path | None = None, pictures: Mapping[int, bytes | None] | None = None
) -> Post:
    """The domain's post; InvalidInput names the field.

    `pictures` were fetched in place of photos that are named by an address; those that could not be are left out.
    """
    if len(wire.photos) > MOST_PHOTOS:
        raise InvalidInput(f"{len(wire.photos)} photos", hint=f"at most {MOST_PHOTOS}", field="photos")
    photos: list[Photo] = []
    for index, photo in enumerate(wire.photos):
        if pictures is not None and index in pictures:
            if picture := pictures[index]:
                photos.append(Photo(data=picture, alt=photo.alt))
            continue
        with under(f"photos[{index}]"):
            photos.append(_photo(photo, photo_root))
    reply_to = id_or_none(wire.reply_to, "reply_to")
    return Post(
        id=PostId(checked_id(wire.id, "id")),
        author_id=PersonId(checked_id(wire.author_id, "author_id")),
        created_at=in_utc(wire.created_at, "created_at"),
        text=wire.text,
        language=wire.language,
        photos=tuple(photos),
        place=wire.place,
        reply_to=None if reply_to is None else PostId(reply_to),
        is_repost=wire.is_repost,
    )


def post_to_wire(post: Post) -> PostWire:
    """The post as it would have been sent: photos as their bytes, or the path of their file."""
    return PostWire(
        id=post.id,
        author_id=post.author_id,
        created_at=post.created_at,
        text=post.text,
        language=post.language,
        photos=tuple(
            PhotoWire(path=None if photo.path is None else str(photo.path), data=photo.data, alt=photo.alt)
            for photo in post.photos
        ),
        place=post.place,
        reply_to=post.reply_to,
        is_repost=post.is_repost,
    )


def _photo(wire: PhotoWire, root: Path | None) -> Photo:
    over_http = "send the picture itself as base64 in `data`"
    if sum(given is not None for given in (wire.path, wire.data, wire.url)) != 1:
        raise InvalidInput("exactly one of path, data and url is needed", hint=over_http if root is None else "one")
    if wire.url is not None:
        raise InvalidInput("pictures are not fetched here", hint=over_http, field="url")
    if wire.data is not None:
        if not wire.data:
            raise InvalidInput("the picture has 0 bytes", hint=over_http, field="data")
        return Photo(data=wire.data, alt=wire.alt)
    path = wire.path or ""
    if root is None:
        raise InvalidInput("a path means nothing over HTTP", hint=over_http, field="path")
    if not path or "\0" in path:
        raise InvalidInput("no path", hint="the path of a picture, from the folder of the file", field="path")
    return Photo(path=root / path, alt=wire.alt)
