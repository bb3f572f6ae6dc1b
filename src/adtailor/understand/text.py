"""The words of posts become readings: each part only where it is allowed, and only where it was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.post import Post
from adtailor.domain.reading import PARTS, Part, PartFailed, Reading, Sentiment, Stress, Topic
from adtailor.ports import Encoder
from adtailor.understand import crisis, language, suitability, topics
from adtailor.understand.cleaning import clean, has_words, made_of
from adtailor.understand.heads import Heads, load_heads
from adtailor.understand.topics import TopicIndex, load_topics

MEASURED: frozenset[str] = frozenset({"en"})
"""The languages in which the heads and topics were measured; in all others they abstain."""
TEXT_PARTS: tuple[Part, ...] = tuple(part for part in PARTS if part != "look")
HEAD_PARTS: frozenset[Part] = frozenset({"topics", "sentiment", "tone", "emotions", "stress"})
"""Made from the vector of a text, in a measured language alone."""
WITH_VECTOR: frozenset[Part] = frozenset({"suitability", "crisis"})
"""Read from words alone, and better where the text has a vector too."""
OWN_FEELING: frozenset[Part] = frozenset({"emotions", "stress"})
"""What a quotation says nothing of: it holds somebody else's words."""
Label = Literal["negative", "neutral", "positive"]
_SLOTS: Mapping[Part, tuple[str, ...]] = {
    "topics": ("text", "topics"),
    "sentiment": ("text", "heads"),
    "tone": ("text", "heads"),
    "emotions": ("text", "heads"),
    "stress": ("text", "heads"),
    "crisis": ("crisis",),
    "suitability": ("suitability",),
}


class TextUnderstanding:
    """Port `TextReader`: encoder, heads, topics and lexicons as one."""

    def __init__(self, *, encoder: Encoder, heads: Heads, topics: TopicIndex) -> None:
        self._encoder = encoder
        self._heads = heads
        self._topics = topics
        self._models: Mapping[str, str] = _models(encoder, heads)

    @property
    def models(self) -> Mapping[str, str]:
        """Slot to model name and version."""
        return self._models

    @property
    def encoder(self) -> Encoder:
        """What makes the vectors."""
        return self._encoder

    @property
    def topics(self) -> TopicIndex:
        """The topics that readings speak of."""
        return self._topics

    @property
    def emotion_thresholds(self) -> Mapping[str, float]:
        """From which probability an emotion counts as present: rare ones from less than common ones."""
        head = self._heads["emotions"]
        return dict(zip(head.labels, head.thresholds, strict=True))

    @property
    def tone_thresholds(self) -> Mapping[str, float]:
        """From which probability a tone counts as present."""
        head = self._heads["tone"]
        return dict(zip(head.labels, head.thresholds, strict=True))

    @property
    def stress_threshold(self) -> float:
        """From which probability a post counts as a sign of stress; PROVISIONAL, see the model card."""
        return self._heads["stress"].thresholds[0]

    def read(self, posts: Sequence[Post], parts: Sequence[frozenset[Part]]) -> list[Reading]:
        """One reading per post, in order, with only the parts allowed for it; a post that fails names its error."""
        drafts = [self._draft(post, allowed) for post, allowed in zip(posts, parts, strict=True)]
        waiting = [draft for draft in drafts if draft.needs_vector]
        vectors = dict(zip((id(draft) for draft in waiting), self._vectors(waiting), strict=True))
        return [self._reading(draft, vectors.get(id(draft))) for draft in drafts]

    def _draft(self, post: Post, allowed: frozenset[Part]) -> "_Draft":
        mine: tuple[Part, ...] = tuple(part for part in TEXT_PARTS if part in allowed)
        reading = Reading(post_id=post.id, withheld=tuple(part for part in TEXT_PARTS if part not in allowed))
        try:
            cleaned, makeup = clean(post.text), made_of(post.text)
            if makeup in {"links", "nothing"} or not has_words(cleaned):
                return _Draft(replace(reading, abstained=mine), "", "", ())
            told = language.language_of(post.text, declared=post.language)
        except Exception as error:
            return _Draft(_failed(reading, mine, error), "", "", ())
        if makeup == "quote":
            reading = replace(reading, abstained=tuple(part for part in mine if part in OWN_FEELING))
            mine = tuple(part for part in mine if part not in OWN_FEELING)
        # Emoji are spelled out in the language of the models, whatever the author speaks.
        measured = makeup == "emoji" or told in MEASURED
        return _Draft(replace(reading, language=told), post.text, cleaned, mine, measured)

    def _vectors(self, drafts: Sequence["_Draft"]) -> list[NDArray[np.float32] | Exception]:
        """The vector of each text; where encoding them together fails, each by itself, so one does not lose others."""
        try:
            return list(self._encoder.encode([draft.cleaned for draft in drafts])) if drafts else []
        except Exception as error:
            if len(drafts) == 1:
                return [error]
        return [self._vectors([draft])[0] for draft in drafts]

    def _reading(self, draft: "_Draft", vector: NDArray[np.float32] | Exception | None) -> Reading:
        reading = draft.reading
        if isinstance(vector, Exception):
            reading = _failed(reading, [part for part in draft.parts if part in HEAD_PARTS], vector)
            vector = None
        ran: dict[Part, object] = {}
        abstained: list[Part] = []
        for part in draft.parts:
            if part in HEAD_PARTS and not draft.is_measured:
                abstained.append(part)
            elif part not in HEAD_PARTS or vector is not None:
                try:
                    answer = self._part(part, draft, vector)
                except Exception as error:
                    reading = _failed(reading, [part], error)
                    continue
                if answer is None:
                    abstained.append(part)
                else:
                    ran[part] = answer
        slots = dict.fromkeys(slot for part in ran for slot in _SLOTS[part])
        if vector is not None and WITH_VECTOR & ran.keys():
            slots |= dict.fromkeys(("text", "heads"))
        if draft.text and draft.parts:
            slots |= {"language": None}
        values: dict[str, Any] = {**ran}
        return replace(
            reading,
            **values,
            abstained=(*reading.abstained, *abstained),
            models={slot: name for slot, name in self._models.items() if slot in slots},
        )

    def _part(self, part: Part, draft: "_Draft", vector: NDArray[np.float32] | None) -> object:
        """The value of one part, or None where it abstains."""
        if part == "crisis":
            return self._crisis(draft, vector)
        if part == "suitability":
            return self._suitability(draft, vector)
        if vector is None:
            return None
        row = vector[None]
        if part == "topics":
            return self._told_topics(row)
        if part == "sentiment":
            return self._sentiment(row)
        if part == "stress":
            chance = float(self._heads["stress"].probabilities(row)[0, 0])
            severity = float(self._heads["severity"].probabilities(row)[0, 0])
            return Stress(probability=round(chance, 4), severity=round(severity, 4))
        head = self._heads[part]
        chances = head.probabilities(row)[0]
        return {label: round(float(chance), 4) for label, chance in zip(head.labels, chances, strict=True)}

    def _crisis(self, draft: "_Draft", vector: NDArray[np.float32] | None) -> bool | None:
        """What the words say, with the head where the text has a vector; see `crisis.verdict`."""
        head = None if vector is None else float(self._heads["crisis"].probabilities(vector[None])[0, 0])
        told = draft.reading.language
        return crisis.verdict(crisis.words_of(draft.text, told), head, told)

    def _told_topics(self, row: NDArray[np.float32]) -> tuple[Topic, ...]:
        return self._topics.topics_of(row)[0]

    def _sentiment(self, row: NDArray[np.float32]) -> Sentiment:
        head = self._heads["sentiment"]
        chances = head.shares(row)[0]
        place = int(chances.argmax())
        return Sentiment(
            label=cast("Label", head.labels[place]),
            valence=round(2 * float(self._heads["valence"].probabilities(row)[0, 0]) - 1, 4),
            arousal=round(float(self._heads["arousal"].probabilities(row)[0, 0]), 4),
            confidence=round(float(chances[place]), 4),
        )

    def _suitability(self, draft: "_Draft", vector: NDArray[np.float32] | None) -> object:
        offence = None
        if vector is not None:
            head = self._heads["offence"]
            hate, offensive = (float(chance) for chance in head.probabilities(vector[None])[0])
            offence = suitability.Offence(
                hate=hate,
                offensive=offensive,
                hate_threshold=head.thresholds[0],
                offensive_threshold=head.thresholds[1],
            )
        told = draft.reading.language
        found = suitability.suitability_of(draft.text, told, offence)
        is_known = told is None or told in suitability.LANGUAGES
        return found if is_known or found.categories else None


@dataclass(frozen=True, slots=True)
class _Draft:
    """A post on its way: what is known before anything is encoded."""

    reading: Reading
    text: str
    cleaned: str
    parts: tuple[Part, ...]
    is_measured: bool = False

    @property
    def needs_vector(self) -> bool:
        return self.is_measured and not (HEAD_PARTS | WITH_VECTOR).isdisjoint(self.parts)


def build_text_reader(encoder: Encoder, weights: Path) -> TextUnderstanding:
    """The reader with the heads and topics in `weights`; ModelUnavailable if they are not those of this encoder."""
    return TextUnderstanding(
        encoder=encoder, heads=load_heads(weights, encoder=encoder), topics=load_topics(weights, encoder=encoder)
    )


def _models(encoder: Encoder, heads: Heads) -> dict[str, str]:
    return {
        "text": encoder.name,
        "heads": f"adtailor-text-heads@{heads.version}",
        "topics": topics.NAME,
        "suitability": suitability.NAME,
        "crisis": crisis.lexicon_name(),
        "language": language.NAME,
    }


def _failed(reading: Reading, parts: Sequence[Part], error: Exception) -> Reading:
    """The kind of error and nothing of the text: a message may quote it."""
    failed = tuple(PartFailed(part=part, reason=type(error).__name__) for part in parts)
    return replace(reading, errors=(*reading.errors, *failed))
