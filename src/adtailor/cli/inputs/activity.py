"""One activity of an ActivityPub outbox (W3C, 2018) becomes a post: JSON in, values out."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from adtailor.cli.inputs.html_text import text_of_html
from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.post import Post
from adtailor.errors import InvalidInput
from adtailor.service.wire import decode
from adtailor.service.wire.posts import Zoned

_ID = re.compile(r"[A-Za-z0-9._:\-]{1,64}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_PHOTO = re.compile(r"image/(jpe?g|png|webp)", re.IGNORECASE)
_MEDIA = "media_attachments/"


class Document(msgspec.Struct, frozen=True, rename="camel"):
    """Something attached; `url` is a path inside the archive, or an address where media lie elsewhere."""

    media_type: str | None = None
    url: str | None = None
    name: str | None = None


class Choice(msgspec.Struct, frozen=True):
    """One answer of a poll."""

    name: str = ""


class Note(msgspec.Struct, frozen=True, rename="camel"):
    """What was written."""

    id: str
    published: Zoned | None = None
    content: str | None = None
    content_map: dict[str, str] | None = None
    summary: str | None = None
    """The content warning, in the author's words."""
    in_reply_to: Any = None
    attributed_to: Any = None
    attachment: list[Document] | Document | None = None
    one_of: list[Choice] | None = None
    any_of: list[Choice] | None = None


class Activity(msgspec.Struct, frozen=True, rename="camel"):
    """Who did what: created a note, or announced (boosted) one."""

    type: str
    object: Note | str
    id: str | None = None
    actor: Any = None
    published: Zoned | None = None


class Outbox(msgspec.Struct, frozen=True, rename="camel"):
    """All activities, each left as bytes until its turn: one that is damaged costs no other."""

    ordered_items: list[msgspec.Raw]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A photo by its path in the archive, and how its author describes it."""

    path: str
    alt: str | None


def post_of_activity(raw: bytes) -> tuple[Post, tuple[Attached, ...]]:
    """The post, and the photos that belong to it; InvalidInput names what does not fit.

    A boost has no words of its own, unless its note is quoted whole: then they are the words of another.
    """
    activity = decode(raw, Activity)
    note = activity.object if isinstance(activity.object, Note) else None
    match activity.type:
        case "Create" if note is not None:
            of, published = note.id, note.published or activity.published
        case "Announce" if activity.id is not None:
            of, published = activity.id, activity.published
        case "Create":
            raise InvalidInput("expected a note, got its address", hint="export the archive again", field="object")
        case "Announce":
            raise InvalidInput("missing", hint="a boost is known by the id of its activity", field="id")
        case other:
            raise InvalidInput(f"{other[:40]!r} is no post", hint="Create and Announce are read", field="type")
    if published is None:
        raise InvalidInput("missing", hint="a post needs its time", field="object.published")
    reply = _address(note.in_reply_to) if note else None
    post = Post(
        id=PostId(short_id(of)),
        author_id=PersonId(short_id(_address(activity.actor) or (note and _address(note.attributed_to)) or "me")),
        created_at=published,
        text=_words(note) if note else "",
        language=_language(note) if note else None,
        reply_to=None if reply is None else PostId(short_id(reply)),
        is_repost=activity.type == "Announce",
    )
    return post, _photos(note) if note else ()


def short_id(address: str) -> str:
    """An id that fits, from an address: its last part where that is one, else a hash of the whole.

    >>> short_id("https://social.example/users/ana/statuses/109348/activity")
    '109348'
    >>> short_id("https://social.example/a post?n=1")
    'post-b7677538e48de5dfb675'
    """
    split = urlsplit(address)
    parts = [part for part in split.path.split("/") if part and part != "activity"]
    if parts and not split.query and _ID.fullmatch(parts[-1].removeprefix("@")):
        return parts[-1].removeprefix("@")
    return "post-" + hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()[:20]


def _words(note: Note) -> str:
    content = note.content if note.content is not None else next(iter((note.content_map or {}).values()), "")
    choices = "\n".join(f"- {choice.name}" for choice in (*(note.one_of or ()), *(note.any_of or ())))
    return "\n\n".join(part for part in ((note.summary or "").strip(), text_of_html(content), choices) if part)


def _language(note: Note) -> str | None:
    for language, content in (note.content_map or {}).items():
        if note.content in {content, None} and _LANGUAGE.fullmatch(language) and language != "und":
            return language
    return None


def _photos(note: Note) -> tuple[Attached, ...]:
    attached = [note.attachment] if isinstance(note.attachment, Document) else note.attachment or []
    return tuple(
        Attached(path=_member(document.url), alt=document.name)
        for document in attached
        if document.url and _PHOTO.fullmatch(document.media_type or "")
    )


def _member(url: str) -> str:
    """The path inside the archive: servers that keep media in a bucket put its name in front."""
    path = unquote(urlsplit(url).path).lstrip("/")
    return path[path.index(_MEDIA) :] if _MEDIA in path else path


def _address(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("id")
    return value if isinstance(value, str) and value else None
