r"""How the words of a post lean by what they stand for: the half of crisis.py that was learned, in three languages.

"gave away, guitar, won't need" and "verschenkt, Gitarre, brauch ich nicht mehr" share no word and say one thing. So a
word is replaced by its concept (`crisis_concepts.toml`) or else cut to a stem, and single ones, neighbours and pairs of
concepts up to four apart are weighed:

$$lean = slope \left(bias + \frac{\sum_{f} w_f}{\sqrt{1 + |f|}}\right) + offset$$

A long post leans as its most telling passage of about thirty words does. The weights are those of a logistic
regression, made by `python -m adtailor.understand.crisis_fit`.
"""

import json
import math
import re
import tomllib
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

STEM = 5
REACH = 4
"""How far apart two concepts may stand and still be a pair."""
PASSAGE = 30
"""Words after which a passage is full; the next sentence begins another, unless hardly anything is left."""
LEAST_KNOWN = 0.5
"""Share of words with a concept or a weight below which the text is taken for another language."""
LEAST_WORDS = 4
"""Fewer prove nothing: "I like it" would lean by its pronoun."""
GRAVE = frozenset({"@DIE", "@KILL", "@SUICIDE", "@HARM", "@WAKE", "@BURDEN"})

_SMILES = re.compile("[\U0001f602\U0001f923\U0001f480\U0001f62d☠]+")
_SENTENCE = re.compile(r"[.!?;\n…]+")
_WORD = re.compile(r"\w+")
_LONGEST_WORD = 24


def with_smiles(text: str) -> str:
    """Laughing, skulls and loud crying as a word, for folding would drop them."""
    return _SMILES.sub(" skull ", text)


@dataclass(frozen=True, slots=True)
class Lean:
    """Of one text in one language."""

    odds: float | None
    """Log-odds, by its most telling passage; None where its words are too few, or too few known."""
    is_grave: bool
    """Whether a word for dying, harm, waking or a burden is in it, or hardly any: then phrases are worth a search."""


def lean(plain: str, language: str) -> Lean:
    """Of a folded text."""
    weights, best, is_grave = _weights(), None, False
    slope, offset = weights.scales.get(language, (1.0, 0.0))
    for passage in passages(plain):
        found, known = features(passage, language, weights.values)
        is_short = sum(map(len, passage)) < LEAST_WORDS
        is_grave = is_grave or is_short or not found.isdisjoint(GRAVE)
        if known < LEAST_KNOWN or is_short:
            continue
        total = sum(weights.values.get(feature, 0.0) for feature in found)
        odds = slope * (weights.bias + total / math.sqrt(1 + len(found))) + offset
        best = odds if best is None else max(best, odds)
    return Lean(best, is_grave)


def passages(plain: str) -> Iterator[list[list[str]]]:
    """Sentences of words, gathered until a passage is full."""
    held: list[list[str]] = []
    count = 0
    for sentence in _SENTENCE.split(plain):
        words = _WORD.findall(sentence)
        if words:
            held.append(words)
            count += len(words)
        if count >= PASSAGE:
            yield held
            held, count = [], 0
    if held:
        yield held


def features(passage: list[list[str]], language: str, weighed: Container[str] = frozenset()) -> tuple[set[str], float]:
    """What a passage is weighed by, and the share of its words that have a concept or are `weighed` by themselves.

    >>> sorted(features([["gave", "mum", "zebras"]], "en")[0])
    ['@GIVE', '@GIVE>@KIN', '@KIN', '@KIN_enzebra', 'enzebra']
    """
    concept = _concepts(language)
    found: set[str] = set()
    known = total = 0
    for sentence in passage:
        before: list[str] = []
        for word in sentence:
            meant = concept.of(word)
            total += 1
            known += meant[0] == "@" or meant in weighed
            found.add(meant)
            if before and not (meant[0] == "@" == before[-1][0]):
                found.add(f"{before[-1]}_{meant}")
            if meant[0] == "@":
                found.update(f"{other}>{meant}" for other in before[-REACH:] if other[0] == "@")
            before.append(meant)
    return found, known / max(total, 1)


@dataclass(slots=True)
class Concepts:
    """The words of one language."""

    language: str
    whole: Mapping[str, str]
    beginnings: Mapping[str, str]

    def of(self, word: str) -> str:
        """The concept of a folded word, as `@DIE`, or its stem with the language before it."""
        if (concept := self.whole.get(word)) is not None:
            return concept
        for length in range(min(len(word), _LONGEST_WORD), 2, -1):
            if (concept := self.beginnings.get(word[:length])) is not None:
                return concept
        return self.language + word[:STEM]


@dataclass(frozen=True, slots=True)
class Weights:
    """Of features; what is not there weighs nothing."""

    bias: float
    scales: Mapping[str, tuple[float, float]]
    """Slope and offset of each language."""
    values: Mapping[str, float]


def version() -> str:
    """Of concepts and weights."""
    return str(_written()["version"])


@lru_cache(maxsize=8)
def _concepts(language: str) -> Concepts:
    whole: dict[str, str] = {}
    beginnings: dict[str, str] = {}
    for concept, words in _table(language).items():
        for word in words.split():
            if word.endswith("*"):
                beginnings.setdefault(word[:-1], "@" + concept)
            else:
                whole.setdefault(word, "@" + concept)
    return Concepts(language, whole, beginnings)


@lru_cache(maxsize=1)
def _weights() -> Weights:
    path = Path(__file__).parent / "crisis_weights.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    return Weights(
        float(told["bias"]),
        {str(language): (float(slope), float(offset)) for language, (slope, offset) in told["scales"].items()},
        {str(name): float(value) for name, value in told["weights"].items()},
    )


def _table(language: str) -> Mapping[str, str]:
    return {str(concept): str(words) for concept, words in _written()[language].items()}


@lru_cache(maxsize=1)
def _written() -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / "crisis_concepts.toml").read_text(encoding="utf-8"))
