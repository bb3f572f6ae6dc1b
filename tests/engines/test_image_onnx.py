"""The image encoder: the very file, one vector per picture, whatever else is read beside it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from adtailor.engines import image_onnx
from adtailor.engines.image_onnx import MODEL, OnnxImageEncoder
from adtailor.errors import InvalidInput, ModelUnavailable
from adtailor.ports import ImageEncoder
from adtailor.testing.drawn_clothes import KINDS, draw_garment
from adtailor_weights import FOLDER


@pytest.fixture(scope="module")
def encoder() -> OnnxImageEncoder:
    return OnnxImageEncoder()


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return np.stack([np.asarray(draw_garment(kind, (25, 35, 80))) for kind in KINDS])


def test_it_is_an_image_encoder(encoder: OnnxImageEncoder) -> None:
    port: ImageEncoder = encoder

    assert (port.name, port.width, port.side) == ("efficientnet-lite2-int8@1", 1280, 260)


def test_a_row_depends_on_its_picture_alone(encoder: OnnxImageEncoder, pictures: np.ndarray) -> None:
    together = encoder.encode(pictures)

    assert together.shape == (len(KINDS), 1280)
    assert together.dtype == np.float32
    for row in range(len(pictures)):
        assert np.array_equal(encoder.encode(pictures[row : row + 1])[0], together[row])
    assert np.array_equal(encoder.encode(pictures[::-1]), together[::-1])


def test_on_this_processor_no_sum_saturates(encoder: OnnxImageEncoder, pictures: np.ndarray) -> None:
    path = FOLDER / MODEL.path
    precise = image_onnx._session(path, ("CPUExecutionProvider",), precise=True)

    for row in range(len(pictures)):
        expected = image_onnx._run(precise, pictures[row : row + 1])
        assert np.array_equal(encoder.encode(pictures[row : row + 1]), expected)


def test_where_the_fast_kernels_saturate_the_precise_ones_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    made: dict[bool, object] = {}
    real_session, real_run = image_onnx._session, image_onnx._run

    def session(path: Path, providers: tuple[str, ...], *, precise: bool) -> object:
        made[precise] = real_session(path, providers, precise=precise)
        return made[precise]

    def run(session: object, pictures: np.ndarray) -> np.ndarray:
        drift = 0.01 if session is made[False] else 0.0  # as on a processor without VNNI
        return real_run(session, pictures) + np.float32(drift)

    monkeypatch.setattr(image_onnx, "_session", session)
    monkeypatch.setattr(image_onnx, "_run", run)

    assert OnnxImageEncoder()._session is made[True]


def test_pooled_features_stay_between_0_and_6(encoder: OnnxImageEncoder, pictures: np.ndarray) -> None:
    vectors = encoder.encode(pictures)

    # The last layer is a ReLU6, and a mean leaves its range be; quantisation may round a hair above.
    assert vectors.min() >= 0
    assert vectors.max() <= 6.05
    assert vectors.std() > 0.05


def test_different_garments_have_different_vectors(encoder: OnnxImageEncoder, pictures: np.ndarray) -> None:
    vectors = encoder.encode(pictures)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    assert (unit @ unit.T)[~np.eye(len(unit), dtype=bool)].max() < 0.97


def test_no_pictures_give_no_vectors(encoder: OnnxImageEncoder) -> None:
    assert encoder.encode(np.empty((0, 260, 260, 3), dtype=np.uint8)).shape == (0, 1280)


@pytest.mark.parametrize("wrong", [np.zeros((1, 224, 224, 3), np.uint8), np.zeros((1, 260, 260, 3), np.float32)])
def test_pictures_of_another_shape_or_type_are_refused(encoder: OnnxImageEncoder, wrong: np.ndarray) -> None:
    with pytest.raises(InvalidInput, match="shape"):
        encoder.encode(wrong)


def test_a_changed_or_missing_file_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="missing"):
        OnnxImageEncoder(folder=tmp_path)

    copy = tmp_path / MODEL.path
    copy.parent.mkdir()
    shutil.copyfile(FOLDER / MODEL.path, copy)
    with copy.open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"\0")
    with pytest.raises(ModelUnavailable, match="another file"):
        OnnxImageEncoder(folder=tmp_path)


def test_an_unknown_provider_is_named() -> None:
    with pytest.raises(ModelUnavailable, match="'TpuExecutionProvider'"):
        OnnxImageEncoder(providers=("TpuExecutionProvider",))


def test_code_and_manifest_agree_on_the_file() -> None:
    manifest = json.loads((FOLDER / "look" / "manifest.json").read_text())

    entry = manifest["files"]["efficientnet-lite2-int8.onnx"]
    assert entry["sha256"] == MODEL.sha256
    assert entry["licence"] == "Apache-2.0"
