"""Trials at a prompt: planned, registered, begun, watched, stopped; what cannot be known is said."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adtailor.cli import main
from adtailor.domain.findings import Look
from adtailor.domain.ids import TrialId
from adtailor.storage import SqliteStore
from adtailor.testing import samples

FILE = """\
id = "split"
question = "Do signals earn anything?"
people = 400
effect = 0.1
arms = [{ name = "without", share = 0.5, signals_off = ["all"] }, { name = "with", share = 0.5 }]
metrics = [{ metric = "revenue", role = "primary" }]
"""


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Types a line; what is printed, and on failure what is complained about."""
    monkeypatch.setenv("ADTAILOR_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "look.toml").write_text(FILE, "utf-8")

    def type_(*words: str, code: int = 0) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["trial", *words])
        told = capsys.readouterr()
        assert (ended.value.code or 0) == code, told.err
        return told.err if code else told.out

    return type_


def test_a_trial_is_registered_begun_and_stopped(say):
    assert "No trials yet" in say("list")
    assert "split is registered: budget split, grade A, 400 people." in say("register", "look.toml")
    assert "split runs: without 50 %, with 50 %" in say("start", "split")
    assert "is running" in say("start", "split", code=2)
    assert "wait for two" in say("read", "split", code=2)
    assert "leave --again out" in say("read", "split", "--again", code=2)
    assert "split is stopped" in say("stop", "split", "--because", "enough")
    told = json.loads(say("list", "--json"))
    assert (told["status"], told["stopped_because"], told["looks"]) == ("stopped", "enough", 0)


def test_a_plan_names_people_by_design_and_says_when_a_site_has_too_few(say):
    asked = ("plan", "--effect", "0.01", "--variation", "3.3", "--looks", "1", "--differs", "0.2")
    told = json.loads(say(*asked, "--site-people", "50000", "--json"))
    plans = {one["design"]: one["people"] for one in told["plans"]}
    assert plans == {"budget split": 3_418_973, "user split": 683_795, "hold-out": 43_609_337}
    assert "wait for 100" in say("plan", "--effect", "0.01", code=2)


def test_a_file_that_is_none_is_refused(say, tmp_path):
    assert "name a TOML file" in say("register", "none.toml", code=2)
    (tmp_path / "odd.toml").write_text(FILE.replace("revenue", "sadness"), "utf-8")
    assert "sadness" in say("register", "odd.toml", code=2)


def test_the_last_look_is_shown_as_it_was(say, tmp_path):
    say("register", "look.toml")
    say("start", "split")
    with SqliteStore(tmp_path / "data") as store:
        at = datetime.now(UTC) - timedelta(hours=1)
        store.trials.add_look(Look(trial_id=TrialId("split"), number=1, at=at, findings=samples.findings()))
    told = say("read", "split", "--again")
    assert "Insufficient data: 250 people so far, about 4,000 are needed. We cannot know yet." in told
    assert "We cannot know yet" in say("list")
    wire = json.loads(say("read", "split", "--again", "--json"))
    assert (wire["people"], wire["findings"][0]["lift"]) == ({"arm-0": 120, "arm-1": 130}, False)


def test_what_the_site_knows_is_read_strictly(say, tmp_path):
    say("register", "look.toml")
    say("start", "split")
    for line, says in (('{"person_id": "ana", "mood": 1}', "'mood'"), ('{"seconds": 1}', "person_id"), ("{", "line 1")):
        (tmp_path / "people.jsonl").write_text(line, "utf-8")
        assert says in say("watch", "split", "--people", "people.jsonl", code=2)
