"""What simulated worlds say stands in the ledger as simulated, over all usual worlds, and with their spread."""

import json
import math
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from adtailor.domain.money import Micros
from adtailor.journeys.run_simulation import Cell, Sweep
from adtailor.journeys.simulated_evidence import of_sweep, simulated_evidence
from adtailor.journeys.simulation_file import add, begin
from adtailor.measure.ledger import Prices, ledger
from adtailor.simulate.worlds.confusion import measured

CELL = Cell(
    seed=1, effect=1.0, truth=0.02, value=0.02, low=0.0, high=0.04, verdict="better", click_truth=0.1, left_truth=0.0,
    people=500, clicks=90, bound=0.0, gain=2_000_000.0, cost=100.0, impressions=10_000, posts=4_000,
)  # fmt: skip


def test_the_change_is_the_mean_over_usual_worlds_and_its_error_their_spread() -> None:
    cells = [CELL, replace(CELL, seed=2, gain=4_000_000.0, truth=0.04), replace(CELL, seed=3, effect=0.0, gain=9e9)]
    (found,) = of_sweep("look", cells)
    assert found.revenue.value == pytest.approx(300_000.0)  # 200 and 400 thousand micros per 1000 impressions
    assert found.revenue.error == pytest.approx(100_000.0)  # their deviation is 141,421, over the root of 2
    assert found.baseline == pytest.approx(10_000_000.0)
    assert found.bound == pytest.approx(12.7062, abs=1e-3)  # Student's t with one degree of freedom
    assert (found.grade, found.people, found.source) == ("E", 1000, "2 worlds, seeds 1 to 2")


@pytest.mark.parametrize("treatment", ["load", "nothing"])
def test_what_is_no_signal_is_no_row(treatment: str) -> None:
    assert of_sweep(treatment, [CELL, replace(CELL, seed=2)]) == ()


def test_one_world_says_nothing() -> None:
    assert of_sweep("look", [CELL]) == ()


def test_the_placebo_stands_beside_with_its_own_spread() -> None:
    cells = [
        replace(CELL, seed=seed, placebo=gain / 1e9, placebo_gain=gain)
        for seed, gain in enumerate((200_000.0, -100_000.0, 50_000.0), start=1)
    ]
    without, placebo = of_sweep("look", cells)
    assert (without.contrast, placebo.contrast) == ("without", "placebo")
    # 20, -10 and 5 thousand micros per 1000 impressions: a mean of 5 and a deviation of 15, over the root of 3.
    assert placebo.revenue.value == pytest.approx(5_000.0)
    assert placebo.revenue.error == pytest.approx(15_000.0 / math.sqrt(3.0))
    assert (placebo.grade, placebo.source, placebo.baseline) == (without.grade, without.source, without.baseline)
    row = next(one for one in ledger([without, placebo], [], Prices(hour=0.0, impressions=1)) if one.name == "look")
    assert row.beside == {"placebo": placebo}
    assert row.placebo_says == "nothing"
    # One world was finished before there were placebos: nothing is said of the other two alone.
    assert len(of_sweep("look", [replace(cells[0], placebo_gain=None), *cells[1:]])) == 1


def test_the_files_of_sweeps_are_found_and_others_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    begin(path, Sweep(treatment="mood", worlds=2, cpu_hour=Micros(1)), measured(), "fast")
    for seed in (1, 2):
        add(path, replace(CELL, seed=seed, gain=seed * 1e6, placebo=0.0, placebo_gain=seed * 1e4))
    with path.open("a", encoding="utf-8") as file:
        file.write('{"seed": 3, "effe')  # a run that was ended
    (tmp_path / "b.jsonl").write_text("no sweep")
    (tmp_path / "c.jsonl").write_text("")
    found, placebo = simulated_evidence(tmp_path)
    assert found.signals == placebo.signals == {"affect"}
    assert math.isclose(found.revenue.value, 150_000.0)
    assert (placebo.contrast, placebo.revenue.value) == ("placebo", pytest.approx(1_500.0))
    assert list(simulated_evidence(tmp_path / "nowhere")) == []


def test_a_file_of_before_there_were_placebos_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl"
    begin(path, Sweep(worlds=2), measured(), "fast")
    for seed in (1, 2):
        line = {name: value for name, value in asdict(replace(CELL, seed=seed)).items() if "placebo" not in name}
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
    assert [one.contrast for one in simulated_evidence(tmp_path)] == ["without"]
