"""Which rows are learned from, which calibrate, and which judge: by time, by group, or at random (and what leaks)."""

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput
from adtailor.maths.hashing import mixed_all

Split = Literal["time", "group", "random"]
TRAIN, VALIDATION, TEST, NOWHERE = 0, 1, 2, 3


class LeakingSplit(UserWarning):
    """Rows of one person, or of one moment, stand on both sides of a split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a log is divided. Shares are of rows, or of groups."""

    split: Split
    rows: int
    validation: float
    hold_out: float
    seed: int

    @property
    def cuts(self) -> tuple[int, int]:
        """Where validation and test begin, in a split by time."""
        return (
            round(self.rows * (1.0 - self.hold_out - self.validation)),
            round(self.rows * (1.0 - self.hold_out)),
        )

    @property
    def sizes(self) -> list[float]:
        """About how many rows each part has, and none of those that are nowhere."""
        held, checked = self.rows * self.hold_out, self.rows * self.validation
        return [self.rows - held - checked, checked, held, 0.0]

    @property
    def says(self) -> str:
        """In words."""
        return {
            "time": "the latest rows",
            "group": "groups that were kept out",
            "random": "rows drawn at random: persons and moments stand on both sides, and these figures flatter",
        }[self.split]


def make_plan(
    *, split: Split, rows: int, validation: float, hold_out: float, seed: int, grouped: bool, timed: bool
) -> Plan:
    """A checked plan; warns where the split leaks."""
    if split not in {"time", "group", "random"}:
        raise InvalidInput(f"a split by {split!r}", hint="time, group or random", field="split")
    if not 0.0 < hold_out < 1.0 or not 0.0 <= validation < 1.0 or hold_out + validation >= 1.0:
        raise InvalidInput(
            f"hold_out {hold_out} and validation {validation}", hint="shares above 0 that leave something to learn from"
        )
    if split == "group" and not grouped:
        raise InvalidInput("a split by group without a group", hint="name the column: group='viewer_id'", field="group")
    if split == "random":
        mixed = ["moments before and after each other"] if timed else []
        mixed += ["rows of one group"] if grouped else []
        warnings.warn(
            f"a random split puts {' and '.join(mixed) or 'neighbouring rows'} on both sides: its figures flatter; "
            "split='time' judges on what came later, split='group' on persons never seen",
            LeakingSplit,
            stacklevel=3,
        )
    plan = Plan(split=split, rows=rows, validation=validation, hold_out=hold_out, seed=seed)
    first, second = plan.cuts
    if split == "time" and (first < 1 or second >= rows or (validation > 0.0 and first >= second)):
        raise InvalidInput(f"{rows} rows leave a part empty", hint="give more rows, or larger shares")
    return plan


class Cutter:
    """Tells the part of each row, block after block. In a split by time, equal times stay on one side."""

    def __init__(self, plan: Plan, *, reached: int = TRAIN, last_time: int | None = None) -> None:
        self._plan = plan
        self.reached = reached
        self.last_time = last_time

    def parts(
        self, first: int, count: int, groups: NDArray[np.uint64] | None, times: NDArray[np.int64] | None
    ) -> NDArray[np.int8]:
        """The part of each of `count` rows from place `first` of the log on."""
        plan = self._plan
        if plan.split == "time":
            return self._by_time(first, count, times)
        raw = np.arange(first, first + count, dtype=np.uint64) if plan.split == "random" or groups is None else groups
        with np.errstate(over="ignore"):
            drawn = mixed_all(raw, np.uint64(plan.seed * 2 + 1)) / 2.0**64
        parts = np.full(count, TRAIN, dtype=np.int8)
        parts[drawn < plan.hold_out + plan.validation] = VALIDATION
        parts[drawn < plan.hold_out] = TEST
        return parts

    def _by_time(self, first: int, count: int, times: NDArray[np.int64] | None) -> NDArray[np.int8]:
        parts = np.empty(count, dtype=np.int8)
        at = 0
        while at < count:
            cut = self._plan.cuts[self.reached] if self.reached < TEST else self._plan.rows
            end = min(count, max(at, cut - first))
            if self.reached < TEST and first + end >= cut and end < count:
                end = self._past_ties(end, count, times)
            parts[at:end] = self.reached
            if self.reached < TEST and end < count:
                self.reached += 1
            elif end < count:
                parts[end:] = self.reached
                end = count
            at = end
        if times is not None and count:
            self.last_time = int(times[-1])
        return parts

    def _past_ties(self, at: int, count: int, times: NDArray[np.int64] | None) -> int:
        if times is None:
            return at
        while at < count and (times[at - 1] if at else self.last_time) == times[at]:
            at += 1
        return at
