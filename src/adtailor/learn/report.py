"""How good a model is: a table to paste, and two pictures."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from adtailor.learn.evidence import Believed
from adtailor.maths.ranking_metrics import (
    Ordered,
    auc,
    bootstrap,
    calibration_error,
    calibration_ratio,
    grouped_auc,
    log_loss,
    normalised_entropy,
)

Floats = NDArray[np.float64]
ROUNDS = 200
_MOST_SEGMENTS = 8


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A value, and where 95 of 100 resamples of the groups lay."""

    value: float | None
    low: float | None = None
    high: float | None = None

    def __str__(self) -> str:
        if self.value is None:
            return "-"
        if self.low is None or self.high is None:
            return f"{self.value:.4f}"
        return f"{self.value:.4f} ({self.low:.4f}-{self.high:.4f})"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One model on one set of rows."""

    name: str
    rows: int
    clicks: int
    normalised_entropy: Measured
    auc: Measured
    grouped_auc: Measured
    log_loss: Measured
    ece: Measured
    calibration: Measured


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a column."""

    column: str
    value: str
    rows: int
    clicks: int
    normalised_entropy: float | None
    calibration: float | None
    standard_error: float | None
    """Of the calibration ratio, from the number of clicks alone."""


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """A bin of the calibration curve."""

    predicted: float
    observed: float
    rows: int


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A point of the learning curve: the rows just before it, each judged before it was learned from."""

    rows: int
    log_loss: float
    normalised_entropy: float | None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured, on rows the model had not learned from."""

    model: str
    split: str
    learned: int
    held_out: int
    lines: tuple[Line, ...] = ()
    segments: tuple[Segment, ...] = ()
    curve: tuple[Bin, ...] = ()
    learning: tuple[Point, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    def __str__(self) -> str:
        return "\n".join(_text(self))

    def __repr__(self) -> str:
        return str(self)

    def plot(self, path: str | None = None) -> Any:
        """Draws the calibration and the learning curve; a PNG at `path`, or the picture itself."""
        from adtailor.learn.plot import draw

        return draw(self, path)


def judge(
    name: str, believed: Believed, chances: Floats, *, random: np.random.Generator, rounds: int = ROUNDS, grouped: bool
) -> Line:
    """Every measure of one model on some rows, with intervals over groups."""
    y = believed.labels
    _, groups = np.unique(believed.groups, return_inverse=True)
    groups = groups.astype(np.int64)
    ordered = Ordered(y, chances)
    seeds = random.integers(0, 2**63, 4)

    def with_interval(value: float, measure: Callable[[Floats], float], seed: int) -> Measured:
        if not np.isfinite(value):
            return Measured(value=None)
        low, high = bootstrap(measure, groups, random=np.random.default_rng(seed), rounds=rounds)
        return Measured(value=value, low=_known(low), high=_known(high))

    return Line(
        name=name,
        rows=len(y),
        clicks=int(y.sum()),
        normalised_entropy=with_interval(
            normalised_entropy(y, chances), lambda w: normalised_entropy(y, chances, w), seeds[0]
        ),
        auc=with_interval(auc(y, chances), ordered.auc, seeds[1]),
        grouped_auc=Measured(value=_known(grouped_auc(y, chances, groups)) if grouped else None),
        log_loss=with_interval(log_loss(y, chances), lambda w: log_loss(y, chances, w), seeds[2]),
        ece=Measured(value=_known(calibration_error(y, chances))),
        calibration=with_interval(calibration_ratio(y, chances), lambda w: calibration_ratio(y, chances, w), seeds[3]),
    )


def segments_of(
    column: str, raws: NDArray[np.uint64], labels: Floats, chances: Floats, names: dict[int, str]
) -> list[Segment]:
    """The largest values of a column, each by itself."""
    known, places = np.unique(raws, return_inverse=True)
    sizes = np.bincount(places)
    found: list[Segment] = []
    for at in np.argsort(-sizes, kind="stable")[:_MOST_SEGMENTS]:
        inside = places == at
        y, p = labels[inside], chances[inside]
        clicks = int(y.sum())
        ratio = _known(calibration_ratio(y, p))
        found.append(
            Segment(
                column=column,
                value=names.get(int(known[at]), f"#{int(known[at]):x}"),
                rows=int(sizes[at]),
                clicks=clicks,
                normalised_entropy=_known(normalised_entropy(y, p)),
                calibration=ratio,
                standard_error=ratio / clicks**0.5 if ratio is not None and clicks else None,
            )
        )
    return found


def curve_of(labels: Floats, chances: Floats, bins: int = 20) -> tuple[Bin, ...]:
    """Bins of equal mass, by predicted chance."""
    order = np.argsort(chances, kind="stable")
    return tuple(
        Bin(predicted=float(chances[part].mean()), observed=float(labels[part].mean()), rows=len(part))
        for part in np.array_split(order, min(bins, len(order)))
        if len(part)
    )


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _text(report: Report) -> list[str]:
    lines = [
        f"{report.model}: learned from {report.learned:,} rows, judged on {report.held_out:,} ({report.split})",
        "",
    ]
    table = [["model", "rows", "clicks", "norm. entropy", "AUC", "grouped AUC", "log-loss", "ECE", "pred./observed"]]
    table += [
        [line.name, f"{line.rows:,}", f"{line.clicks:,}", str(line.normalised_entropy), str(line.auc),
         str(line.grouped_auc), str(line.log_loss), str(line.ece), str(line.calibration)]
        for line in report.lines
    ]  # fmt: skip
    lines += _columns(table)
    for column in dict.fromkeys(segment.column for segment in report.segments):
        table = [[column, "rows", "clicks", "norm. entropy", "pred./observed"]]
        table += [
            [s.value, f"{s.rows:,}", f"{s.clicks:,}", str(Measured(value=s.normalised_entropy)),
             "-" if s.calibration is None else f"{s.calibration:.3f} +- {s.standard_error or 0.0:.3f}"]
            for s in report.segments if s.column == column
        ]  # fmt: skip
        lines += ["", *_columns(table)]
    if report.notes:
        lines += ["", *report.notes]
    return lines


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    text = [
        "| "
        + " | ".join(c.ljust(w) if n == 0 else c.rjust(w) for n, (c, w) in enumerate(zip(row, widths, strict=True)))
        + " |"
        for row in rows
    ]
    rule = "|" + "|".join("-" * (w + 2) if n == 0 else "-" * (w + 1) + ":" for n, w in enumerate(widths)) + "|"
    return [text[0], rule, *text[1:]]
