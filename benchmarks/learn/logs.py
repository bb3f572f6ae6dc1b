"""A world laid down once in files every learner can read: Parquet as a log would be, NumPy arrays beside it."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

from benchmarks.learn.worlds.rows import World

TRAINED, VALIDATED = 0.7, 0.8
"""Oldest seven tenths to train on, a tenth to choose by, the newest fifth to be judged on."""
MADE_BY = 2
"""Raise when the worlds change, so that older files are made again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Where a log lies, and where its parts end."""

    name: str
    folder: Path
    rows: int
    numbers: tuple[str, ...]
    ids: tuple[str, ...]
    by: str

    @property
    def trained(self) -> int:
        return int(self.rows * TRAINED)

    @property
    def validated(self) -> int:
        return int(self.rows * VALIDATED)

    def clicked(self, first: int, last: int) -> NDArray[np.uint8]:
        return np.load(self.folder / "clicked.npy", mmap_mode="r")[first:last]

    def users(self, first: int, last: int) -> NDArray[np.int64]:
        return np.load(self.folder / "user.npy", mmap_mode="r")[first:last]

    def groups(self, first: int, last: int) -> NDArray[np.int64]:
        """The id by which calibration is judged apart."""
        return np.load(self.folder / "ids.npy", mmap_mode="r")[first:last, self.ids.index(self.by)]

    def chance(self, first: int, last: int) -> NDArray[np.float64] | None:
        """The truth; it lies in a file that no learner is told of."""
        kept = self.folder / "chance.npy"
        return np.load(kept, mmap_mode="r")[first:last] if kept.exists() else None


def laid_down(world: World, cache: Path, *, seed: int) -> Log:
    """The world's files, made block by block unless they are there."""
    folder = cache / f"{world.name}-{world.rows}-{seed}-{MADE_BY}"
    log = Log(
        name=world.name, folder=folder, rows=world.rows, numbers=world.numbers, ids=world.ids, by=world.by
    )  # fmt: skip
    if not (folder / "log.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "events").mkdir(parents=True)
        _write(world, folder)
        columns = {"name": world.name, "numbers": world.numbers, "ids": world.ids, "rows": world.rows, "by": world.by}
        (folder / "log.json").write_text(json.dumps(columns), "utf-8")
    return log


def log_at(folder: Path) -> Log:
    """A log that was laid down there."""
    told = json.loads((folder / "log.json").read_text("utf-8"))
    numbers, ids = tuple(told["numbers"]), tuple(told["ids"])
    return Log(name=told["name"], folder=folder, rows=told["rows"], numbers=numbers, ids=ids, by=told["by"])


def _write(world: World, folder: Path) -> None:
    import duckdb

    n = world.rows
    shapes = {
        "time": (np.int64, (n,)),
        "user": (np.int64, (n,)),
        "numbers": (np.float32, (n, len(world.numbers))),
        "ids": (np.int64, (n, len(world.ids))),
        "clicked": (np.uint8, (n,)),
    }
    kept = {name: open_memmap(folder / f"{name}.npy", "w+", kind, shape) for name, (kind, shape) in shapes.items()}
    truth: NDArray[np.float64] | None = None
    first = 0
    for number, rows in enumerate(world.blocks()):
        last = first + len(rows)
        for name, values in kept.items():
            values[first:last] = getattr(rows, name)
        if rows.chance is not None:
            truth = open_memmap(folder / "chance.npy", "w+", np.float64, (n,)) if truth is None else truth
            truth[first:last] = rows.chance
        table = {"time": rows.time, "user": rows.user}
        table |= {name: np.ascontiguousarray(rows.numbers[:, f]) for f, name in enumerate(world.numbers)}
        table |= {name: np.ascontiguousarray(rows.ids[:, f]) for f, name in enumerate(world.ids)}
        table["clicked"] = rows.clicked
        with duckdb.connect() as database:
            database.register("block", table)
            database.execute(
                f"copy (select * from block) to '{folder}/events/part-{number:05}.parquet' (format parquet)"
            )
        first = last
