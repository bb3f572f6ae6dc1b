"""How values are put into words and colours on a page."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from adtailor.domain.money import Micros, written
from adtailor.domain.reading import Garment, Reading
from adtailor.domain.signals import Signal

SIGNAL_WORDS: Mapping[Signal, str] = {
    "context topics": "The topic of the post beside it",
    "context tone": "The tone of the post beside it",
    "interests": "Your interests",
    "look": "The clothes in your photos",
    "affect": "Your good moods",
    "place": "Your country",
    "history": "Ads you clicked or hid before",
}
CONSENT_WORDS: Mapping[str, tuple[str, str]] = {
    "interests": ("Interests", "Topics I write about, and ads I clicked, may choose ads."),
    "look": ("Look", "The clothes in my photos may choose ads. Never my face or body."),
    "affect": ("Good moods", "When I sound happy or curious, ads may match that. A low mood is never used for ads."),
    "wellbeing": ("Well-being", "When my posts sound strained, show me fewer ads and suggest a break."),
}
MOOD_WORDS: Mapping[str, str] = {
    "joy": "Happy",
    "excitement": "Excited",
    "amusement": "Amused",
    "curiosity": "Curious",
    "calm": "Calm",
}

DONE_WORDS: Mapping[str, str] = {
    "consents": "Saved. It holds from this page on.",
    "objection": "Saved. It holds from this page on.",
    "signal": "Saved. It holds from this page on; what is off is listed under “What is known about you”.",
    "mute": "Saved. Whom you muted is listed under “What is known about you”.",
    "hide": "That ad will not come again.",
    "forget": "Everything about you is gone.",
}
"""Said after a choice. The card and the mood are left out: nobody is told twice how they feel."""


def ago(then: datetime, now: datetime) -> str:
    """How long ago, in a word.

    >>> from datetime import UTC, timedelta
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> ago(noon - timedelta(minutes=5), noon), ago(noon - timedelta(hours=30), noon)
    ('5 min', '1 d')
    """
    minutes = max(int((now - then).total_seconds() // 60), 0)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return f"{minutes // 60} h"
    return f"{minutes // (24 * 60)} d"


def hue(key: str) -> int:
    """A colour of its own for each name, 0 to 359."""
    return int.from_bytes(sha256(key.encode()).digest()[:2], "big") % 360


def initials(name: str) -> str:
    """Up to two letters for an avatar.

    >>> initials("Ana María Ruiz"), initials("bo")
    ('AR', 'B')
    """
    words = name.split()
    letters = words[0][:1] + (words[-1][:1] if len(words) > 1 else "")
    return letters.upper()


def price(amount: Micros, kind: str, currency: str) -> str:
    """A price and what it is paid for.

    >>> price(Micros(412_000), "cpc", "EUR")
    'EUR 0.412 a click'
    """
    per = {"cpc": "a click", "cpm": "per 1000 impressions", "cpa": "a conversion"}[kind]
    return f"{currency} {written(amount)} {per}"


def percent(share: float) -> str:
    """A share as a percentage.

    >>> percent(0.816), percent(0.004)
    ('82 %', '0.4 %')
    """
    return f"{share * 100:.0f} %" if share >= 0.1 or share == 0 else f"{share * 100:.1f} %"


def strongest(values: Mapping[str, float] | None, *, most: int = 3, least: float = 0.0) -> list[tuple[str, float]]:
    """The largest few of a mapping, largest first."""
    ordered = sorted((values or {}).items(), key=lambda item: (-item[1], item[0]))
    return [(name, value) for name, value in ordered[:most] if value >= least]


def feelings(reading: Reading) -> list[tuple[str, float]]:
    """The emotions that stand out; neutral is none."""
    return strongest({k: v for k, v in (reading.emotions or {}).items() if k != "neutral"}, most=3, least=0.2)


def garments(reading: Reading) -> list[str]:
    """The clothes of a reading, as `navy shirt` or `red striped skirt`."""
    return [_garment(garment) for photo in reading.look or () for garment in photo.garments]


def garment_notes(reading: Reading) -> list[tuple[str, str]]:
    """Each of the clothes with what they suggest by rule, and how dear they look: `casual, street; everyday; mid`."""
    return [
        (
            _garment(garment),
            "; ".join(
                (
                    ", ".join([name for name, _ in strongest(garment.style, most=2)]) or "no style",
                    ", ".join([name for name, _ in strongest(garment.occasion, most=2)]) or "no occasion",
                    f"price {garment.price_tier}" if garment.price_tier else "price not known",
                )
            ),
        )
        for photo in reading.look or ()
        for garment in photo.garments
    ]


def _garment(garment: Garment) -> str:
    pattern = (garment.pattern,) if garment.pattern not in {None, "plain"} else ()
    return " ".join(str(word) for word in (*garment.colours[:1], *pattern, garment.type))
