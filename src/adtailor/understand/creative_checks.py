"""What speaks against a creative, found before a person looks at it."""

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from PIL import Image, UnidentifiedImageError

from adtailor.domain.creative import Creative
from adtailor.domain.landing import lands_at
from adtailor.domain.review import Finding
from adtailor.understand.copy_checks import LONGEST_BODY, LONGEST_HEADLINE
from adtailor.understand.personal_words import bodily, personal, plain

MOST_IMAGE_BYTES = 2 * 2**20
LEAST_SIDE, MOST_SIDE = 200, 4096
WIDEST = 3.0
"""Longer side by shorter."""
_TYPES = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP", ".gif": "GIF"}

_HURRY = re.compile(
    r"\b(?:hurry|last chance|only today|today only|act (?:now|fast)|don t (?:miss|wait)|before it s too late"
    r"|limited time"
    r"|while (?:stocks|supplies) last|ends (?:soon|today|tonight)|selling (?:fast|out)"
    r"|you ll regret|everyone else|running out|final hours|only \d+ left|almost gone"
    r"|nur (?:noch )?heute|letzte chance|nur noch \d+|schnell sein|beeil\w*"
    r"|derni[èe]re chance|plus que \d+|d[ée]p[êe]chez|[úu]ltima oportunidad|solo hoy|date prisa)\b"
)
_POLICY = re.compile(
    r"\b(?:guarantee\w*|risk[- ]free|no risk|get rich|easy money|passive income|miracle\w*|cures?|heals?|clinically"
    r"|doctors (?:hate|recommend)|lose \d+ ?(?:kg|kilos|pounds|lbs)|detox\w*|before and after|100 ?% (?:safe|free)"
    r"|crypto\w*|betting|casino|jackpot|weapons?|guns?|ammunition|cannabis|thc|escorts?|payday|instant (?:cash|loan)"
    r"|garantiert\w*|wunder\w*|heilt|nimm \d+ kilo ab|schnell reich|miracle|gu[ée]rit|milagro\w*|cura)\b"
)
_MARKS = re.compile(r"https?:|www\.|[<>{}\[\]|]|\*\*|@\w|#\w", re.IGNORECASE)
_LOUD = re.compile(r"\b[^\W\d_]{4,}\b")
_BANG = re.compile(r"[!?]{2,}|(?:!.*){3,}", re.DOTALL)
_MACRO = re.compile(r"[{}\[\]]|%%|\$\$|\$\(|__[A-Za-z_]+__|<[a-z_]+>|~[a-z_]+~", re.IGNORECASE)
_TELLING = re.compile(
    r"mood|stress|sad|emotion|affect|feeling|sentiment|crisis|depress|anxi|wellbeing|mental|person_?id|user_?id|viewer"
    r"|email|e-?mail|phone|profile|segment|audience|interest",
    re.IGNORECASE,
)


def findings(creative: Creative, *, landing_domains: Sequence[str], media: Path | None) -> tuple[Finding, ...]:
    """Every objection, the ones that block first; none if nothing was found, which is not yet an approval.

    `media` is the folder that `image` is a path under; without one, pictures are not looked at, and that is said.
    """
    found = [
        *_words(creative),
        *_links(creative, landing_domains),
        *_pictures(creative, media),
    ]
    return tuple(sorted(found, key=lambda one: not one.blocks))


def _texts(creative: Creative) -> Iterator[tuple[str, ...]]:
    """What people can read: the field, all of it, and its parts; a sentence may begin in the headline and end below."""
    yield "headline", f"{creative.headline} {creative.body}", creative.headline, creative.body
    yield "call_to_action", creative.call_to_action, creative.call_to_action
    for index, card in enumerate(creative.cards):
        yield f"cards[{index}].headline", card.headline, card.headline
    for index, variant in enumerate(creative.variants):
        if variant.state != "rejected":
            words = f"{variant.headline} {variant.body}", variant.headline, variant.body
            yield f"variants[{index}].headline", *words


def _words(creative: Creative) -> Iterator[Finding]:
    for field, *parts in _texts(creative):
        text = parts[0]
        if said := next(filter(None, map(personal, parts)), None):
            yield Finding(rule="personal", field=field, says=f"it speaks of its reader: {said}", blocks=True)
        elif said := bodily(text):
            yield Finding(rule="personal", field=field, says=f"it may speak of its reader's body: {said}", blocks=False)
        if (hit := _HURRY.search(plain(text))) and not creative.is_urgent:
            says = f"it makes a hurry ({hit.group()}): say so with is_urgent, or leave it out"
            yield Finding(rule="hurry", field=field, says=says, blocks=True)
        if hit := _POLICY.search(plain(text)):
            yield Finding(rule="policy", field=field, says=f"a claim to look at: {hit.group()}", blocks=False)
        if any(map(is_loud, parts)):
            yield Finding(rule="shouting", field=field, says="it shouts: capitals, or too many marks", blocks=False)
        if hit := _MARKS.search(text):
            yield Finding(rule="marks", field=field, says=f"it holds {hit.group()!r}", blocks=False)
    for name, text, most in (
        ("headline", creative.headline, LONGEST_HEADLINE[creative.format]),
        ("body", creative.body, LONGEST_BODY[creative.format]),
    ):
        if len(text) > most:
            says = f"{len(text)} characters: over {most} may be cut off"
            yield Finding(rule="marks", field=name, says=says, blocks=False)


def is_loud(text: str) -> bool:
    """Whether half of the longer words are capitals, at least two of them, or marks pile up.

    >>> is_loud("BUY BOOTS TODAY"), is_loud("NASA boots for walkers"), is_loud("Boots!!")
    (True, False, True)
    """
    words: list[str] = _LOUD.findall(text)
    loud = [word for word in words if word.isupper()]
    return (len(loud) >= 2 and len(loud) * 2 >= len(words)) or bool(_BANG.search(text))


def _links(creative: Creative, landing_domains: Sequence[str]) -> Iterator[Finding]:
    links = [("landing_url", creative.landing_url)]
    links += [(f"cards[{index}].landing_url", card.landing_url) for index, card in enumerate(creative.cards)]
    for field, url in links:
        if not lands_at(url, landing_domains):
            yield Finding(rule="landing", field=field, says="it leads outside the landing domains", blocks=True)
        told = unquote(unquote(url))
        if hit := _MACRO.search(told):
            says = f"it holds a macro, {hit.group()!r}: nothing about the viewer may reach it"
            yield Finding(rule="macro", field=field, says=says, blocks=True)
        parts = urlsplit(told)
        for name, value in parse_qsl(parts.query, keep_blank_values=True) + parse_qsl(parts.fragment):
            if hit := _TELLING.search(f"{name} {value}"):
                says = f"a parameter may tell whom it was shown to: {hit.group().lower()}"
                yield Finding(rule="macro", field=field, says=says, blocks=True)
                break
    if not landing_domains:
        says = "its advertiser names no landing domains: look where it leads"
        yield Finding(rule="landing", field="landing_url", says=says, blocks=False)


def _pictures(creative: Creative, media: Path | None) -> Iterator[Finding]:
    images = [("image", creative.image)] if creative.image is not None else []
    images += [(f"cards[{index}].image", card.image) for index, card in enumerate(creative.cards)]
    if creative.format == "image" and creative.image is None:
        yield Finding(rule="image", field="image", says="an image ad without an image", blocks=True)
    if images and media is None:
        yield Finding(rule="image", field="image", says="pictures were not looked at here", blocks=False)
        return
    for field, name in images:
        if media is not None and (says := picture_fault(media, name)):
            yield Finding(rule="image", field=field, says=says, blocks=True)


def picture_fault(media: Path, name: str) -> str | None:
    """What is wrong with a picture under `media`: every pixel of it is decoded, as a browser will."""
    path = (media / name).resolve()
    if not path.is_relative_to(media.resolve()) or not path.is_file():
        return f"there is no {name!r} in the media folder"
    if (size := path.stat().st_size) > MOST_IMAGE_BYTES:
        return f"{size:,} bytes: at most {MOST_IMAGE_BYTES:,}"
    expected = _TYPES.get(path.suffix.lower())
    if expected is None:
        return f"{path.suffix or 'no suffix'}: use {', '.join(_TYPES)}"
    try:
        with Image.open(BytesIO(path.read_bytes()), formats=tuple(dict.fromkeys(_TYPES.values()))) as image:
            if image.format != expected:
                return f"it is a {image.format}, and is called {path.suffix}"
            width, height = image.size
            if not (min(width, height) >= LEAST_SIDE and max(width, height) <= MOST_SIDE):
                return f"{width} x {height} pixels: each side from {LEAST_SIDE} to {MOST_SIDE}"
            if max(width, height) > WIDEST * min(width, height):
                return f"{width} x {height} pixels: at most {WIDEST:g} times as long as wide"
            image.load()
    except UnidentifiedImageError:
        return "it is no picture of a known format"
    except Exception as error:  # damaged files make decoders raise nearly anything
        return f"it is cut off or damaged ({type(error).__name__})"
    return None
