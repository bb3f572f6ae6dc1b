"""`adtailor simulate` as it is typed: seeds, going on after an interruption, JSON, a plot, and what it refuses."""

import json
from pathlib import Path

import pytest
from PIL import Image

from adtailor.cli import main

SMALL = ("--worlds", "3", "--people", "60", "--days", "2", "--effects", "0,2")


def simulate(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["simulate", *arguments])
    said = capfd.readouterr()
    return left.value.code, said.out, " ".join(said.err.split())


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADTAILOR_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "140")
    return tmp_path


def test_it_prints_what_was_found_beside_the_truth_and_draws_it(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, err = simulate(capfd, *SMALL, "--plot", "worlds.png")
    assert code in {0, None}, err
    assert "simulated, seeds 1 to 3" in err
    assert "simulated, grade E" in out
    assert "seeds 1 to 3, none left out" in out
    assert "too short to see harm: 2 days" in out
    assert "of 3 intervals hold the truth" in out
    assert "simulated: placebo, by others' signal: " in out
    assert "found against true" in out
    assert "The click rate is what people did, not what was earned." in out
    assert max(map(len, out.splitlines())) <= 140
    with Image.open("worlds.png") as drawn:
        assert drawn.format == "PNG"
        assert drawn.size[0] > 1000

    # A second time nothing is computed again; with more worlds, only those that are new.
    code, again, err = simulate(capfd, *SMALL)
    assert "3 of 3 worlds were finished before" in err
    assert again == out
    code, out, err = simulate(capfd, "--worlds", "4", *SMALL[2:], "--json")
    assert "3 of 4 worlds were finished before" in err
    said = json.loads(out)
    assert said["evidence"] == "simulated"
    assert said["grade"] == "E"
    assert said["placebo"]["low"] < said["placebo"]["value"] < said["placebo"]["high"]
    assert all(isinstance(world["placebo_gain"], float) for world in said["worlds"])
    assert said["marks"] == ["simulated", "too short to see harm"]
    assert [world["seed"] for world in said["worlds"]] == said["seeds"] == [1, 2, 3, 4]
    assert said["sweep"]["budget"] is None  # infinite
    code, out, err = simulate(capfd, *SMALL, "--fresh")
    assert "finished before" not in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--effects", "1,2"), "add 0"),
        (("--effects", "0,much"), "--effects 0,0.5,1,2"),
        (("--plot", "worlds.svg"), "--plot worlds.png"),
        (("--plot", "nowhere/worlds.png"), "is no folder"),
        (("--budget", "0"), "above 0"),
        (("--cpu-hour", "cheap"), "cheap"),
    ],
)
def test_what_it_cannot_use_is_refused_with_a_remedy(
    arguments: tuple[str, ...], says: str, capfd: pytest.CaptureFixture[str], home: Path
) -> None:
    code, out, err = simulate(capfd, *SMALL, *arguments)
    assert code == 2
    assert says in err
    assert not out
    assert not (home / "data").exists()


def test_results_of_another_sweep_are_not_written_over(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert simulate(capfd, *SMALL, "--out", "mine.jsonl")[0] in {0, None}
    kept = (home / "mine.jsonl").read_text()
    code, _, err = simulate(capfd, *SMALL, "--seed", "9", "--out", "mine.jsonl")
    assert code == 2
    assert "--fresh" in err
    assert (home / "mine.jsonl").read_text() == kept


@pytest.mark.slow
def test_the_exact_engine_finds_the_same(capfd: pytest.CaptureFixture[str]) -> None:
    tiny = ("--worlds", "1", "--people", "20", "--days", "1", "--effects", "0", "--json")
    fast, exact = (json.loads(simulate(capfd, *tiny, "--engine", name)[1])["worlds"] for name in ("fast", "exact"))
    assert fast == exact
