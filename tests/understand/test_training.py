import hashlib
from functools import cache

import duckdb
import numpy as np
import pytest
from typer.testing import CliRunner

from adtailor.cli.train import app
from adtailor.errors import InvalidInput
from adtailor.understand.heads import load_heads
from adtailor.understand.topics import load_topics
from adtailor.understand.training import labelled as labelled_module
from adtailor.understand.training.embedded import embedded
from adtailor.understand.training.frozen import train
from adtailor.understand.training.labelled import read_labelled
from adtailor.understand.training.packages import ExtraMissing, needed
from adtailor.understand.training.parting import split


class _WordEncoder:
    """A toy encoder: the sum of a fixed random vector per word, so that meaning is knowable."""

    name, width = "words@1", 24

    def __init__(self):
        self.encoded = 0

    def encode(self, texts):
        self.encoded += len(texts)
        rows = [sum((self._word(word) for word in text.lower().split()), np.full(self.width, 1e-3)) for text in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)

    @cache  # noqa: B019  # of a few hundred words, for as long as the tests run
    def _word(self, word):
        seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest(), "big")
        return np.random.default_rng(seed).normal(size=self.width)


def _write(path, columns, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (" + ", ".join(columns) + ")")
        connection.execute(
            "INSERT INTO t SELECT " + ", ".join(["unnest(?)"] * len(columns)), list(zip(*rows, strict=True))
        )
        connection.execute(f"COPY t TO '{path}' (FORMAT parquet)")


@pytest.fixture(scope="module")
def toy_data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(7)
    filler = ["lamp", "river", "chair", "spoon", "cloud", "window", "stone", "paper"]

    def text(word):
        return f"{word} {' '.join(random.choice(filler, 3))} n{random.integers(1_000_000)}"

    for part, count in (("train", 1200), ("dev", 700)):
        # Every other comment is in the first person, of which long posts are made.
        rows = [(text(f"{'I' * (n // 28 % 2)} emotion{n % 28}"), str(n % 28)) for n in range(count)]
        _write(folder / "goemotions" / f"{part}.parquet", ["text VARCHAR", "labels VARCHAR"], rows)
    rows = [(text("overwhelmed" if n % 4 else "calm"), int(n % 4 > 0), 6.0 if n % 4 else 0.5) for n in range(240)]
    _write(
        folder / "sad_stressors" / "dev.parquet",
        ["sentence VARCHAR", "is_stressor BIGINT", "avg_severity DOUBLE"],
        rows,
    )
    rows = [
        (text("yeah-right" if n % 3 == 0 else "truly"), int(n % 3 == 0), text("truly") if n % 3 == 0 else None)
        for n in range(200)
    ]
    columns = ["tweet VARCHAR", "sarcastic BIGINT", "rephrase VARCHAR"]
    _write(folder / "isarcasmeval" / "train_en.parquet", columns, rows)
    rows = [(text(("slur", "insult", "hello")[n % 3]), n % 3) for n in range(300)]
    _write(folder / "davidson_offensive" / "dev.parquet", ["tweet VARCHAR", '"class" BIGINT'], rows)
    for name in labelled_module.VALENCE_SETS:
        rows = [(text(("good", "meh", "bad")[n % 3]), (3.0, 0.0, -3.0)[n % 3]) for n in range(150)]
        _write(folder / "vader_sentiment" / f"{name}.parquet", ["text VARCHAR", "mean_valence DOUBLE"], rows)
    return folder


@pytest.fixture(scope="module")
def trained(toy_data, tmp_path_factory):
    out = tmp_path_factory.mktemp("heads")
    encoder = _WordEncoder()
    card = train(toy_data, out, encoder=encoder, encoder_sha256="0" * 64)
    return out, encoder, card


def test_heads_learn_a_world_whose_truth_is_known(trained):
    out, encoder, _ = trained
    heads = load_heads(out, encoder=encoder)
    ends = ("lamp river", "spoon chair", "cloud stone", "paper window")

    def scores(word):
        return heads["stress"].scores(encoder.encode([f"{word} {end}" for end in ends]))[:, 0]

    assert scores("overwhelmed").mean() > scores("emotion5").mean() + 0.3
    good, bad = heads["valence"].scores(encoder.encode(["good lamp", "bad lamp"]))[:, 0]
    assert good > 0.1 > -0.1 > bad
    assert heads["sentiment"].shares(encoder.encode(["good lamp", "meh lamp", "bad lamp"])).argmax(axis=1).tolist() == [
        2, 1, 0,
    ]  # fmt: skip
    insult, hello = heads["offence"].scores(encoder.encode(["insult lamp chair", "hello lamp chair"]))[:, 1]
    assert insult > hello + 2


def test_the_topic_index_is_written_beside_the_heads(trained):
    out, encoder, _ = trained
    assert load_topics(out, encoder=encoder).vectors.shape == (704, encoder.width)


def test_the_card_names_sets_licences_splits_and_the_provisional_threshold(trained):
    card = trained[2].read_text(encoding="utf-8")
    for needed_words in ("PROVISIONAL", "goemotions/train", "Apache-2.0", "precision at 5 % prevalence", "Not for"):
        assert needed_words in card


def test_the_same_seed_gives_the_same_bytes_and_vectors_are_kept(trained, toy_data):
    out, encoder, _ = trained
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    encoded = encoder.encoded
    train(toy_data, out, encoder=encoder, encoder_sha256="0" * 64)
    assert {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()} == before
    # Only the words, posts and examples of topics are encoded again: some 1,900 texts.
    assert encoder.encoded - encoded < 2_100


def test_a_split_leaves_nothing_out_and_puts_equal_texts_on_one_side():
    texts = [f"text {n % 50}" for n in range(200)]
    parts = split(texts, 7)
    assert (parts.fit.astype(int) + parts.tune + parts.held == 1).all()
    for n in range(50):
        assert len({(bool(parts.fit[row]), bool(parts.tune[row])) for row in range(n, 200, 50)}) == 1


def test_kept_vectors_are_used_again(tmp_path):
    encoder = _WordEncoder()
    first = embedded(encoder, ["a lamp", "a river"], cache=tmp_path)
    again = embedded(encoder, ["a lamp", "a river"], cache=tmp_path)
    np.testing.assert_array_equal(first, again)
    assert encoder.encoded == 2


def test_a_missing_set_is_named_with_what_to_point_where(tmp_path):
    with pytest.raises(InvalidInput, match=r"goemotions.*train\.parquet is missing.*ADTAILOR_TEST_DATA"):
        read_labelled(tmp_path)


def test_a_missing_package_names_the_extra():
    with pytest.raises(ExtraMissing, match=r"adtailor\[train\]"):
        needed("no_such_learning_library")


def test_the_verb_without_data_says_how_to_name_it(monkeypatch):
    monkeypatch.delenv("ADTAILOR_TEST_DATA", raising=False)
    result = CliRunner().invoke(app, ["heads"])
    assert isinstance(result.exception, InvalidInput)
    assert "--data or ADTAILOR_TEST_DATA" in result.exception.hint


def test_the_verb_with_a_wrong_folder_names_it(tmp_path):
    result = CliRunner().invoke(app, ["heads", "--data", str(tmp_path / "nowhere")])
    assert isinstance(result.exception, InvalidInput)
    assert "nowhere is no folder" in str(result.exception)
