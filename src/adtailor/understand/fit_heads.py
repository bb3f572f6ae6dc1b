"""What all heads share: how rows are parted, one calibrated head, and the groups of emotions."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from adtailor.domain.reading import EMOTIONS
from adtailor.understand.card import HeadReport, Score
from adtailor.understand.fitting import (
    Flags,
    Linear,
    Values,
    Vectors,
    area_under_roc,
    best_f1_threshold,
    calibration_error,
    f1_score,
    fit_logistic,
    link,
    platt,
)
from adtailor.understand.heads import Head

PLEASANT = (
    "admiration", "amusement", "approval", "caring", "desire", "excitement", "gratitude", "joy", "love", "optimism",
    "pride", "relief",
)  # fmt: skip
UNPLEASANT = (
    "anger", "annoyance", "disappointment", "disapproval", "disgust", "embarrassment", "fear", "grief", "nervousness",
    "remorse", "sadness",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trained:
    """Heads, and what was measured of them."""

    heads: tuple[Head, ...]
    reports: tuple[HeadReport, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Rows to fit on, to calibrate and choose thresholds on, and to measure on: a hash of the text decides."""

    fit: Flags
    tune: Flags
    held: Flags


def split(texts: Sequence[str], seed: int, *, tune: float = 0.15, held: float = 0.15) -> Split:
    """By a hash of seed and text, so that a text that occurs twice is on one side only."""
    digests = (hashlib.blake2b(f"{seed}:{text}".encode("utf-8", "replace"), digest_size=8).digest() for text in texts)
    place = np.array([int.from_bytes(digest, "big") / 2**64 for digest in digests])
    return Split(place >= tune + held, place < tune, (place >= tune) & (place < tune + held))


def binary_head(
    name: str,
    texts: Sequence[str],
    x: Vectors,
    y: Flags,
    *,
    seed: int,
    penalty: float,
    does: str,
    not_for: str,
    data: tuple[str, ...],
) -> tuple[Linear, float, HeadReport]:
    parts = split(texts, seed)
    model, threshold = calibrated(x, y, parts, penalty=penalty)
    chances, truth = link(model.scores(x[parts.held])), y[parts.held]
    report = HeadReport(
        name=name,
        does=does,
        data=data,
        sizes=f"fit {int(parts.fit.sum())}, calibration and threshold {int(parts.tune.sum())}, "
        f"measured {int(parts.held.sum())}",
        scores=(
            Score("F1", f1_score(chances >= threshold, truth), "held 15 % by hash of text"),
            Score("area under ROC", area_under_roc(chances, truth), "held 15 % by hash of text"),
            Score("calibration error", calibration_error(chances, truth), "held 15 % by hash of text"),
        ),
        notes=(),
        not_for=not_for,
    )
    return model, threshold, report


def calibrated(x: Vectors, y: Flags, parts: Split, *, penalty: float) -> tuple[Linear, float]:
    """A logistic model fitted on one part, calibrated on another, with the threshold of the best F1 there."""
    model = fit_logistic(x[parts.fit], y[parts.fit], penalty=penalty)
    model = model.calibrated(*platt(model.scores(x[parts.tune]), y[parts.tune]))
    threshold, _ = best_f1_threshold(link(model.scores(x[parts.tune])), y[parts.tune])
    return model, threshold


def head_of(name: str, labels: tuple[str, ...], models: Sequence[Linear], thresholds: Sequence[float]) -> Head:
    return Head(
        name=name,
        labels=labels,
        weights=np.array([model.weights for model in models], dtype=np.float32),
        bias=np.array([model.bias for model in models], dtype=np.float32),
        thresholds=tuple(round(float(value), 4) for value in thresholds),
    )


def any_of(values: Values) -> Flags:
    """Rows with a positive value."""
    return values.max(axis=1) > 0


def labelled_with(values: Values, names: Sequence[str]) -> Flags:
    """Which rows of GoEmotions bear one of these labels."""
    return any_of(values[:, [EMOTIONS.index(name) for name in names]])
