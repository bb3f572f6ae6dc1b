"""How far a pass has come, in one file written atomically: killed at any moment, no row is counted twice."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput
from adtailor.learn.evidence import Believed, Collector
from adtailor.learn.features import Encoder
from adtailor.learn.learners import Learner
from adtailor.learn.model_file import read_model, write_model
from adtailor.learn.models import ModelKind
from adtailor.learn.parts import Plan

if TYPE_CHECKING:
    from adtailor.learn.run import Task

Arrays = Mapping[str, NDArray[Any]]
_COLUMNS = ("rows", "labels", "logits", "groups", "weights")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where a checkpoint is kept, after how many rows each, and of which task it is."""

    path: Path
    every: int
    of: str


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """Where the pass stood."""

    of: str
    position: int
    until: int | None
    reached: int


Found = tuple[Saved, Arrays, Arrays | None, dict[str, Collector], NDArray[np.float64], Arrays, Arrays]


def fingerprint(encoder: Encoder, model: ModelKind, plan: Plan, task: "Task") -> str:
    """What must be equal for a pass to go on: features and their cuts, model, division, columns, number of rows."""
    said = msgspec.json.encode([encoder.fitted, model, repr(plan), repr(task)], order="deterministic")
    return hashlib.sha256(said).hexdigest()


def write_checkpoint(
    kept: Kept, saved: Saved, learner: Learner, frozen: Learner | None, collectors: Mapping[str, Collector],
    *,
    losses: NDArray[np.float64],
    trees: Arrays,
    level: Arrays,
) -> None:  # fmt: skip
    """Replaces the checkpoint by this one."""
    arrays: dict[str, NDArray[Any]] = {
        "losses": losses,
        **{f"trees.{n}": array for n, array in trees.items()},
        **{f"level.{n}": array for n, array in level.items()},
    }
    for prefix, one in (("now", learner), ("frozen", frozen)):
        if one is not None:
            arrays |= {f"{prefix}.{name}": array for name, array in {**one.serving(), **one.training()}.items()}
    for name, collector in collectors.items():
        believed = collector.joined()
        arrays |= {f"{name}.{column}": getattr(believed, column) for column in _COLUMNS}
        arrays |= {f"{name}.raw.{column}": raw for column, raw in believed.raws.items()}
    write_model(kept.path, saved, arrays)


def read_checkpoint(kept: Kept) -> Found | None:
    """The checkpoint, or None where there is none yet; one of another task is refused."""
    if not kept.path.exists():
        return None
    about, arrays = read_model(kept.path)
    saved = msgspec.json.decode(about, type=Saved)
    if saved.of != kept.of:
        raise InvalidInput(
            f"{kept.path} is of another pass: features, model, log or division differ",
            hint="remove it to begin again, or name another file",
            field="checkpoint",
        )
    learner, frozen = _under("now.", arrays), _under("frozen.", arrays)
    collectors: dict[str, Collector] = {}
    for name in ("validation", "test", "kept_learning"):
        some = _under(f"{name}.", arrays)
        collectors[name] = Collector()
        collectors[name].add(
            Believed(
                **{column: some[column] for column in _COLUMNS},
                raws={key.removeprefix("raw."): raw for key, raw in some.items() if key.startswith("raw.")},
            )
        )
    return (
        saved,
        learner,
        frozen or None,
        collectors,
        arrays["losses"].copy(),
        _under("trees.", arrays),
        _under("level.", arrays),
    )


def _under(prefix: str, arrays: Arrays) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
