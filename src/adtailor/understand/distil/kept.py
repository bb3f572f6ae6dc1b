"""Promoted heads in the data folder: each in a folder of its own, the last one in use, and a way back."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from adtailor.domain.reading import Part
from adtailor.errors import InvalidInput, ModelUnavailable
from adtailor.understand.distil.heads import DistilledHead, DistilledHeads

FOLDER = "heads"
_USED = "used.json"
_MANIFEST = "manifest.json"
_ARRAYS = "heads.npz"
CARD = "card.md"
UNDO = "adtailor distil --undo goes back to the heads before"


class KeptHeads:
    """The promotions in a data folder."""

    def __init__(self, data: Path) -> None:
        self.folder = data / FOLDER

    def used(self) -> tuple[int, ...]:
        """The promotions in force, the last one in use; none where nothing was promoted or all was undone."""
        try:
            found = json.loads((self.folder / _USED).read_text("utf-8"))
            return tuple(int(number) for number in found)
        except FileNotFoundError:
            return ()
        except (ValueError, TypeError):
            raise ModelUnavailable(
                f"{self.folder / _USED} is damaged", hint=f"remove it to read with the default heads; {UNDO}"
            ) from None

    def current(self) -> DistilledHeads | None:
        """The heads in use; ModelUnavailable if their files are not those that were written."""
        used = self.used()
        return self._load(self.folder / str(used[-1])) if used else None

    def carried(self, *, default: Mapping[str, str]) -> Mapping[Part, DistilledHead]:
        """The heads in use, which the next promotion keeps where it has none better; none made over other models."""
        heads = self.current()
        return heads.heads if heads is not None and dict(heads.default) == dict(default) else {}

    def card(self) -> Path | None:
        """The card of the heads in use."""
        used = self.used()
        return self.folder / str(used[-1]) / CARD if used else None

    def next_version(self) -> str:
        """What the next promotion will be called."""
        return f"distilled@{self._next()}"

    def promote(self, heads: DistilledHeads, *, card: str) -> Path:
        """Write heads and card, then put them to use; where they are. Interrupted, the old ones stay in use."""
        number = self._next()
        folder = self.folder / str(number)
        folder.mkdir(parents=True, mode=0o700)
        arrays: dict[str, Any] = {
            f"{part}.{name}": getattr(head, name)
            for part, head in heads.heads.items()
            for name in ("weights", "own", "bias")
        }
        np.savez(folder / _ARRAYS, allow_pickle=False, **arrays)
        (folder / CARD).write_text(card, "utf-8")
        manifest = {
            "version": heads.version,
            "encoder": heads.encoder,
            "default": dict(heads.default),
            "teacher": heads.teacher,
            "bands": {part: head.band for part, head in heads.heads.items()},
            "sha256": _digest(folder / _ARRAYS),
        }
        (folder / _MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
        self._use([*self.used(), number])
        return folder

    def undo(self) -> int | None:
        """Go back by one promotion: the one now in use, None for the default heads; InvalidInput if there is none."""
        used = self.used()
        if not used:
            raise InvalidInput("nothing was promoted here", hint="adtailor distil promotes what is better")
        self._use(used[:-1])
        return used[-2] if len(used) > 1 else None

    def _next(self) -> int:
        there = [int(path.name) for path in self.folder.glob("*") if path.name.isdigit()]
        return max([*there, *self.used()], default=0) + 1

    def _use(self, numbers: Sequence[int]) -> None:
        part = self.folder / f"{_USED}.part"
        with part.open("w", encoding="utf-8") as file:
            json.dump(list(numbers), file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.folder / _USED)

    def _load(self, folder: Path) -> DistilledHeads:
        try:
            manifest = cast("Mapping[str, Any]", json.loads((folder / _MANIFEST).read_text("utf-8")))
            if _digest(folder / _ARRAYS) != manifest["sha256"]:
                raise ModelUnavailable(f"{folder / _ARRAYS} has another sha256 than was written", hint=UNDO)
            with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
                heads: dict[Part, DistilledHead] = {
                    cast("Part", part): DistilledHead(
                        part=cast("Part", part),
                        weights=np.asarray(arrays[f"{part}.weights"], dtype=np.float64),
                        own=np.asarray(arrays[f"{part}.own"], dtype=np.float64),
                        bias=np.asarray(arrays[f"{part}.bias"], dtype=np.float64),
                        band=float(band),
                    )
                    for part, band in manifest["bands"].items()
                }
            return DistilledHeads(
                version=str(manifest["version"]),
                encoder=str(manifest["encoder"]),
                default={str(slot): str(name) for slot, name in manifest["default"].items()},
                teacher=str(manifest["teacher"]),
                heads=heads,
            )
        except (OSError, ValueError, KeyError, AttributeError, TypeError):
            raise ModelUnavailable(f"the heads in {folder} cannot be read", hint=UNDO) from None


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
