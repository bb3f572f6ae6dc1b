"""Where two say the same of the same texts: agreement, Cohen's kappa, F1, and whether one is better than another."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from adtailor.domain.reading import Part
from adtailor.maths.bootstrap import Estimate, Weights, draw
from adtailor.maths.classification import confusion, f1
from adtailor.understand.distil.targets import TARGETS, Flags, Values

ROUNDS = 1000
LEAST_GAIN = 0.01
"""Of macro-F1: a default that was merely calibrated again may be surely better by a hair, which is no reason."""
LEAST_POSITIVES = 5
"""A label that fewer texts bear says nothing of how well it is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelAgreement:
    """Two about one label."""

    label: str
    positives: int
    """Of the second."""
    agreement: float
    kappa: float
    f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Two about one part; macro over the labels that enough texts bear."""

    part: Part
    who: str
    texts: int
    agreement: float
    kappa: float
    macro_f1: Estimate
    labels: tuple[LabelAgreement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The macro-F1 of the student less that of the current heads, on the same texts, against people."""

    part: Part
    texts: int
    student: float
    current: float
    gain: Estimate

    @property
    def is_better(self) -> bool:
        """Whether the interval excludes zero, and the gain is worth a change."""
        return self.texts > 0 and self.gain.low > 0.0 and self.gain.value >= LEAST_GAIN


def macro_f1(told: Flags, truth: Flags) -> float:
    """Over the labels that enough texts bear; 0 if none does."""
    judged = truth.sum(axis=0) >= LEAST_POSITIVES
    if not judged.any():
        return 0.0
    return float(f1(confusion(told[:, judged], truth[:, judged], np.ones((1, len(truth)))))[0].mean())


def thresholds(part: Part, told: Values, truth: Flags) -> Values:
    """From where each label counts as told, by F1 against people; a half where too few bear it, and for sentiment."""
    chosen = np.full(told.shape[1], 0.5)
    if part == "sentiment":
        return chosen
    for column in range(told.shape[1]):
        if truth[:, column].sum() < LEAST_POSITIVES:
            continue
        tried = np.unique(np.quantile(told[:, column], np.linspace(0.0, 1.0, 101)))
        flags = told[:, column][:, None] >= tried[None]
        same = np.repeat(truth[:, column][:, None], len(tried), axis=1)
        chosen[column] = tried[int(f1(confusion(flags, same, np.ones((1, len(truth)))))[0].argmax())]
    return chosen


def agree(part: Part, who: str, one: Flags, other: Flags, *, rng: np.random.Generator) -> Agreement:
    """How far `one` says what `other` says, both of shape (texts, labels)."""
    judged = other.sum(axis=0) >= LEAST_POSITIVES
    labels = tuple(
        _label(label, one[:, column], other[:, column]) for column, label in enumerate(TARGETS[part]) if judged[column]
    )

    def metric(weights: Weights) -> Values:
        return f1(confusion(one[:, judged], other[:, judged], weights)).mean(axis=1)

    estimate = (
        draw(metric, len(one), rounds=ROUNDS, rng=rng).estimates(within=(0.0, 1.0))[0]
        if judged.any()
        else Estimate(value=float("nan"), low=float("nan"), high=float("nan"))
    )
    return Agreement(
        part=part,
        who=who,
        texts=len(one),
        agreement=_mean([label.agreement for label in labels]),
        kappa=_mean([label.kappa for label in labels]),
        macro_f1=estimate,
        labels=labels,
    )


def compare(part: Part, student: Flags, current: Flags, truth: Flags, *, rng: np.random.Generator) -> Comparison:
    """A paired bootstrap: both are judged on the same draw of texts each time."""
    judged = truth.sum(axis=0) >= LEAST_POSITIVES
    if not judged.any():
        nothing = Estimate(value=float("nan"), low=float("nan"), high=float("nan"))
        return Comparison(part=part, texts=0, student=float("nan"), current=float("nan"), gain=nothing)

    def metric(weights: Weights) -> Values:
        ours = f1(confusion(student[:, judged], truth[:, judged], weights)).mean(axis=1)
        return ours - f1(confusion(current[:, judged], truth[:, judged], weights)).mean(axis=1)

    return Comparison(
        part=part,
        texts=len(truth),
        student=macro_f1(student, truth),
        current=macro_f1(current, truth),
        gain=draw(metric, len(truth), rounds=ROUNDS, rng=rng).estimates()[0],
    )


def kappa(one: Flags, other: Flags) -> float:
    r"""$$\kappa = (p_o - p_e) / (1 - p_e)$$ (Cohen, 1960); 1 where both always say the same one thing.

    >>> kappa(np.array([True, True, False, False]), np.array([True, False, False, False]))
    0.5
    """
    observed = float((one == other).mean())
    by_chance = float(one.mean() * other.mean() + (1 - one.mean()) * (1 - other.mean()))
    return 1.0 if by_chance == 1.0 else (observed - by_chance) / (1 - by_chance)


def _label(label: str, one: Flags, other: Flags) -> LabelAgreement:
    counts = confusion(one[:, None], other[:, None], np.ones((1, len(one))))
    return LabelAgreement(
        label=label,
        positives=int(other.sum()),
        agreement=float((one == other).mean()),
        kappa=kappa(one, other),
        f1=float(f1(counts)[0, 0]),
    )


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else float("nan")
