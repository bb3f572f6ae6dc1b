"""Answers are laid beside the truth: what counts as told, what is left out, and what the scores are then."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from adtailor.domain.post import Photo, Post
from adtailor.domain.reading import Garment, PartFailed, PhotoLook, Reading, Sentiment, Stress
from adtailor.journeys.evaluate import FEELINGS, Answers, Labelled, ask_look, ask_text
from adtailor.journeys.evaluate_scores import ALL, evaluate

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def labelled(part, labels, truth, *, texts=None):
    posts = tuple(
        Post(id=f"p{n}", author_id="ana", created_at=NOW, text=texts[n] if texts else "x", photos=(Photo(data=b"x"),))
        for n in range(len(truth))
    )
    return Labelled(part=part, labels=labels, posts=posts, truth=np.array(truth, dtype=bool))


class Scripted:
    """Answers post by post as it was told to, and remembers which parts it was asked for."""

    models = {"text": "scripted@1"}  # noqa: RUF012 - as a port has it

    def __init__(self, *readings):
        self._readings, self.asked = readings, set()

    def read(self, posts, parts):
        self.asked |= set(parts)
        return [self._readings[int(post.id[1:])] for post in posts]


def stressed(chance):
    return Reading(post_id="p", language="en", stress=Stress(probability=chance, severity=0.0))


def test_only_the_judged_part_is_read():
    reader = Scripted(stressed(0.9), stressed(0.1))
    ask_text(reader, labelled("stress", ("stress",), [[True], [False]]), thresholds={})
    assert reader.asked == {frozenset({"stress"})}


def test_a_chance_counts_from_its_threshold():
    posts = labelled("stress", ("stress",), [[True], [True], [False]])
    reader = Scripted(stressed(0.7), stressed(0.5), stressed(0.3))
    assert ask_text(reader, posts, thresholds={"stress": 0.7}).told.ravel().tolist() == [True, False, False]
    assert ask_text(reader, posts, thresholds={}).told.ravel().tolist() == [True, True, False]


def test_posts_that_abstain_or_fail_are_counted_and_not_scored():
    readings = (
        stressed(0.9),
        Reading(post_id="p", language="de", abstained=("stress",)),
        Reading(post_id="p", abstained=("stress",)),
        Reading(post_id="p", language="en", errors=(PartFailed(part="stress", reason="TimeoutError"),)),
    )
    answers = ask_text(Scripted(*readings), labelled("stress", ("stress",), [[True]] * 4), thresholds={})
    assert answers.truth.tolist() == [[True]]
    assert (answers.posts, dict(answers.abstained), dict(answers.failed)) == (
        4,
        {"de": 1, "unknown": 1},
        {"TimeoutError": 1},
    )


def test_progress_is_told_batch_by_batch():
    told = []
    posts = labelled("stress", ("stress",), [[True]] * 5)
    ask_text(Scripted(*[stressed(0.5)] * 5), posts, thresholds={}, batch=2, progress=told.append)
    assert told == [2, 2, 1]


def test_a_sentiment_is_the_label_that_was_told():
    readings = [
        Reading(post_id="p", language="en", sentiment=Sentiment(label=label, valence=0.0))
        for label in ("positive", "neutral", "neutral")
    ]
    posts = labelled("sentiment", FEELINGS, [[False, False, True], [False, True, False], [True, False, False]])
    found = evaluate(ask_text(Scripted(*readings), posts, thresholds={}), rounds=0)
    scores = {score.name: score.estimate.value for score in found.scores}
    # Recall of negative 0, neutral 1, positive 1; two of three right.
    assert scores["macro-recall"] == pytest.approx(2 / 3)
    assert scores["accuracy"] == pytest.approx(2 / 3)
    assert "ECE" not in scores
    assert found.curves == {}


def test_where_a_sentiment_says_how_sure_it_is_that_is_measured():
    readings = [
        Reading(post_id="p", language="en", sentiment=Sentiment(label=label, valence=0.0, confidence=chance))
        for label, chance in (("positive", 0.9), ("neutral", 0.6))
    ]
    posts = labelled("sentiment", FEELINGS, [[False, False, True], [True, False, False]])
    found = evaluate(ask_text(Scripted(*readings), posts, thresholds={}), rounds=10)
    scores = {score.name: score.estimate.value for score in found.scores}
    # One right at .9, one wrong at .6: (.1 + .6) / 2.
    assert scores["ECE"] == pytest.approx(0.35)
    assert list(found.curves) == ["the sentiment told"]
    assert found.labels[0].area is None


def test_tones_and_emotions_have_a_row_and_a_curve_for_each_label():
    readings = [
        Reading(post_id="p", language="en", emotions={"joy": 0.8, "anger": 0.1}),
        Reading(post_id="p", language="en", emotions={"joy": 0.3, "anger": 0.6}),
    ]
    posts = labelled("emotions", ("joy", "anger"), [[True, False], [False, True]])
    found = evaluate(ask_text(Scripted(*readings), posts, thresholds={"joy": 0.2}), rounds=10)
    joy, anger = found.labels
    assert (joy.true, joy.told, joy.precision.value, joy.threshold) == (1, 2, 0.5, 0.2)
    assert (anger.told, anger.f1.value, anger.threshold) == (1, 1.0, 0.5)
    # joy: 1 - ((.2^2 + .3^2) / 2) / .25
    assert joy.brier_skill.value == pytest.approx(1 - (0.04 + 0.09) / 2 / 0.25)
    assert list(found.curves) == [ALL, "joy", "anger"]
    assert sum(one.rows for one in found.curves[ALL]) == 4


def test_crisis_has_no_chances_and_is_measured_by_recall_and_false_alarms():
    readings = [Reading(post_id="p", language="en", crisis=told) for told in (True, False, True, False)]
    posts = labelled("crisis", ("crisis",), [[True], [True], [False], [False]])
    found = evaluate(ask_text(Scripted(*readings), posts, thresholds={}), prevalence=0.1, rounds=10)
    scores = {score.name: score.estimate.value for score in found.scores}
    assert (scores["recall"], scores["false alarms"]) == (0.5, 0.5)
    assert scores["precision at 0.1"] == pytest.approx(0.1)
    assert "AUC" not in scores


class Looks:
    """Sees what it was told to see."""

    models = {"look": "looks@1"}  # noqa: RUF012 - as a port has it

    def __init__(self, *seen):
        self._seen = list(seen)

    def read(self, photos):
        return [self._seen.pop(0) for _ in photos]


def test_the_surest_garment_counts_and_no_garment_is_a_miss():
    seen = [
        PhotoLook(photo=0, garments=(Garment(type="hat", confidence=0.4), Garment(type="shirt", confidence=0.8))),
        PhotoLook(photo=0),
        "the file is no picture",
    ]
    posts = labelled("garments", ("hat", "shirt"), [[False, True], [True, False], [True, False]])
    answers = ask_look(Looks(*seen), posts)
    assert answers.told.tolist() == [[False, True], [False, False]]
    assert dict(answers.failed) == {"the file is no picture": 1}
    found = evaluate(answers, rounds=10)
    scores = {score.name: score.estimate.value for score in found.scores}
    assert scores["accuracy"] == 0.5
    # Chances .8 (right) and 0 (none told): |.8 - 1| / 2.
    assert scores["ECE"] == pytest.approx(0.1)


def test_nothing_read_measures_nothing():
    posts = labelled("stress", ("stress",), [[True]])
    silent = Reading(post_id="p", abstained=("stress",))
    found = evaluate(ask_text(Scripted(silent), posts, thresholds={}))
    assert (found.scores, found.labels, dict(found.curves), found.read) == ((), (), {}, 0)


def test_intervals_come_from_the_seed():
    rng = np.random.default_rng(0)
    truth = rng.random((60, 2)) < 0.4
    answers = Answers(
        part="emotions",
        labels=("joy", "anger"),
        truth=truth,
        told=truth ^ (rng.random((60, 2)) < 0.2),
        chances=None,
        thresholds={},
        posts=60,
        abstained={},
        failed={},
        models={},
    )
    one, again, other = (evaluate(answers, rounds=50, seed=seed) for seed in (1, 1, 2))
    assert one == again
    assert one.scores != other.scores
    flipped = replace(answers, told=~answers.told)
    assert evaluate(flipped, rounds=0).scores[0].estimate.value < one.scores[0].estimate.low
