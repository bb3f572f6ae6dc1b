import json
import shutil

import numpy as np
import pytest

from adtailor.engines.text_onnx import MODEL, TOKENIZER
from adtailor.errors import ModelUnavailable
from adtailor.understand.heads import Head, load_heads, save_heads, sigmoid
from adtailor.understand.training.targets import COLUMNS


class _Encoder:
    def __init__(self, name="toy@1", width=3):
        self.name, self.width = name, width

    def encode(self, texts):
        return np.zeros((len(texts), self.width), dtype=np.float32)


def _head(**changes) -> Head:
    values = {
        "name": "stress",
        "labels": ("stress",),
        "weights": np.array([[2.0, 0.0, -1.0]], dtype=np.float32),
        "bias": np.array([0.5], dtype=np.float32),
        "thresholds": (0.4,),
    }
    return Head(**(values | changes))


@pytest.fixture
def saved(tmp_path):
    (tmp_path / "card.md").write_text("# card\n")
    about = {"encoder": {"name": "toy@1", "sha256": "0" * 64}, "seed": 7}
    save_heads(tmp_path, [_head()], others=[tmp_path / "card.md"], version="1", about=about)
    return tmp_path


def test_a_head_is_a_weighted_sum_and_a_sigmoid():
    vectors = np.array([[1.0, 5.0, 0.5]], dtype=np.float32)
    # 2 x 1 + 0 x 5 - 1 x 0.5 + 0.5 = 2
    assert _head().scores(vectors).tolist() == [[2.0]]
    assert _head().probabilities(vectors)[0, 0] == pytest.approx(1 / (1 + np.exp(-2.0)))


def test_the_sigmoid_does_not_overflow():
    assert sigmoid(np.array([-1e6, 0.0, 1e6])).tolist() == [0.0, 0.5, 1.0]


def test_what_was_saved_is_loaded(saved):
    loaded = load_heads(saved, encoder=_Encoder())
    assert (loaded.version, loaded.encoder) == ("1", "toy@1")
    assert loaded["stress"].thresholds == (0.4,)
    np.testing.assert_array_equal(loaded["stress"].weights, _head().weights)


@pytest.mark.parametrize("name", ["heads.npz", "card.md"])
def test_a_changed_file_is_refused_with_both_hashes(saved, name):
    with (saved / name).open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelUnavailable, match=r"another file: expected sha256 \w{64}, found \w{64}"):
        load_heads(saved, encoder=_Encoder())


@pytest.mark.parametrize("name", ["heads.npz", "manifest.json"])
def test_a_missing_file_is_refused_with_the_remedy(saved, name):
    (saved / name).unlink()
    with pytest.raises(ModelUnavailable, match="train heads"):
        load_heads(saved, encoder=_Encoder())


def test_heads_of_another_encoder_are_refused_with_both_names(saved):
    with pytest.raises(ModelUnavailable, match=r"'toy@1'.*'other@2'"):
        load_heads(saved, encoder=_Encoder(name="other@2"))


def test_heads_of_another_width_are_refused(saved):
    with pytest.raises(ModelUnavailable, match=r"shape \(1, 3\), expected \(1, 9\)"):
        load_heads(saved, encoder=_Encoder(width=9))


@pytest.mark.parametrize(("text", "says"), [("{", "no JSON"), ('{"format": 99}', "format 99, expected 1")])
def test_a_manifest_that_cannot_be_used_is_refused(saved, text, says):
    (saved / "manifest.json").write_text(text)
    with pytest.raises(ModelUnavailable, match=says):
        load_heads(saved, encoder=_Encoder())


def test_the_shipped_heads_are_whole(text_weights, encoder):
    heads = load_heads(text_weights, encoder=encoder)
    assert {name: head.labels for name, head in heads.heads.items()} == COLUMNS
    assert all(np.isfinite(head.weights).all() for head in heads.heads.values())


def test_the_shipped_card_says_what_it_must(text_weights):
    card = (text_weights / "card.md").read_text(encoding="utf-8")
    for needed in (
        "PROVISIONAL",
        "precision at 5 % prevalence",
        "English only",
        "Not for",
        "goemotions/dev",
        "MIT",
        "Apache-2.0",
    ):
        assert needed in card


def test_the_manifest_names_encoder_seed_and_versions(text_weights):
    manifest = json.loads((text_weights / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["encoder"]["name"] == "adtailor-student-int8@3"
    assert manifest["files"]["student-int8.onnx"] == MODEL.sha256
    assert manifest["files"]["tokenizer.json"] == TOKENIZER.sha256
    assert set(manifest["files"]) == {"heads.npz", "topics.npz", "card.md", "student-int8.onnx", "tokenizer.json"}
    assert {"numpy", "scikit-learn"} <= set(manifest["made_with"])


def test_shipped_weights_with_one_bit_changed_are_refused(text_weights, tmp_path, encoder):
    for path in text_weights.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path / path.name)
    data = bytearray((tmp_path / "heads.npz").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "heads.npz").write_bytes(data)
    with pytest.raises(ModelUnavailable, match="another file"):
        load_heads(tmp_path, encoder=encoder)
