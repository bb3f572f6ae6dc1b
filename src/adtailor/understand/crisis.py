"""Crisis language: does a post speak of wanting to die or to hurt oneself? A lexicon; when in doubt, yes.

A card shown for nothing is kind and can be hidden; one not shown may be missed for good. So phrases with a clear
everyday meaning ("dying of laughter"), denials, other people and titles are set aside, and everything else counts.
Families of phrases and their sources stand in `crisis_words.toml`; recall and false alarms in `crisis_card.md`.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

LANGUAGES: tuple[str, ...] = ("en", "de", "es")
"""For these there is a lexicon, measured on a corpus of its own."""
MOST_CHARACTERS = 100_000

_APOSTROPHES = re.compile("['`\u2018\u2019\u00b4]")
_QUOTES = re.compile(r"[\"“”„«»]([^\"“”„«»]{1,200})[\"“”„«»]")
_SENTENCE = re.compile(r"[.!?;\n…]+")
_CLAUSE = re.compile(r",|:|\s-+\s|[\u2013\u2014]|\b(?:but|though|aber|sondern|doch|pero|sino)\b")
_KEPT = re.compile(r"[^\w\s*!#.$@'\"“”„«»,;:?…\u2013\u2014-]")
_SPACE = re.compile(r"[ \t\r\f\v]+")
_LONG_RUN = re.compile(r"([a-z])\1{2,}")
_SAYS = re.compile(r"\b(?:he|she|they|who|er|sie|el|ella|said|says|texted|sagt|sagte|dijo|dice)\b")
_TOKEN = re.compile(r"[a-z0-9@$!]+")
_LETTER = re.compile(r"[a-z]")
_LEET_SIGN = re.compile(r"[0-9@$]|!(?=[a-z])")
_LEET = str.maketrans("013457@$!", "oieastasi")


def tells_of_crisis(text: str, language: str | None) -> bool:
    """Whether the words tell of it; a language that is unknown or has no lexicon is tried with all of them.

    >>> tells_of_crisis("I don't want to be alive anymore.", "en")
    True
    >>> tells_of_crisis("I'm dying of laughter, this deadline is killing me", "en")
    False
    >>> tells_of_crisis("Ich will nicht mehr leben", None)
    True
    """
    tried = (language,) if language in LANGUAGES else LANGUAGES
    return any(_tells(text[:MOST_CHARACTERS], lexicons()[code]) for code in tried)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The words of one language."""

    hints: re.Pattern[str]
    """Parts of words without which none of the phrases can be there: most posts need no further look."""
    rewritten: tuple[tuple[re.Pattern[str], str], ...]
    tells: tuple[re.Pattern[str], ...]
    across: tuple[re.Pattern[str], ...]
    """The same over several sentences."""
    everyday: tuple[re.Pattern[str], ...]
    negated: re.Pattern[str]
    others: re.Pattern[str]
    first: re.Pattern[str]
    told: re.Pattern[str]


@lru_cache(maxsize=1)
def lexicons() -> Mapping[str, Lexicon]:
    """By language."""
    written = _written()
    return {code: _lexicon(written[code]) for code in LANGUAGES}


@lru_cache(maxsize=1)
def lexicon_name() -> str:
    """Name and version."""
    return f"crisis-lexicon@{_written()['version']}"


def folded(text: str) -> str:
    """Lower case without accents, apostrophes and drawn-out letters; digits that stand for letters are letters again.

    >>> folded("Ich möchte STEEEERBEN, su1c1de, don't")
    'ich mochte sterben, suicide, dont'
    """
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text).casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = _TOKEN.sub(_letters, _KEPT.sub(" ", plain))
    return _SPACE.sub(" ", _LONG_RUN.sub(r"\1", plain)).strip()


def _tells(text: str, lexicon: Lexicon) -> bool:
    plain = folded(text)
    for pattern, meant in lexicon.rewritten:
        plain = pattern.sub(meant, plain)
    if not lexicon.hints.search(plain):
        return False
    retold = lexicon.told.search(plain) is not None or _speaker(plain, lexicon)
    if retold:
        # What someone else says, sings or writes: a quotation in a post that names a work or another speaker.
        plain = _QUOTES.sub(" , ", plain)
    if any(pattern.search(plain) for pattern in lexicon.across):
        return True
    return any(_sentence_tells(sentence.strip(), lexicon) for sentence in _SENTENCE.split(plain))


def _sentence_tells(sentence: str, lexicon: Lexicon) -> bool:
    for pattern in lexicon.everyday:
        sentence = pattern.sub(" ... ", sentence)
    # A denial reaches as far as its clause; a phrase may span one.
    return any(_clause_tells(clause.strip(), lexicon) for clause in (*_CLAUSE.split(sentence), sentence))


def _clause_tells(clause: str, lexicon: Lexicon) -> bool:
    for pattern in lexicon.tells:
        for hit in pattern.finditer(clause):
            before, after = clause[: hit.start()], clause[hit.end() :]
            if lexicon.negated.search(before) or lexicon.others.search(before):
                continue
            if lexicon.told.search(before + " " + after) and not lexicon.first.search(before + " " + after):
                continue
            return True
    return False


def _speaker(plain: str, lexicon: Lexicon) -> bool:
    """Whether somebody else is speaking, and the author does not say that the words are their own."""
    outside = _QUOTES.sub(" ", plain)
    return _SAYS.search(outside) is not None and lexicon.tells[0].search(outside) is None


def _letters(match: re.Match[str]) -> str:
    word = match.group()
    if not (_LETTER.search(word) and _LEET_SIGN.search(word)):
        return word
    end = len(word.rstrip("!"))
    return word[:end].translate(_LEET) + word[end:]


def _lexicon(written: Mapping[str, Any]) -> Lexicon:
    return Lexicon(
        hints=re.compile(written["hints"]),
        rewritten=tuple((re.compile(pattern), str(meant)) for pattern, meant in written["rewritten"]),
        tells=tuple(re.compile(pattern) for pattern in written["tells"]),
        across=tuple(re.compile(pattern, re.DOTALL) for pattern in written["across"]),
        everyday=tuple(re.compile(pattern) for pattern in written["everyday"]),
        negated=re.compile(written["negated"]),
        others=re.compile(written["others"]),
        first=re.compile(written["first"]),
        told=re.compile(written["told"]),
    )


@lru_cache(maxsize=1)
def _written() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "crisis_words.toml").read_text(encoding="utf-8"))
