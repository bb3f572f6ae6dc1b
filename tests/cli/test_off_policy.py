"""`adtailor trial off-policy` on files: all estimates or a reason, never an interval of no width."""

import csv
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest

from adtailor.cli import main
from adtailor.cli.off_policy import run
from adtailor.errors import InvalidInput

FOLDER = Path(os.environ.get("ADTAILOR_TEST_DATA", "nowhere")) / "open_bandit"


def written(path: Path, rows: int = 6000, *, missing: bool = False) -> tuple[Path, float]:
    """A log of four choices and a new policy whose worth is known; `missing`: it mostly does what was never logged."""
    random = np.random.default_rng(3)
    truth, logged, policy = (
        np.array([0.05, 0.1, 0.2, 0.02]),
        np.array([0.4, 0.3, 0.1, 0.2]),
        np.array([0.1, 0.2, 0.7, 0.0]),
    )
    if missing:
        policy = np.array([0.1, 0.1, 0.1, 0.1])
    guess = np.array([0.06, 0.08, 0.15, 0.05])
    chosen = random.choice(4, rows, p=logged)
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["click", "propensity", "chance", "guess", "value", "who"])
        for n, choice in enumerate(chosen.tolist()):
            click = int(random.random() < truth[choice])
            table.writerow([click, logged[choice], policy[choice], guess[choice], guess @ policy, f"p{n % 900}"])
    return path, float(truth @ policy)


def call(file: Path, capfd: pytest.CaptureFixture[str], **options: object) -> str:
    given = {
        "reward_column": "click", "propensity_column": "propensity", "chance_column": "chance", "guess_column": None,
        "value_column": None, "group_column": None, "switch_at": 10.0, "rounds": 200, "seed": 0, "json": False,
    }  # fmt: skip
    run(file, **(given | options))
    return capfd.readouterr().out


def test_every_estimate_holds_what_the_new_policy_is_worth(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file, truth = written(tmp_path / "log.csv")
    said = json.loads(call(file, capfd, guess_column="guess", value_column="value", group_column="who", json=True))
    assert [one["method"] for one in said["estimates"]] == ["ips", "snips", "dr", "switch"]
    for one in said["estimates"]:
        assert one["low"] < truth < one["high"]
        assert one["low"] < one["high"]
    assert said["grade"] == "D"
    plain = json.loads(call(file, capfd, json=True))
    assert [one["method"] for one in plain["estimates"]] == ["ips", "snips"]


def test_what_it_prints_says_its_grade_and_claims_no_lift(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file, _ = written(tmp_path / "log.csv")
    out = call(file, capfd)
    assert "grade D" in out
    assert "no lift" in out
    lows_and_highs = re.findall(r"([\d.]+) to ([\d.]+)", out)
    assert len(lows_and_highs) == 2
    assert all(float(low) < float(high) for low, high in lows_and_highs)


def test_without_clicks_or_overlap_it_says_why_and_gives_no_number(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    few, _ = written(tmp_path / "few.csv", rows=120)
    out = call(few, capfd)
    assert "no estimate:" in out
    assert " to " not in out.split("no estimate:")[0]
    apart, _ = written(tmp_path / "apart.csv", missing=True)
    assert "no estimate: the log holds 40% of what the new policy does" in call(apart, capfd)
    said = json.loads(call(apart, capfd, json=True))
    assert said["estimates"] == []
    assert said["refused"]


def test_what_does_not_fit_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file, _ = written(tmp_path / "log.csv", rows=50)
    with pytest.raises(InvalidInput, match="no column 'reward'"):
        call(file, capfd, reward_column="reward")
    with pytest.raises(InvalidInput, match="a model in half"):
        call(file, capfd, guess_column="guess")
    with pytest.raises(InvalidInput, match="a finite number in every row"):
        call(file, capfd, reward_column="who")


def test_it_stands_among_the_verbs_of_trials(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file, _ = written(tmp_path / "log.csv")
    with pytest.raises(SystemExit) as left:
        main(["trial", "off-policy", str(file), "--group", "who", "--json"])
    assert left.value.code in {0, None}
    assert json.loads(capfd.readouterr().out)["grade"] == "D"
    with pytest.raises(SystemExit) as left:
        main(["trial", "off-policy", str(tmp_path / "none.csv")])
    assert left.value.code == 2


@pytest.mark.data
@pytest.mark.skipif(not FOLDER.exists(), reason="needs $ADTAILOR_TEST_DATA")
def test_a_random_log_of_a_real_shop_is_worth_what_it_shows(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    import duckdb

    file = tmp_path / "shop.parquet"
    duckdb.sql(
        f"COPY (SELECT click, propensity_score, 1.0 / 80 AS alike, CASE WHEN item_id % 2 = 0 THEN 1.0 / 40 ELSE 0 END "
        f"AS even FROM '{FOLDER}/random_all.parquet') TO '{file}' (FORMAT parquet)"
    )
    alike = json.loads(call(file, capfd, propensity_column="propensity_score", chance_column="alike", json=True))
    assert alike["estimates"][1]["value"] == pytest.approx(alike["logged"])
    # 38 clicks in all: of half of the items there are too few, whatever an estimator would come to.
    even = json.loads(call(file, capfd, propensity_column="propensity_score", chance_column="even", json=True))
    assert even["estimates"] == []
    assert "clicks on choices the new policy makes" in even["refused"]
