"""One entry of a feed becomes a post: RSS 2.0, RSS 1.0 and Atom say the same things by other names."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from urllib.parse import unquote, urlsplit

from adtailor.cli.inputs.feed_dates import feed_time
from adtailor.cli.inputs.feed_xml import Element
from adtailor.cli.inputs.html_text import text_of_html
from adtailor.cli.inputs.plain_id import id_of, plain_id
from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.post import MOST_PHOTOS, Post

NAIVE = "posts with a time that names no known zone, taken as UTC"
REMOTE = "pictures named by an address and not looked at (nothing is fetched)"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_PICTURE = re.compile(r".*\.(jpe?g|png|webp)", re.IGNORECASE)
_MAIL = re.compile(r"\S+@\S+\s*\((?P<name>[^)]+)\)")
_MARKUP = re.compile(r"<[A-Za-z/!]|&(?:[A-Za-z]+|#\d+|#x[0-9A-Fa-f]+);")
_ENDS = " .…\N{NO-BREAK SPACE}"
_AUTHORS = ("dc:creator", "atom:author", "author", "itunes:author", "managingEditor")
_DATES = ("pubDate", "atom:published", "dc:date", "atom:issued", "dcterms:created", "atom:updated", "atom:modified")


@dataclass(slots=True, kw_only=True)
class Feed:
    """What is known of a feed while it is read: its own elements, and what was supposed or left out."""

    around: list[Element] = field(default_factory=list[Element])
    author: str | None = None
    """Whose a post is that names nobody, in a feed that does not either."""
    counts: Counter[str] = field(default_factory=Counter[str])

    def say(self, *names: str) -> str:
        """What the feed itself says."""
        return next((said for one in self.around if (said := _person(one, *names))), "")

    @property
    def name(self) -> str:
        """What tells it from other feeds."""
        links = (link.attributes.get("href", "") for one in self.around for link in one.all("atom:link"))
        return self.say("atom:id") or self.say("link") or next(links, "") or self.say("title", "atom:title")


def post_of_entry(entry: Element, feed: Feed) -> tuple[Post, tuple[str, ...]]:
    """The post, and the pictures that lie beside the feed; InvalidInput names what does not fit."""
    text = _words(entry)
    photos = _photos(entry, feed)
    created_at = _created_at(entry, feed)
    answered = next((one.attributes.get("ref") for one in entry.all("thr:in-reply-to")), None)
    author = _person(entry, *_AUTHORS) or feed.say(*_AUTHORS) or feed.author or "me"
    post = Post(
        id=PostId(_id(entry, feed, created_at, text)),
        author_id=PersonId(plain_id(author)),
        created_at=created_at,
        text=text,
        language=_language(entry, feed),
        reply_to=PostId(_named(answered, feed)) if answered else None,
        is_repost=next(entry.all("source", "atom:source"), None) is not None,
    )
    return post, photos[:MOST_PHOTOS]


def _words(entry: Element) -> str:
    """Title and body; a title that is only the beginning of the body is not said twice."""
    title = " ".join(_plain(entry.first("title", "atom:title", "dc:title")).split())
    body = _plain(entry.first("content:encoded", "atom:content", "description", "atom:summary", "dc:description"))
    start = " ".join(body.split())
    repeated = start.startswith(title.rstrip(_ENDS)) if title else True
    return body if repeated and body else "\n\n".join(part for part in (title, body) if part)


def _plain(element: Element | None) -> str:
    """As one reads it. RSS does not say whether it holds markup: it does where it looks so."""
    if element is None:
        return ""
    text = element.text
    kind = element.attributes.get("type", "").lower()
    if element.name.startswith("atom:"):
        is_markup = kind in {"html", "xhtml", "text/html", "application/xhtml+xml"}
    else:
        is_markup = _MARKUP.search(text) is not None
    return text_of_html(text) if is_markup else text


def _created_at(entry: Element, feed: Feed) -> datetime:
    found = entry.first(*_DATES)
    name = "pubDate" if found is None else found.name.removeprefix("atom:")
    created_at, zoned = feed_time(found.text if found is not None else "", name)
    feed.counts[NAIVE] += not zoned
    return created_at


def _id(entry: Element, feed: Feed, created_at: datetime, text: str) -> str:
    """By its own name, else by its link, else by what it holds."""
    link = next((one.attributes.get("href", "") for one in entry.all("atom:link")), "")
    name = entry.say("guid", "atom:id") or entry.attributes.get("rdf:about", "").strip() or entry.say("link") or link
    if name:
        return _named(name, feed)
    return id_of("feed", int(created_at.timestamp()), feed.name, text)


def _named(name: str, feed: Feed) -> str:
    """A name that only means something within its feed (`7`) is told apart from that of another."""
    return plain_id(name if ":" in name else f"{feed.name} {name}" if feed.name else name)


def _person(element: Element, *names: str) -> str:
    """A name: alone, within an element, or after an address as RSS writes it."""
    found = element.first(*names)
    if found is None:
        return ""
    said = found.say("atom:name", "atom:email") or found.text
    matched = _MAIL.fullmatch(said)
    return unescape(matched["name"] if matched else said).strip()


def _language(entry: Element, feed: Feed) -> str | None:
    body = entry.first("content:encoded", "atom:content", "description", "atom:summary", "title", "atom:title")
    declared = (
        body.language if body is not None else None,
        entry.say("dc:language"),
        entry.language,
        feed.say("language", "dc:language"),
    )
    found = next((one.strip().replace("_", "-") for one in declared if one and one.strip()), "")
    return found if _LANGUAGE.fullmatch(found) and len(found) <= 35 else None


def _photos(entry: Element, feed: Feed) -> tuple[str, ...]:
    """Paths of pictures beside the feed, each once; what lies elsewhere is counted."""
    media = [one for group in entry.all("media:group") for one in group.all("media:content")]
    found: dict[str, None] = {}
    for one in (*entry.all("enclosure", "media:content"), *media):
        _add(found, one.attributes.get("url", ""), one.attributes.get("type") or one.attributes.get("medium", ""), feed)
    for one in entry.all("atom:link"):
        if one.attributes.get("rel") == "enclosure":
            _add(found, one.attributes.get("href", ""), one.attributes.get("type", ""), feed)
    return tuple(found)


def _add(found: dict[str, None], url: str, kind: str, feed: Feed) -> None:
    try:
        split = urlsplit(url.strip())
    except ValueError:
        return
    if not (kind.startswith("image") or (not kind and _PICTURE.fullmatch(split.path))):
        return
    if split.scheme or split.netloc:
        feed.counts[REMOTE] += 1
    elif split.path:
        found[unquote(split.path)] = None
