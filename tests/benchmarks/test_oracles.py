"""The statistics of trials are those of statsmodels, tea-tasting and gbstats, or differ by a named definition."""

import os
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from benchmarks.environments import kept
from benchmarks.environments import made as environment
from benchmarks.oracles.asking import (
    ORACLES,
    Oracle,
    asked,
    fingerprint,
    kept_answers,
    kept_fingerprint,
    pinned_version,
)
from benchmarks.oracles.command import table
from benchmarks.oracles.comparison import DEFINITIONS, Check, checks
from benchmarks.oracles.made import Columns, made
from benchmarks.oracles.ours import answers

NAMES = [oracle.name for oracle in ORACLES]


@cache
def columns() -> Columns:
    return made()


@cache
def ours() -> dict[str, float]:
    return answers(columns())


def off(found: list[Check]) -> list[str]:
    return [f"{one.figure}: {one.ours} and {one.theirs}, off by {one.off:.2g}" for one in found if not one.holds]


def test_the_trials_are_those_that_the_oracles_were_asked_about() -> None:
    """If NumPy ever draws otherwise, ask again: python -m benchmarks oracles --write."""
    assert fingerprint(columns()) == pytest.approx(kept_fingerprint(), rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_we_say_what_each_oracle_said(name: str) -> None:
    """Of its last answers, which are kept with the version that gave them."""
    found = checks(name, ours(), kept_answers()[name].says)
    assert len(found) > 90
    assert off(found) == []


@pytest.mark.parametrize("oracle", ORACLES, ids=NAMES)
def test_what_was_kept_is_of_the_version_that_is_pinned(oracle: Oracle) -> None:
    assert kept_answers()[oracle.name].version == pinned_version(oracle)


def test_every_figure_of_a_trial_is_told_by_some_oracle() -> None:
    told = {figure for answer in kept_answers().values() for figure in answer.says}
    ours_alone = {figure for figure in ours() if figure not in told}
    # Ends of Fieller's interval are tested by statsmodels; the other relative figures only CUPED of ratios has.
    assert all(
        figure.endswith(("/relative low", "/relative high")) or "ratio, CUPED" in figure for figure in ours_alone
    ), sorted(ours_alone)


@pytest.mark.parametrize("name", NAMES)
def test_a_formula_that_is_a_little_wrong_is_noticed(name: str) -> None:
    """Each figure by itself, off by a millionth; where definitions differ, by a tenth."""
    said = kept_answers()[name].says
    for figure in said:
        by = 1.1 if any(one.definition for one in checks(name, ours(), {figure: said[figure]})) else 1.000001
        if abs(said[figure]) < 1e-6:
            continue  # a p-value of nearly nothing is compared in absolute terms
        wrong = checks(name, {**ours(), figure: ours()[figure] * by}, {figure: said[figure]})
        assert off(wrong) or wrong[0].definition in _LOOSE, figure
        assert not replace(wrong[0], off=float("nan")).holds


_LOOSE = [one for one in DEFINITIONS if one.unit in {"standard errors", "half widths"}]
"""A tenth of these figures may be less than what the definitions leave open."""


def test_the_table_has_a_row_for_each_question_and_marks_what_does_not_hold() -> None:
    said = kept_answers()["gbstats"].says
    found = checks("gbstats", ours(), said)
    rows = list(table(found, {"gbstats": "1"}))
    assert any("| mean | 18 |" in row for row in rows)
    assert not any("**no**" in row for row in rows)
    assert any("**no**" in row for row in table([replace(found[0], off=1.0)], {"gbstats": "1"}))


def test_an_environment_that_cannot_be_made_says_why(tmp_path: Path) -> None:
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("no-such-package==1.0 --hash=sha256:" + "0" * 64 + "\n", "utf-8")
    with pytest.raises(OSError, match="could not make broken"):
        environment(tmp_path / "broken", wanted, python="/bin/false")


@pytest.mark.slow
@pytest.mark.timeout(1800)  # three environments of half a gigabyte, where there are none yet
@pytest.mark.parametrize("oracle", ORACLES, ids=NAMES)
def test_we_say_what_each_oracle_says_now(oracle: Oracle) -> None:
    """Asked anew, each in an environment of its own; skipped with pip's word where that cannot be made."""
    try:
        answer = asked(oracle, columns(), ours(), envs=kept() / "oracles")
    except OSError as error:
        if "oracles" in os.environ.get("ADTAILOR_REQUIRE", "").split(","):
            raise
        pytest.skip(str(error))
    assert answer.version == pinned_version(oracle)
    assert off(checks(oracle.name, ours(), answer.says)) == []
    before = kept_answers()[oracle.name].says
    assert set(before) == set(answer.says)
    assert [answer.says[figure] for figure in before] == pytest.approx(list(before.values()), rel=1e-8, abs=1e-12)
