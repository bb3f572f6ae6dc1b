"""Which version serves: a new one only if held-out rows say it is better, and the one before in one command."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from adtailor.errors import AdtailorError, InvalidInput
from adtailor.maths.ranking_metrics import bootstrap, calibration_ratio, normalised_entropy

if TYPE_CHECKING:
    from adtailor.learn.model import Model

Floats = NDArray[np.float64]
SHELF = "models"
MOST_OFF = 0.1
"""A model whose calibration ratio is further from 1 than this, beyond its interval, does not serve."""
_SLOT = "abcdefghijklmnopqrstuvwxyz0123456789-_"


class NotPromoted(AdtailorError):
    """The evidence does not say that the new model is better."""

    status = 409


class Promotion(msgspec.Struct, frozen=True, kw_only=True):
    """What serves now, and why."""

    version: str
    before: str | None
    says: str

    def __str__(self) -> str:
        return f"{self.version} serves: {self.says}"


class Pointer(msgspec.Struct, frozen=True, kw_only=True):
    """The versions of a slot, the serving one last."""

    history: tuple[str, ...]
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The held-out rows, as two models believe them."""

    labels: Floats
    groups: NDArray[np.int64]
    new: Floats
    old: Floats | None


def promote(model: "Model", slot: str, *, shelf: str | Path = SHELF, rounds: int = 500, seed: int = 0) -> Promotion:
    """Puts a model where it serves, if on its held-out rows it beats what serves now, or the mean where nothing does.

    Both are judged on the same rows, which the new one had not learned from when it was judged; the one that serves
    may have, which favours it. The interval of the difference in normalised entropy draws whole groups.
    """
    folder, pointer_path = Path(shelf), _pointer_path(shelf, slot)
    pointer = _read(pointer_path)
    before = pointer.history[-1] if pointer.history else None
    judged = _judge(model, None if before is None else folder / "versions" / before)
    says = decide(judged, name=before, random=np.random.default_rng(seed), rounds=rounds)
    versions = folder / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    taken = [int(path.name.split(".")[0]) for path in versions.glob("*.model") if path.name.split(".")[0].isdigit()]
    version = f"{max(taken, default=0) + 1:04}.model"
    model.save(versions / version)
    _write(pointer_path, Pointer(history=(*pointer.history, version), says=(*pointer.says, says)))
    return Promotion(version=version, before=before, says=says)


def decide(judged: Judged, *, name: str | None, random: np.random.Generator, rounds: int) -> str:
    """Why the new model may serve, in a sentence; raises `NotPromoted` where the evidence does not say so."""
    y, new = judged.labels, judged.new
    old = np.full(len(y), y.mean()) if judged.old is None else judged.old

    def gain(weights: Floats) -> float:
        return normalised_entropy(y, old, weights) - normalised_entropy(y, new, weights)

    ratio = calibration_ratio(y, new)
    seeds = random.integers(0, 2**63, 2)
    low, high = bootstrap(gain, judged.groups, random=np.random.default_rng(seeds[0]), rounds=rounds)
    near, far = bootstrap(lambda w: calibration_ratio(y, new, w), judged.groups,
                          random=np.random.default_rng(seeds[1]), rounds=rounds)  # fmt: skip
    against = "always the mean" if name is None else name
    value = gain(np.ones(len(y)))
    difference = f"norm. entropy lower by {value:.4f} ({low:.4f} to {high:.4f}) than {against} on {len(y):,} rows"
    if not low > 0.0:
        raise NotPromoted(
            f"the evidence does not say that it is better: {difference}",
            hint="learn from more rows, or judge on more: the whole interval has to lie above 0",
        )
    if abs(ratio - 1.0) > MOST_OFF and not near <= 1.0 <= far:
        raise NotPromoted(
            f"it predicts {ratio:.2f} times what is observed ({near:.2f} to {far:.2f})",
            hint="calibrate on later rows: a larger validation share, or calibration='isotonic'",
        )
    return difference


def roll_back(slot: str = "serving", *, shelf: str | Path = SHELF) -> str:
    """Lets the version before serve again; returns its name."""
    path = _pointer_path(shelf, slot)
    pointer = _read(path)
    if len(pointer.history) < 2:
        raise InvalidInput(f"{slot} has no version before", hint="promote another model instead", field="slot")
    _write(path, Pointer(history=pointer.history[:-1], says=pointer.says[:-1]))
    return pointer.history[-2]


def serving_path(slot: str = "serving", *, shelf: str | Path = SHELF) -> Path | None:
    """The file of the version that serves, or None where none does."""
    pointer = _read(_pointer_path(shelf, slot))
    return Path(shelf) / "versions" / pointer.history[-1] if pointer.history else None


def _judge(model: "Model", before: Path | None) -> Judged:
    from adtailor.learn.model import load

    test, log = model.evidence, model.log
    if test is None or log is None:
        raise NotPromoted(
            "a model without held-out rows: it was loaded from a file",
            hint="promote it where it was fitted, or fit it again",
        )
    labels = test.labels if test.labels.ndim == 1 else test.labels[:, 0]
    logits = test.logits if test.logits.ndim == 1 else test.logits[:, 0]
    new = (model.judged_by or model.about.calibration).apply(logits, test.raws)
    _, groups = np.unique(test.groups, return_inverse=True)
    old = None if before is None else believed_by(load(before), log, test.rows)
    return Judged(labels=labels, groups=groups.astype(np.int64), new=new, old=old)


def believed_by(model: "Model", log: Any, rows: NDArray[np.int64]) -> Floats:
    """What a model believes of some rows of a log, in ascending order."""
    wanted = [*model.encoder.columns, *model.about.calibration.columns]
    if missing := [name for name in wanted if name not in log.names]:
        raise NotPromoted(
            f"what serves now reads {missing[0]!r}, which this log has not", hint="judge both on a log that has it"
        )
    chances = np.empty(len(rows), dtype=np.float64)
    if not len(rows):
        return chances
    at = int(rows[0])
    for block in log.blocks(list(dict.fromkeys(wanted)), at):
        count = len(next(iter(block.values())))
        first, last = np.searchsorted(rows, [at, at + count])
        some = {name: column.take(rows[first:last] - at) for name, column in block.items()}
        scores = model.score(some)
        chances[first:last] = scores if scores.ndim == 1 else scores[:, 0]
        at += count
    return chances


def _pointer_path(shelf: str | Path, slot: str) -> Path:
    if not slot or any(letter not in _SLOT for letter in slot):
        raise InvalidInput(f"a slot named {slot!r}", hint="small letters, digits, - and _", field="slot")
    return Path(shelf) / f"{slot}.json"


def _read(path: Path) -> Pointer:
    return msgspec.json.decode(path.read_bytes(), type=Pointer) if path.exists() else Pointer(history=(), says=())


def _write(path: Path, pointer: Pointer) -> None:
    import os
    import tempfile

    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(pointer)))
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
