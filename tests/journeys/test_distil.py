"""Learning from a teacher, in a toy world whose truth is a plane, and on real comments with a real encoder."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from adtailor.config.policy import load_policy
from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.person import Consents, Person
from adtailor.domain.post import Post
from adtailor.domain.reading import CONTEXT_PARTS, EMOTIONS, PARTS, Part, PartFailed, Reading, Sentiment, Stress
from adtailor.engines.text_onnx import OnnxTextEncoder
from adtailor.errors import InvalidInput
from adtailor.journeys import distil
from adtailor.journeys.distil import Sample, human_samples, label, label_key, learn, sample_of
from adtailor.storage.memory import MemoryStore
from adtailor.understand.cleaning import clean
from adtailor.understand.distil.reader import DistilledReader
from adtailor.understand.distil.targets import Human

NOW = datetime(2026, 11, 25, tzinfo=UTC)
POLICY = load_policy("standard")
WIDTH = 8
PLANE = np.array([2.0, -1.5, 1.0, 0.5, 0.0, 0.0, 0.0, 0.0])


@cache
def vector(text: str) -> NDArray[np.float32]:
    seed = int(text.rpartition(" ")[2])
    found = np.random.default_rng(seed).normal(size=WIDTH)
    return (found / np.linalg.norm(found)).astype(np.float32)


class ToyEncoder:
    name = "toy@1"
    width = WIDTH

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([vector(text) for text in texts], dtype=np.float32).reshape(len(texts), WIDTH)


def is_playful(text: str) -> bool:
    return bool(vector(text).astype(np.float64) @ PLANE > 0.4)


def valence(text: str) -> float:
    return float(np.clip(vector(text).astype(np.float64) @ PLANE, -1, 1))


Says = Callable[[str], float]


class ToyReader:
    """Says what it is told to of the tone and the valence; parts as allowed."""

    def __init__(
        self, name: str, playful: Says, feels: Says = valence, *, failing: frozenset[str] = frozenset()
    ) -> None:
        self.models: Mapping[str, str] = {"text": name}
        self._playful = playful
        self._feels = feels
        self._failing = failing
        self.asked: list[tuple[str, frozenset[Part]]] = []

    def read(self, posts: Sequence[Post], parts: Sequence[frozenset[Part]]) -> list[Reading]:
        return [self._one(post, allowed) for post, allowed in zip(posts, parts, strict=True)]

    def _one(self, post: Post, allowed: frozenset[Part]) -> Reading:
        self.asked.append((post.text, allowed))
        felt = self._feels(post.text)
        label = "positive" if felt > 0.2 else "negative" if felt < -0.2 else "neutral"
        failed = post.text in self._failing
        return Reading(
            post_id=post.id,
            language="en",
            sentiment=Sentiment(label=label, valence=felt) if "sentiment" in allowed else None,
            tone={"sarcastic": 0.1, "playful": self._playful(post.text)} if "tone" in allowed else None,
            stress=Stress(probability=0.5, severity=0.5) if "stress" in allowed else None,
            crisis=True if "crisis" in allowed else None,
            models=self.models,
            errors=(PartFailed(part="tone", reason="x"),) if failed else (),
        )


@cache
def noise(text: str, salt: int) -> float:
    return float(np.random.default_rng([int(text.rpartition(" ")[2]), salt]).uniform())


def weak(text: str) -> float:
    """Right in six of ten."""
    return 0.8 if is_playful(text) == (noise(text, 1) < 0.6) else 0.2


def good(text: str) -> float:
    """Right in nine of ten: a stand-in for a large model."""
    return 0.9 if is_playful(text) == (noise(text, 2) < 0.9) else 0.1


def bad(text: str) -> float:
    return noise(text, 3)


def post(n: int, *, author: str = "ana", repost: bool = False) -> Post:
    return Post(
        id=PostId(f"p{n}"), author_id=PersonId(author), created_at=NOW, text=f"hello there {n}", is_repost=repost
    )


@cache
def run(playful: Says, *, humans: int = 600, samples: int = 600) -> distil.Outcome:
    teacher, default = ToyReader("teacher@1", playful, valence), ToyReader("default@1", weak)
    own = [Sample(post=post(n), parts=frozenset({"tone"})) for n in range(samples)]
    people = [
        Human(text=f"hello there {n}", labels={"tone": frozenset({"playful"} if is_playful(f"x {n}") else ())})
        for n in range(10_000, 10_000 + humans)
    ]
    taught, taught_people = (
        label(some, teacher, teacher_name="t", known={}, keep=lambda _: None, at_once=50, progress=lambda _: None)
        for some in (own, human_samples(people))
    )
    return learn(
        own, taught, people, taught_people,
        default=default, encoder=ToyEncoder(), teacher_name="t", version="distilled@1", seed=7,
    )  # fmt: skip


def test_a_good_teacher_makes_a_better_student_and_it_is_promoted() -> None:
    outcome = run(good)
    (comparison,) = [one for one in outcome.comparisons if one.part == "tone"]
    assert comparison.is_better
    assert comparison.student > comparison.current + 0.1
    assert outcome.better == {"tone"}
    assert outcome.heads is not None
    assert {one.who for one in outcome.agreements if one.part == "tone"} == {
        "teacher and people", "current and people", "student and people", "student and teacher",
    }  # fmt: skip
    assert outcome.taught["tone"] == 600


def test_a_teacher_that_guesses_changes_nothing() -> None:
    outcome = run(bad)
    (comparison,) = [one for one in outcome.comparisons if one.part == "tone"]
    assert not comparison.is_better
    assert (outcome.better, outcome.heads) == (frozenset(), None)


@pytest.mark.parametrize("humans", [0, 30])
def test_without_enough_labels_by_people_nothing_is_promoted_however_good_the_teacher(humans: int) -> None:
    outcome = run(good, humans=humans)
    assert outcome.heads is None
    assert outcome.comparisons == ()
    assert {one.who for one in outcome.agreements} == {"student and teacher, on what was taught"}


def test_with_too_few_posts_nothing_is_learned() -> None:
    outcome = run(good, samples=10)
    assert (outcome.agreements, outcome.heads) == ((), None)


def test_the_same_seed_gives_the_same_heads() -> None:
    one, other = run(good).heads, run.__wrapped__(good).heads
    assert one is not None
    assert other is not None
    assert np.array_equal(one.heads["tone"].weights, other.heads["tone"].weights)


def test_promoted_heads_correct_only_what_the_default_read() -> None:
    outcome = run(good)
    assert outcome.heads is not None
    default = ToyReader("default@1", weak)
    reader = DistilledReader(default, ToyEncoder(), outcome.heads)
    posts = [post(n) for n in range(20_000, 20_300)]
    tones = [reading.tone for reading in reader.read(posts, [CONTEXT_PARTS] * len(posts))]
    right = [(tone["playful"] >= 0.5) == is_playful(one.text) for tone, one in zip(tones, posts, strict=True) if tone]
    assert np.mean(right) > 0.8  # the default is right in .6
    (withheld,) = reader.read(posts[:1], [frozenset({"sentiment"})])
    assert withheld.tone is None
    assert "tone" not in withheld.models
    (read,) = reader.read(posts[:1], [CONTEXT_PARTS])
    assert read.models["tone"] == "distilled@1"
    assert reader.models == {"text": "default@1", "tone": "distilled@1"}


def people() -> MemoryStore:
    store = MemoryStore()
    for name, consents, age, objected in (
        ("ana", Consents(), "adult", False),
        ("ben", Consents(affect=True), "adult", False),
        ("cleo", Consents(wellbeing=True), "adult", False),
        ("dan", Consents(affect=True, wellbeing=True), "minor", False),
        ("eve", Consents(affect=True, wellbeing=True), "adult", True),
    ):
        person = Person(person_id=PersonId(name), consents=consents, age=age, objected=objected)  # pyright: ignore[reportArgumentType]
        store.people.put_person(person, expected_version=None)
    return store


def test_feelings_and_stress_are_labelled_only_for_who_agreed_and_nothing_of_minors_or_who_objected() -> None:
    names = ("ana", "ben", "cleo", "dan", "eve", "stranger")
    posts = [post(n, author=name) for n, name in enumerate(names)]
    drawn = sample_of(posts, people().people, POLICY, limit=100, seed=7)
    parts = {sample.post.author_id: sample.parts for sample in drawn}
    context = frozenset({"sentiment", "tone"})
    assert parts["ana"] == context
    assert parts["ben"] == context | {"emotions"}
    assert parts["cleo"] == context | {"stress"}
    assert {"dan", "eve", "stranger"}.isdisjoint(parts)


def test_a_sample_is_drawn_by_seed_from_own_words() -> None:
    posts = [post(n, author="ana", repost=n % 2 == 0) for n in range(40)]
    posts.append(replace(post(99, author="ana"), text="https://example.org"))
    ids = [[sample.post.id for sample in sample_of(posts, None, POLICY, limit=5, seed=seed)] for seed in (7, 7, 8)]
    assert ids[0] == ids[1] != ids[2]
    assert len(ids[0]) == 5
    assert all(int(name[1:]) % 2 for name in ids[0])
    assert sample_of(posts, None, POLICY, limit=5, seed=7)[0].parts == {"sentiment", "emotions", "tone", "stress"}


def test_labels_are_kept_as_they_come_and_never_asked_for_twice() -> None:
    teacher, kept = ToyReader("teacher@1", good), dict[str, Reading]()
    own = [Sample(post=post(n), parts=frozenset({"tone"})) for n in range(25)]

    def keep(readings: Sequence[Reading]) -> None:
        if len(kept) >= 10:
            raise KeyboardInterrupt
        kept.update((reading.post_id, reading) for reading in readings)

    def labelled(keep: Callable[[Sequence[Reading]], None]) -> list[Reading]:
        return label(own, teacher, teacher_name="t", known=kept, keep=keep, at_once=5, progress=lambda _: None)

    with pytest.raises(KeyboardInterrupt):
        labelled(keep)
    assert len(kept) == 10
    asked = len(teacher.asked)
    readings = labelled(lambda _: None)
    assert len(teacher.asked) - asked == 15
    assert len(readings) == 25


def test_a_kept_label_names_no_post_and_tells_of_no_crisis() -> None:
    told = list[Reading]()
    own = [Sample(post=post(1), parts=frozenset(PARTS))]
    label(own, ToyReader("t", good), teacher_name="t", known={}, keep=told.extend, at_once=5, progress=lambda _: None)
    (reading,) = told
    assert reading.post_id == label_key("t", "hello there 1", frozenset(PARTS))
    assert "p1" not in repr(reading)
    assert "hello" not in repr(reading)
    assert reading.crisis is None


def test_what_a_teacher_failed_at_is_not_learned_from() -> None:
    failing = frozenset(post(n).text for n in range(580))
    teacher = ToyReader("teacher@1", good, failing=failing)
    own = [Sample(post=post(n), parts=frozenset({"tone"})) for n in range(600)]
    taught = label(own, teacher, teacher_name="t", known={}, keep=lambda _: None, at_once=50, progress=lambda _: None)
    outcome = learn(
        own, taught, [], [],
        default=ToyReader("default@1", weak), encoder=ToyEncoder(), teacher_name="t", version="v@1", seed=7,
    )  # fmt: skip
    assert outcome.taught["tone"] == 20


def test_a_human_label_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no label of emotions"):
        Human(text="x", labels={"emotions": frozenset({"rage"})})


class Young:
    """A default reader that learned the emotions from few comments."""

    models: Mapping[str, str] = {"text": "young@1"}

    def __init__(self, encoder: object, texts: Sequence[str], truth: NDArray[np.bool_]) -> None:
        from sklearn.linear_model import LogisticRegression

        self._encoder = encoder
        x = encoder.encode([clean(text) for text in texts])
        self._fits = {
            column: LogisticRegression(C=1.0, max_iter=300).fit(x, truth[:, column])
            for column in range(len(EMOTIONS))
            if truth[:, column].sum() >= 2
        }

    def read(self, posts: Sequence[Post], parts: Sequence[frozenset[Part]]) -> list[Reading]:
        x = self._encoder.encode([clean(one.text) for one in posts])
        chances = np.full((len(posts), len(EMOTIONS)), 0.01)
        for column, fit in self._fits.items():
            chances[:, column] = fit.predict_proba(x)[:, 1]
        return [
            Reading(post_id=one.id, language="en", emotions=dict(zip(EMOTIONS, map(float, row), strict=True)))
            for one, row in zip(posts, chances, strict=True)
        ]


class LargeModel:
    """Openly a stand-in: it answers from people's labels, wrongly in one of `wrong` cases."""

    models: Mapping[str, str] = {"text": "large@1"}

    def __init__(self, truth: Mapping[str, NDArray[np.bool_]], wrong: float) -> None:
        self._truth = truth
        self._wrong = wrong
        self._rng = np.random.default_rng(7)

    def read(self, posts: Sequence[Post], parts: Sequence[frozenset[Part]]) -> list[Reading]:
        return [Reading(post_id=one.id, emotions=self._emotions(one.text)) for one in posts]

    def _emotions(self, text: str) -> dict[str, float]:
        truth = self._truth[text].astype(float)
        if self._rng.uniform() < self._wrong:
            truth = np.roll(truth, int(self._rng.integers(1, len(EMOTIONS))))
        return dict(zip(EMOTIONS, (0.02 + 0.9 * truth).tolist(), strict=True))


def comments(part: str, rows: int) -> tuple[list[str], NDArray[np.bool_]]:
    import duckdb

    file = Path(os.environ["ADTAILOR_TEST_DATA"]) / "goemotions" / f"{part}.parquet"
    found = duckdb.execute("SELECT text, labels FROM read_parquet(?) LIMIT ?", [str(file), rows]).fetchall()
    truth = np.zeros((len(found), len(EMOTIONS)), dtype=np.bool_)
    for row, (_, labels) in enumerate(found):
        truth[row, [int(one) for one in str(labels).split(",")]] = True
    return [text for text, _ in found], truth


@pytest.mark.slow
@pytest.mark.skipif("ADTAILOR_TEST_DATA" not in os.environ, reason="needs $ADTAILOR_TEST_DATA")
@pytest.mark.parametrize(("wrong", "promoted"), [(0.1, True), (1.0, False)])
def test_on_real_comments_a_good_teacher_is_followed_and_one_that_is_always_wrong_is_not(
    wrong: float, promoted: bool
) -> None:
    encoder = OnnxTextEncoder()
    texts, truth = comments("train", 3300)
    dev_texts, dev_truth = comments("dev", 1200)
    young = Young(encoder, texts[:300], truth[:300])
    teacher = LargeModel(
        {**dict(zip(texts, truth, strict=True)), **dict(zip(dev_texts, dev_truth, strict=True))}, wrong
    )
    own = [
        Sample(post=replace(post(n), text=text), parts=frozenset({"emotions"})) for n, text in enumerate(texts[300:])
    ]
    humans = [
        Human(text=text, labels={"emotions": frozenset(np.array(EMOTIONS)[row].tolist())})
        for text, row in zip(dev_texts, dev_truth, strict=True)
    ]
    taught, taught_humans = (
        label(some, teacher, teacher_name="t", known={}, keep=lambda _: None, at_once=100, progress=lambda _: None)
        for some in (own, human_samples(humans))
    )
    outcome = learn(
        own, taught, humans, taught_humans,
        default=young, encoder=encoder, teacher_name="large@1", version="distilled@1", seed=7,
    )  # fmt: skip
    assert len(outcome.comparisons) == 1
    assert (outcome.heads is not None) is promoted
