"""A learned model: it scores, saves itself, reports, and asks to serve."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput, ModelUnavailable
from adtailor.learn.calibrating import Calibration
from adtailor.learn.columns import Columns, column
from adtailor.learn.delta import read_whole
from adtailor.learn.exploring import explore
from adtailor.learn.features import Encoder, Fitted
from adtailor.learn.learners import Learner, make_learner
from adtailor.learn.model_file import write_model
from adtailor.learn.models import ModelKind, TwoHeads, reads_numbers
from adtailor.learn.onnx_export import export_onnx
from adtailor.learn.promotion import SHELF, Promotion, promote
from adtailor.learn.report import Report
from adtailor.learn.serving import Ads
from adtailor.maths.exploration import Chosen

Floats = NDArray[np.float64]


class About(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a model's file says of it."""

    model: ModelKind
    features: Fitted
    calibration: Calibration
    labels: tuple[str, ...]
    seed: int
    rows: int
    """How many rows of the log it has learned from, in the log's order."""
    until: int | None
    """The time of the last of them, in the log's unit (microseconds where it is a timestamp)."""
    report: Report


@dataclass(slots=True, kw_only=True)
class Model:
    """What `fit` returns and `load` reads."""

    about: About
    encoder: Encoder
    learner: Learner
    evidence: Any = field(default=None, repr=False)
    """What the report was made of, while the process that learned it lives."""
    log: Any = field(default=None, repr=False)
    """Where its rows came from, likewise."""
    frozen: Learner | None = field(default=None, repr=False)
    """The learner as it was before the test part."""
    judged_by: Calibration | None = field(default=None, repr=False)
    """Its calibration then."""

    def __repr__(self) -> str:
        return (
            f"<Model {type(self.about.model).__name__} of {self.about.rows:,} rows, {len(self.encoder.fields)} fields>"
        )

    def logits(self, rows: Mapping[str, Any]) -> Floats:
        """The logits before calibration, one a row; shape (rows, 2) where the model has two heads.

        `rows` maps each column to its values: arrays or lists, lists of lists where a field reads lists.
        """
        return self.learner.score(self.encoder.encode(self._read(rows)))

    def score(self, rows: Mapping[str, Any]) -> Floats:
        """Calibrated chances of a click, one a row; shape (rows, 2) where the model has two heads.

        >>> import adtailor.learn as learn  # doctest: +SKIP
        >>> model.score({"ad_id": [7, 8], "hour": [12, 12]})  # doctest: +SKIP
        """
        columns = self._read(rows)
        logits = self.learner.score(self.encoder.encode(columns))
        return self.calibrated(logits, columns)

    def score_row(self, row: Mapping[str, Any]) -> float:
        """The calibrated chance of one row, given as one value for each column."""
        return float(self.score({name: [value] for name, value in row.items()}).flat[0])

    def ads(self, ads: Mapping[str, Any]) -> Ads:
        """Ads cached for scoring with many requests; `ads` maps columns to one value for each ad."""
        return Ads(self, ads)

    def calibrated(self, logits: Floats, columns: Columns) -> Floats:
        """Chances from logits of these rows."""
        calibration = self.about.calibration
        if missing := [name for name in calibration.columns if name not in columns]:
            raise InvalidInput(
                f"no column {missing[0]!r}", hint="the calibration needs it besides the features", field=missing[0]
            )
        raws = {name: self.encoder.raw(name, columns) for name in calibration.columns}
        if isinstance(self.about.model, TwoHeads):
            clicks = calibration.apply(logits[:, 0], raws)
            return np.column_stack((clicks, clicks * np.exp(-np.logaddexp(0.0, -logits[:, 1]))))
        return calibration.apply(logits, raws)

    def promote(self, slot: str = "serving", *, shelf: str | Path = SHELF, rounds: int = 500) -> Promotion:
        """Lets it serve if its held-out rows say that it is better than what serves now; see `promotion.promote`."""
        return promote(self, slot, shelf=shelf, rounds=rounds)

    def explore(self, candidates: Mapping[str, Any], *, random: np.random.Generator) -> Chosen:
        """Thompson's choice among candidate rows, and the chance of it, for the log."""
        return explore(self, candidates, random=random)

    def export_onnx(self, path: str | Path) -> None:
        """Writes the dense parts as ONNX."""
        export_onnx(self, path)

    def _read(self, rows: Mapping[str, Any]) -> Columns:
        # Only what it looks at: whatever else a caller has is not touched.
        wanted = (*self.encoder.columns, *self.about.calibration.columns)
        return {name: column(name, rows[name]) for name in wanted if name in rows}

    def report(self) -> Report:
        """How good it is; printed, it is a table."""
        return self.about.report

    def save(self, path: str | Path, *, trainable: bool = True) -> None:
        """Writes the model to one file, atomically; without `trainable` it is smaller, and can only score."""
        arrays = dict(self.learner.serving())
        if trainable:
            arrays |= self.learner.training()
        write_model(Path(path), self.about, arrays)


def load(path: str | Path, *, trainable: bool = False, verify: bool = True) -> Model:
    """The model in a file, with the deltas beside it, its arrays mapped; `trainable` copies them, to learn on."""
    whole = read_whole(Path(path), verify=verify)
    return assembled(path, whole.about, whole.arrays, trainable=trainable)


def assembled(
    path: str | Path, about_bytes: bytes, arrays: Mapping[str, NDArray[Any]], *, trainable: bool = False
) -> Model:
    """A model from what was read of `path`."""
    try:
        about = msgspec.json.decode(about_bytes, type=About)
    except msgspec.ValidationError as error:
        raise ModelUnavailable(
            f"{path} was written by another version of adtailor: {error}", hint="train the model again"
        ) from error
    encoder = Encoder(about.features, plain=reads_numbers(about.model))
    fields = len(encoder.fields)
    try:
        learner = make_learner(about.model, fields=fields, seed=about.seed, arrays=arrays, scoring=not trainable)
    except KeyError as error:
        raise ModelUnavailable(
            f"{path} has no part {error}", hint="it was saved to score only: save with trainable=True to learn on"
        ) from error
    return Model(about=about, encoder=encoder, learner=learner)
