"""One row of the quality table, and what stands in its place where it cannot be measured here."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from adtailor.maths.bootstrap import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure: what others reach, what we want to reach, and what was measured here, on what."""

    what: str
    published: str = ""
    reach: str = ""
    here: str
    met: bool | None = None
    """Whether `here` reaches `reach`; None where there is nothing to reach, or the rows do not decide it."""
    on: str = ""
    part: str = ""
    """What to give `make quality` as ARGS to measure this alone."""


class Missing(Exception):
    """Why a row cannot be measured here."""


def value(one: Estimate, digits: int = 3) -> str:
    """The value with its interval: .538 (.520 to .556)."""
    if math.isnan(one.low):  # no draws
        return _short(one.value, digits)
    return f"{_short(one.value, digits)} ({_short(one.low, digits)} to {_short(one.high, digits)})"


def markdown(rows: Iterable[Row]) -> list[str]:
    """The lines of a table."""
    lines = [
        "| what | published or seen | reach | here | measured on | `make quality ARGS=` |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        mark = {True: " ✓", False: " ✗", None: ""}[row.met]
        cells = (row.what, row.published, row.reach, row.here + mark, row.on, row.part)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return lines


def _short(number: float, digits: int) -> str:
    if math.isnan(number):
        return "-"
    said = f"{number:.{digits}f}"
    return said.replace("0.", ".", 1) if said.startswith(("0.", "-0.")) else said
