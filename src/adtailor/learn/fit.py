"""From a log to a model: one pass in the order of time, every row judged before it is learned from."""

import time as clock
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from adtailor.errors import InvalidInput
from adtailor.learn.calibrating import Method, check_method
from adtailor.learn.checkpoint import Kept, fingerprint
from adtailor.learn.columns import Columns
from adtailor.learn.delay import Delay, find_late
from adtailor.learn.features import Features, fit_features
from adtailor.learn.judging import finish
from adtailor.learn.learners import copied, make_learner
from adtailor.learn.level import Level
from adtailor.learn.lineage import check_lineage
from adtailor.learn.log import Log, TableLog, open_log
from adtailor.learn.model import Model
from adtailor.learn.models import Blend, Factorization, ModelKind, TwoHeads, reads_numbers
from adtailor.learn.parts import Split, make_plan
from adtailor.learn.run import Run, Task
from adtailor.learn.trees import TreeRows

Progress = Callable[[int, int], None]
FIRST_ROWS = 65_536
"""Where numbers are cut is found in this many rows at the start of the log."""
FEW_ROWS = 100_000
"""With fewer, one pass leaves something to learn."""
SEGMENTS = ("advertiser_id", "placement_id", "signal")
"""Columns that the report is also broken down by, where the log has them."""


def fit(
    features: Features,
    *,
    label: str | tuple[str, str],
    log: Any,
    time: str | None = None,
    group: str | None = None,
    weight: str | None = None,
    model: ModelKind | Literal["auto"] = Factorization(),  # noqa: B008 - frozen
    split: Split = "time",
    hold_out: float = 0.2,
    validation: float = 0.1,
    calibration: Method = "auto",
    calibrate_by: Sequence[str] = (),
    by: Sequence[str] | None = None,
    sort: bool = False,
    epochs: int | Literal["auto"] = 1,
    delay: Delay | None = None,
    baseline: bool = True,
    rounds: int = 200,
    checkpoint: str | Path | None = None,
    checkpoint_every: int = 5_000_000,
    progress: Progress | bool | None = None,
    seed: int = 0,
) -> Model:
    """Learns a model in one pass over a log, and judges it on rows that it had not learned from.

    `log` is a path or pattern of Parquet files, several, a mapping of columns, an Arrow table, or a `Log`. Rows are
    taken as they stand: by name of file, then by row; with `time` they must not go back (`sort` sorts them first).
    `group` is whoever acts: intervals draw whole groups. `weight` is a column of weights.

    Of a split by time, the first rows teach, the next `validation` share calibrates, and the last `hold_out` share
    judges. Each row is believed before it is learned from; the model that is returned has learned from all of them
    in turn, `epochs` times the training rows where asked (early stopping looks at the validation part alone; "auto"
    allows three where rows are few). `model="auto"` is `Blend()`: how much each kind counts, the log decides. `delay`
    takes labels that come late from the times at which they came. In the report, the line of the model's name is frozen
    before the test part; "kept learning" went on.
    """
    began = clock.perf_counter()
    check_method(calibration)
    model = Blend() if model == "auto" else model
    opened = open_log(log, sort_by=time if sort else None)
    task = _task(features, opened, label=label, time=time, group=group, weight=weight, model=model, by=by,
                 calibrate_by=calibrate_by, delay=delay)  # fmt: skip
    if opened.rows == 0:
        raise InvalidInput("a log without rows", hint="check the pattern, and what wrote the files")
    said = opened.lineage if isinstance(opened, TableLog) else {}
    check_lineage({name: said.get(name) for name in features.columns})
    plan = make_plan(split=split, rows=opened.rows, validation=validation, hold_out=hold_out, seed=seed,
                     grouped=group is not None, timed=time is not None)  # fmt: skip
    encoder = fit_features(features, _first_rows(opened, task.columns), plain=reads_numbers(model))
    learner = make_learner(model, fields=len(encoder.fields), seed=seed)
    run = Run(task=task, plan=plan, encoder=encoder, model=model, learner=learner, level=Level(rows=opened.rows))
    if delay is not None:
        run.late = find_late(opened, delay, time=_timed(time))
    if baseline:
        run.trees = TreeRows(encoder=encoder)
    kept = None
    if checkpoint is not None:
        kept = Kept(path=Path(checkpoint), every=checkpoint_every, of=fingerprint(encoder, model, plan, task))
        _check_resumable(1 if epochs == "auto" else epochs)
        run.resume(kept)
    if epochs == "auto":
        few = opened.rows < FEW_ROWS and validation > 0.0 and checkpoint is None and not reads_numbers(model)
        epochs = 3 if few else 1
    if epochs != 1:
        rehearse(run, opened, epochs)
    told = _progress(progress)
    for block, batch in run.prepared(opened.blocks(task.columns, run.position)):
        run.take(block, batch)
        told(run.position, opened.rows)
        if kept is not None and run.position - run.saved >= kept.every:
            run.save(kept)
    return finish(run, model, opened, calibration=calibration, calibrate_by=tuple(calibrate_by), rounds=rounds,
                  seed=seed, seconds=clock.perf_counter() - began)  # fmt: skip


def rehearse(run: Run, log: Log, epochs: int) -> None:
    """Passes over the training rows until the validation part says stop; the best of them is kept."""
    if epochs < 1 or run.plan.validation <= 0.0:
        raise InvalidInput(f"{epochs} epochs", hint="1 or more, with a validation part to stop by", field="epochs")
    if reads_numbers(run.model):
        raise InvalidInput("more passes with trees", hint="trees have rounds of their own: epochs=1", field="epochs")
    fields, seed = len(run.encoder.fields), run.plan.seed
    best, least = run.learner, float("inf")
    for _ in range(epochs):
        for learn in (True, False):
            run.rewind()
            blocks = run.prepared(log.blocks(run.task.columns))
            loss = sum(run.rehearse(block, batch, learn=learn) for block, batch in blocks)
        if loss >= least:
            break
        least = loss
        best = copied(run.learner, run.model, fields=fields, seed=seed)
        run.passes += 1
    run.learner, run.taught = best, True
    run.rewind()


def _timed(time: str | None) -> str:
    if time is None:
        raise InvalidInput("labels that come late, in a log without time", hint="name the column: time='decided_at'")
    return time


def _check_resumable(epochs: int) -> None:
    if epochs != 1:
        raise InvalidInput("a checkpoint of more than one pass", hint="checkpoint with epochs=1", field="checkpoint")


def _task(
    features: Features,
    log: Log,
    *,
    label: str | tuple[str, str],
    time: str | None,
    group: str | None,
    weight: str | None,
    model: ModelKind,
    by: Sequence[str] | None,
    calibrate_by: Sequence[str],
    delay: Delay | None,
) -> Task:
    labels = (label,) if isinstance(label, str) else tuple(label)
    if len(labels) != (wanted := 2 if isinstance(model, TwoHeads) else 1):
        raise InvalidInput(
            f"{len(labels)} labels for {type(model).__name__}",
            hint="label='clicked', and a pair for learn.TwoHeads: ('clicked', 'converted')"
            if wanted == 1
            else "label=('clicked', 'converted')",
            field="label",
        )
    if learned := sorted(set(labels) & set(features.columns)):
        raise InvalidInput(f"{learned[0]!r} is label and feature", hint="a label must not predict itself",
                           field=learned[0])  # fmt: skip
    segments = tuple(name for name in (SEGMENTS if by is None else by) if by is not None or name in log.names)
    extras = [name for name in (time, group, weight, None if delay is None else delay.at) if name is not None]
    columns = tuple(dict.fromkeys((*features.columns, *labels, *extras, *segments, *calibrate_by)))
    by_too = tuple(dict.fromkeys((*segments, *calibrate_by)))
    return Task(labels=labels, time=time, group=group, weight=weight, by=by_too, columns=columns)


def _first_rows(log: Log, columns: Sequence[str]) -> Columns:
    from adtailor.learn.columns import joined

    blocks: list[Columns] = []
    rows = 0
    stream = log.blocks(columns)
    for block in stream:
        blocks.append(block)
        rows += len(next(iter(block.values())))
        if rows >= FIRST_ROWS:
            break
    return {name: joined([block[name] for block in blocks]) for name in columns}


def _progress(wanted: Progress | bool | None) -> Progress:
    if callable(wanted):
        return wanted
    if not wanted:
        return _silent
    from adtailor.learn.progress import bar

    return bar()


def _silent(done: int, total: int) -> None:
    """Says nothing."""
    del done, total
