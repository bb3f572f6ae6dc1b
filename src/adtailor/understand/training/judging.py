"""Rows on which heads are calibrated and measured: none of them was learned from."""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from adtailor.understand.crisis_phrases import folded, phrase_in
from adtailor.understand.training.corpora import Corpus
from adtailor.understand.training.fitting import Flags, Values, Vectors
from adtailor.understand.training.labelled import VALENCE_SETS
from adtailor.understand.training.lessons import NEUTRAL_BAND
from adtailor.understand.training.parting import UNPLEASANT, labelled_with
from adtailor.understand.training.schooling import School
from adtailor.understand.training.topic_training import HERE, labelled_posts

COMMENTS = 14_000
PUBLIC_WEIGHT = 0.1
"""Of a public text beside a post of our own: there are many, and few of them are hard."""
Encode = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Judged:
    """Vectors of rows, and what is true of them: flags, or numbers."""

    x: Vectors
    y: NDArray[np.float64]

    @property
    def flags(self) -> Flags:
        """Whether each row is positive."""
        return self.y > 0.5

    def __add__(self, other: "Judged") -> "Judged":
        return Judged(np.vstack([self.x, other.x]), np.concatenate([self.y, other.y]))


class Court:
    """All rows kept from learning, encoded once: `tune` to calibrate on, `held` and [check] to measure on."""

    def __init__(self, school: School, encode: Encode) -> None:
        self._school = school
        self._encode = encode

    @cached_property
    def emotions(self) -> tuple[Vectors, Flags]:
        """GoEmotions' dev part, (rows, 28)."""
        dev = self._school.labelled.emotions_dev
        return self._encode(dev.texts), dev.values > 0

    @cached_property
    def everyday(self) -> Vectors:
        """Comments without an unpleasant emotion: what most of a feed is like."""
        x, y = self.emotions
        return x[~labelled_with(y.astype(np.float64), UNPLEASANT)]

    def stressors(self, part: str) -> tuple[Judged, Values]:
        """SAD: stressor or not, and the severity."""
        x, values = self._rows("stressors", part)
        return Judged(x, values[:, 0]), values[:, 1]

    def sarcasm(self, part: str) -> Judged:
        """iSarcasmEval."""
        x, values = self._rows("sarcasm", part)
        return Judged(x, values[:, 0])

    def offence(self, part: str) -> tuple[Vectors, Flags]:
        """Davidson's tweets: hate speech, offensive."""
        x, values = self._rows("offence", part)
        return x, values > 0

    def valence(self, part: str, *, kind: int | None = None) -> Judged:
        """VADER's sets, or one of them: mean valence -1 to 1."""
        x, values = self._rows("valence", part)
        mine = np.ones(len(values), dtype=bool) if kind is None else values[:, 1] == kind
        return Judged(x[mine], values[mine, 0])

    def three(self, part: str) -> Judged:
        """Tweets of VADER as 0 negative, 1 neutral, 2 positive."""
        tweets = self.valence(part, kind=VALENCE_SETS.index("tweets"))
        return Judged(tweets.x, np.select([tweets.y > NEUTRAL_BAND, tweets.y < -NEUTRAL_BAND], [2.0, 0.0], 1.0))

    def corpus(self, name: str, part: str, **labels: float) -> Judged:
        """Posts of our own corpus with one of these labels, and the number that stands for it."""
        corpus = self._school.corpora.get(name)
        if corpus is None:
            return Judged(np.empty((0, self._width), dtype=np.float32), np.empty(0))
        pairs = [(text, labels[label]) for text, label in self._posts(corpus, part) if label in labels]
        if not pairs:
            return Judged(np.empty((0, self._width), dtype=np.float32), np.empty(0))
        return Judged(self._encode([text for text, _ in pairs]), np.array([value for _, value in pairs]))

    def crisis_lessons(self) -> tuple[Judged, Values]:
        """Posts of crisis language that are learned from, among posts of every other kind, with their weights."""
        known, school = self._school.labelled, self._school
        told: list[tuple[str, bool]] = []
        quiet = tomllib.loads((HERE / "quiet_posts.toml").read_text(encoding="utf-8"))["posts"]
        ordinary: list[str] = [*quiet, *(text for text, _ in labelled_posts(HERE / "topic_posts.toml"))]
        for name, corpus in school.corpora.items():
            seen = school.learned(corpus) if corpus.learn else ()
            mine = [pair for pair, taken in zip(corpus.labelled("learn"), seen, strict=True) if taken]
            if name == "crisis":
                told = [(text, label == "crisis") for text, label in mine]
            else:
                ordinary += [text for text, _ in mine]
        fit = school.parts[known.stressors.name].fit
        public = [text for text in known.emotions.texts[:COMMENTS] if not phrase_in(folded(text), "en")]
        public += [text for text, taken in zip(known.stressors.texts, fit, strict=True) if taken]
        texts = [*(text for text, _ in told), *ordinary, *public]
        truth = np.array([*(is_crisis for _, is_crisis in told), *[False] * (len(texts) - len(told))])
        weights = np.where(np.arange(len(texts)) < len(told) + len(ordinary), 1.0, PUBLIC_WEIGHT)
        return Judged(self._encode(texts), truth.astype(np.float64)), weights

    def texts_of(self, name: str, part: str) -> list[tuple[str, str]]:
        """Posts and labels of our own corpus."""
        return self._posts(self._school.corpora[name], part)

    def _posts(self, corpus: Corpus, part: str) -> list[tuple[str, str]]:
        if part == "check":
            return list(corpus.labelled("check"))
        return [
            pair for pair, mine in zip(corpus.labelled("learn"), ~self._school.learned(corpus), strict=True) if mine
        ]

    @property
    def _width(self) -> int:
        return self.emotions[0].shape[1]

    @cached_property
    def _cache(self) -> dict[tuple[str, str], tuple[Vectors, Values]]:
        return {}

    def _rows(self, name: str, part: str) -> tuple[Vectors, Values]:
        if (name, part) not in self._cache:
            rows = getattr(self._school.labelled, name)
            mine: Flags = getattr(self._school.parts[rows.name], part)
            texts = [text for text, taken in zip(rows.texts, mine, strict=True) if taken]
            self._cache[name, part] = self._encode(texts), rows.values[mine]
        return self._cache[name, part]
