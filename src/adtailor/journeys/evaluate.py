"""Labelled posts are put to the readers, and what these said is laid beside what people said."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.post import Post
from adtailor.domain.reading import Part, PhotoLook, Reading
from adtailor.ports import LookReader, TextReader

Judged = Literal["emotions", "sentiment", "stress", "tone", "crisis", "garments"]
"""What can be evaluated."""
ONE_OF: frozenset[Judged] = frozenset({"sentiment", "garments"})
"""Each post has exactly one label; in all others any number, none included."""
PARTS: Mapping[Judged, Part] = {
    "emotions": "emotions", "sentiment": "sentiment", "stress": "stress", "tone": "tone", "crisis": "crisis",
    "garments": "look",
}  # fmt: skip
FEELINGS = ("negative", "neutral", "positive")
UNKNOWN = "unknown"
BATCH = 32

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Posts and which labels people gave each: `truth` has the shape (posts, labels)."""

    part: Judged
    labels: tuple[str, ...]
    posts: tuple[Post, ...]
    truth: Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a reader said of those posts that it read, beside the truth; rows are those posts in order."""

    part: Judged
    labels: tuple[str, ...]
    truth: Flags
    told: Flags
    chances: Values | None
    """None where the reader gives no chances of this part; of `ONE_OF`, the chance of the label told alone, 0 else."""
    thresholds: Mapping[str, float]
    """From which chance a label counts as told, where chances decide."""
    posts: int
    abstained: Mapping[str, int]
    """Language, or `unknown`, to the number of posts not read in it."""
    failed: Mapping[str, int]
    """Reason to the number of posts that could not be read."""
    models: Mapping[str, str]


def ask_text(
    reader: TextReader,
    labelled: Labelled,
    *,
    thresholds: Mapping[str, float],
    batch: int = BATCH,
    progress: Callable[[int], None] = lambda _: None,
) -> Answers:
    """Read every post for the one part that is judged; a label without a threshold is told from .5."""
    allowed: frozenset[Part] = frozenset({PARTS[labelled.part]})
    readings: list[Reading] = []
    for start in range(0, len(labelled.posts), batch):
        some = labelled.posts[start : start + batch]
        readings += reader.read(some, [allowed] * len(some))
        progress(len(some))
    return _answers(labelled, readings, thresholds, reader.models)


def ask_look(
    reader: LookReader,
    labelled: Labelled,
    *,
    batch: int = BATCH,
    progress: Callable[[int], None] = lambda _: None,
) -> Answers:
    """Look at the first photo of every post; what counts is the garment that the reader is surest of."""
    readings: list[Reading] = []
    for start in range(0, len(labelled.posts), batch):
        some = labelled.posts[start : start + batch]
        for post, seen in zip(some, reader.read([post.photos[0] for post in some]), strict=True):
            readings.append(_look_reading(post, seen))
        progress(len(some))
    return _answers(labelled, readings, {}, reader.models)


def _look_reading(post: Post, seen: PhotoLook | str) -> Reading:
    from adtailor.domain.reading import PartFailed

    if isinstance(seen, str):
        return Reading(post_id=post.id, errors=(PartFailed(part="look", reason=seen, photo=0),))
    return Reading(post_id=post.id, look=(replace(seen, photo=0),))


def _answers(
    labelled: Labelled, readings: Sequence[Reading], thresholds: Mapping[str, float], models: Mapping[str, str]
) -> Answers:
    part, labels = PARTS[labelled.part], labelled.labels
    abstained: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    rows: list[int] = []
    for row, reading in enumerate(readings):
        if part in reading.abstained:
            abstained[reading.language or UNKNOWN] += 1
        elif reason := next((error.reason for error in reading.errors if error.part == part), None):
            failed[reason] += 1
        else:
            rows.append(row)
    read = [readings[row] for row in rows]
    chances, told = _said(labelled.part, labels, read)
    bars = {label: float(thresholds.get(label, 0.5)) for label in labels} if chances is not None else {}
    if told is None:
        if chances is None:
            raise TypeError(f"{labelled.part}: neither chances nor labels, expected one of them")
        told = chances >= np.array([bars[label] for label in labels])
    else:
        bars = {}
    return Answers(
        part=labelled.part,
        labels=labels,
        truth=labelled.truth[rows],
        told=told,
        chances=chances,
        thresholds=bars,
        posts=len(readings),
        abstained=dict(abstained.most_common()),
        failed=dict(failed.most_common()),
        models=models,
    )


def _said(part: Judged, labels: Sequence[str], read: Sequence[Reading]) -> tuple[Values | None, Flags | None]:
    """The chances of each label, and the labels told where they are not told by their chances alone."""
    shape = (len(read), len(labels))
    if part == "crisis":
        return None, np.array([[bool(one.crisis)] for one in read], dtype=bool).reshape(shape)
    if part in ONE_OF:
        best = [_feeling(one) if part == "sentiment" else _surest(one) for one in read]
        told = np.array([[name == label for label in labels] for name, _ in best], dtype=bool).reshape(shape)
        sure = [chance for _, chance in best if chance is not None]
        return np.where(told, np.array(sure)[:, None], 0.0) if read and len(sure) == len(read) else None, told
    given = [_chances(part, one) for one in read]
    return np.array([[one.get(label, 0.0) for label in labels] for one in given]).reshape(shape), None


def _feeling(reading: Reading) -> tuple[str | None, float | None]:
    """The sentiment, and how sure of it the reader is, if it says so."""
    said = reading.sentiment
    return (said.label, said.confidence) if said else (None, None)


def _surest(reading: Reading) -> tuple[str | None, float | None]:
    garments = [garment for look in reading.look or () for garment in look.garments]
    best = max(garments, key=lambda garment: garment.confidence, default=None)
    return (best.type, best.confidence) if best else (None, 0.0)


def _chances(part: Judged, reading: Reading) -> Mapping[str, float]:
    if part == "stress":
        return {"stress": reading.stress.probability} if reading.stress else {}
    return (reading.emotions if part == "emotions" else reading.tone) or {}
