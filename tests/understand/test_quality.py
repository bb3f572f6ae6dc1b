"""The table of `make quality` is measured; slow, because it reads thousands of posts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def quality(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.quality", *arguments],
        capture_output=True, text=True, cwd=ROOT, env={**os.environ, "COLUMNS": "200"}, timeout=1500, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_what_is_of_our_own_writing_is_measured_without_any_data():
    ended = quality("tone", "sarcasm", "garments", "injection")
    assert ended.returncode == 0, ended.stderr
    assert "own writing" in ended.stdout
    assert "failed with" not in ended.stdout


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.skipif("ADTAILOR_TEST_DATA" not in os.environ, reason="needs $ADTAILOR_TEST_DATA")
@pytest.mark.timeout(1600)
def test_every_figure_is_measured_where_the_data_is():
    ended = quality()
    assert ended.returncode == 0, ended.stderr
    assert "failed with" not in ended.stdout
    assert "ADTAILOR_TEST_DATA is not" not in ended.stdout


def test_an_unknown_part_is_refused_by_name():
    ended = quality("beauty")
    assert ended.returncode == 2
    assert "there is no beauty" in ended.stderr
