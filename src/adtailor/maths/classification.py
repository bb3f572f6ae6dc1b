"""Right and wrong, counted: F1, recall, precision at a prevalence, area under ROC, over weighted rows.

Everything takes `weights` of shape (rounds, rows) and answers per round, so that an interval costs one matrix product.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Weight of each kind of answer; shape (rounds, labels)."""

    hits: Values
    false_alarms: Values
    misses: Values
    passes: Values


def confusion(told: Flags, truth: Flags, weights: Values) -> Confusion:
    """`told` and `truth` of shape (rows, labels)."""
    hits = weights @ (told & truth).astype(np.float64)
    false_alarms = weights @ (told & ~truth).astype(np.float64)
    misses = weights @ (~told & truth).astype(np.float64)
    return Confusion(hits, false_alarms, misses, weights.sum(axis=1)[:, None] - hits - false_alarms - misses)


def f1(counts: Confusion) -> Values:
    r"""$$F_1 = 2 h / (2 h + f + m)$$; 0 where nothing was told and nothing was true, as is the custom.

    >>> one = np.ones((1, 3))
    >>> told, truth = np.array([[True], [True], [False]]), np.array([[True], [False], [True]])
    >>> f1(confusion(told, truth, one)).item()  # one hit, one false alarm, one miss: 2 / (2 + 1 + 1)
    0.5
    """
    return _share(2 * counts.hits, 2 * counts.hits + counts.false_alarms + counts.misses, empty=0.0)


def recall(counts: Confusion) -> Values:
    """The share of what is true that was told; nan where nothing is true."""
    return _share(counts.hits, counts.hits + counts.misses)


def precision(counts: Confusion) -> Values:
    """The share of what was told that is true; nan where nothing was told."""
    return _share(counts.hits, counts.hits + counts.false_alarms)


def false_alarm_rate(counts: Confusion) -> Values:
    """The share of what is not true that was told; nan where all is true."""
    return _share(counts.false_alarms, counts.false_alarms + counts.passes)


def precision_at(counts: Confusion, prevalence: float) -> Values:
    r"""Precision where another share of rows is true than among these, with recall R and false alarms F from these.

    $$\frac{\pi R}{\pi R + (1 - \pi) F}$$

    With recall .81 and false alarms .26, at 5 %: .0405 / (.0405 + .247) = .14.

    >>> counts = Confusion(np.array([[81.0]]), np.array([[26.0]]), np.array([[19.0]]), np.array([[74.0]]))
    >>> round(precision_at(counts, 0.05).item(), 2)
    0.14
    """
    true = prevalence * recall(counts)
    return _share(true, true + (1 - prevalence) * false_alarm_rate(counts))


def area_under_roc(scores: Values, truth: Flags, weights: Values) -> Values:
    """The chance that a true row scores above another, ties counting half, shape (rounds,); nan where one kind lacks.

    >>> area_under_roc(np.array([3.0, 2.0, 1.0]), np.array([True, False, True]), np.ones((1, 3))).item()
    0.5
    """
    order = np.argsort(scores, kind="stable")
    ordered = scores[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    drawn = weights[:, order]
    positives = drawn * truth[order]
    negatives = drawn - positives
    if len(starts) < len(order):
        positives, negatives = (np.add.reduceat(each, starts, axis=1) for each in (positives, negatives))
    below = np.cumsum(negatives, axis=1) - negatives / 2
    won = (positives * below).sum(axis=1)
    return _share(won, positives.sum(axis=1) * negatives.sum(axis=1))


def _share(part: Values, whole: Values, *, empty: float = float("nan")) -> Values:
    return np.divide(part, whole, out=np.full_like(whole, empty), where=whole > 0)
