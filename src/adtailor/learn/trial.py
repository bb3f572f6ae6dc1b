"""A candidate beside what serves: believed in the shadow, or served to a few people who stay the same."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput, ModelUnavailable
from adtailor.learn.columns import column
from adtailor.learn.delta import read_whole
from adtailor.learn.model_file import identity_of
from adtailor.learn.promotion import SHELF, roll_back, serving_path
from adtailor.maths.hashing import mixed_all, salt_of

if TYPE_CHECKING:
    from adtailor.learn.model import Model

_WHOLE = 2.0**64


class Trial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which candidate, and who gets it."""

    candidate: str
    """Its file, from the shelf."""
    share: float
    """Of the people, who get the candidate."""
    shadow: bool
    """Whether both score every request, so that both can be logged."""
    salt: str
    """With another one, other people get the candidate."""

    def gets(self, groups: Sequence[Any] | NDArray[Any]) -> NDArray[np.bool_]:
        """Who gets the candidate; a larger share keeps everyone who had it with a smaller one.

        >>> one = Trial(candidate="a.model", share=0.5, shadow=False, salt="spring")
        >>> one.gets(["ana", "ben", "ana"]).tolist()
        [False, True, False]
        """
        given = column("group", groups)
        if given.kind not in {"int", "text"} or given.valid is not None or given.lists is not None:
            raise InvalidInput(
                "a group that is missing, a fraction or a list", hint="give a person's id", field="group"
            )
        raws = np.ascontiguousarray(given.values).view(np.uint64)
        with np.errstate(over="ignore"):  # hashes wrap around; heard of only where kernels run uncompiled
            return mixed_all(raws, salt_of(f"trial {self.salt}")) / _WHOLE < self.share


def try_out(
    candidate: "Model | str | Path",
    slot: str = "serving",
    *,
    share: float = 0.0,
    shadow: bool = False,
    salt: str = "1",
    shelf: str | Path = SHELF,
) -> Trial:
    """Lets a candidate score beside what serves: for `share` of the people, or in the shadow for all.

    Servers of the slot notice within a second. One trial at a time: a second one of the same candidate and salt
    changes its share, any other has to wait until the first has ended.
    """
    if not 0.0 <= share <= 1.0 or (share == 0.0 and not shadow):
        raise InvalidInput(f"a share of {share}", hint="above 0, up to 1; or shadow=True", field="share")
    if serving_path(slot, shelf=shelf) is None:
        raise InvalidInput(f"nothing serves in {slot!r}", hint="promote a model first", field="slot")
    path = _kept(candidate, Path(shelf))
    trial = Trial(candidate=path, share=share, shadow=shadow, salt=salt)
    running = trial_of(slot, shelf=shelf)
    if running is not None and (running.candidate, running.salt) != (trial.candidate, trial.salt):
        raise InvalidInput(f"{running.candidate} is being tried out", hint="end that trial first: learn.back_out",
                           field="slot")  # fmt: skip
    _write(trial_path(slot, shelf=shelf), msgspec.json.format(msgspec.json.encode(trial)))
    return trial


def trial_of(slot: str = "serving", *, shelf: str | Path = SHELF) -> Trial | None:
    """The trial that runs, if one does."""
    path = trial_path(slot, shelf=shelf)
    try:
        return msgspec.json.decode(path.read_bytes(), type=Trial)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise ModelUnavailable(
            f"{path} says of no trial: {error}", hint="remove it, and begin the trial again"
        ) from error


def back_out(slot: str = "serving", *, shelf: str | Path = SHELF) -> str:
    """Back to safety in one call: ends the trial if one runs, otherwise lets the version before serve; says which."""
    try:
        running = trial_of(slot, shelf=shelf)
    except ModelUnavailable:  # damaged or not: it goes
        running = None
    path = trial_path(slot, shelf=shelf)
    if path.exists():
        path.unlink()
        named = "a trial" if running is None else f"the trial of {running.candidate}"
        return f"{named} has ended; {serving_path(slot, shelf=shelf)} serves everyone"
    before = serving_path(slot, shelf=shelf)
    return f"{roll_back(slot, shelf=shelf)} serves again, in place of {before.name if before else 'nothing'}"


def trial_path(slot: str, *, shelf: str | Path) -> Path:
    """Where a slot's trial is kept."""
    return Path(shelf) / f"{slot}.trial.json"


def _kept(candidate: "Model | str | Path", shelf: Path) -> str:
    folder = shelf / "candidates"
    if not isinstance(candidate, (str, Path)):
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, suffix=".new")
        os.close(handle)
        candidate.save(temporary)
        path = folder / f"{identity_of(Path(temporary))[:16]}.model"
        Path(temporary).replace(path)
        return str(path.relative_to(shelf))
    path = Path(candidate)
    read_whole(path)  # a damaged one is refused here, not by every server
    return os.path.relpath(path.resolve(), shelf.resolve())


def _write(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(path)
