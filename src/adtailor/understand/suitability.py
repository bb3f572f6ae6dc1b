"""How safe it is for a brand to stand beside a post: from sensitive words, and the offence head where it speaks."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from adtailor.domain.reading import Risk, Suitability
from adtailor.understand.crisis import folded, tells_of_crisis

NAME = "suitability-words@1"
LANGUAGES: tuple[str, ...] = ("en", "de", "es")
"""For these there are words."""
MOST_CHARACTERS = 20_000
"""Looked through for words: some ten pages, which take about as long as the encoder."""
RISKS: tuple[Risk, ...] = ("low", "medium", "high", "floor")
HARM = "Crime & Harmful Acts to Individuals, Society & Human Right Violations"
"""What crisis language counts as here, among much else, so that a kept reading does not tell of a crisis."""
SURELY_OFFENSIVE = 0.9
"""On held tweets: 83 % of the offensive, 68 % of the hateful, 5 % of the other ones (from .53: 95, 86, 26)."""
HATE = "Hate Speech and Acts of Aggression"
PROFANITY = "Obscenity and Profanity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offence:
    """What the offence head says of a text, with the thresholds from which it counts."""

    hate: float
    offensive: float
    hate_threshold: float
    offensive_threshold: float


def suitability_of(text: str, language: str | None, offence: Offence | None = None) -> Suitability:
    """The worst risk that was found, and all categories that were.

    Hate is never suitable. Offence that no list knows is a medium risk, and a high one where it is all but sure: most
    of the harmless tweets that the head takes for offensive lie below that.

    >>> suitability_of("A calm walk by the lake", "en")
    Suitability(risk='low', categories=())
    >>> suitability_of("The bombing killed dozens", "en")
    Suitability(risk='high', categories=('Death, Injury, or Military Conflict',))
    """
    text = text[:MOST_CHARACTERS]
    plain = folded(text)
    found: list[tuple[str, Risk]] = [
        (category.name, category.risk) for category in categories() if category.is_in(plain, language)
    ]
    if tells_of_crisis(text, language):
        found.append((HARM, "floor"))
    if offence is not None:
        if offence.hate >= offence.hate_threshold:
            found.append((HATE, "floor"))
        if offence.offensive >= offence.offensive_threshold:
            found.append((PROFANITY, "high" if offence.offensive >= SURELY_OFFENSIVE else "medium"))
    worst = max((RISKS.index(risk) for _, risk in found), default=0)
    return Suitability(risk=RISKS[worst], categories=tuple(dict.fromkeys(name for name, _ in found)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """Words of one category, by language."""

    name: str
    risk: Risk
    words: Mapping[str, re.Pattern[str]]

    def is_in(self, plain: str, language: str | None) -> bool:
        """Whether one of the words is in a folded text; all languages are tried where it is not known."""
        tried = (language,) if language in LANGUAGES else LANGUAGES
        return any(self.words[code].search(plain) for code in tried)


@lru_cache(maxsize=1)
def categories() -> tuple[Category, ...]:
    """From `sensitive_words.toml`."""
    written = tomllib.loads((Path(__file__).parent / "sensitive_words.toml").read_text(encoding="utf-8"))
    return tuple(
        Category(
            name=about["name"],
            risk=about["risk"],
            words={code: re.compile(about[code]) for code in LANGUAGES},
        )
        for about in written["category"]
    )
