"""One learner's script run in a process of its own, and what that cost: wall, CPU, memory."""

import hashlib
import json
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.learn.environments import HERE
from benchmarks.learn.logs import Log
from benchmarks.learn.peers import Peer

ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "POLARS_MAX_THREADS"), "1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one training and prediction gave and took."""

    chance: NDArray[np.float64]
    config: dict[str, Any]
    phases: dict[str, tuple[float, float]]
    """Seconds of CPU and of the clock, by phase."""
    wall: float
    cpu: float
    peak_megabytes: float


class Failed(RuntimeError):
    """A learner that did not answer; its last words."""


def run(
    peer: Peer,
    python: Path,
    log: Log,
    *,
    train: tuple[int, int],
    predict: tuple[int, int],
    config: dict[str, Any],
    seed: int,
    trial: bool,
    keep: Path | None = None,
) -> Run:
    """One run; with `keep`, an answer to the same question by the same script is not asked for again.

    adtailor is always asked again: it changes while its script does not.
    """
    script = HERE / peer.script
    told = ["--train", *map(str, train), "--predict", *map(str, predict), "--config", json.dumps(config)]
    told += ["--seed", str(seed), *(["--trial"] if trial else [])]
    asked = hashlib.sha256(
        json.dumps([peer.name, script.read_text("utf-8"), str(log.folder), told]).encode()
    ).hexdigest()
    held = None if keep is None or peer.environment == "adtailor" else keep / f"{peer.name}-{log.name}-{asked[:16]}"
    if held is None or not (held / "cost.json").exists():
        with tempfile.TemporaryDirectory(prefix="adtailor-learn-") as temporary:
            out = Path(temporary) / "said"
            cost = _timed(
                [str(python), str(script), "--log", str(log.folder), "--out", str(out), *told], Path(temporary)
            )
            (Path(temporary) / "cost.json").write_text(json.dumps(cost), "utf-8")
            if held is None:
                return _read(Path(temporary))
            held.mkdir(parents=True, exist_ok=True)
            for name in ("said.npy", "said.json", "cost.json"):
                shutil.copy(Path(temporary) / name, held / name)
    return _read(held)


def _read(folder: Path) -> Run:
    said = json.loads((folder / "said.json").read_text("utf-8"))
    cost = json.loads((folder / "cost.json").read_text("utf-8"))
    phases = {name: (cpu, wall) for name, (cpu, wall) in said["phases"].items()}
    return Run(chance=np.load(folder / "said.npy"), config=said["config"], phases=phases, **cost)


def _timed(command: list[str], folder: Path) -> dict[str, float]:
    """Started bare, so that the kernel's account of the child and of its children is exact."""
    environment = os.environ | ONE_THREAD | {"TMPDIR": str(folder)}
    with (folder / "words").open("wb") as words:
        began = time.perf_counter()
        actions = [(os.POSIX_SPAWN_DUP2, words.fileno(), 1), (os.POSIX_SPAWN_DUP2, words.fileno(), 2)]
        child = os.posix_spawn(command[0], command, environment, file_actions=actions)
        _, status, used = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        said = (folder / "words").read_text("utf-8", "replace").strip().splitlines()
        raise Failed(said[-1] if said else f"ended with {os.waitstatus_to_exitcode(status)} and no word")
    return {
        "wall": time.perf_counter() - began,
        "cpu": used.ru_utime + used.ru_stime,
        "peak_megabytes": used.ru_maxrss * 1024 / 1e6,
    }
