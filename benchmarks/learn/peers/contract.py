"""What every learner's script is told and hands back; needs NumPy alone, for it is imported in their environments.

Told: the folder of the log, rows to train on, rows to predict, a configuration, a seed, and whether this is a trial, in
which the predicted rows' labels may be used to stop early. Handed back: a chance per predicted row, the seconds of each
phase, and the configuration to train again with (a trial may have found how many rounds are enough).
"""

import argparse
import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(kw_only=True)
class Task:
    """One training and one prediction."""

    folder: Path
    train: slice
    predict: slice
    config: dict[str, Any]
    seed: int
    trial: bool
    out: Path
    phases: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, Any]:
        return json.loads((self.folder / "log.json").read_text("utf-8"))

    def numbers(self, rows: slice) -> NDArray[np.float32]:
        return np.load(self.folder / "numbers.npy", mmap_mode="r")[rows]

    def ids(self, rows: slice) -> NDArray[np.int64]:
        return np.load(self.folder / "ids.npy", mmap_mode="r")[rows]

    def clicked(self, rows: slice) -> NDArray[np.uint8]:
        return np.load(self.folder / "clicked.npy", mmap_mode="r")[rows]

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Counts CPU and wall seconds of what is done within, of this process and of those it waited for."""
        cpu, wall = _spent(), time.perf_counter()
        yield
        before = self.phases.get(name, (0.0, 0.0))
        self.phases[name] = (before[0] + _spent() - cpu, before[1] + time.perf_counter() - wall)

    def finish(self, chance: NDArray[np.floating[Any]], *, config: dict[str, Any] | None = None) -> None:
        rows = self.predict.stop - self.predict.start
        found = np.asarray(chance, dtype=np.float64).reshape(-1)
        if len(found) != rows or not np.isfinite(found).all():
            raise SystemExit(f"{rows} finite chances were asked for, {np.isfinite(found).sum()} of {len(found)} came")
        np.save(self.out.with_suffix(".npy"), found)
        report = {"phases": self.phases, "config": config or self.config}
        self.out.with_suffix(".json").write_text(json.dumps(report), "utf-8")


def _spent() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def asked() -> Task:
    """The task on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--train", type=int, nargs=2, required=True)
    parser.add_argument("--predict", type=int, nargs=2, required=True)
    parser.add_argument("--config", type=json.loads, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--trial", action="store_true")
    told = parser.parse_args()
    return Task(
        folder=told.log,
        train=slice(*told.train),
        predict=slice(*told.predict),
        config=told.config,
        seed=told.seed,
        trial=told.trial,
        out=told.out,
    )
