"""What the models are given of a post: links and names blanked, emoji spelled out, the rest as it was written."""

import html
import re
import unicodedata
from functools import lru_cache
from typing import Literal

Makeup = Literal["words", "quote", "hashtags", "emoji", "links", "nothing"]
"""What a post consists of, where it is not words of its author's own."""

MOST_CHARACTERS = 2_000
"""The encoder reads some 600 characters; cutting first keeps a giant post as cheap as a long one."""

_LINK = re.compile(r"(?i)\b(?:https?://|www\.)\S+")
_MENTION = re.compile(r"(?<![\w@])@\w[\w.\-]*(?:@[\w.\-]+\w)?")
_RUN = re.compile(r"(.)\1{3,}", re.DOTALL)
_SPACE = re.compile(r"\s+")
_DIGITS = re.compile(r"[\d_]+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SYMBOLS = re.compile(r"[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]")
_PICTURES = re.compile(r"[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
"""Symbols that can be all of a post: no arrows, frames or boxes."""
# Skin tones, joiners, gender signs, flags' letters, variation selectors: who is pictured is none of our business.
_DROPPED = re.compile(
    r"[\u200b-\u200f\u2060\ufe00-\ufe0f\u2640\u2642\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e0000-\U000e007f]"
)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_HASHTAG = re.compile(r"#\w+")
_INSIDE = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+")
"""Where one word of a hashtag ends: SoHappy, BBCNews, good_night."""
_REPOSTED = re.compile(r"\s*RT\s+@\w")
_CITED_LINE = re.compile(r"\s*(?:>|$)")
_CITED = re.compile(r"\u201c[^\u201d]*\u201d|\u201e[^\u201c\u201d]*[\u201c\u201d]|\u00ab[^\u00bb]*\u00bb")
_CITED_STRAIGHT = re.compile(r"\"[^\"]*\"")
"""Counts only with who said it: much that stands in straight marks is the author's own, or left over from a table."""
_SAID_BY = re.compile(r"^\W*[-\u2013\u2014~]\s*\S+(?: \S+){0,3}$")
"""What may follow a quotation and still be none of the author's words: a dash and up to four words of who said it."""


def clean(text: str) -> str:
    """The text for the encoder: `http` for links, `@user` for names, words for emoji and in hashtags, no long runs.

    >>> clean("Sooooo happy 😂 thx @ana https://example.org/x #BackHome")
    'Sooo happy face with tears of joy thx @user http #Back Home'
    """
    text = _DROPPED.sub("", _printable(text))
    text = _MENTION.sub("@user", _LINK.sub("http", text))
    if "#" in text:
        text = _HASHTAG.sub(_parted, text)
    text = _SYMBOLS.sub(_spelled, _RUN.sub(r"\1\1\1", text))
    return _SPACE.sub(" ", text).strip()


def made_of(text: str) -> Makeup:
    """What there is to read in a post. Emoji and hashtags carry feeling; a quotation carries somebody else's.

    >>> made_of("🎉🎉"), made_of("https://a.example"), made_of("#FridayFeeling #sun"), made_of("RT @ana: so happy")
    ('emoji', 'links', 'hashtags', 'quote')
    >>> made_of("“Be yourself” - my aunt"), made_of("“Be yourself”, she said, and I cried")
    ('quote', 'words')
    """
    text = _DROPPED.sub("", _printable(text))
    if _REPOSTED.match(text):
        return "quote"
    blank = _MENTION.sub(" ", _LINK.sub(" ", text))
    plain = _SYMBOLS.sub(" ", blank)
    if _WORD.search(plain):
        own = _HASHTAG.sub(" ", plain)
        if not _WORD.search(own):
            return "hashtags"
        return "quote" if _is_cited(own) else "words"
    if _WORD.search(_PICTURES.sub(_spelled, _RUN.sub(r"\1", blank))):
        return "emoji"
    return "links" if blank != text else "nothing"


def has_words(cleaned: str) -> bool:
    """Whether anything is left to read beside links and names.

    >>> has_words(clean("@ana https://example.org")), has_words(clean("hi 🎉"))
    (False, True)
    """
    return _WORD.search(cleaned.replace("@user", " ").replace("http", " ")) is not None


def own_words(text: str) -> str:
    """The letters alone, for telling the language: no links, names, emoji or digits, and hashtags only without others.

    >>> own_words("Guten Morgen 🎉 @ana #berlin https://example.org"), own_words("#GutenMorgen #berlin")
    ('Guten Morgen', 'Guten Morgen berlin')
    """
    text = _MENTION.sub(" ", _LINK.sub(" ", _printable(text)))
    text = _SYMBOLS.sub(" ", _DROPPED.sub("", text))
    if "#" in text:
        own = _HASHTAG.sub(" ", text)
        text = own if _WORD.search(own) else _HASHTAG.sub(_parted, text).replace("#", " ")
    return _SPACE.sub(" ", _DIGITS.sub(" ", text)).strip()


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub(" ", html.unescape(text[:MOST_CHARACTERS]))


def _is_cited(text: str) -> bool:
    """Whether nothing is left beside what stands in quotation marks, or behind `>` in each of several lines."""
    if ">" in text and "\n" in text.strip() and all(_CITED_LINE.match(line) for line in text.splitlines()):
        return True
    rest = _CITED.sub(" ", text)
    if len(rest) < len(text) and not _WORD.search(rest):
        return True
    rest = _CITED_STRAIGHT.sub(" ", rest)
    return len(rest) < len(text) and _SAID_BY.match(rest.strip()) is not None


def _parted(match: re.Match[str]) -> str:
    return _INSIDE.sub(" ", match.group())


def _spelled(match: re.Match[str]) -> str:
    return _name(match.group())


@lru_cache(maxsize=4096)
def _name(symbol: str) -> str:
    return f" {unicodedata.name(symbol, '').lower()} "
