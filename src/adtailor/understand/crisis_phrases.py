"""Phrases that tell of wanting to die or of hurting oneself, in three languages; the half of crisis.py that is rules.

Phrases with a clear everyday meaning ("dying of laughter"), denials, other people, what is long over and titles are
set aside, and everything else counts. Families of phrases and their sources stand in `crisis_phrases.toml`.
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

_APOSTROPHES = re.compile("['`\u2018\u2019\u00b4]")
_SINGLE = re.compile(r"(?<!\w)['\u2018]([^'\u2018\u2019\n]{2,80})['\u2019](?!\w)")
"""Words in single quotation marks, which would be taken for apostrophes."""
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


def phrase_in(plain: str, language: str) -> bool:
    """Whether a text, folded with its punctuation kept, holds such a phrase of one of `LANGUAGES`.

    >>> phrase_in(folded("I don't want to be alive anymore."), "en")
    True
    >>> phrase_in(folded("I'm dying of laughter, this deadline is killing me"), "en")
    False
    """
    return _tells(plain, lexicons()[language])


def without_idioms(plain: str, language: str) -> str:
    """The folded text with its figures of speech and denials taken out.

    >>> without_idioms("this is political suicide, mark my words", "en")
    'this is  ... , mark my words'
    """
    for pattern in lexicons()[language].everyday:
        plain = pattern.sub(" ... ", plain)
    return plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The words of one language."""

    rewritten: tuple[tuple[re.Pattern[str], str], ...]
    tells: tuple[re.Pattern[str], ...]
    loosely: tuple[re.Pattern[str], ...]
    """The same without the ends of clauses: what none of these finds in a whole text is in no clause of it."""
    across: tuple[re.Pattern[str], ...]
    """The same over several sentences."""
    everyday: tuple[re.Pattern[str], ...]
    negated: re.Pattern[str]
    others: re.Pattern[str]
    long_over: re.Pattern[str]
    """Years ago, as a child: a post that says so of the phrase speaks of what is behind it."""
    first: re.Pattern[str]
    told: re.Pattern[str]


@lru_cache(maxsize=1)
def lexicons() -> Mapping[str, Lexicon]:
    """By language."""
    written = _written()
    return {code: _lexicon(written[code]) for code in LANGUAGES}


@lru_cache(maxsize=1)
def version() -> str:
    """Of the phrases."""
    return str(_written()["version"])


def folded(text: str) -> str:
    """Lower case without accents, apostrophes and drawn-out letters; digits that stand for letters are letters again.

    >>> folded("Ich möchte STEEEERBEN, su1c1de, don't")
    'ich mochte sterben, suicide, dont'
    """
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", _SINGLE.sub(r' "\1" ', text)).casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = _TOKEN.sub(_letters, _KEPT.sub(" ", plain))
    return _SPACE.sub(" ", _LONG_RUN.sub(r"\1", plain)).strip()


def _tells(plain: str, lexicon: Lexicon) -> bool:
    for pattern, meant in lexicon.rewritten:
        plain = pattern.sub(meant, plain)
    retold = lexicon.told.search(plain) is not None or _speaker(plain, lexicon)
    if retold:
        # What someone else says, sings or writes: a quotation in a post that names a work or another speaker.
        plain = _QUOTES.sub(" , ", plain)
    if any(pattern.search(plain) for pattern in lexicon.across):
        return True
    if not any(pattern.search(plain) for pattern in lexicon.loosely):
        return False
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
            if lexicon.long_over.search(clause):
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
        rewritten=tuple((re.compile(pattern), str(meant)) for pattern, meant in written["rewritten"]),
        tells=tuple(re.compile(pattern) for pattern in written["tells"]),
        loosely=tuple(re.compile(pattern.replace("$", "")) for pattern in written["tells"]),
        across=tuple(re.compile(pattern, re.DOTALL) for pattern in written["across"]),
        everyday=tuple(re.compile(pattern) for pattern in written["everyday"]),
        negated=re.compile(written["negated"]),
        others=re.compile(written["others"]),
        long_over=re.compile(written["long_over"]),
        first=re.compile(written["first"]),
        told=re.compile(written["told"]),
    )


@lru_cache(maxsize=1)
def _written() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "crisis_phrases.toml").read_text(encoding="utf-8"))
