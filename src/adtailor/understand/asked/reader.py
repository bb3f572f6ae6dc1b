"""Asks a language model about each post, and keeps the default reading wherever its answer will not do."""

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Literal

from adtailor.domain.post import Post
from adtailor.domain.reading import PARTS, Part, PartFailed, Reading
from adtailor.errors import AdtailorError, EngineFailed
from adtailor.ports import LanguageModel, Prompt, TextReader
from adtailor.understand.asked.answers import ASKED_PARTS, answer_type, decoded, merged, schema_of
from adtailor.understand.asked.questions import QUESTIONS, RULES, value_of
from adtailor.understand.asked.quoting import quoted
from adtailor.understand.cleaning import clean, has_words

__all__ = ["ASKED_PARTS", "AskedReader"]

Method = Literal["json", "words"]
"""One request for everything as JSON, or a question per value, whose answer's likelihood counts."""
MOST_TOKENS = 300
KEPT = "default reading kept"
NO_LIKELIHOODS = "it does not tell how likely its words are"
_MEANINGS: Mapping[Part, str] = {
    "sentiment": "sentiment: label, and valence from -100 (unpleasant) to 100 (pleasant)",
    "emotions": "emotions: those that the post expresses, each with its probability in percent; at most five",
    "stress": "stress: how likely the author tells of being under stress, and how severe it sounds, in percent",
    "crisis": "crisis: whether the author speaks of wanting to die or to hurt themselves",
    "tone": "tone: how likely it is that the post is meant sarcastically, and playfully, in percent",
    "suitability": "suitability: the risk for an advertiser to stand beside it, from low to floor (never suitable)",
}


@dataclass(frozen=True, slots=True)
class _Found:
    values: Mapping[Part, Any]
    failures: Mapping[Part, str]


class AskedReader:
    """Port `TextReader`: the default reader's reading, with what a language model says of some of its parts.

    A prompt holds the text of one post and nothing else of anyone's. A part that is not allowed for a post is not asked
    about. The parts that the model gave stand in `models` with its name; those it failed at are in `errors`, by kind.
    """

    def __init__(
        self,
        default: TextReader,
        model: LanguageModel,
        *,
        parts: Collection[Part] = ASKED_PARTS,
        languages: Collection[str] = ("en",),
        method: Method = "json",
        most_tokens: int = MOST_TOKENS,
    ) -> None:
        """`languages` are those that somebody measured the model in; posts in others keep their default reading."""
        self._default = default
        self._model = model
        self._parts: tuple[Part, ...] = tuple(part for part in PARTS if part in parts and part in ASKED_PARTS)
        self._languages = frozenset(languages)
        self._method: Method = method
        self._most_tokens = most_tokens

    @property
    def models(self) -> Mapping[str, str]:
        """Slot to model name and version; a part that the model reads is a slot of its own."""
        return {**self._default.models, **dict.fromkeys(self._parts, self._model.name)}

    def read(self, posts: Sequence[Post], parts: Sequence[frozenset[Part]]) -> list[Reading]:
        """One reading per post, in order, with only the parts allowed for it; never raises for one bad post."""
        readings = self._default.read(posts, parts)
        asked = [self._asked_of(*one) for one in zip(posts, parts, readings, strict=True)]
        with ThreadPoolExecutor(max_workers=max(1, self._model.at_once)) as pool:
            found = list(pool.map(self._ask, posts, asked))
        return [self._with(reading, told) for reading, told in zip(readings, found, strict=True)]

    def _asked_of(self, post: Post, allowed: frozenset[Part], reading: Reading) -> tuple[Part, ...]:
        """What is allowed, and known to be worth asking."""
        if reading.language not in self._languages or not has_words(clean(post.text)):
            return ()
        return tuple(part for part in self._parts if part in allowed)

    def _ask(self, post: Post, parts: tuple[Part, ...]) -> _Found:
        if not parts:
            return _Found({}, {})
        material = quoted(clean(post.text))
        by_word: tuple[Part, ...] = tuple(part for part in parts if self._method == "words" and part in QUESTIONS)
        as_json: tuple[Part, ...] = tuple(part for part in parts if part not in by_word)
        values: dict[Part, Any] = {}
        failures: dict[Part, str] = {}
        for part in by_word:
            try:
                values[part] = self._by_word(part, material)
            except Exception as error:
                failures[part] = _kind(error)
        if as_json:
            try:
                values.update(self._as_json(as_json, material))
            except Exception as error:
                failures.update(dict.fromkeys(as_json, _kind(error)))
        return _Found(values, failures)

    def _as_json(self, parts: tuple[Part, ...], material: str) -> Mapping[Part, Any]:
        kind = answer_type(parts)
        listed = "; ".join(_MEANINGS[part] for part in parts)
        prompt = Prompt(instructions=f"{RULES} Answer with one JSON object. {listed}.", material=material)
        return decoded(self._model.answer(prompt, schema=schema_of(kind), most_tokens=self._most_tokens), kind)

    def _by_word(self, part: Part, material: str) -> object:
        weights: list[Mapping[str, float]] = []
        for question in QUESTIONS[part]:
            prompt = Prompt(instructions=question.instructions, material=material)
            told = self._model.weigh(prompt, question.choices)
            if told is None:
                raise EngineFailed(NO_LIKELIHOODS, hint="set engine.method = 'json'; the default reading stands")
            weights.append(told)
        return value_of(part, weights)

    def _with(self, reading: Reading, found: _Found) -> Reading:
        failed = tuple(
            PartFailed(part=part, reason=f"{self._model.name}: {kind}; {KEPT}") for part, kind in found.failures.items()
        )
        merged_reading = merged(reading, found.values, model=self._model.name) if found.values else reading
        return replace(merged_reading, errors=(*reading.errors, *failed)) if failed else merged_reading


def _kind(error: Exception) -> str:
    """What went wrong, never quoting the post or the answer: an unexpected error is named by its type alone."""
    return error.message if isinstance(error, AdtailorError) else type(error).__name__
