"""The image encoder: the very file, one vector per picture, whatever else is read beside it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from adtailor.engines.image_onnx import MODEL, OnnxImageEncoder
from adtailor.errors import InvalidInput, ModelUnavailable
from adtailor.ports import ImageEncoder
from adtailor.testing.drawn_clothes import KINDS, draw_garment
from adtailor_weights import FOLDER


@pytest.fixture(scope="module")
def encoder() -> OnnxImageEncoder:
    return OnnxImageEncoder()


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    return [np.asarray(draw_garment(kind, (25, 35, 80), side=260)) for kind in KINDS]


def test_it_is_an_image_encoder(encoder: OnnxImageEncoder) -> None:
    port: ImageEncoder = encoder

    assert (port.name, port.width, port.side) == ("efficientnet-lite2-int8@2", 1280, 260)


def test_a_picture_becomes_two_maps_the_same_each_time(encoder: OnnxImageEncoder, pictures: list[np.ndarray]) -> None:
    once, again = encoder.encode(pictures[0]), encoder.encode(pictures[0])

    assert once.cells.shape == (9, 9, 1280)
    assert once.texture.shape == (17, 17, 88)
    assert once.cells.dtype == once.texture.dtype == np.float32
    assert np.array_equal(once.cells, again.cells)
    assert np.array_equal(once.texture, again.texture)


def test_cells_stay_between_0_and_6(encoder: OnnxImageEncoder, pictures: list[np.ndarray]) -> None:
    for picture in pictures:
        cells = encoder.encode(picture).cells

        # The last layer is a ReLU6; quantisation may round a hair above.
        assert cells.min() >= 0
        assert cells.max() <= 6.05
        assert cells.mean(axis=(0, 1)).std() > 0.05


def test_different_garments_have_different_vectors(encoder: OnnxImageEncoder, pictures: list[np.ndarray]) -> None:
    vectors = np.stack([encoder.encode(picture).cells.mean(axis=(0, 1)) for picture in pictures])
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    assert (unit @ unit.T)[~np.eye(len(unit), dtype=bool)].max() < 0.985


def test_the_cells_are_where_things_are(encoder: OnnxImageEncoder, pictures: list[np.ndarray]) -> None:
    empty = np.full((260, 260, 3), 235, dtype=np.uint8)
    left = empty.copy()
    left[:, :130] = np.asarray(draw_garment("T-Shirt", (25, 35, 80), side=260))[:, ::2]

    change = np.abs(encoder.encode(left).cells - encoder.encode(empty).cells).mean(axis=(0, 2))

    assert change[:4].mean() > 1.5 * change[6:].mean()


@pytest.mark.parametrize("wrong", [np.zeros((224, 224, 3), np.uint8), np.zeros((260, 260, 3), np.float32)])
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

    entry = manifest["files"][Path(MODEL.path).name]
    assert entry["sha256"] == MODEL.sha256
    assert entry["licence"].startswith("Apache-2.0")
