"""From answers beside the truth to the quality table: scores with intervals, a row per label, calibration curves."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from adtailor.journeys.evaluate import ONE_OF, Answers, Judged
from adtailor.maths import classification as kinds
from adtailor.maths.bootstrap import Draws, Estimate, Weights, draw
from adtailor.maths.reliability import Bin, brier_skill, calibration_error, reliability

Values = kinds.Values
ALL = "all labels"
"""The curve over every label's chances together, where there are several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A number with its interval, and what it is of."""

    name: str
    estimate: Estimate
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelScores:
    """One label: posts that have it, posts told to have it, and how well these agree. None where there are no chances.

    `precision_at` is precision at the stated prevalence, not at that of these posts.
    """

    label: str
    true: int
    told: int
    threshold: float | None
    f1: Estimate
    recall: Estimate
    precision: Estimate
    precision_at: Estimate
    area: Estimate | None
    calibration_error: Estimate | None
    brier_skill: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The quality table of one part over one file."""

    part: Judged
    posts: int
    read: int
    abstained: Mapping[str, int]
    failed: Mapping[str, int]
    prevalence: float
    rounds: int
    seed: int
    scores: tuple[Score, ...]
    labels: tuple[LabelScores, ...]
    curves: Mapping[str, tuple[Bin, ...]]
    """Label, or `ALL`, to its reliability diagram; empty where there are no chances."""
    models: Mapping[str, str]


def evaluate(answers: Answers, *, prevalence: float = 0.05, rounds: int = 1000, seed: int = 0) -> Evaluation:
    """Measure; the intervals come from `rounds` draws of the posts, the same for the same seed."""
    measured = _measured(answers, prevalence, rounds, seed) if len(answers.truth) else {}
    return Evaluation(
        part=answers.part,
        posts=answers.posts,
        read=len(answers.truth),
        abstained=answers.abstained,
        failed=answers.failed,
        prevalence=prevalence,
        rounds=rounds,
        seed=seed,
        scores=tuple(_scores(answers, measured, prevalence)) if measured else (),
        labels=tuple(_labels(answers, measured)) if measured else (),
        curves=_curves(answers) if measured else {},
        models=answers.models,
    )


def _measured(answers: Answers, prevalence: float, rounds: int, seed: int) -> dict[str, Draws]:
    """Every metric on the same draws, a column per label or one for all."""
    told, truth, chances = answers.told, answers.truth, answers.chances

    def drawn(metric: Callable[[Weights], Values]) -> Draws:
        return draw(metric, len(truth), rounds=rounds, rng=np.random.default_rng(seed))

    def counted(measure: Callable[[kinds.Confusion], Values]) -> Draws:
        return drawn(lambda weights: measure(kinds.confusion(told, truth, weights)))

    found = {
        "f1": counted(kinds.f1),
        "recall": counted(kinds.recall),
        "precision": counted(kinds.precision),
        "precision at": counted(lambda counts: kinds.precision_at(counts, prevalence)),
        "false alarms": counted(kinds.false_alarm_rate),
    }
    right: kinds.Flags = np.asarray((told & truth).any(axis=1), dtype=np.bool_)
    if answers.part in ONE_OF:
        found["accuracy"] = drawn(lambda weights: weights @ right.astype(np.float64) / weights.sum(axis=1))
        if chances is not None:
            sure: Values = np.where(told, chances, 0.0).max(axis=1)
            found["ece told"] = drawn(lambda weights: calibration_error(sure, right, weights))
        return found  # only the chance of the label told is known
    found["micro f1"] = counted(lambda counts: kinds.f1(_pooled(counts)))
    if chances is not None:
        found["auc"] = drawn(lambda weights: _each(kinds.area_under_roc, chances, truth, weights))
        found["ece"] = drawn(lambda weights: _each(calibration_error, chances, truth, weights))
        found["skill"] = drawn(lambda weights: brier_skill(chances, truth, weights))
    return found


def _scores(answers: Answers, measured: Mapping[str, Draws], prevalence: float) -> Iterator[Score]:
    """The rows of the table: of the one label, or of all labels together."""

    def score(name: str, key: str, about: str = "") -> Iterator[Score]:
        if key in measured:
            (found,) = measured[key].mean().estimates(within=_within(key))
            yield Score(name=name, estimate=found, about=about)

    if len(answers.labels) == 1:
        share = float(answers.truth.mean())
        yield from score("F1", "f1")
        yield from score("recall", "recall", "of the posts that are")
        yield from score("precision", "precision", f"where {share:.0%} of posts are, as here")
        yield from score(f"precision at {prevalence:.3g}", "precision at", f"where {prevalence:.1%} of posts are")
        yield from score("false alarms", "false alarms", "of the posts that are not")
        yield from score("AUC", "auc", "of the order alone")
        yield from score("ECE", "ece", "0 is perfect")
        yield from score("Brier skill", "skill", "0 is no better than the share")
        return
    yield from score("macro-F1", "f1", f"mean of {len(answers.labels)} labels")
    yield from score("macro-recall", "recall", "each label counts alike")
    yield from score("accuracy", "accuracy", "posts with the right label")
    yield from score("micro-F1", "micro f1", "all labels of all posts together")
    yield from score("mean AUC", "auc")
    yield from score("ECE", "ece told", "of the label told")
    yield from score("mean ECE", "ece")
    skill = measured.get("skill")
    above = "" if skill is None else f"above 0 for {int((skill.whole > 0).sum())} of {len(skill.whole)} labels"
    yield from score("mean Brier skill", "skill", above)


def _labels(answers: Answers, measured: Mapping[str, Draws]) -> Iterator[LabelScores]:
    each = {key: drawn.estimates(within=_within(key)) for key, drawn in measured.items()}
    for place, label in enumerate(answers.labels):
        yield LabelScores(
            label=label,
            true=int(answers.truth[:, place].sum()),
            told=int(answers.told[:, place].sum()),
            threshold=answers.thresholds.get(label),
            f1=each["f1"][place],
            recall=each["recall"][place],
            precision=each["precision"][place],
            precision_at=each["precision at"][place],
            area=each["auc"][place] if "auc" in each else None,
            calibration_error=each["ece"][place] if "ece" in each else None,
            brier_skill=each["skill"][place] if "skill" in each else None,
        )


def _within(key: str) -> tuple[float, float]:
    return (-np.inf, 1.0) if key == "skill" else (0.0, 1.0)


def _curves(answers: Answers) -> dict[str, tuple[Bin, ...]]:
    chances, truth = answers.chances, answers.truth
    if chances is None:
        return {}
    if answers.part in ONE_OF:
        right: kinds.Flags = np.asarray((answers.told & truth).any(axis=1), dtype=np.bool_)
        return {f"the {answers.part} told": reliability(chances.max(axis=1), right)}
    each = {label: reliability(chances[:, n], truth[:, n]) for n, label in enumerate(answers.labels)}
    return each if len(each) == 1 else {ALL: reliability(chances.ravel(), truth.ravel()), **each}


def _each(
    metric: Callable[[Values, kinds.Flags, Weights], Values], chances: Values, truth: kinds.Flags, weights: Weights
) -> Values:
    """A metric of each label, shape (rounds, labels)."""
    return np.stack([metric(chances[:, n], truth[:, n], weights) for n in range(truth.shape[1])], axis=1)


def _pooled(counts: kinds.Confusion) -> kinds.Confusion:
    return kinds.Confusion(
        counts.hits.sum(axis=1, keepdims=True),
        counts.false_alarms.sum(axis=1, keepdims=True),
        counts.misses.sum(axis=1, keepdims=True),
        counts.passes.sum(axis=1, keepdims=True),
    )
