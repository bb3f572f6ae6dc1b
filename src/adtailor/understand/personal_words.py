"""Words that tell a reader what they are or how they feel, in four languages: no ad may use them (TRUST 31).

A list of words is never complete: a person reads every creative after it. It is written to be strict where a sentence
is about the reader ("you", "your"), and silent where the same words describe a product ("a low table").
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from importlib.resources import files


def _pattern(words: Mapping[str, list[str]]) -> str:
    lists = {name: f"(?:{'|'.join(some)})" for name, some in words.items() if name != "says"}
    return "|".join(re.sub(r"{([a-z_]+)}", lambda name: lists[name.group(1)], one) for one in words["says"])


_WORDS: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(
    (files("adtailor.understand") / "personal_words.toml").read_text("utf-8")
)
_PERSONAL = re.compile("|".join(_pattern(words) for words in _WORDS.values()))
_BODY = re.compile(r"\byour (?:body|skin|face|looks|hair|teeth|legs|stomach|problems?|fears?|condition)\b")

_HIDDEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\u202a-\u202e]")
_LEET = str.maketrans("013457@$", "oieastas")
_IN_WORD = re.compile(
    r"(?<=[^\W\d_])[013457@$]+(?=[^\W\d_])|\b[013457@$]+(?=[^\W\d_]{2})|(?<=[^\W\d_]{2})[013457@$]+\b"
)
_SPACED = re.compile(r"\b(?:[^\W\d_][ .*_-]){3,}[^\W\d_]\b")
_LIKE_LATIN = str.maketrans("\u0430\u0435\u0456\u043e\u0440\u0441\u0443\u0445\u0443", "aeiopcyxy")
"""Cyrillic letters that look like Latin ones."""

_APOSTROPHE = re.compile("['\u2019\u2018`]")
_PAUSE = re.compile(r'[\s,;:()"\u201c\u201d\u201e\u00ab\u00bb\u00bf\u00a1*_\u2013\u2014]+')


def plain(text: str) -> str:
    """Text as its readers read it: one case, no hidden letters, no digits for letters, no letters with gaps.

    >>> plain("F33L\u200bING l-o-w-e-r?")
    'feeling lower?'
    """
    text = _HIDDEN.sub("", unicodedata.normalize("NFKC", text)).casefold().translate(_LIKE_LATIN)
    text = _SPACED.sub(lambda found: re.sub(r"[ .*_-]", "", found.group()), text)
    text = _IN_WORD.sub(lambda found: found.group().translate(_LEET), text)
    return _PAUSE.sub(" ", _APOSTROPHE.sub(" ", text)).strip()


def personal(text: str) -> str | None:
    """The first words that tell the reader what they are or how they feel.

    >>> personal("Feeling low? Our tea is there for you.")
    'feeling low'
    >>> personal("A low table for high expectations.") is None
    True
    """
    found = _PERSONAL.search(plain(text))
    return found.group().strip(" .!?") if found else None


def bodily(text: str) -> str | None:
    """The first words about the reader's body, which a person has to judge.

    >>> bodily("Kind to your skin.")
    'your skin'
    """
    found = _BODY.search(plain(text))
    return found.group() if found else None
