"""A teacher labels the operator's own posts, new heads learn from it, and only what people find better stays."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.post import Post
from adtailor.domain.reading import CONTEXT_PARTS, PARTS, Part, Reading
from adtailor.domain.wellbeing import WellbeingPolicy
from adtailor.journeys.read_posts import usable_consents
from adtailor.ports import Encoder, PeopleStore, TextReader
from adtailor.profiles.consent import is_protected, parts_allowed
from adtailor.understand.cleaning import clean, has_words
from adtailor.understand.distil.agreement import Agreement, Comparison, agree, compare, thresholds
from adtailor.understand.distil.fit import Tune, fit_head
from adtailor.understand.distil.heads import DistilledHead, DistilledHeads
from adtailor.understand.distil.targets import (
    PROMOTED,
    TARGETS,
    Flags,
    Human,
    Values,
    signal_of,
    told_of,
    truth_of,
)

LEAST_TAUGHT = 20
"""Texts that a teacher has to have labelled in a part before anything is learned of it."""
LEAST_JUDGED = 40
"""Texts that people have to have labelled: half of them choose, half of them judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One text to be labelled, and the parts that may be."""

    post: Post
    parts: frozenset[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it."""

    agreements: tuple[Agreement, ...]
    comparisons: tuple[Comparison, ...]
    taught: Mapping[Part, int]
    """How many texts the teacher labelled."""
    better: frozenset[Part]
    heads: DistilledHeads | None
    """The heads to promote; None where none is better."""


def sample_of(
    posts: Sequence[Post], people: PeopleStore | None, policy: WellbeingPolicy, *, limit: int, seed: int
) -> list[Sample]:
    """The posts to label, drawn by seed: own words of people who may be learned from, with the parts they agreed to.

    Nothing of minors, of people of unknown age where one is required, or of those who object. With `people` None the
    posts are the operator's own, and all parts may be labelled.
    """
    found: list[Sample] = []
    for post in posts:
        if not post.is_own or not has_words(clean(post.text)):
            continue
        if people is None:
            found.append(Sample(post=post, parts=frozenset(TARGETS)))
            continue
        person = people.person(post.author_id)
        if is_protected(person.age, policy) or person.objected:
            continue
        found.append(Sample(post=post, parts=parts_allowed(usable_consents(person, policy)) & frozenset(TARGETS)))
    drawn = sorted(found, key=lambda sample: hashlib.sha256(f"{seed}:{sample.post.id}".encode()).digest())
    return drawn[:limit]


def label_key(teacher: str, text: str, parts: frozenset[Part]) -> PostId:
    """What a label is kept under: it names no post and no person."""
    asked = ",".join(part for part in PARTS if part in parts)
    return PostId(hashlib.sha256(f"{teacher}\0{asked}\0{text}".encode("utf-8", "replace")).hexdigest()[:32])


def human_samples(humans: Sequence[Human]) -> list[Sample]:
    """Texts that people labelled, as posts of nobody."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        Sample(
            post=Post(
                id=PostId(f"labelled-{row}"),
                author_id=PersonId("nobody"),
                created_at=at,
                text=human.text,
                language="en",
            ),
            parts=frozenset(human.labels),
        )
        for row, human in enumerate(humans)
    ]


def label(
    samples: Sequence[Sample],
    teacher: TextReader,
    *,
    teacher_name: str,
    known: Mapping[PostId, Reading],
    keep: Callable[[Sequence[Reading]], None],
    at_once: int,
    progress: Callable[[int], None],
) -> list[Reading]:
    """What the teacher says of each, in order: from `known`, else asked now and kept before the next ones are asked."""
    found = dict(known)
    for start in range(0, len(samples), at_once):
        some = samples[start : start + at_once]
        keys = [label_key(teacher_name, one.post.text, one.parts) for one in some]
        missing = [(key, one) for key, one in zip(keys, some, strict=True) if key not in found]
        if missing:
            posts, parts = [one.post for _, one in missing], [one.parts for _, one in missing]
            read = teacher.read(posts, parts)
            told = [_only_taught(reading, key) for (key, _), reading in zip(missing, read, strict=True)]
            keep(told)
            found.update((reading.post_id, reading) for reading in told)
        progress(len(some))
    return [found[label_key(teacher_name, one.post.text, one.parts)] for one in samples]


def learn(
    samples: Sequence[Sample],
    taught: Sequence[Reading],
    humans: Sequence[Human],
    taught_humans: Sequence[Reading],
    *,
    default: TextReader,
    encoder: Encoder,
    teacher_name: str,
    version: str,
    seed: int,
    current: TextReader | None = None,
    carried: Mapping[Part, DistilledHead] | None = None,
) -> Outcome:
    """Fit, compare and decide: `taught` and `taught_humans` are the teacher's readings of samples and labelled texts.

    Half of the labelled texts, by a hash of text and seed, choose penalties and thresholds; the other half judges.
    The student has to be better than what reads now: `current`, else the default. Heads that were promoted before,
    `carried`, go along for the parts in which it is not.
    """
    rng = np.random.default_rng(seed)
    asked = human_samples(humans)
    parts_of = [frozenset(CONTEXT_PARTS | one.parts) for one in (*samples, *asked)]
    readings = default.read([one.post for one in (*samples, *asked)], parts_of)
    now = readings[len(samples) :]
    if current is not None:
        now = current.read([one.post for one in asked], parts_of[len(samples) :])
    vectors = encoder.encode([clean(one.post.text) for one in (*samples, *asked)])
    own, theirs = slice(0, len(samples)), slice(len(samples), None)
    agreements: list[Agreement] = []
    comparisons: list[Comparison] = []
    counts: dict[Part, int] = {}
    better: dict[Part, DistilledHead] = {}
    for part in TARGETS:
        lesson = _lesson(part, readings[own], vectors[own], taught)
        counts[part] = 0 if lesson is None else len(lesson.taught)
        if lesson is None or len(lesson.taught) < LEAST_TAUGHT:
            continue
        judged = _judged(
            part, humans, readings[theirs], now=now, vectors=vectors[theirs], taught=taught_humans, seed=seed
        )
        head = fit_head(part, lesson.vectors, lesson.default, lesson.taught, judged.tune if judged else None)
        if judged is None:
            agreements.append(_with_teacher(part, head, lesson, rng))
            continue
        found, comparison = judged.compared(part, head, rng)
        agreements += found
        comparisons.append(comparison)
        if comparison.is_better and part in PROMOTED:
            better[part] = head
    heads = DistilledHeads(
        version=version,
        encoder=encoder.name,
        default=dict(default.models),
        teacher=teacher_name,
        heads={**(carried or {}), **better},
    )
    return Outcome(
        agreements=tuple(agreements),
        comparisons=tuple(comparisons),
        taught=counts,
        better=frozenset(better),
        heads=heads if better else None,
    )


@dataclass(frozen=True, slots=True)
class _Lesson:
    vectors: NDArray[np.float32]
    default: Values
    taught: Values
    told: Values


@dataclass(frozen=True, slots=True)
class _Judged:
    """Labelled texts, halved: `tune` chooses; the rest, with who says what of it, judges."""

    tune: Tune
    tune_told: Mapping[str, Values]
    vectors: NDArray[np.float32]
    default: Values
    told: Mapping[str, Values]
    truth: Flags

    def compared(self, part: Part, head: DistilledHead, rng: np.random.Generator) -> tuple[list[Agreement], Comparison]:
        tuned = {**self.tune_told, "student": head.told(head.signals(self.tune.vectors, self.tune.default))}
        judged = {**self.told, "student": head.told(head.signals(self.vectors, self.default))}
        flags = {who: judged[who] >= thresholds(part, tuned[who], self.tune.truth) for who in judged}
        found = [
            agree(part, f"{who} and people", flags[who], self.truth, rng=rng)
            for who in ("teacher", "current", "student")
        ]
        found.append(agree(part, "student and teacher", flags["student"], flags["teacher"], rng=rng))
        return found, compare(part, flags["student"], flags["current"], self.truth, rng=rng)


def _lesson(
    part: Part, defaults: Sequence[Reading], vectors: NDArray[np.float32], taught: Sequence[Reading]
) -> _Lesson | None:
    rows = [
        (row, default, signal, told)
        for row, (one, other) in enumerate(zip(defaults, taught, strict=True))
        if (default := signal_of(one, part)) is not None
        and (signal := signal_of(other, part)) is not None
        and (told := told_of(other, part)) is not None
    ]
    if not rows:
        return None
    picked, default, signals, told = zip(*rows, strict=True)
    return _Lesson(vectors[list(picked)], np.array(default), np.array(signals), np.array(told))


def _judged(
    part: Part,
    humans: Sequence[Human],
    defaults: Sequence[Reading],
    *,
    now: Sequence[Reading],
    vectors: NDArray[np.float32],
    taught: Sequence[Reading],
    seed: int,
) -> _Judged | None:
    rows = [
        (row, default, now_told, teacher_told)
        for row, (human, one, two, other) in enumerate(zip(humans, defaults, now, taught, strict=True))
        if part in human.labels
        and (default := signal_of(one, part)) is not None
        and (now_told := told_of(two, part)) is not None
        and (teacher_told := told_of(other, part)) is not None
    ]
    if len(rows) < LEAST_JUDGED:
        return None
    picked, default, now_told, teacher_told = (list(column) for column in zip(*rows, strict=True))
    truth = truth_of([humans[row] for row in picked], part)
    tune = np.array([_is_tune(humans[row].text, seed) for row in picked])
    x, d = vectors[picked], np.array(default)
    told = {"current": np.array(now_told), "teacher": np.array(teacher_told)}
    return _Judged(
        tune=Tune(vectors=x[tune], default=d[tune], truth=truth[tune]),
        tune_told={who: values[tune] for who, values in told.items()},
        vectors=x[~tune],
        default=d[~tune],
        told={who: values[~tune] for who, values in told.items()},
        truth=truth[~tune],
    )


def _with_teacher(part: Part, head: DistilledHead, lesson: _Lesson, rng: np.random.Generator) -> Agreement:
    """Without labels by people: how far the student follows its teacher, on what it learned from."""
    student = head.told(head.signals(lesson.vectors, lesson.default)) >= 0.5
    return agree(part, "student and teacher, on what was taught", student, lesson.told >= 0.5, rng=rng)


def _is_tune(text: str, seed: int) -> bool:
    return hashlib.sha256(f"{seed}:{text}".encode("utf-8", "replace")).digest()[0] % 2 == 0


def _only_taught(reading: Reading, key: PostId) -> Reading:
    """What is kept of a teacher's reading: nothing of crises, of topics, or of whose it was."""
    return replace(
        reading,
        post_id=key,
        crisis=None,
        topics=(),
        suitability=None,
        look=None,
        withheld=(),
        abstained=(),
        errors=tuple(error for error in reading.errors if error.part in TARGETS),
    )
