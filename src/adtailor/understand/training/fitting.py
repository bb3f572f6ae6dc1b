"""Fitting small linear models, calibrating them, and choosing thresholds: arrays in, arrays out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.understand.heads import sigmoid
from adtailor.understand.training.packages import needed

Vectors = NDArray[np.float32]
Values = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Linear:
    """score = x . weights + bias."""

    weights: Values
    bias: float

    def scores(self, x: Vectors) -> Values:
        """One per row of `x`."""
        return x.astype(np.float64) @ self.weights + self.bias

    def calibrated(self, slope: float, offset: float) -> "Linear":
        """The same, with slope x score + offset folded in."""
        return Linear(self.weights * slope, self.bias * slope + offset)


def fit_logistic(
    x: Vectors, y: Flags, *, penalty: float, weights: Values | None = None, metric: Values | None = None
) -> Linear:
    """Logistic regression on standardised columns, the standardisation folded back into the weights.

    `penalty` is C of scikit-learn: smaller is simpler. With a symmetric `metric`, the directions that it shrinks cost
    more to use, and all columns are scaled alike.
    """
    mean, scale = x.mean(axis=0, dtype=np.float64), x.std(axis=0, dtype=np.float64) + 1e-9
    if metric is not None:
        scale = np.full_like(scale, scale.mean())
    linear_model = needed("sklearn.linear_model")
    model = linear_model.LogisticRegression(C=penalty, max_iter=500)
    standard = (x - mean) / scale
    model.fit(standard if metric is None else standard @ metric, y, sample_weight=weights)
    found = np.asarray(model.coef_[0], dtype=np.float64)
    raw = (found if metric is None else metric @ found) / scale
    return Linear(raw, float(model.intercept_[0]) - float(raw @ mean))


def fit_soft(x: Vectors, y: Values, *, penalty: float, weights: Values) -> Linear:
    """Logistic regression on chances rather than flags: each row counts as positive and as negative in part."""
    sure = np.concatenate([weights * y, weights * (1 - y)])
    taken = sure > 1e-6
    rows = np.concatenate([np.arange(len(y)), np.arange(len(y))])[taken]
    flags = (np.arange(2 * len(y)) < len(y))[taken]
    return fit_logistic(x[rows], flags, penalty=penalty, weights=sure[taken])


def fit_ridge(x: Vectors, y: Values, *, penalty: float, weights: Values | None = None) -> Linear:
    """Least squares with a penalty on the weights."""
    model = needed("sklearn.linear_model").Ridge(alpha=penalty)
    model.fit(x.astype(np.float64), y, sample_weight=weights)
    return Linear(np.asarray(model.coef_, dtype=np.float64), float(model.intercept_))


def platt(scores: Values, y: Flags, *, weights: Values | None = None) -> tuple[float, float]:
    """Slope and offset that make sigmoid(slope x score + offset) a probability (Platt, 1999).

    With `weights` the rows stand for a population of another prevalence.
    """
    model = needed("sklearn.linear_model").LogisticRegression(C=1e6, max_iter=500)
    model.fit(scores[:, None], y, sample_weight=weights)
    return max(float(model.coef_[0, 0]), 1e-3), float(model.intercept_[0])


def fit_platt(scores: Values, y: Flags, *, weights: Values | None = None, prior: float = 0.0) -> tuple[float, float]:
    """As `platt`, drawn to slope 1 as if by `prior` rows: a few positives cannot bend it far.

    Newton's steps, halved until they descend.
    """
    weight = np.ones(len(y)) if weights is None else weights
    sign = np.where(y, -1.0, 1.0)

    def loss(slope: float, offset: float) -> float:
        return float(weight @ np.logaddexp(0.0, sign * (slope * scores + offset))) + prior / 2 * (slope - 1) ** 2

    slope, offset = 1.0, 0.0
    for _ in range(100):
        chances = link(slope * scores + offset)
        error, bend = weight * (chances - y), weight * chances * (1 - chances)
        cross = float(bend @ scores)
        gradient = np.array([error @ scores + prior * (slope - 1), error.sum()])
        curve = np.array([[bend @ scores**2 + prior, cross], [cross, bend.sum()]]) + 1e-6 * np.eye(2)
        step = np.linalg.solve(curve, gradient)
        while loss(slope - float(step[0]), offset - float(step[1])) > loss(slope, offset) and np.abs(step).max() > 1e-9:
            step = step / 2
        slope, offset = slope - float(step[0]), offset - float(step[1])
        if np.abs(step).max() < 1e-8:
            break
    return max(slope, 1e-2), offset


def fit_three(scores: Values, y: NDArray[np.int_], *, weights: Values) -> tuple[float, Values]:
    """One slope and an offset per class that make softmax(slope x scores + offsets) probabilities, by descent."""
    weight = weights / weights.sum()
    truth = np.eye(scores.shape[1])[y]
    slope, offsets = 1.0, np.zeros(scores.shape[1])
    for _ in range(3_000):
        error = weight[:, None] * (shares(slope * scores + offsets) - truth)
        slope = max(slope - 0.2 * float((error * scores).sum()) / max(float((scores**2).mean()), 1.0), 1e-2)
        offsets = offsets - 0.5 * error.sum(axis=0)
    return slope, offsets


def prevalence_weights(y: Flags, prevalence: float) -> Values:
    """Weights, of mean 1, under which `prevalence` of the rows are positive.

    >>> prevalence_weights(np.array([True, False]), 0.05).tolist()
    [0.1, 1.9]
    """
    share = float(y.mean())
    return np.where(y, prevalence / share, (1 - prevalence) / (1 - share))


def best_f1_threshold(probabilities: Values, y: Flags) -> tuple[float, float]:
    """The threshold with the highest F1, and that F1.

    >>> best_f1_threshold(np.array([0.9, 0.6, 0.2]), np.array([True, True, False]))
    (0.6, 1.0)
    """
    order = np.argsort(-probabilities, kind="stable")
    hits = np.cumsum(y[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + y.sum())
    # Rows of equal probability stand or fall together: only the last of them is a threshold.
    ordered = probabilities[order]
    f1[:-1][ordered[:-1] == ordered[1:]] = -1.0
    best = int(f1.argmax())
    return float(ordered[best]), float(f1[best])


def precision_at(probabilities: Values, y: Flags, *, threshold: float, prevalence: float) -> tuple[float, float, float]:
    r"""Precision at a prevalence other than that of the rows, with recall and false-positive rate.

    $$\mathrm{precision} = \frac{\pi R}{\pi R + (1 - \pi) F}$$

    With recall .81 and false positives .26, at 5 % prevalence: .0405 / (.0405 + .247) = .14.
    """
    told = probabilities >= threshold
    recall, false_rate = float(told[y].mean()), float(told[~y].mean())
    weight = prevalence * recall + (1 - prevalence) * false_rate
    return (prevalence * recall / weight if weight else 0.0), recall, false_rate


def threshold_for_precision(probabilities: Values, y: Flags, *, prevalence: float, precision: float) -> float:
    """The lowest threshold from which this precision is kept at this prevalence; the highest probability if never."""
    candidates = np.unique(np.quantile(probabilities[y], np.linspace(0, 1, 401)))
    for threshold in candidates:
        if precision_at(probabilities, y, threshold=float(threshold), prevalence=prevalence)[0] >= precision:
            return float(threshold)
    return float(candidates[-1])


def f1_score(told: Flags, y: Flags) -> float:
    """2 hits / (told + true); 0 where both are empty."""
    both = float(told.sum() + y.sum())
    return 2 * float((told & y).sum()) / both if both else 0.0


def area_under_roc(scores: Values, y: Flags) -> float:
    """The chance that a positive scores above a negative, ties counting half.

    >>> area_under_roc(np.array([3.0, 2.0, 1.0]), np.array([True, False, True]))
    0.5
    """
    ranks = _ranks(scores)
    positives, negatives = int(y.sum()), int((~y).sum())
    return float((ranks[y].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def calibration_error(probabilities: Values, y: Flags, *, weights: Values | None = None, bins: int = 10) -> float:
    """Expected calibration error over bins of equal width: weighted mean of |mean probability - share of positives|."""
    weight = np.ones(len(y)) if weights is None else weights
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    gaps = [
        abs(float((weight[mine] * (probabilities[mine] - y[mine])).sum())) for mine in (place == n for n in range(bins))
    ]
    return sum(gaps) / float(weight.sum())


def shares(scores: Values) -> Values:
    """Softmax of each row."""
    return np.exp(scores - np.logaddexp.reduce(scores, axis=1, keepdims=True))


def link(scores: Values) -> Values:
    """Scores to probabilities."""
    return sigmoid(scores)


def _ranks(values: Values) -> Values:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return ((ends - counts + 1 + ends) / 2)[inverse]
