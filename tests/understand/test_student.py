"""The student learns, stops and goes on, and is exported as it was learned: tried on a tiny one, where PyTorch is."""

from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from adtailor.understand.training.corpora import corpora
from adtailor.understand.training.export import export_onnx, quantised_rows, quantised_sites, ranges_of
from adtailor.understand.training.learning import CHECKPOINT, HEADS, Course, learn
from adtailor.understand.training.lessons import MEANS, three, with_names
from adtailor.understand.training.network import Shape
from adtailor.understand.training.schooling import School, teaching, topic_texts
from adtailor.understand.training.sealing import sparkline
from adtailor.understand.training.targets import COLUMNS, WIDTH, Lesson, columns, together

TINY = Shape(layers=2, width=32, inner=64, heads=2, middle=1)
WORDS = 60
GOOD, BAD = 7, 8
needs_torch = pytest.mark.skipif(
    find_spec("torch") is None or find_spec("onnx") is None, reason="PyTorch and onnx are for training alone"
)


def _start(seed=0):
    """A small network that knows nothing."""
    random = np.random.default_rng(seed)

    def some(*shape):
        return random.normal(0, 0.15, shape).astype(np.float32)

    weights = {
        "embeddings.word_embeddings.weight": some(WORDS, TINY.width),
        "embeddings.position_embeddings.weight": some(32, TINY.width),
        "embeddings.token_type_embeddings.weight": some(2, TINY.width),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(TINY.layers):
        name = f"encoder.layer.{layer}"
        norms += [f"{name}.attention.output.LayerNorm", f"{name}.output.LayerNorm"]
        for part, rows, inner in (
            ("attention.self.query", TINY.width, TINY.width),
            ("attention.self.key", TINY.width, TINY.width),
            ("attention.self.value", TINY.width, TINY.width),
            ("attention.output.dense", TINY.width, TINY.width),
            ("intermediate.dense", TINY.inner, TINY.width),
            ("output.dense", TINY.width, TINY.inner),
        ):
            weights[f"{name}.{part}.weight"], weights[f"{name}.{part}.bias"] = some(rows, inner), some(rows)
    for name in norms:
        weights[f"{name}.weight"] = np.ones(TINY.width, dtype=np.float32)
        weights[f"{name}.bias"] = np.zeros(TINY.width, dtype=np.float32)
    return weights


def _world(number):
    """Texts of numbers: with a 7 they are pleasant, with an 8 they are not."""
    random = np.random.default_rng(number)
    texts, truth = [], []
    for _ in range(160):
        word = random.choice([GOOD, BAD])
        filler = random.integers(10, WORDS, random.integers(2, 9))
        texts.append(" ".join(map(str, [word, *filler])))
        truth.append(float(word == GOOD))
    return Lesson(texts).tell("valence", np.array(truth)).done()


def _tokens(texts):
    return [[1, *(int(word) for word in text.split()), 2] for text in texts]


def _unknown(texts):
    return np.zeros((len(texts), 5), dtype=np.float32), np.zeros(len(texts), dtype=bool)


COURSE = Course(epochs=6, frozen=0, rows=16, tokens=400, rate=1e-3, head_rate=1e-2, every=4, dropout=0.1)


def _learned(folder, progress=lambda _done, _loss: None, course=COURSE):
    import torch

    folder.mkdir(exist_ok=True)
    return learn(
        _start(), _world, tokens=_tokens, teacher=_unknown, topic_width=5, course=course, shape=TINY, folder=folder,
        torch=torch, progress=progress,
    )  # fmt: skip


@needs_torch
@pytest.mark.slow
def test_the_loss_falls_and_the_world_is_learned(tmp_path):
    from adtailor.understand.training.student import vectors_of

    weights, curve = _learned(tmp_path)
    losses = [loss for _, loss in curve.points]
    assert np.mean(losses[-3:]) < np.mean(losses[:3]) / 2
    world = _world(99)
    x = vectors_of(weights, _tokens(world.texts), shape=TINY)
    scores = (x @ weights[f"{HEADS}.weight"].T + weights[f"{HEADS}.bias"])[:, columns("valence")][:, 0]
    assert ((scores > 0) == (world.targets[:, columns("valence")][:, 0] > 0.5)).mean() > 0.95


@needs_torch
@pytest.mark.slow
def test_a_run_that_was_killed_goes_on_to_the_very_same_weights(tmp_path):
    whole, curve = _learned(tmp_path / "whole")
    seen = []

    def killed(done, _loss):
        seen.append(done)
        if len(seen) == 27:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _learned(tmp_path / "stopped", progress=killed)
    assert (tmp_path / "stopped" / CHECKPOINT).is_file()
    again = []
    resumed, its_curve = _learned(tmp_path / "stopped", progress=lambda done, _: again.append(done))
    assert again[0] > 0.3, "it began again"
    assert its_curve.points == curve.points
    for name, weight in whole.items():
        np.testing.assert_array_equal(resumed[name], weight, err_msg=name)


@needs_torch
@pytest.mark.slow
def test_a_checkpoint_of_another_course_is_not_gone_on_from(tmp_path):
    _learned(tmp_path, course=replace(COURSE, epochs=1))
    started = []
    _learned(tmp_path, course=replace(COURSE, epochs=1, seed=8), progress=lambda done, _: started.append(done))
    assert started[0] == 0.0


@needs_torch
@pytest.mark.slow
def test_the_exported_network_says_what_the_learned_one_says(tmp_path):
    import onnxruntime as ort

    from adtailor.understand.training.student import vectors_of

    weights, _ = _learned(tmp_path)
    shown, asked = _tokens(_world(1).texts), _tokens(_world(50).texts)
    seen = {site: [] for site in quantised_sites(TINY)}
    vectors_of(weights, shown, shape=TINY, watch=lambda site, x: seen[site].append(x[0].numpy().copy()))
    export_onnx(tmp_path / "tiny.onnx", weights, ranges_of(seen), shape=TINY)
    session = ort.InferenceSession(str(tmp_path / "tiny.onnx"), providers=["CPUExecutionProvider"])
    told = np.concatenate([session.run(None, {"ids": np.array([ids])})[0] for ids in asked])
    truth = vectors_of(weights, asked, shape=TINY)
    assert np.abs(told - truth).max() < 0.1
    near = (told * truth).sum(axis=1) / np.linalg.norm(told, axis=1) / np.linalg.norm(truth, axis=1)
    assert near.min() > 0.995


def test_a_lesson_knows_what_it_was_told_and_nothing_else():
    lesson = Lesson(["a", "b"]).tell("tone", np.array([1.0, 0.0]), weight=0.5, label="playful").done()
    place = columns("tone").start + COLUMNS["tone"].index("playful")
    assert lesson.targets[:, place].tolist() == [1.0, 0.0]
    assert lesson.weights[:, place].tolist() == [0.5, 0.5]
    assert lesson.weights.sum() == 1.0
    assert together([lesson, lesson]).targets.shape == (4, WIDTH)


def test_a_tweet_inside_the_neutral_band_is_taught_as_neutral():
    negative, neutral, positive = three(np.array([-0.5, 0.0, 0.5]))
    assert [row.argmax() for row in (negative, neutral, positive)] == [0, 1, 2]
    np.testing.assert_allclose(three(np.linspace(-1, 1, 9)).sum(axis=1), 1.0)


def test_a_placeholder_becomes_one_of_many_names():
    random = np.random.default_rng(0)
    told = {with_names("[NAME] is late", random) for _ in range(200)}
    assert len(told) > 30
    assert with_names("nobody is named", random, relations=1.0) == "nobody is named"


def test_every_label_of_our_corpora_means_something_to_a_head():
    for corpus in corpora().values():
        for label in corpus.learn:
            assert f"{corpus.name}.{label}" in MEANS or label in MEANS


def test_what_is_written_for_a_topic_is_drawn_to_it_and_other_texts_stay():
    random = np.random.default_rng(0)
    corner = np.full(16, 5.0)
    vectors = (corner + random.normal(size=(40, 16))).astype(np.float32)
    texts = [f"text {row}" for row in range(40)]
    plain, drawn = (teaching(texts, vectors, topics)(texts)[0] for topics in ({}, {"text 0": "1", "text 1": "1"}))
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=1), 1.0, rtol=1e-5)
    np.testing.assert_array_equal(drawn[2:], plain[2:])
    assert drawn[0] @ drawn[1] > plain[0] @ plain[1] + 0.2
    # In one corner every cosine is near 1; about the mean they tell texts apart.
    assert abs(np.mean(plain @ plain.T - np.eye(40))) < 0.1


def test_a_text_without_a_vector_is_not_taught():
    teacher = teaching(["a", "b"], np.eye(2, dtype=np.float32), {})
    assert teacher(["b", "c"])[1].tolist() == [True, False]


def test_topics_are_taught_by_paths_words_and_posts():
    texts = topic_texts()
    assert len(texts) > 1_700
    assert sum(topic is None for topic in texts.values()) > 50


def test_a_tenth_of_every_corpus_calibrates_and_is_not_learned_from():
    school = School(labelled=None, rephrased=(), corpora=corpora(), seed=7)
    for name in ("crisis", "sentiment", "stress", "tone", "sarcasm"):
        seen = school.learned(corpora()[name])
        assert 0.82 < seen.mean() < 0.94, name


def test_no_sum_of_an_exported_network_saturates(tmp_path):
    import onnx

    from adtailor.understand.training.rerounding import reround

    widths = {"in": TINY.width, "mixed": TINY.width, "middle": TINY.width, "grown": TINY.inner}
    random = np.random.default_rng(0)
    seen = {site: [random.normal(size=(40, widths[site.split(".")[1]]))] for site in quantised_sites(TINY)}
    export_onnx(tmp_path / "tiny.onnx", _start(), ranges_of(seen), shape=TINY)
    assert reround(onnx.load(tmp_path / "tiny.onnx")) == 0


def test_rows_are_rounded_each_to_its_own_scale():
    rows, scales = quantised_rows(np.array([[0.5, -1.0], [100.0, 50.0]], dtype=np.float32))
    np.testing.assert_allclose(rows * scales[:, None], [[0.5, -1.0], [100.0, 50.0]], rtol=0.01)


def test_a_curve_in_one_line_falls_as_the_loss_does():
    assert sparkline([4.0, 2.0, 1.0, 1.0]) == "█▃▁▁"
