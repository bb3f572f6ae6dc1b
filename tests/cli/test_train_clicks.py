"""`adtailor train clicks` at the prompt: too little to learn from is an answer, and nothing on the shelf changes."""

import json
from pathlib import Path

import pytest

from adtailor import learn


def test_a_folder_that_is_not_there_is_named(adtailor, tmp_path: Path) -> None:
    result = adtailor.run("train", "clicks", "--data", tmp_path / "nowhere")
    assert result.returncode == 2
    assert "nowhere is no data folder" in result.stderr


def test_a_log_without_clicks_says_how_many_it_takes(adtailor, tmp_path: Path) -> None:
    result = adtailor.run("train", "clicks", "--data", tmp_path)
    assert result.returncode == 2
    assert "0 clicks in 0 impressions" in result.stderr
    assert "at least 100" in result.stderr
    assert not (tmp_path / "models").exists()


def test_nothing_to_take_back_is_said(adtailor, tmp_path: Path) -> None:
    result = adtailor.run("train", "clicks", "--undo", "--data", tmp_path)
    assert result.returncode == 2
    assert "no version before" in result.stderr


def test_following_and_trying_out_want_something_that_serves(adtailor, tmp_path: Path) -> None:
    following = adtailor.run("train", "clicks", "--follow", "--once", "--data", tmp_path)
    assert following.returncode == 2
    assert "nothing serves yet" in following.stderr
    (tmp_path / "new.model").write_bytes(b"-")
    trying = adtailor.run("train", "clicks", "--try", tmp_path / "new.model", "--data", tmp_path)
    assert trying.returncode == 2
    assert "promote a model first" in trying.stderr
    assert adtailor.run("train", "clicks", "--back-out", "--data", tmp_path).returncode == 2


def test_a_candidate_is_tried_out_and_backed_out_from_the_prompt(adtailor, tmp_path: Path) -> None:
    columns, _ = learn.sample_columns(6_000)
    features = learn.Features(learn.Id("ad_id"), learn.Number("hour", buckets=24))
    model = learn.fit(features, label="clicked", log=columns, time="decided_at", baseline=False, rounds=20,
                      model=learn.Logistic(table=learn.Hashed(bits=10)))  # fmt: skip
    shelf = tmp_path / "models"
    model.promote(shelf=shelf, rounds=50)
    model.save(tmp_path / "new.model")
    said = adtailor.run("train", "clicks", "--try", tmp_path / "new.model", "--share", "0.05", "--data", tmp_path)
    assert said.returncode == 0, said.stderr
    assert "tried out for 5% of people" in said.stdout
    server = learn.Server("serving", shelf=shelf)
    assert server.live.trial.share == 0.05
    ended = adtailor.run("train", "clicks", "--back-out", "--data", tmp_path, "--json")
    assert "has ended" in json.loads(ended.stdout)["says"]
    assert learn.Server("serving", shelf=shelf).live.trial is None


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_the_demo_learns_from_simulated_clicks_and_says_that_they_are(adtailor) -> None:
    how = ("--rows", "2", "--now", "2026-11-20T12:00:00Z")
    result = adtailor.run("demo", "--once", "--learn", "15000", *how, timeout=1_500)
    assert result.returncode == 0
    assert "Simulated: 15,000 visits by invented members" in result.stdout
    assert "It serves from now on, as 0001.model" in result.stdout


@pytest.mark.slow  # the whole community is read first, as in every demo
def test_too_few_simulated_visits_say_how_many_to_ask_for(adtailor) -> None:
    result = adtailor.run("demo", "--once", "--learn", "20", "--rows", "1", "--now", "2026-11-20T12:00:00Z", "--json")
    assert result.returncode == 2
    assert "--learn 15000" in result.stderr
    assert all(json.loads(line) for line in result.stdout.splitlines())
