"""The last step of a score: what was believed becomes a chance that is true on average. A versioned part of a model."""

from itertools import pairwise
from typing import Literal, TypeAlias, get_args

import msgspec
import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput
from adtailor.maths.calibration import apply_isotonic, fit_isotonic, fit_platt, fit_shifts, logistic, logit

Floats = NDArray[np.float64]
Method = Literal["auto", "isotonic", "platt", "level", "none"]
ENOUGH_CLICKS = 2000
"""With fewer clicks to learn from, two numbers (Platt) are safer than a curve of many."""
MOST_KNOTS = 1000
HELD = 100.0
"""How firmly a line is held near the model's own chances: as by so much curvature, about 1,000 rows with 100 clicks."""
_FOLDS = 4


class Uncalibrated(msgspec.Struct, frozen=True, kw_only=True, tag="none"):
    """The logistic function alone."""


class Platt(msgspec.Struct, frozen=True, kw_only=True, tag="platt"):
    """The logistic function of a line."""

    version: int = 1
    slope: float
    shift: float
    rows: int


class Isotonic(msgspec.Struct, frozen=True, kw_only=True, tag="isotonic"):
    """A non-decreasing curve through knots."""

    version: int = 1
    places: list[float]
    chances: list[float]
    rows: int


class ByField(msgspec.Struct, frozen=True, kw_only=True):
    """A shift of the logit for each value of a column; a value that was not seen has none."""

    version: int = 1
    column: str
    values: list[int]
    """Raw values as unsigned 64-bit numbers, ascending."""
    shifts: list[float]
    spread: float


Whole: TypeAlias = Uncalibrated | Platt | Isotonic


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """First the whole, then the level, then the values of fields, in order."""

    whole: Whole = Uncalibrated()
    level: float = 0.0
    """A shift of the logit, for a model that stands still (`level`); one that goes on learning finds its own."""
    by_field: tuple[ByField, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns it needs besides the features."""
        return tuple(part.column for part in self.by_field)

    def __str__(self) -> str:
        names = [type(self.whole).__name__.lower()]
        names += [f"level {self.level:+.3f}"] if self.level else []
        names += [f"{part.column} ({len(part.values)} values)" for part in self.by_field]
        return ", then ".join(names)

    def apply(self, logits: Floats, raws: dict[str, NDArray[np.uint64]]) -> Floats:
        """Chances; `raws` holds the raw values of `columns`."""
        match self.whole:
            case Uncalibrated():
                chances = logistic(logits)
            case Platt(slope=slope, shift=shift):
                chances = logistic(slope * logits + shift)
            case Isotonic(places=places, chances=levels):
                chances = apply_isotonic(logits, np.array(places), np.array(levels))
        if self.level:
            chances = logistic(logit(chances) + self.level)
        for part in self.by_field:
            chances = logistic(logit(chances) + shifts_of(part, raws[part.column]))
        return chances


def shifts_of(part: ByField, raws: NDArray[np.uint64]) -> Floats:
    """The shift of each raw value."""
    known = np.array(part.values, dtype=np.uint64)
    shifts = np.array(part.shifts, dtype=np.float64)
    if not len(known):
        return np.zeros(len(raws))
    at = np.searchsorted(known, raws).clip(0, len(known) - 1)
    return np.where(known[at] == raws, shifts[at], 0.0)


def calibrate(
    logits: Floats,
    labels: Floats,
    *,
    method: Method = "auto",
    weights: Floats | None = None,
    raws: dict[str, NDArray[np.uint64]] | None = None,
    spread: float = 0.3,
) -> Calibration:
    """A calibration fitted on rows that the model had not learned from; `raws` are the columns to shift by.

    "auto" bends the chances only where that pays: a line, or with enough clicks a curve, is learned from earlier rows
    and has to say more of the later ones than the model by itself, by more than a standard error.
    """
    check_method(method)
    clicks = int(labels.sum())
    if method == "none" or not 0 < clicks < len(labels):
        return Calibration()
    w = np.ones_like(logits) if weights is None else weights
    whole = _chosen(logits, labels, w) if method == "auto" else _whole(method, logits, labels, w)
    parts: list[ByField] = []
    for column, raw in (raws or {}).items():
        so_far = Calibration(whole=whole, by_field=tuple(parts)).apply(logits, raws or {})
        known, places_of = np.unique(raw, return_inverse=True)
        shifts = fit_shifts(logit(so_far), labels, places_of.astype(np.int64), spread=spread, weights=weights)
        parts.append(ByField(column=column, values=[int(v) for v in known], shifts=shifts.tolist(), spread=spread))
    return Calibration(whole=whole, by_field=tuple(parts))


def _whole(method: str, logits: Floats, labels: Floats, weights: Floats) -> Whole:
    if method == "isotonic":
        places, chances = fit_isotonic(logits, labels, weights=weights)
        return _thinned(places, chances, len(labels))
    if method == "platt":
        slope, shift = fit_platt(logits, labels, weights=weights, prior=HELD)
        return Platt(slope=slope, shift=shift, rows=len(labels))
    return Uncalibrated()


def _chosen(logits: Floats, labels: Floats, weights: Floats) -> Whole:
    methods = ["platt"] + (["isotonic"] if labels.sum() >= ENOUGH_CLICKS else [])
    edges = np.linspace(0, len(labels), _FOLDS + 1).astype(np.int64)
    later = slice(int(edges[1]), None)
    plain = weights[later] * _losses(logistic(logits[later]), labels[later])
    best, most = "level", 0.0
    for method in methods:
        said: list[Floats] = []
        for first, last in pairwise(edges[1:].tolist()):
            earlier = labels[:first]
            one = _whole(method if 0.0 < earlier.sum() < first else "level", logits[:first], earlier, weights[:first])
            said.append(Calibration(whole=one).apply(logits[first:last], {}))
        gain = plain - weights[later] * _losses(np.concatenate(said), labels[later])
        total = float(gain.sum())
        if total > max(most, float(gain.std()) * len(gain) ** 0.5):
            best, most = method, total
    return _whole(best, logits, labels, weights)


def _losses(chances: Floats, labels: Floats) -> Floats:
    z = logit(chances)
    return np.logaddexp(0.0, z) - labels * z


def check_method(method: str) -> None:
    """Refuses a method that there is not."""
    if method not in get_args(Method):
        raise InvalidInput(f"calibration {method!r}", hint=f"one of {', '.join(get_args(Method))}", field="calibration")


def _thinned(places: Floats, chances: Floats, rows: int) -> Isotonic:
    kept = np.unique(np.linspace(0, len(places) - 1, min(len(places), MOST_KNOTS)).round().astype(np.int64))
    return Isotonic(places=places[kept].tolist(), chances=chances[kept].tolist(), rows=rows)
