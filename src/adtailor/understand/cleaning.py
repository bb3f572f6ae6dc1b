"""What the models are given of a post: links and names blanked, emoji spelled out, the rest as it was written."""

import html
import re
import unicodedata
from functools import lru_cache

MOST_CHARACTERS = 2_000
"""The encoder reads some 600 characters; cutting first keeps a giant post as cheap as a long one."""

_LINK = re.compile(r"(?i)\b(?:https?://|www\.)\S+")
_MENTION = re.compile(r"(?<![\w@])@\w[\w.\-]*(?:@[\w.\-]+\w)?")
_RUN = re.compile(r"(.)\1{3,}", re.DOTALL)
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SYMBOLS = re.compile(r"[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]")
# Skin tones, joiners, gender signs, flags' letters, variation selectors: who is pictured is none of our business.
_DROPPED = re.compile(
    r"[\u200b-\u200f\u2060\ufe00-\ufe0f\u2640\u2642\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0000-\U000e007f]"
)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """The text for the encoder: `http` for links, `@user` for names, words for emoji, at most three alike in a row.

    >>> clean("Sooooo happy 😂 thx @ana https://example.org/x #weekend")
    'Sooo happy face with tears of joy thx @user http #weekend'
    """
    text = _UNPRINTABLE.sub(" ", html.unescape(text[:MOST_CHARACTERS]))
    text = _DROPPED.sub("", text)
    text = _MENTION.sub("@user", _LINK.sub("http", text))
    text = _SYMBOLS.sub(_spelled, _RUN.sub(r"\1\1\1", text))
    return _SPACE.sub(" ", text).strip()


def has_words(cleaned: str) -> bool:
    """Whether anything is left to read beside links and names.

    >>> has_words(clean("@ana https://example.org")), has_words(clean("hi 🎉"))
    (False, True)
    """
    return _WORD.search(cleaned.replace("@user", " ").replace("http", " ")) is not None


def own_words(text: str) -> str:
    """The letters alone, for telling the language: no links, names, hashtags, emoji or digits.

    >>> own_words("Guten Morgen 🎉 @ana #berlin https://example.org")
    'Guten Morgen'
    """
    text = _UNPRINTABLE.sub(" ", html.unescape(text[:MOST_CHARACTERS]))
    text = _MENTION.sub(" ", _LINK.sub(" ", text))
    text = re.sub(r"#\w+", " ", _SYMBOLS.sub(" ", _DROPPED.sub("", text)))
    return _SPACE.sub(" ", re.sub(r"[\d_]+", " ", text)).strip()


def _spelled(match: re.Match[str]) -> str:
    return _name(match.group())


@lru_cache(maxsize=4096)
def _name(symbol: str) -> str:
    return f" {unicodedata.name(symbol, '').lower()} "
