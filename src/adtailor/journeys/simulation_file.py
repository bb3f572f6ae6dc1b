"""Results of a sweep as they are finished, one line a world, so that a run that was ended goes on where it was."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

from adtailor.errors import InvalidInput
from adtailor.journeys.run_simulation import GRADE, SIMULATED, TREATMENTS, Cell, Sweep, Treatment
from adtailor.simulate.worlds.confusion import Reader
from adtailor.simulate.worlds.latents import Strengths

VERSION = 2
"""Grows when the same seed would no longer be the same line. 2: with a placebo."""


def key_of(sweep: Sweep, reader: Reader, engine: str) -> str:
    """A name for all that decides the outcome of a sweep, but for how many worlds it has."""
    said = json.dumps(_header(sweep, reader, engine), sort_keys=True)
    return blake2b(said.encode(), digest_size=8).hexdigest()


def begin(path: Path, sweep: Sweep, reader: Reader, engine: str) -> tuple[Cell, ...]:
    """The worlds that are there already; a file of another sweep is refused and left as it is."""
    header = _header(sweep, reader, engine)
    if not path.exists() or not path.stat().st_size:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(header) + "\n", encoding="utf-8")
        return ()
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    try:
        told = json.loads(first)
    except json.JSONDecodeError:
        told = None
    if told != header:
        different = sorted(name for name in header if not isinstance(told, dict) or told.get(name) != header[name])
        raise InvalidInput(
            f"{path} is of another sweep: {', '.join(different)} differ",
            hint="name another file with --out, or begin again with --fresh",
            field="--out",
        )
    cells: dict[int, Cell] = {}
    for line in rest:
        try:
            cell = msgspec.json.decode(line, type=Cell)
        except (msgspec.DecodeError, msgspec.ValidationError):
            break  # the line that was being written when the run was ended, and nothing after it
        cells[cell.seed] = cell
    asked = dict(sweep.cells())
    kept = tuple(cells[seed] for seed in sorted(cells) if asked.get(seed) == cells[seed].effect)
    _rewrite(path, header, cells.values())
    return kept


def kept(path: Path) -> tuple[Treatment, tuple[Cell, ...]]:
    """What was treated, and the worlds that are finished; InvalidInput for a file that is none of a sweep."""
    try:
        first, *rest = path.read_text(encoding="utf-8").splitlines()
        told = json.loads(first)["treatment"]
        treatment = TREATMENTS[TREATMENTS.index(told)]
    except (OSError, ValueError, KeyError, TypeError):
        raise InvalidInput(
            f"{path} is not of a sweep", hint="adtailor simulate writes them; remove it", field="simulations"
        ) from None
    cells: dict[int, Cell] = {}
    for line in rest:
        try:
            cell = msgspec.json.decode(line, type=Cell)
        except (msgspec.DecodeError, msgspec.ValidationError):
            break
        cells[cell.seed] = cell
    return treatment, tuple(cells[seed] for seed in sorted(cells))


def add(path: Path, cell: Cell) -> None:
    """One more world."""
    with path.open("a", encoding="utf-8") as file:
        file.write(msgspec.json.encode(cell).decode() + "\n")


def _rewrite(path: Path, header: Mapping[str, Any], cells: Iterable[Cell]) -> None:
    lines = [json.dumps(header), *(msgspec.json.encode(cell).decode() for cell in cells)]
    beside = path.with_name(f"{path.name}.new")
    beside.write_text("\n".join(lines) + "\n", encoding="utf-8")
    beside.replace(path)


def _header(sweep: Sweep, reader: Reader, engine: str) -> dict[str, Any]:
    said = asdict(sweep)
    del said["worlds"]  # more worlds of the same sweep go on in the same file
    said["budget"] = str(sweep.budget)
    said["effects"] = list(sweep.effects)
    return {
        "version": VERSION,
        "evidence": SIMULATED,
        "grade": GRADE,
        "engine": engine,
        "reader": f"{reader.version}, {reader.measured_on}",
        "law": asdict(Strengths()),
        **said,
    }
