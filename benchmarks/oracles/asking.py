"""An oracle is asked in an environment of its own, and what it said is kept with the version that said it."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.environments import last_line, made
from benchmarks.oracles.made import COUNTS, P_VALUES, POWER, SHARES, TRIALS, Columns
from benchmarks.oracles.ours import NARROWEST_AT, fieller_ends

HERE = Path(__file__).parent
ANSWERS = HERE / "answers.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Oracle:
    """A library that somebody else keeps."""

    name: str
    script: str
    python: str | None = None
    """The last Python that its pins have wheels for; None for any that adtailor runs on."""


ORACLES = (
    Oracle(name="statsmodels", script="ask_statsmodels"),
    Oracle(name="tea-tasting", script="ask_tea_tasting"),
    Oracle(name="gbstats", script="ask_gbstats", python="3.11"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an oracle said."""

    version: str
    says: Mapping[str, float]


def asked(oracle: Oracle, columns: Columns, ours: Mapping[str, float], *, envs: Path) -> Answer:
    """Asked now; OSError with the reason where its environment cannot be made, or it does not answer."""
    python = made(envs / oracle.name, HERE / "requirements" / f"{oracle.name}.txt", python=_python(oracle))
    told = {
        "trials": TRIALS,
        "fieller": fieller_ends(dict(ours)),
        "p_values": P_VALUES,
        "counts": COUNTS,
        "shares": SHARES,
        "power": POWER,
        "narrowest_at": NARROWEST_AT,
    }
    with tempfile.TemporaryDirectory(prefix="adtailor-oracles-") as folder:
        path = Path(folder) / "made.npz"
        np.savez(path, **columns)
        # Nothing of ours is on its path, and nothing of it on ours.
        alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [str(python), "-I", str(HERE / f"{oracle.script}.py"), str(path), json.dumps(told)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=alone)
    if done.returncode != 0:
        raise OSError(f"{oracle.name} did not answer: {last_line(done.stderr)}")
    return Answer(**json.loads(last_line(done.stdout)))


def kept_answers() -> dict[str, Answer]:
    """What each said when it was last asked with --write."""
    return {name: Answer(**said) for name, said in json.loads(ANSWERS.read_text("utf-8"))["oracles"].items()}


def kept_fingerprint() -> dict[str, float]:
    """Of the columns that they were asked about."""
    return json.loads(ANSWERS.read_text("utf-8"))["columns"]


def fingerprint(columns: Columns) -> dict[str, float]:
    """A column's sum, each row weighted by its place: another draw, or another order, is another number."""
    return {
        name: float(values.astype(np.float64) @ (1.0 + np.arange(len(values)) % 97)) for name, values in columns.items()
    }


def keep(columns: Columns, answers: Mapping[str, Answer]) -> None:
    """For the tests, which install nothing."""
    said = {
        "columns": fingerprint(columns),
        "oracles": {name: {"version": one.version, "says": dict(one.says)} for name, one in answers.items()},
    }
    ANSWERS.write_text(json.dumps(said, indent=1) + "\n", "utf-8")


def pinned_version(oracle: Oracle) -> str:
    """As its requirements say."""
    text = (HERE / "requirements" / f"{oracle.name}.txt").read_text("utf-8")
    found = re.search(rf"^{re.escape(oracle.name)}==(\S+)", text, re.MULTILINE)
    assert found is not None
    return found.group(1)


def _python(oracle: Oracle) -> str:
    if oracle.python is None or sys.version_info[:2] == tuple(map(int, oracle.python.split("."))):
        return sys.executable
    found = shutil.which(f"python{oracle.python}")
    if found is None:
        raise OSError(f"{oracle.name} {pinned_version(oracle)} needs Python {oracle.python}, and there is none here")
    return found
