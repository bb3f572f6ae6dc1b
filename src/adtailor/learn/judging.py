"""The end of a pass: calibrate on one part, judge on another, and put it into a model."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from adtailor.learn.blended import BlendLearner
from adtailor.learn.calibrating import Calibration, Method, calibrate
from adtailor.learn.evidence import Believed
from adtailor.learn.learners import Learner, settle
from adtailor.learn.log import Log
from adtailor.learn.model import About, Model
from adtailor.learn.models import ModelKind
from adtailor.learn.report import Line, Point, Report, Segment, curve_of, judge, segments_of
from adtailor.learn.run import Run
from adtailor.learn.trees import MISSING
from adtailor.maths.ranking_metrics import bootstrap, normalised_entropy

Floats = NDArray[np.float64]


def finish(
    run: Run,
    model: ModelKind,
    log: Log,
    *,
    calibration: Method,
    calibrate_by: tuple[str, ...],
    rounds: int,
    seed: int,
    seconds: float,
) -> Model:
    """A model with its calibration and its report."""
    settle(run.learner)
    validation, test, going_on = run.validation.joined(), run.test.joined(), run.kept_learning.joined()
    raws = {name: validation.raws[name] for name in calibrate_by}
    fitted = calibrate(_first(validation.logits), _first(validation.labels), method=calibration,
                       weights=validation.weights, raws=raws)  # fmt: skip
    random = np.random.default_rng(seed)
    name = type(model).__name__
    by_time = run.plan.split == "time"
    still = _levelled(
        run, fitted, run.frozen or run.learner, run.plan.cuts[1] if by_time else run.plan.rows, calibration
    )
    whole = _levelled(run, fitted, run.learner, run.plan.rows, calibration) if by_time else still

    def chances(believed: Believed) -> Floats:
        return still.apply(_first(believed.logits), believed.raws)

    grouped = run.task.group is not None
    frozen = judge(name, _click(test), chances(test), random=random, rounds=rounds, grouped=grouped)
    lines: list[Line] = [frozen]
    if by_time:
        following = fitted.apply(_first(going_on.logits), going_on.raws)
        lines.append(judge("kept learning", _click(going_on), following, random=random, rounds=rounds,
                           grouped=grouped))  # fmt: skip
    notes = [f"calibration: {still}, on {len(validation):,} rows"]
    if isinstance(run.learner, BlendLearner):
        notes.append(f"what each counts: {run.learner}")
    if run.taught:
        notes.append(f"{run.passes} passes over the training rows, by the validation part")
    if run.late is not None:
        notes.append("labels come late: targets are weighted by the share that has come, and a ratio may exceed 1")
    if run.trees is not None:
        found = run.trees.fit(seed=seed)
        if found is None:
            notes.append(MISSING)
        else:
            rows, believed, taught = found
            line, note = _against(test, chances(test), rows, believed, random=random, rounds=rounds, grouped=grouped)
            lines.append(line)
            notes.append(f"{note}; the trees learned from {taught:,} rows and did not go on learning")
    segments: list[Segment] = []
    for column in run.task.by:
        segments += segments_of(column, test.raws[column], _first(test.labels), chances(test), log.texts(column))
    report = Report(
        model=name,
        split=run.plan.says,
        learned=run.plan.cuts[1],
        held_out=len(test),
        lines=tuple(lines),
        segments=tuple(segments),
        curve=curve_of(_first(test.labels), chances(test)),
        learning=_learning(run.losses),
        notes=tuple(notes),
        seconds=seconds,
    )
    about = About(model=model, features=run.encoder.fitted, calibration=whole, labels=run.task.labels, seed=seed,
                  rows=run.position, until=run.until, report=report)  # fmt: skip
    return Model(about=about, encoder=run.encoder, learner=run.learner, evidence=test, frozen=run.frozen, log=log,
                 judged_by=still)  # fmt: skip


def _levelled(run: Run, fitted: Calibration, learner: Learner, until: int, method: Method) -> Calibration:
    # By field only after it: shifts of fields are from the whole.
    if method == "none":
        return fitted
    plain = Calibration(whole=fitted.whole)
    shift = run.level.shift(lambda batch: plain.apply(_first(learner.score(batch)), {}), until=until)
    return msgspec.structs.replace(fitted, level=shift)


def _against(
    test: Believed,
    chances: Floats,
    rows: NDArray[np.int64],
    trees: Floats,
    *,
    random: np.random.Generator,
    rounds: int,
    grouped: bool,
) -> tuple[Line, str]:
    # Both on the rows that both judged.
    _, ours, theirs = np.intersect1d(test.rows, rows, assume_unique=True, return_indices=True)
    some = _click(test).take(ours)
    line = judge("LightGBM (trees)", some, trees[theirs], random=random, rounds=rounds, grouped=grouped)
    _, groups = np.unique(some.groups, return_inverse=True)

    def gain(weights: Floats) -> float:
        mine = normalised_entropy(some.labels, chances[ours], weights)
        return mine - normalised_entropy(some.labels, trees[theirs], weights)

    value = gain(np.ones(len(some)))
    low, high = bootstrap(gain, groups.astype(np.int64), random=random, rounds=rounds)
    return line, (
        f"norm. entropy against the trees on the same {len(some):,} rows: {value:+.4f} ({low:+.4f} to {high:+.4f}; "
        "below 0 is better than they)"
    )


def _first(values: Floats) -> Floats:
    # Of two heads, the click.
    return values if values.ndim == 1 else values[:, 0]


def _click(believed: Believed) -> Believed:
    return believed if believed.labels.ndim == 1 else believed.head(0)


def _learning(losses: Floats) -> tuple[Point, ...]:
    points: list[Point] = []
    seen = 0
    for rows, clicks, loss in losses.tolist():
        if rows:
            seen += int(rows)
            mean = clicks / rows
            entropy = -(mean * np.log(mean) + (1 - mean) * np.log1p(-mean)) if 0.0 < mean < 1.0 else None
            ratio = None if entropy is None else float(loss / rows / entropy)
            points.append(Point(rows=seen, log_loss=loss / rows, normalised_entropy=ratio))
    return tuple(points)
