"""A model's file and the small files that change it: only rows that differ are written, each linked to those before.

`serving.model` is whole. Beside it, `serving.model.<identity of that file>.000001.delta` and so on hold the rows that
came to differ since. A delta names the file it belongs to and the one before it by their sha256; one that is damaged,
of another file or out of line is refused. Written whole again, the file has a new identity, and old deltas no reader.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from adtailor.errors import ModelUnavailable
from adtailor.learn.model_file import identity_of, read_model, write_model
from adtailor.maths.changes import changed_rows

Arrays = Mapping[str, NDArray[Any]]
_SHORT = 16
_HINT = "remove it and those with higher numbers: a follower that is resumed learns their rows again"
_MOST_TRIES = 20


class Link(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a delta says of itself; `about` replaces what the model's file says of the model."""

    base: str
    """The identity of the whole file."""
    parent: str
    """The identity of the delta before, or of the whole file."""
    number: int
    about: msgspec.Raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A model's file with all its deltas applied."""

    about: bytes
    arrays: dict[str, NDArray[Any]]
    identity: str
    number: int
    """Of the last delta; 0 where there is none."""
    last: str
    """The identity of the last delta, or of the file."""
    bytes: int
    """Of the deltas together."""


def read_whole(path: Path, *, verify: bool = True, only: Collection[str] | None = None) -> Whole:
    """The model's file as its deltas have made it; the arrays are mapped, and only what differs takes memory.

    `only` some of the arrays: what scoring needs, say.
    """
    for _ in range(_MOST_TRIES):
        identity = identity_of(path)
        try:
            found = _read(path, identity, verify=verify, only=only)
        except (ModelUnavailable, FileNotFoundError):
            if identity_of(path) == identity:
                raise
            continue
        if identity_of(path) == identity:
            return found
    raise ModelUnavailable(f"{path} is replaced faster than it can be read", hint="write it less often")


def delta_path(path: Path, identity: str, number: int) -> Path:
    """Where a delta lies."""
    return path.with_name(f"{path.name}.{identity[:_SHORT]}.{number:06}.delta")


def deltas_of(path: Path, identity: str | None = None) -> dict[Path, int]:
    """The deltas beside a file with their numbers, in order; those of one identity, or all."""
    short = "[0-9a-f]{16}" if identity is None else identity[:_SHORT]
    named = re.compile(rf"{re.escape(path.name)}\.{short}\.(\d{{6}})\.delta")
    found = ((each, named.fullmatch(each.name)) for each in path.parent.iterdir())
    return {each: int(match[1]) for each, match in sorted(found, key=lambda pair: pair[0].name) if match}


def _read(path: Path, identity: str, *, verify: bool, only: Collection[str] | None) -> Whole:
    deltas = deltas_of(path, identity)
    about, arrays = read_model(path, verify=verify, private=bool(deltas))
    if only is not None:
        arrays = {name: array for name, array in arrays.items() if name in only}
    last, size = identity, 0
    for place, (delta, number) in enumerate(deltas.items(), start=1):
        if number != place:
            raise ModelUnavailable(f"{delta_path(path, identity, place)} is missing", hint=_HINT)
        expected = Link(base=identity, parent=last, number=place, about=msgspec.Raw(about))
        about, last = _apply(delta, arrays, expected, only=only)
        size += delta.stat().st_size
    return Whole(about=about, arrays=arrays, identity=identity, number=len(deltas), last=last, bytes=size)


def _apply(
    delta: Path, arrays: dict[str, NDArray[Any]], expected: Link, *, only: Collection[str] | None
) -> tuple[bytes, str]:
    said, changes = read_model(delta)
    try:
        link = msgspec.json.decode(said, type=Link)
    except msgspec.ValidationError as error:
        raise ModelUnavailable(f"{delta} is no delta: {error}", hint=_HINT) from error
    if link.base != expected.base:
        raise ModelUnavailable(f"{delta} changes another file than the one it stands beside", hint=_HINT)
    if (link.parent, link.number) != (expected.parent, expected.number):
        raise ModelUnavailable(f"{delta} does not follow the one before it", hint=_HINT)
    for name, values in changes.items():
        kind, _, of = name.partition(".")
        if only is not None and of not in only:
            continue
        if kind == "all":
            arrays[of] = values
        elif kind == "to":
            rows, target = changes[f"at.{of}"], arrays.get(of)
            fits = target is not None and target.dtype == values.dtype and target.shape[1:] == values.shape[1:]
            if target is None or not fits or len(rows) != len(values) or rows.max(initial=0) >= len(target):
                raise ModelUnavailable(f"{delta} does not fit {of}", hint=_HINT)
            if not target.flags.writeable:  # came whole with an earlier delta
                target = arrays[of] = target.copy()
            target[rows] = values
    return bytes(link.about), identity_of(delta)


@dataclass(slots=True, kw_only=True)
class Written:
    """What the last write wrote."""

    whole: bool
    rows: int
    bytes: int


@dataclass(slots=True)
class Writer:
    """Writes a model's states one after another: what differs as a delta, now and then the whole again."""

    path: Path
    most_deltas: int = 100
    most_share: float = 0.5
    """The whole is written again where the deltas together are larger than this share of it."""
    _before: dict[str, NDArray[Any]] = field(default_factory=dict)
    _identity: str = ""
    _last: str = ""
    _number: int = 0
    _bytes: int = 0

    def goes_on(self, whole: Whole) -> None:
        """Takes what was read as the state before."""
        self._before = {name: np.array(array) for name, array in whole.arrays.items()}
        self._identity, self._last, self._number, self._bytes = whole.identity, whole.last, whole.number, whole.bytes

    def write(self, about: Any, arrays: Arrays) -> Written:
        """One more state, whole or as a delta, in one atomic step."""
        if not self._identity:
            return self.compact(about, arrays)
        changes: dict[str, NDArray[Any]] = {}
        rows = 0
        for name, array in arrays.items():
            before = self._before.get(name)
            if before is None or before.shape != array.shape or before.dtype != array.dtype or not array.ndim:
                changes[f"all.{name}"] = array
                continue
            found = changed_rows(array, before)
            rows += len(found)
            if len(found):
                changes[f"at.{name}"], changes[f"to.{name}"] = found, array[found]
        size = sum(array.nbytes for array in changes.values())
        total = sum(array.nbytes for array in arrays.values())
        if self._number >= self.most_deltas or self._bytes + size > self.most_share * total:
            return self.compact(about, arrays)
        link = Link(base=self._identity, parent=self._last, number=self._number + 1,
                    about=msgspec.Raw(msgspec.json.encode(about)))  # fmt: skip
        path = delta_path(self.path, self._identity, link.number)
        write_model(path, link, changes)
        for name, array in arrays.items():
            if f"all.{name}" in changes:
                self._before[name] = np.array(array)
            elif f"at.{name}" in changes:
                self._before[name][changes[f"at.{name}"]] = changes[f"to.{name}"]
        written = path.stat().st_size
        self._last, self._number, self._bytes = identity_of(path), link.number, self._bytes + written
        return Written(whole=False, rows=rows, bytes=written)

    def compact(self, about: Any, arrays: Arrays) -> Written:
        """Writes the whole, and removes the deltas that nobody reads any more."""
        write_model(self.path, about, arrays)
        self._before = {name: np.array(array) for name, array in arrays.items()}
        self._identity = self._last = identity_of(self.path)
        self._number = self._bytes = 0
        for delta in deltas_of(self.path):
            delta.unlink(missing_ok=True)
        size = self.path.stat().st_size
        return Written(whole=True, rows=sum(len(array) for array in arrays.values() if array.ndim), bytes=size)
