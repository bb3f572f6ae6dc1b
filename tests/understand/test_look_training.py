"""Training tells drawn garments apart, by senders it has not seen, and writes down what it measured."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from adtailor.engines.image_onnx import OnnxImageEncoder
from adtailor.errors import InvalidInput
from adtailor.testing.drawn_clothes import draw_garment
from adtailor.understand.garments import load_classifier, load_garment_model, seal
from adtailor.understand.look import WEIGHTS
from adtailor.understand.look_card import save_look
from adtailor.understand.look_extras import Effort, LookSample, canvases
from adtailor.understand.look_negatives import SCENES, draw_scene
from adtailor.understand.look_training import (
    FOLDS,
    LookSet,
    best_temperature,
    calibration_error,
    read_look_set,
    sender_folds,
    train_look,
    vectors_of,
    views,
)

pytest.importorskip("sklearn")

KINDS = ("T-Shirt", "Dress", "Pants")
DYES = ((25, 35, 80), (205, 35, 45), (35, 130, 70), (20, 20, 22), (105, 68, 42))
GROUNDS = ((255, 255, 255), (200, 170, 140))
LITTLE = Effort(canvases=8, prints=36, faces=2)


def nothing(stage: str, done: int, total: int) -> None:
    assert 1 <= done <= total, stage


@pytest.fixture(scope="module")
def encoder() -> OnnxImageEncoder:
    return OnnxImageEncoder()


@pytest.fixture(scope="module")
def drawn(encoder: OnnxImageEncoder) -> LookSet:
    """Each dye is a sender, who laid every garment on two grounds."""
    made = [(kind, sender, ground) for kind in KINDS for sender in range(len(DYES)) for ground in GROUNDS]
    pictures = [np.asarray(draw_garment(kind, DYES[sender], background=ground)) for kind, sender, ground in made]
    types = np.array([kind.lower() for kind, _, _ in made])
    senders = np.array([sender for _, sender, _ in made])
    return LookSet(
        vectors=vectors_of(np.stack(pictures), encoder),
        varied=(),
        types=types,
        senders=senders,
        sample=LookSample(pictures=np.stack(pictures), types=types, senders=senders),
    )


def test_garments_of_senders_not_seen_are_told_apart_and_the_run_is_written_down(
    drawn: LookSet, encoder: OnnxImageEncoder, tmp_path: Path
) -> None:
    classifier = load_classifier(WEIGHTS)

    model, report = train_look(drawn, encoder, classifier, seed=3, scenes_per_kind=2, effort=LITTLE, progress=nothing)

    assert report.photos == len(KINDS) * len(DYES) * len(GROUNDS)
    assert report.senders == len(DYES)
    assert report.accuracy_all >= 0.9
    assert set(report.scenes_refused_by_kind) == set(SCENES)
    again, _ = train_look(drawn, encoder, classifier, seed=3, scenes_per_kind=2, effort=LITTLE, progress=nothing)
    assert np.array_equal(again.head.weights, model.head.weights)

    (tmp_path / "imagenet-classifier.npz").write_bytes((WEIGHTS / "imagenet-classifier.npz").read_bytes())
    seal(tmp_path, "imagenet-classifier.npz", licence="Apache-2.0")
    save_look(tmp_path, model, report, encoder=encoder.name, seed=3)
    loaded = load_garment_model(tmp_path, encoder=encoder.name, width=encoder.width)
    assert np.array_equal(loaded.head.probabilities(drawn.vectors), model.head.probabilities(drawn.vectors))
    assert loaded.gate.threshold == model.gate.threshold
    assert f"| accuracy among all 3 types | {report.accuracy_all:.3f} |" in (tmp_path / "card.md").read_text()
    assert set(json.loads((tmp_path / "manifest.json").read_text())["files"]) == {
        "heads.npz",
        "imagenet-classifier.npz",
    }


def test_without_truth_in_the_labels_nothing_is_told_apart(drawn: LookSet, encoder: OnnxImageEncoder) -> None:
    shuffled = LookSet(
        vectors=drawn.vectors,
        varied=(),
        types=np.random.default_rng(0).permutation(drawn.types),
        senders=drawn.senders,
        sample=drawn.sample,
    )

    _, report = train_look(
        shuffled, encoder, load_classifier(WEIGHTS), seed=3, scenes_per_kind=1, effort=LITTLE, progress=nothing
    )

    # By chance 1 of 3; 30 photos have a standard error of sqrt(1/3 x 2/3 / 30) = 0.086.
    assert report.accuracy_all <= 1 / 3 + 3 * 0.086


def test_canvases_hold_two_types_in_one_picture(drawn: LookSet) -> None:
    for picture, kinds in canvases(drawn.sample, np.arange(len(drawn.types)), 6, seed=1):
        assert picture.shape == (260, 260, 3)
        assert kinds[0] != kinds[1]


def test_no_sender_is_on_both_sides() -> None:
    senders = np.random.default_rng(0).integers(0, 40, 500)
    folds = sender_folds(senders, seed=1)

    for sender in range(40):
        assert len(set(folds[senders == sender])) <= 1
    assert set(folds) == set(range(FOLDS))


def test_temperature_undoes_overconfidence() -> None:
    random = np.random.default_rng(0)
    honest = random.normal(size=(4000, 3))
    chances = np.exp(honest) / np.exp(honest).sum(axis=1, keepdims=True)
    truth = np.array([random.choice(3, p=p) for p in chances])

    # Logits three times too large need to be divided by three.
    assert best_temperature(3 * honest, truth) == pytest.approx(3, rel=0.12)


def test_calibration_error_is_the_gap_between_claim_and_fact() -> None:
    confidence = np.array([0.95] * 10 + [0.55] * 10)
    right = np.array([True] * 9 + [False] + [True] * 5 + [False] * 5)

    # (10 x |0.95 - 0.9| + 10 x |0.55 - 0.5|) / 20 = 0.05
    assert calibration_error(confidence, right) == pytest.approx(0.05)


def test_views_are_the_picture_its_mirror_and_a_closer_look() -> None:
    picture = np.asarray(draw_garment("T-Shirt", (25, 35, 80)))
    seen = views(picture)

    assert np.array_equal(seen[0], picture)
    assert np.array_equal(seen[1], picture[:, ::-1])
    assert (seen[2] < 128).all(axis=2).mean() > (picture < 128).all(axis=2).mean()


@pytest.mark.parametrize("kind", SCENES)
def test_scenes_are_pictures_and_the_same_for_the_same_seed(kind: str) -> None:
    scene = draw_scene(kind, np.random.default_rng(5))

    assert scene.shape == (260, 260, 3)
    assert np.array_equal(scene, draw_scene(kind, np.random.default_rng(5)))
    assert not np.array_equal(scene, draw_scene(kind, np.random.default_rng(6)))


def test_a_missing_table_is_named(encoder: OnnxImageEncoder, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is missing"):
        read_look_set(tmp_path / "none.parquet", encoder, progress=nothing)


@pytest.mark.data
@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.skipif("ADTAILOR_TEST_DATA" not in os.environ, reason="needs $ADTAILOR_TEST_DATA")
def test_the_scores_of_the_card_come_out_again(encoder: OnnxImageEncoder) -> None:
    """Some four minutes of one core, longer on a busy machine."""
    table = Path(os.environ["ADTAILOR_TEST_DATA"]) / "clothing" / "dev_224px.parquet"

    model, report = train_look(
        read_look_set(table, encoder, progress=nothing), encoder, load_classifier(WEIGHTS), seed=0, progress=nothing
    )

    # The standard error of a share of 4,000 photos is some 0.006, and senders differ more than photos.
    assert report.accuracy_common == pytest.approx(0.855, abs=0.01)
    assert report.accuracy_all == pytest.approx(0.800, abs=0.01)
    assert report.calibration_error <= 0.03
    assert report.clothes_refused <= 0.02
    assert report.scenes_refused >= 0.9
    shipped = load_garment_model(WEIGHTS, encoder=encoder.name, width=encoder.width)
    assert model.head.types == shipped.head.types
    assert np.allclose(model.head.weights, shipped.head.weights, atol=1e-3)
