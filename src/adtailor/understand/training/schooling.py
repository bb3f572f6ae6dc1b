"""Which rows the student sees in each epoch: all of what is scarce, a changing part of what is plenty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from adtailor.config.taxonomy import content_topics
from adtailor.domain.ids import TopicId
from adtailor.understand.topics import topic_words
from adtailor.understand.training import lessons
from adtailor.understand.training.corpora import Corpus
from adtailor.understand.training.labelled import VALENCE_SETS, Labelled
from adtailor.understand.training.parting import Split, labelled_with, split
from adtailor.understand.training.targets import Lesson, Taught, together
from adtailor.understand.training.topic_training import HERE, labelled_posts

RARE = (
    "grief",
    "pride",
    "relief",
    "nervousness",
    "embarrassment",
    "remorse",
    "fear",
    "desire",
    "disgust",
    "excitement",
)
"""Comments with these labels come twice in an epoch."""
PLENTY_SHARE = 0.25
NEUTRAL_SHARE = 0.5
"""Of the comments with no emotion at all, which are a third of the comments, so many come in each epoch."""
LONG_ROWS = 1_000
TUNE = HELD = 0.12
TOPIC_REPEATS = 3
DRAWN = 1.0
"""How far a text that is written for a topic is drawn to the middle of that topic's words: 1 is half of the way."""


@dataclass(frozen=True, kw_only=True)
class School:
    """The sets, what of them may be learned from, and the rows of each epoch."""

    labelled: Labelled
    rephrased: tuple[str, ...]
    corpora: Mapping[str, Corpus]
    seed: int
    sarcasm_repeats: int = 2
    corpus_repeats: int = 2

    @cached_property
    def parts(self) -> Mapping[str, Split]:
        """For each set the rows to learn from, to tune on and to measure on."""
        sets = (self.labelled.stressors, self.labelled.sarcasm, self.labelled.offence, self.labelled.valence)
        return {rows.name: split(rows.texts, self.seed, tune=TUNE, held=HELD) for rows in sets}

    def learned(self, corpus: Corpus) -> NDArray[np.bool_]:
        """Which posts of a corpus's [learn] are learned from; the others calibrate."""
        return ~split([text for text, _ in corpus.labelled("learn")], self.seed, tune=TUNE, held=0.0).tune

    def epoch(self, number: int) -> Taught:
        """The rows of one epoch; names in them and the parts of large sets change from one to the next."""
        random = np.random.default_rng((self.seed, 1, number))
        known = self.labelled
        valence, offence, stressors, sarcasm = (
            self.parts[rows.name].fit for rows in (known.valence, known.offence, known.stressors, known.sarcasm)
        )
        tweets = known.valence.values[:, 1] == VALENCE_SETS.index("tweets")
        some = random.random(len(valence)) < PLENTY_SHARE
        taught = [
            self._emotions(random),
            lessons.valence_lesson(known.valence, seen=valence & (tweets | some)),
            lessons.stress_lesson(known.stressors, seen=stressors, random=random),
            *[lessons.sarcasm_lesson(known.sarcasm, self._rephrased, seen=sarcasm)] * self.sarcasm_repeats,
            lessons.offence_lesson(known.offence, seen=offence & (random.random(len(offence)) < PLENTY_SHARE)),
            lessons.own_lesson(random),
            lessons.long_lesson(known, rows=LONG_ROWS, random=random, seen=stressors),
            *[Lesson(tuple(topic_texts())).done()] * TOPIC_REPEATS,
        ]
        for _ in range(self.corpus_repeats):
            taught += [
                lessons.corpus_lesson(corpus, random, seen=self.learned(corpus))
                for corpus in self.corpora.values()
                if corpus.learn
            ]
        return together(taught)

    def _emotions(self, random: np.random.Generator) -> Taught:
        taught = lessons.emotions_lesson(self.labelled.emotions, random)
        values = self.labelled.emotions.values
        rare = np.flatnonzero(labelled_with(values, RARE))
        plain = (values.sum(axis=1) == 1) & labelled_with(values, ("neutral",))
        taken = np.flatnonzero(~plain | (random.random(len(taught)) < NEUTRAL_SHARE))
        return taught.some(np.concatenate([taken, rare]))

    @cached_property
    def _rephrased(self) -> tuple[str, ...]:
        """Plain wordings of the tweets that are learned from, never of those that are measured on."""
        fit = self.parts[self.labelled.sarcasm.name].fit
        return tuple(text for text, mine in zip(self.rephrased, fit, strict=True) if mine and text)

    def topic_lessons(self) -> tuple[str, ...]:
        """Texts whose vectors the topic teacher is asked for: of words about topics, and of what people write."""
        known = self.labelled
        plain = [text for text in (*known.emotions.texts, *known.stressors.texts) if "[" not in text]
        own = [text for corpus in self.corpora.values() for text, _ in corpus.labelled("learn")]
        return tuple(dict.fromkeys((*topic_texts(), *own, *known.sarcasm.texts, *known.valence.texts, *plain)))


def topic_texts() -> Mapping[str, TopicId | None]:
    """The path of each topic, what people say about it, and posts about it, each with its topic; None for no topic."""
    known, said = content_topics(), topic_words().words
    words = {text: topic for topic in known.ids for text in (known.path(topic), *said.get(topic, ()))}
    return words | dict(labelled_posts(HERE / "topic_posts.toml"))


def teaching(
    texts: Sequence[str], vectors: NDArray[np.float32], topics: Mapping[str, TopicId | None]
) -> "TopicTeacher":
    """The vectors by text, about their mean; what is written for a topic is drawn to the middle of that topic.

    About their mean, because all vectors of an encoder lie in one corner (Ethayarajh, 2019), where a cosine hardly
    tells one topic from another.
    """
    centred = _unit(vectors - vectors.mean(axis=0))
    rows = {text: row for row, text in enumerate(texts)}
    mine: dict[TopicId, list[int]] = {}
    for text, topic in topics.items():
        if topic is not None and text in rows:
            mine.setdefault(topic, []).append(rows[text])
    drawn = centred.copy()
    for places in mine.values():
        drawn[places] += DRAWN * _unit(centred[places].mean(axis=0, keepdims=True))
    return TopicTeacher(rows=rows, vectors=_unit(drawn))


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicTeacher:
    """Vectors of the encoder whose nearness of topics the student keeps."""

    rows: Mapping[str, int]
    vectors: NDArray[np.float32]

    def __call__(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """(texts, width), zeros where unknown, and which are known."""
        places = np.array([self.rows.get(text, -1) for text in texts], dtype=np.intp)
        known = places >= 0
        return np.where(known[:, None], self.vectors[places], 0).astype(np.float32), known
