"""Fits heads to what a teacher said of many texts: soft labels, as sure as the teacher was."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.reading import Part
from adtailor.understand.distil.agreement import macro_f1, thresholds
from adtailor.understand.distil.heads import DistilledHead, scored
from adtailor.understand.distil.targets import Flags, Values
from adtailor.understand.training.packages import needed

PENALTIES = (0.001, 0.01, 0.1)
BANDS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
LEAST_MASS = 3.0
"""A label that the teacher gave less often than this cannot be learned: the default's own score stays as it is."""
LEAST_TO_CALIBRATE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Tune:
    """Texts with labels by people, to choose by; never those that judge."""

    vectors: NDArray[np.float32]
    default: Values
    truth: Flags


def fit_head(
    part: Part, vectors: NDArray[np.float32], default: Values, taught: Values, tune: Tune | None
) -> DistilledHead:
    """The head that fits the teacher's signals `taught`, shape (texts, columns), best by macro-F1 on `tune`.

    Without `tune` the middle penalty is taken and nothing is calibrated: such heads are for comparing alone.
    """
    heads = [_fitted(part, vectors, default, taught, penalty) for penalty in (PENALTIES if tune else PENALTIES[1:2])]
    if tune is None:
        return heads[0]
    finished = [_finished(head, tune) for head in heads]
    return max(finished, key=lambda head: _score(head, tune))


def _fitted(part: Part, vectors: NDArray[np.float32], default: Values, taught: Values, penalty: float) -> DistilledHead:
    columns, width = taught.shape[1], vectors.shape[1]
    weights, own, bias = np.zeros((columns, width)), np.ones(columns), np.zeros(columns)
    scores = scored(default, part)
    for column in range(columns):
        target = taught[:, column]
        features = np.column_stack([vectors.astype(np.float64), scores[:, column]])
        if part == "sentiment":
            found, intercept = _ridge(features, target, penalty)
        elif min(target.sum(), (1.0 - target).sum()) < LEAST_MASS:
            continue
        else:
            found, intercept = _logistic(features, target, penalty)
        weights[column], own[column], bias[column] = found[:-1], found[-1], intercept
    return DistilledHead(part=part, weights=weights, own=own, bias=bias)


def _logistic(features: Values, chance: Values, penalty: float) -> tuple[Values, float]:
    """Each text stands twice, once for each answer, as heavy as the teacher was sure of it."""
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-9
    standard = (features - mean) / scale
    model = needed("sklearn.linear_model").LogisticRegression(C=penalty, max_iter=300)
    answers = np.repeat([True, False], len(chance))
    model.fit(np.vstack([standard, standard]), answers, sample_weight=np.concatenate([chance, 1.0 - chance]) + 1e-9)
    weights = np.asarray(model.coef_[0], dtype=np.float64) / scale
    return weights, float(model.intercept_[0]) - float(weights @ mean)


def _ridge(features: Values, valence: Values, penalty: float) -> tuple[Values, float]:
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-9
    model = needed("sklearn.linear_model").Ridge(alpha=1.0 / penalty)
    model.fit((features - mean) / scale, valence)
    weights = np.asarray(model.coef_, dtype=np.float64) / scale
    return weights, float(model.intercept_) - float(weights @ mean)


def _finished(head: DistilledHead, tune: Tune) -> DistilledHead:
    """Calibrated to what people say (Platt, 1999); for sentiment, with the band that tells neutral best."""
    if head.part == "sentiment":
        signals = head.signals(tune.vectors, tune.default)
        banded = [
            DistilledHead(part=head.part, weights=head.weights, own=head.own, bias=head.bias, band=band)
            for band in BANDS
        ]
        return max(banded, key=lambda one: macro_f1(one.told(signals) >= 0.5, tune.truth))
    weights, own, bias = head.weights.copy(), head.own.copy(), head.bias.copy()
    scores = scored(head.signals(tune.vectors, tune.default), head.part)
    for column in range(len(bias)):
        truth = tune.truth[:, column]
        if min(truth.sum(), (~truth).sum()) < LEAST_TO_CALIBRATE:
            continue
        model = needed("sklearn.linear_model").LogisticRegression(C=1e3, max_iter=300)
        model.fit(scores[:, column : column + 1], truth)
        slope, offset = max(float(model.coef_[0, 0]), 1e-3), float(model.intercept_[0])
        weights[column], own[column], bias[column] = (
            weights[column] * slope, own[column] * slope, bias[column] * slope + offset,
        )  # fmt: skip
    return DistilledHead(part=head.part, weights=weights, own=own, bias=bias)


def _score(head: DistilledHead, tune: Tune) -> float:
    told = head.told(head.signals(tune.vectors, tune.default))
    return macro_f1(told >= thresholds(head.part, told, tune.truth), tune.truth)
