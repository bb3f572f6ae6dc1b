"""The pass itself: each block is checked, believed, kept where it judges, and learned from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput
from adtailor.learn.checkpoint import Kept, Saved, read_checkpoint, write_checkpoint
from adtailor.learn.columns import Column, Columns
from adtailor.learn.delay import Late
from adtailor.learn.evidence import Believed, Collector
from adtailor.learn.features import Batch, Encoder
from adtailor.learn.learners import Learner, copied, make_learner, settle
from adtailor.learn.level import Level
from adtailor.learn.log import ahead
from adtailor.learn.models import ModelKind
from adtailor.learn.parts import NOWHERE, TEST, TRAIN, VALIDATION, Cutter, Plan
from adtailor.learn.trees import TreeRows
from adtailor.maths.hashing import mixed_all

MOST_JUDGED = 2_000_000
"""Rows of a part that are kept to judge by; of a larger part, rows drawn by their place."""
CURVE_POINTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is learned from which columns."""

    labels: tuple[str, ...]
    time: str | None
    group: str | None
    weight: str | None
    by: tuple[str, ...]
    columns: tuple[str, ...]
    """Everything that is read."""


@dataclass(slots=True, kw_only=True)
class Run:
    """A pass, as far as it has come."""

    task: Task
    plan: Plan
    encoder: Encoder
    model: ModelKind
    learner: Learner
    position: int = 0
    saved: int = 0
    until: int | None = None
    frozen: Learner | None = None
    """The learner as it was when the test part began."""
    validation: Collector = field(default_factory=Collector)
    test: Collector = field(default_factory=Collector)
    """As the frozen learner believed."""
    kept_learning: Collector = field(default_factory=Collector)
    """The same rows, as the learner believed that went on."""
    trees: TreeRows | None = None
    level: Level = field(default_factory=lambda: Level(rows=0))
    late: Late | None = None
    taught: bool = False
    """Whether the training rows have been learned from in earlier passes."""
    passes: int = 0
    """How many of them were."""
    losses: NDArray[np.float64] = field(default_factory=lambda: np.zeros((CURVE_POINTS, 3)))
    """For each fiftieth of the log: rows, clicks, summed log-loss."""
    cutter: Cutter | None = None

    def prepared(self, blocks: Iterator[Columns]) -> Iterator[tuple[Columns, Batch]]:
        """Blocks and what the model reads of them, encoded in a thread beside the one that learns."""
        return ahead((columns, self.encoder.encode(columns)) for columns in blocks)

    def take(self, columns: Columns, batch: Batch) -> None:
        """Learns from the next block of rows."""
        count = len(columns[self.task.columns[0]])
        times = self._times(columns)
        labels, weights = self._labels(columns, count, times)
        groups = self._raw(self.task.group, columns)
        if self.cutter is None:
            self.cutter = Cutter(self.plan)
        parts = self.cutter.parts(self.position, count, groups, times)
        raws = {name: self.encoder.raw(name, columns) for name in self.task.by}
        if self.trees is not None:
            kept = parts.copy()
            kept[weights <= 0.0] = NOWHERE
            self.trees.add(self.position, columns, kept, labels[0], self.plan.sizes)
        for first, last in _stretches(parts):
            part = int(parts[first])
            self._stretch(part, first, last, batch, labels, weights, groups, raws)
        self.position += count
        if times is not None and count:
            self.until = int(times[-1])

    def _stretch(  # noqa: PLR0917 - one block, taken apart
        self,
        part: int,
        first: int,
        last: int,
        batch: Batch,
        labels: list[NDArray[np.float32]],
        weights: NDArray[np.float32],
        groups: NDArray[np.uint64] | None,
        raws: dict[str, NDArray[np.uint64]],
    ) -> None:
        some = batch.part(first, last)
        y, w = _stacked(labels, first, last), weights[first:last]
        learns = self.plan.split == "time" or part == TRAIN
        if learns:
            self.level.add(self.position + first, some, labels[0][first:last], w)
        if part == TRAIN and self.taught:
            return
        if part == TEST and self.frozen is None and learns:
            settle(self.learner)
            self.frozen = copied(self.learner, self.model, fields=len(self.encoder.fields), seed=self.plan.seed)
        frozen = self.frozen.score(some) if part == TEST and self.frozen is not None else None
        logits = self.learner.learn(some, y, w) if learns else self.learner.score(some)
        self._curve(first, labels[0][first:last], logits)
        if part == TRAIN:
            return
        rows = np.arange(self.position + first, self.position + last, dtype=np.int64)
        size = self.plan.rows * (self.plan.hold_out if part == TEST else self.plan.validation)
        kept = _drawn(rows, size) & (w > 0.0)

        def believed(z: NDArray[np.float64]) -> Believed:
            return Believed(
                rows=rows[kept],
                labels=y[kept].astype(np.float64),
                logits=z[kept],
                groups=rows[kept].view(np.uint64) if groups is None else groups[first:last][kept],
                raws={name: raw[first:last][kept] for name, raw in raws.items()},
                weights=w[kept].astype(np.float64),
            )

        if part == VALIDATION:
            self.validation.add(believed(logits))
        else:
            self.test.add(believed(logits if frozen is None else frozen))
            self.kept_learning.add(believed(logits))

    def _labels(
        self, columns: Columns, count: int, times: NDArray[np.int64] | None
    ) -> tuple[list[NDArray[np.float32]], NDArray[np.float32]]:
        weights = weight_of(self.task.weight, columns, count)
        if self.late is None or times is None:
            return [label_of(name, columns[name], self.position) for name in self.task.labels], weights
        labels, ripe = self.late.labels(times, columns[self.late.delay.at])
        return [labels], weights * ripe

    def rehearse(self, columns: Columns, batch: Batch, *, learn: bool) -> float:
        """One more look at the training rows, or the summed log-loss of the validation rows; nothing is kept."""
        count = len(columns[self.task.columns[0]])
        times = self._times(columns)
        labels, weights = self._labels(columns, count, times)
        if self.cutter is None:
            self.cutter = Cutter(self.plan)
        parts = self.cutter.parts(self.position, count, self._raw(self.task.group, columns), times)
        self.position += count
        self.until = int(times[-1]) if times is not None and count else None
        loss = 0.0
        for first, last in _stretches(parts):
            some, w = batch.part(first, last), weights[first:last]
            if learn and parts[first] == TRAIN:
                self.learner.learn(some, _stacked(labels, first, last), w)
            elif not learn and parts[first] == VALIDATION:
                z = _first_head(self.learner.score(some))
                loss += float((w * (np.logaddexp(0.0, z) - labels[0][first:last] * z)).sum())
        return loss

    def rewind(self) -> None:
        """Back to the first row, with what was learned."""
        self.position, self.until, self.cutter = 0, None, None

    def _times(self, columns: Columns) -> NDArray[np.int64] | None:
        name = self.task.time
        if name is None:
            return None
        column = columns[name]
        if column.lists is not None or column.kind not in {"int", "float"} or column.valid is not None:
            raise InvalidInput("a time that is missing or no time", hint="give a timestamp or a number in every row",
                               field=name)  # fmt: skip
        times = column.values.astype(np.int64)
        before = self.until if self.until is not None else (int(times[0]) if len(times) else 0)
        steps = np.diff(np.concatenate((np.array([before], dtype=np.int64), times)))
        if (back := np.flatnonzero(steps < 0)).size:
            row = self.position + int(back[0])
            raise InvalidInput(
                f"time goes back in row {row} of the log, by {-int(steps[back[0]])}",
                hint="pass sort=True to sort the log by time first",
                field=name,
            )
        return times

    def _raw(self, name: str | None, columns: Columns) -> NDArray[np.uint64] | None:
        if name is None:
            return None
        if columns[name].kind == "float" or columns[name].lists is not None:
            raise InvalidInput("a group of fractions or lists", hint="give whole numbers or texts", field=name)
        return self.encoder.raw(name, columns)

    def _curve(self, first: int, labels: NDArray[np.float32], logits: NDArray[np.float64]) -> None:
        z = _first_head(logits)
        loss = np.logaddexp(0.0, z) - labels * z
        places = (np.arange(len(z)) + self.position + first) * CURVE_POINTS // max(self.plan.rows, 1)
        for n, values in enumerate((None, labels, loss)):
            self.losses[:, n] += np.bincount(places, values, CURVE_POINTS)

    def save(self, kept: Kept) -> None:
        """Writes down how far it has come."""
        self.saved = self.position
        write_checkpoint(
            kept,
            Saved(of=kept.of, position=self.position, until=self.until,
                  reached=0 if self.cutter is None else self.cutter.reached),
            self.learner,
            self.frozen,
            {"validation": self.validation, "test": self.test, "kept_learning": self.kept_learning},
            losses=self.losses,
            trees={} if self.trees is None else self.trees.arrays(),
            level=self.level.arrays(),
        )  # fmt: skip

    def resume(self, kept: Kept) -> None:
        """Goes on where a checkpoint of the same task stands, if there is one."""
        found = read_checkpoint(kept)
        if found is None:
            return
        saved, learner, frozen, collectors, losses, trees, level = found
        fields, seed = len(self.encoder.fields), self.plan.seed
        self.learner = make_learner(self.model, fields=fields, seed=seed, arrays=learner)
        self.frozen = None if frozen is None else make_learner(self.model, fields=fields, seed=seed, arrays=frozen)
        self.position = self.saved = saved.position
        self.until = saved.until
        self.cutter = Cutter(self.plan, reached=saved.reached, last_time=saved.until)
        self.validation, self.test = collectors["validation"], collectors["test"]
        self.kept_learning = collectors["kept_learning"]
        self.losses = losses
        self.level.restore(level)
        if self.trees is not None:
            self.trees.restore(trees)


def label_of(name: str, column: Column, first: int) -> NDArray[np.float32]:
    """Labels as 0.0 and 1.0; anything else is refused, with its row."""
    if column.lists is not None or column.kind not in {"int", "float"}:
        raise InvalidInput(f"a label of {column.kind}", hint="give 0 and 1, or false and true", field=name)
    values = column.values.astype(np.float64)
    wrong = ~((values == 0.0) | (values == 1.0))
    if column.valid is not None:
        wrong |= ~column.valid
    if (places := np.flatnonzero(wrong)).size:
        at = int(places[0])
        missing = column.valid is not None and not column.valid[at]
        raise InvalidInput(
            f"label {'null' if missing else values[at]} in row {first + at} of the log",
            hint="labels are 0 and 1: leave out rows whose label is not known yet",
            field=name,
        )
    return values.astype(np.float32)


def weight_of(name: str | None, columns: Columns, count: int) -> NDArray[np.float32]:
    """Weights of rows: finite, and not below zero."""
    if name is None:
        return np.ones(count, dtype=np.float32)
    column = columns[name]
    values = column.values.astype(np.float64)
    if column.valid is not None or column.lists is not None or not (np.isfinite(values) & (values >= 0.0)).all():
        raise InvalidInput("a weight that is missing, negative or not finite", hint="give 0 or more in every row",
                           field=name)  # fmt: skip
    return values.astype(np.float32)


def _first_head(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return logits if logits.ndim == 1 else logits[:, 0]


def _stretches(parts: NDArray[np.int8]) -> list[tuple[int, int]]:
    # Runs of rows of one part; in a split by group or at random they are short, and the order is kept all the same.
    edges = np.flatnonzero(np.diff(parts)) + 1
    bounds = [0, *edges.tolist(), len(parts)]
    return list(pairwise(bounds)) if len(parts) else []


def _stacked(labels: list[NDArray[np.float32]], first: int, last: int) -> NDArray[np.float32]:
    if len(labels) == 1:
        return labels[0][first:last]
    return np.ascontiguousarray(np.column_stack([label[first:last] for label in labels]))


def _drawn(rows: NDArray[np.int64], size: float) -> NDArray[np.bool_]:
    if size <= MOST_JUDGED:
        return np.ones(len(rows), dtype=np.bool_)
    with np.errstate(over="ignore"):
        return mixed_all(rows.view(np.uint64), np.uint64(977)) / 2.0**64 < MOST_JUDGED / size
