from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest

from adtailor.config.policy import load_policy
from adtailor.domain.reading import Reading, Stress
from adtailor.domain.wellbeing import State
from adtailor.journeys.evaluate_states import evaluate_states
from adtailor.understand.timelines import compose, load_cast
from adtailor.wellbeing.desk import CareDesk

ENDS_AT = datetime(2026, 1, 2, 12, tzinfo=UTC)


class _Reader:
    """Reads stress as it is told to: the chance of each text."""

    def __init__(self, chance):
        self.models = {"text": "toy@1"}
        self.chance, self.read_texts = chance, []

    def read(self, posts, parts):
        self.read_texts += [post.text for post in posts]
        assert all(allowed == {"stress", "crisis"} for allowed in parts)
        return [
            Reading(
                post_id=post.id,
                language="en",
                crisis=True,
                stress=Stress(probability=self.chance(post.text), severity=0.9),
            )
            for post in posts
        ]


@pytest.fixture(scope="module")
def cast():
    return load_cast()


@pytest.fixture(scope="module")
def desk():
    return CareDesk(load_policy("standard"), (), b"secret")


def _draws(cast, count=3, seed=3):
    random = Random(seed)
    return [compose(cast, stressed=40, calm=60, random=random, ends_at=ENDS_AT) for _ in range(count)]


def test_with_a_perfect_reader_and_no_noise_everyone_under_stress_is_found(cast, desk):
    clear = replace(cast, noise=0.0, kinds=tuple(replace(kind, told=float(kind.is_stressed)) for kind in cast.kinds))
    told = set(cast.stressed)
    report = evaluate_states(
        clear.texts, _draws(clear), _Reader(lambda text: float(text in told)), desk, prevalence=cast.prevalence
    )
    first = report.scores[0]
    assert (first.precision.value, first.recall.value, first.false_rate.value) == (1.0, 1.0, 0.0)


def test_a_reader_that_sees_no_stress_finds_nobody_and_says_so_without_dividing_by_zero(cast, desk):
    report = evaluate_states(cast.texts, _draws(cast), _Reader(lambda _: 0.0), desk, prevalence=cast.prevalence)
    assert [score.recall.value for score in report.scores] == [0.0, 0.0, 0.0]
    assert report.scores[0].precision.value is None
    assert "S1 elevated" in repr(report)


def test_a_reader_that_sees_it_everywhere_is_as_precise_as_the_prevalence(cast, desk):
    report = evaluate_states(cast.texts, _draws(cast), _Reader(lambda _: 1.0), desk, prevalence=0.05)
    # Found: all of both classes, so precision = .05 x 1 / (.05 x 1 + .95 x 1).
    assert report.scores[0].precision.value == pytest.approx(0.05)


def test_each_post_is_read_once_however_many_people_wrote_it(cast, desk):
    reader = _Reader(lambda _: 0.0)
    evaluate_states(cast.texts, _draws(cast), reader, desk, prevalence=0.05)
    assert len(reader.read_texts) == len(set(reader.read_texts)) <= len(cast.texts)


def test_the_same_seed_composes_the_same_people(cast):
    assert _draws(cast, seed=5) == _draws(cast, seed=5)
    assert _draws(cast, seed=5) != _draws(cast, seed=6)


def test_people_are_of_their_class_and_write_at_least_as_often_as_a_state_asks(cast):
    for person in (person for people in _draws(cast) for person in people):
        assert (person.due > State.NEUTRAL) == person.is_stressed
        assert len(person.posts) >= load_policy("standard").least_posts
        assert list(person.posts) == sorted(person.posts, key=lambda post: post.created_at)


def test_the_shares_of_each_class_add_up_to_one(cast):
    for is_stressed in (True, False):
        assert sum(kind.share for kind in cast.kinds if kind.is_stressed is is_stressed) == pytest.approx(1.0)
