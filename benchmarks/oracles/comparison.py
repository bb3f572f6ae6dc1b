"""Ours beside an oracle's, figure by figure: the same to eight digits, or other by a definition that is named."""

import fnmatch
import math
from collections.abc import Mapping
from dataclasses import dataclass

SAME = 1e-8
"""Relative: what rounding of sums of tens of thousands of rows comes to, with room to spare."""
NOTHING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """Figures that are to differ, by how much at most, and why."""

    oracle: str
    figures: tuple[str, ...]
    """Patterns of `question/quantity`."""
    most: float
    unit: str
    """Of ours: `standard errors`, `half widths` of the interval, `share`; else people."""
    why: str


DEFINITIONS = (
    Definition(
        oracle="statsmodels",
        figures=("*: CUPED as ANCOVA/estimate",),
        most=0.05,
        unit="standard errors",
        why="a regression takes the covariate's slope within the arms, CUPED that of all people",
    ),
    Definition(
        oracle="statsmodels",
        figures=("*: CUPED as ANCOVA/error",),
        most=0.02,
        unit="share",
        why="the same, and the regression's error (HC2) follows the slope that it estimates",
    ),
    Definition(
        oracle="statsmodels",
        figures=("*: proportion/low", "*: proportion/high"),
        most=0.05,
        unit="half widths",
        why="Wald's interval is normal, with p(1 - p) / n; ours is Welch's of zeros and ones, with n - 1",
    ),
    Definition(
        oracle="statsmodels",
        figures=("*: proportion by pooled z/statistic",),
        most=0.02,
        unit="share",
        why="the z-test pools both arms' variances, which holds only where they do not differ",
    ),
    Definition(
        oracle="statsmodels",
        figures=("people for *, by t/people",),
        most=3e-3,
        unit="share",
        why="noncentral t; ours is normal, and two people short where 800 are needed",
    ),
    Definition(
        oracle="*",
        figures=("*people for */people",),
        most=1.0,
        unit="people and 1e-5 of all",
        why="ours rounds up, and does not count it as found where the wrong arm wins, which is one trial in 10^6",
    ),
    Definition(
        oracle="gbstats",
        figures=("*: proportion/*",),
        most=0.02,
        unit="share",
        why="p(1 - p) / n for a proportion, where ours divides by n - 1 as for any mean",
    ),
)
FIELLER = {
    ", delta of logs": Definition(
        oracle="tea-tasting",
        figures=(),
        most=0.06,
        unit="half widths",
        why="Fieller's interval beside the delta method on logarithms",
    ),
    ", delta": Definition(
        oracle="gbstats",
        figures=(),
        most=0.25,
        unit="half widths",
        why="Fieller's interval beside the delta method, which lies evenly about the value, over the control as it was",
    ),
}
"""Relative intervals are compared twice: by the oracle's definition from our sums, and as we tell them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One figure."""

    oracle: str
    figure: str
    ours: float
    theirs: float
    off: float
    """In the unit of its definition; relative where it is to be the same."""
    most: float
    definition: Definition | None

    @property
    def holds(self) -> bool:
        """Whether they agree as far as they are to; what is no number never does."""
        return self.off <= self.most


def checks(oracle: str, ours: Mapping[str, float], theirs: Mapping[str, float]) -> list[Check]:
    """Every figure that the oracle told; KeyError for one that ours does not know."""
    found = [_check(oracle, figure, ours[figure], value, ours) for figure, value in theirs.items()]
    for figure, value in theirs.items():
        question, quantity = figure.rsplit("/", 1)
        delta = next((name for name in FIELLER if question.endswith(name)), None)
        if delta is not None and quantity != "relative":
            told = f"{question.removesuffix(delta)}/{quantity}"
            found.append(_differing(oracle, told, ours[told], value, ours, FIELLER[delta]))
    return found


def _check(oracle: str, figure: str, one: float, other: float, ours: Mapping[str, float]) -> Check:
    for definition in DEFINITIONS:
        matches = any(fnmatch.fnmatchcase(figure, pattern) for pattern in definition.figures)
        if (
            matches
            and definition.oracle in {oracle, "*"}
            and not (oracle == "gbstats" and figure.endswith("/estimate"))
        ):
            return _differing(oracle, figure, one, other, ours, definition)
    off = abs(one - other)
    relative = 0.0 if off <= NOTHING else off / abs(other) if other else math.inf
    return Check(oracle=oracle, figure=figure, ours=one, theirs=other, off=relative, most=SAME, definition=None)


def _differing(  # noqa: PLR0917 - as they are told
    oracle: str, figure: str, one: float, other: float, ours: Mapping[str, float], definition: Definition
) -> Check:
    off, question = abs(one - other), figure.rsplit("/", 1)[0]
    if definition.unit == "standard errors":
        off /= ours[f"{question}/error"]
    elif definition.unit == "half widths":
        kind = "relative " if "relative" in figure else ""
        off /= (ours[f"{question}/{kind}high"] - ours[f"{question}/{kind}low"]) / 2.0
    elif definition.unit == "share":
        off /= abs(one)
    else:
        off = max(0.0, off - 1e-5 * one)
    return Check(
        oracle=oracle, figure=figure, ours=one, theirs=other, off=off, most=definition.most, definition=definition
    )
