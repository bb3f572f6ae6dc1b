"""What the student learns from each labelled set: the set's own labels, and careful guesses for the other heads."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.reading import EMOTIONS
from adtailor.understand.training.corpora import Corpus
from adtailor.understand.training.labelled import VALENCE_SETS, Labelled, Rows
from adtailor.understand.training.names import frames_with_names, given_names
from adtailor.understand.training.parting import MAY_BE_STRESS, PLEASANT, UNPLEASANT, labelled_with
from adtailor.understand.training.targets import Lesson, Taught, together

AROUSAL = {
    "admiration": 0.5, "amusement": 0.6, "anger": 0.85, "annoyance": 0.6, "approval": 0.35, "caring": 0.35,
    "confusion": 0.45, "curiosity": 0.5, "desire": 0.6, "disappointment": 0.4, "disapproval": 0.5, "disgust": 0.6,
    "embarrassment": 0.55, "excitement": 0.9, "fear": 0.8, "gratitude": 0.45, "grief": 0.5, "joy": 0.7, "love": 0.6,
    "nervousness": 0.7, "optimism": 0.5, "pride": 0.6, "realization": 0.4, "relief": 0.35, "remorse": 0.45,
    "sadness": 0.35, "surprise": 0.75, "neutral": 0.2,
}  # fmt: skip
"""How excited each emotion is, in the order of the circumplex of affect (Russell, 1980): a guess, not a rating."""
NEUTRAL_BAND = 0.125
"""A text counts as neutral where people's mean was within half a point of 0 on their scale of -4 to 4."""
_BAND_SOFTNESS = 0.035
_FIRST_PERSON = re.compile(r"(?i)\b(?:i|i'm|im|i've|ive|my|me|myself)\b")
_NAME = re.compile(r"\[NAME\]")
_RELATION = re.compile(
    r"(?i)\bmy (?:boss|manager|friend|roommate|boyfriend|girlfriend|husband|wife|brother|sister|coworker)\b"
)


def emotions_lesson(rows: Rows, random: np.random.Generator) -> Taught:
    """GoEmotions: the 28 labels; and what they suggest of sentiment, arousal, tone, stress and offence."""
    y = rows.values
    pleasant, unpleasant = labelled_with(y, PLEASANT), labelled_with(y, UNPLEASANT)
    calm = ~pleasant & ~unpleasant
    neutral = y[:, EMOTIONS.index("neutral")] > 0
    mixed = pleasant & unpleasant
    sentiment = np.select(
        [unpleasant[:, None], pleasant[:, None], neutral[:, None]],
        [[[0.75, 0.2, 0.05]], [[0.03, 0.17, 0.8]], [[0.1, 0.8, 0.1]]],
        [[0.15, 0.65, 0.2]],
    )
    mine = np.array([_FIRST_PERSON.search(text) is not None for text in rows.texts])
    afraid = labelled_with(y, ("fear", "nervousness")) & mine
    low = labelled_with(y, ("sadness", "grief", "remorse", "embarrassment")) & mine & ~afraid
    cross = labelled_with(y, ("anger", "annoyance", "disappointment")) & mine & ~afraid & ~low
    unclear = labelled_with(y, MAY_BE_STRESS) & ~afraid & ~low
    stress = np.select([afraid, low, cross], [0.7, 0.45, 0.2], 0.0)
    stress_weight = np.select([afraid, low, cross, unclear], [0.5, 0.3, 0.3, 0.0], 0.4)
    warm = labelled_with(y, ("love", "gratitude", "caring", "admiration"))
    hostile = labelled_with(y, ("anger", "annoyance", "disgust", "disapproval"))
    arousal = (y @ np.array([AROUSAL[name] for name in EMOTIONS])) / y.sum(axis=1)
    lesson = Lesson([with_names(text, random) for text in rows.texts])
    lesson.tell("emotions", y)
    lesson.tell("sentiment", sentiment, weight=np.where(mixed, 0.0, np.where(calm & ~neutral, 0.12, 0.25)))
    lesson.tell("valence", 0.5 + 0.25 * (pleasant.astype(float) - unpleasant), weight=0.2)
    lesson.tell("arousal", arousal, weight=0.3)
    lesson.tell("stress", stress, weight=stress_weight)
    lesson.tell("severity", 0.0, weight=np.where(stress > 0, 0.0, 0.05))
    lesson.tell("tone", np.where(labelled_with(y, ("amusement", "joy")), 0.85, 0.08), weight=0.06, label="playful")
    lesson.tell("tone", np.where(warm, 0.9, 0.1), weight=np.where(warm ^ hostile, 0.25, 0.0), label="warm")
    lesson.tell("offence", 0.0, weight=np.where(unpleasant, 0.0, 0.15))
    lesson.tell("crisis", 0.0, weight=np.where(unpleasant, 0.0, 0.03))
    return lesson.done()


def valence_lesson(rows: Rows, *, seen: NDArray[np.bool_]) -> Taught:
    """VADER's sets: people's mean valence, and the label that most of them would give; tweets count most."""
    valence, kind = rows.values[seen, 0], rows.values[seen, 1]
    tweets = kind == VALENCE_SETS.index("tweets")
    editorial = kind == VALENCE_SETS.index("nytEditorialSnippets")
    lesson = Lesson([text for text, taken in zip(rows.texts, seen, strict=True) if taken])
    lesson.tell("sentiment", three(valence), weight=np.where(tweets, 1.0, 0.3))
    lesson.tell("valence", (np.clip(valence, -1, 1) + 1) / 2, weight=np.where(tweets, 1.0, 0.6))
    lesson.tell("tone", np.where(editorial, 0.85, 0.15), weight=np.where(editorial, 0.3, tweets * 0.1), label="formal")
    lesson.tell("stress", 0.0, weight=np.where(valence > 0.2, 0.2, 0.0))
    return lesson.done()


def three(valence: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chances of negative, neutral and positive: soft at the edges of the neutral band."""
    above = 1 / (1 + np.exp(-(valence - NEUTRAL_BAND) / _BAND_SOFTNESS))
    below = 1 / (1 + np.exp((valence + NEUTRAL_BAND) / _BAND_SOFTNESS))
    return np.stack([below, 1 - above - below, above], axis=1)


def stress_lesson(rows: Rows, *, seen: NDArray[np.bool_], random: np.random.Generator) -> Taught:
    """SAD: stressor or not, and how severe; the few that are none are the hardest and count more."""
    told, severity = rows.values[seen, 0] > 0, rows.values[seen, 1]
    texts = [text for text, taken in zip(rows.texts, seen, strict=True) if taken]
    lesson = Lesson([with_names(text, random, relations=0.25) for text in texts])
    lesson.tell("stress", np.where(told, 0.97, 0.1), weight=np.where(told, 1.0, 4.0))
    lesson.tell("severity", severity, weight=2.0)
    lesson.tell(
        "sentiment",
        np.broadcast_to([0.8, 0.17, 0.03], (len(texts), 3)),
        weight=np.where(told & (severity > 0.4), 0.2, 0.0),
    )
    return lesson.done()


def sarcasm_lesson(rows: Rows, rephrased: Sequence[str], *, seen: NDArray[np.bool_]) -> Taught:
    """iSarcasmEval: what authors say they meant; and how they would say it plainly."""
    tweets = Lesson([text for text, taken in zip(rows.texts, seen, strict=True) if taken])
    tweets.tell("tone", rows.values[seen, 0], weight=1.0, label="sarcastic")
    plain = Lesson(rephrased).tell("tone", 0.0, weight=0.4, label="sarcastic")
    return together([tweets.done(), plain.done()])


def offence_lesson(rows: Rows, *, seen: NDArray[np.bool_]) -> Taught:
    """Davidson's tweets: hate speech, offensive; and hostile, casual talk."""
    told = rows.values[seen]
    lesson = Lesson([text for text, taken in zip(rows.texts, seen, strict=True) if taken])
    lesson.tell("offence", told)
    lesson.tell("tone", 0.1, weight=np.where(told[:, 0] > 0, 0.3, 0.0), label="warm")
    lesson.tell("tone", 0.05, weight=0.1, label="formal")
    return lesson.done()


def own_lesson(random: np.random.Generator) -> Taught:
    """Stress as it sounds in a feed and everyday talk without it; and sentences that differ in a name only."""
    texts, stressed = own_examples()
    own = Lesson([with_names(text, random, relations=0.3) for text in texts])
    own.tell("stress", np.where(stressed, 0.97, 0.02), weight=2.0)
    own.tell("crisis", 0.0, weight=0.3)
    named = Lesson(frames_with_names())
    named.tell("stress", 0.02, weight=0.3)
    return together([own.done(), named.done()])


def long_lesson(labelled: Labelled, *, rows: int, random: np.random.Generator, seen: NDArray[np.bool_]) -> Taught:
    """Long posts made of several short texts: what a post tells must survive what stands around it."""
    talk, told = labelled.emotions, labelled.stressors
    mine = np.array([_FIRST_PERSON.search(text) is not None for text in talk.texts])
    heavy = labelled_with(talk.values, (*MAY_BE_STRESS, "disappointment", "annoyance", "confusion")) & mine
    light = ~labelled_with(talk.values, UNPLEASANT) & mine
    cross = labelled_with(talk.values, ("anger", "disapproval", "annoyance", "disappointment")) & ~mine
    stressors = np.flatnonzero((told.values[:, 0] > 0) & seen)
    texts: list[str] = []
    stress: list[float] = []
    for number in range(rows):
        kind = number % 5
        picked = [
            talk.texts[row] for row in random.choice(np.flatnonzero((heavy, heavy, light, light, cross)[kind]), 4)
        ]
        if kind < 2:
            picked += [told.texts[row] for row in random.choice(stressors, random.integers(1, 3))]
        else:
            picked += [talk.texts[row] for row in random.choice(np.flatnonzero(light), random.integers(1, 4))]
        random.shuffle(picked)
        texts.append(with_names(" ".join(_sentence(text) for text in picked), random, relations=0.2))
        stress.append(0.92 if kind < 2 else 0.05 if kind < 4 else 0.12)
    return Lesson(texts).tell("stress", np.array(stress), weight=0.7).done()


def corpus_lesson(corpus: Corpus, random: np.random.Generator, *, seen: NDArray[np.bool_]) -> Taught:
    """Posts of a corpus of our own, each with what its label says of which head."""
    parts: list[Taught] = []
    pairs = [pair for pair, taken in zip(corpus.labelled("learn"), seen, strict=True) if taken]
    for label in corpus.learn:
        texts = [text for text, mine in pairs if mine == label]
        if not texts:
            continue
        lesson = Lesson([with_names(text, random, relations=0.3) for text in texts])
        means = MEANS.get(f"{corpus.name}.{label}") or MEANS[label]
        for head, column, value, weight in means:
            lesson.tell(head, np.atleast_2d(np.array(value)), weight=weight, label=column)
        parts.append(lesson.done())
    return together(parts)


Meaning = tuple[str, str | None, float | list[float], float]
MEANS: Mapping[str, tuple[Meaning, ...]] = {
    "sarcastic": (("tone", "sarcastic", 1.0, 1.0),),
    "plain": (("tone", "sarcastic", 0.0, 1.0),),
    "playful": (("tone", "playful", 1.0, 1.0),),
    "serious": (("tone", "playful", 0.0, 1.0),),
    "formal": (("tone", "formal", 1.0, 1.0),),
    "casual": (("tone", "formal", 0.0, 1.0),),
    "warm": (("tone", "warm", 1.0, 1.0),),
    "hostile": (("tone", "warm", 0.0, 1.0),),
    "tone.neutral": (("tone", "playful", 0.15, 0.5), ("tone", "formal", 0.45, 0.5), ("tone", "warm", 0.5, 1.0)),
    "positive": (("sentiment", None, [0.02, 0.06, 0.92], 1.0), ("valence", None, 0.78, 0.5)),
    "neutral": (("sentiment", None, [0.04, 0.92, 0.04], 1.0), ("valence", None, 0.5, 0.5)),
    "negative": (("sentiment", None, [0.92, 0.06, 0.02], 1.0), ("valence", None, 0.22, 0.5)),
    "excited": (("arousal", None, 0.92, 1.0),),
    "calm": (("arousal", None, 0.08, 1.0),),
    "stressed": (("stress", None, 1.0, 1.5), ("crisis", None, 0.0, 0.3)),
    "everyday": (("stress", None, 0.0, 1.5), ("crisis", None, 0.0, 0.3)),
    "crisis": (("crisis", None, 1.0, 1.5), ("stress", None, 0.95, 0.3)),
    "hard_negative": (("crisis", None, 0.0, 1.5),),
}
"""What each label of our own corpora says of which head and column, and how much it counts."""


def with_names(text: str, random: np.random.Generator, *, relations: float = 0.0) -> str:
    """`[NAME]` becomes a given name from anywhere, at times "my boss" too: a name must be no sign of anything."""

    def name(_: object) -> str:
        return str(random.choice(given_names()))

    if "[NAME]" in text and random.random() < 0.7:
        text = _NAME.sub(name, text)
    if relations and random.random() < relations:
        text = _RELATION.sub(name, text, count=1)
    return text


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def own_examples() -> tuple[tuple[str, ...], NDArray[np.bool_]]:
    """Posts of `stress_examples.toml`, and which of them tell of stress."""
    told = tomllib.loads((Path(__file__).parent / "stress_examples.toml").read_text(encoding="utf-8"))
    texts = (*told["stressed"], *told["everyday"])
    return texts, np.arange(len(texts)) < len(told["stressed"])
