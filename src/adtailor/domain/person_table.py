"""What a trial is read from: one row per person (and period, in a switchback), as columns."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.trial import COLUMNS, Column
from adtailor.errors import InvalidInput

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PersonTable:
    """Sums over the trial, row by row; all columns have the same length.

    Whoever was in the trial has a row, also with nothing but zeros. What is not measured has no column.
    """

    person: NDArray[np.uint64]
    """A number that stands for a person here and nowhere else; unique, but in a switchback."""
    arm: NDArray[np.int64]
    """The place of the arm in the registration."""
    before: Floats
    """The covariate: what the primary metric's first column came to before the trial; 0 for whoever was not there."""
    sums: Mapping[Column, Floats]
    differing: Mapping[Column, Floats] | None = None
    """The same, over only those pages on which the arms would have served differently; None where nobody looked."""
    period: NDArray[np.int64] | None = None
    """Of a switchback: the period of each row."""
    notes: tuple[str, ...] = field(default=())
    """What whoever reads the figures ought to know of how they were collected."""

    def __post_init__(self) -> None:
        rows = len(self.person)
        columns = {"arm": self.arm, "before": self.before, **self.sums, **(self.differing or {})}
        if self.period is not None:
            columns["period"] = self.period
        for name, column in columns.items():
            if column.shape != (rows,):
                raise InvalidInput(f"shape {column.shape}", hint=f"({rows},), as `person`", field=name)
            if not np.isfinite(column).all():
                raise InvalidInput("a value that is no number", hint="leave no gaps: nothing is 0", field=name)
        for name in (*self.sums, *(self.differing or {})):
            if name not in COLUMNS:
                raise InvalidInput(f"{name!r}", hint=f"one of {', '.join(COLUMNS)}", field="sums")
        if rows and self.arm.min() < 0:
            raise InvalidInput("an arm below 0", hint="leave out whoever is outside of the trial", field="arm")

    def __len__(self) -> int:
        return len(self.person)
