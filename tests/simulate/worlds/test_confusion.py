"""Signals reach an engine through the reader's measured mistakes, and the measurement comes with the package."""

import ast
import tomllib
from pathlib import Path

import numpy as np
import pytest

from adtailor.errors import InvalidInput
from adtailor.simulate.worlds import confusion
from adtailor.simulate.worlds.confusion import Confusion, measured
from adtailor.simulate.worlds.latents import STATES
from adtailor.simulate.worlds.world import MOODS
from adtailor.testing.toy_reader import toy_reader

FILE = Path(confusion.__file__).with_name("confusion.toml")


def test_things_are_misread_as_often_as_was_measured() -> None:
    some = Confusion(on="", truths=("a", "b"), told=("a", "b"), counts=np.array([[90, 10], [30, 70]]))
    luck = np.random.default_rng(0).random(20_000)
    read = some.read(np.repeat([0, 1], 10_000), luck)
    # Of 10,000 draws a share of .1 has a deviation of .003, one of .3 of .0046.
    assert read[:10_000].mean() == pytest.approx(0.1, abs=0.012)
    assert read[10_000:].mean() == pytest.approx(0.7, abs=0.018)


def test_counts_that_do_not_fit_their_labels_are_refused() -> None:
    with pytest.raises(InvalidInput, match="a row for each truth"):
        Confusion(on="", truths=("a",), told=("a", "b"), counts=np.array([[1]]))
    with pytest.raises(InvalidInput):
        Confusion(on="", truths=("a", "b"), told=("a",), counts=np.array([[1], [0]]))


def test_the_measured_reader_knows_every_state_and_garment() -> None:
    reader = measured()
    assert set(reader.moods.truths) == set(STATES)
    assert reader.moods.told == (*MOODS, "none")
    assert reader.garments.truths == reader.garments.told
    assert 0.5 < reader.topic_right < 1.0
    assert reader.post_seconds > 0.0
    assert reader.photo_seconds > 0.0
    # It is better than guessing, and not perfect: a file of round numbers would be one that somebody typed.
    for kind in (reader.moods, reader.garments):
        assert kind.counts.sum() > 500
        own = [kind.chances[kind.truths.index(name), place] for place, name in enumerate(kind.told) if name != "none"]
        assert 0.3 < float(np.mean(own)) < 0.99


def test_the_measurement_names_the_reader_that_is_installed() -> None:
    from adtailor_weights import FOLDER

    said = tomllib.loads(FILE.read_text(encoding="utf-8"))
    assert said["version"] >= 1
    manifest = (FOLDER / "text" / "manifest.json").read_text(encoding="utf-8")
    text = said["models"]["text"]
    assert text.split("@")[0].removeprefix("adtailor-") in manifest or text in manifest or FOLDER.exists()
    assert FILE.read_text(encoding="utf-8").startswith("# What the installed reader takes each thing for. Written by")


def test_a_toy_reader_that_is_always_right_misreads_nothing() -> None:
    garments = toy_reader(1.0).garments
    truths = np.arange(len(garments.truths))
    assert garments.read(truths, np.full(len(truths), 0.999)).tolist() == truths.tolist()


def test_worlds_and_engines_share_no_code_but_values() -> None:
    # The click law of a world must not be the model that it judges, nor the other way round.
    root = Path(confusion.__file__).parents[2]
    for room, barred in (
        ("simulate", ("decide", "learn", "measure")),
        ("decide", ("simulate",)),
        ("learn", ("simulate",)),
    ):
        for file in (root / room).rglob("*.py"):
            names = [
                node.module or ""
                for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
                if isinstance(node, ast.ImportFrom)
            ]
            for name in barred:
                assert not any(one.startswith(f"adtailor.{name}") for one in names), f"{file} imports {name}"
