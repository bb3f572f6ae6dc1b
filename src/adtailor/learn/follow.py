"""A model that goes on learning while its log grows, and is written so that a killed process counts no row twice."""

import logging
import os
import signal
import threading
import time as clocks
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from adtailor.errors import InvalidInput
from adtailor.learn.delta import Writer, read_whole
from adtailor.learn.following import Counts, Follower, State, begun, check_same, state_of
from adtailor.learn.growing import Growing, Piece, open_growing
from adtailor.learn.model import Model, assembled
from adtailor.learn.models import TwoHeads
from adtailor.learn.waiting import MICRO, Labels

_log = logging.getLogger(__name__)
_MOST_WRITING = 0.2
"""The share of the time that may go into writing: a model of which everything changes is written less often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """How far a follower has come."""

    path: Path
    counts: Counts
    position: int
    """Of rows that were handed over: how many have been counted, and need not come again."""
    waiting: int
    deltas: int
    whole: int
    """How often a delta, and the whole model, was written."""
    bytes: int
    """Of all that."""

    def __str__(self) -> str:
        c = self.counts
        said = [f"{c.learned:,} rows learned", f"{self.waiting:,} waiting for their label"]
        others = {"known before": c.known, "left out": c.left_out, "too late": c.late, "out of order": c.back,
                  "labels without a row": c.strange_labels}  # fmt: skip
        said += [f"{count:,} {what}" for what, count in others.items() if count]
        return f"{', '.join(said)}; {self.path} written {self.deltas + self.whole:,} times ({self.bytes / 1e6:.1f} MB)"


def follow(
    model: Model | str | Path,
    *,
    log: Any,
    to: str | Path | None = None,
    time: str | None = None,
    weight: str | None = None,
    labels: Labels | None = None,
    lateness: timedelta | None = None,
    begin: int | None = None,
    every: float = 1.0,
    look: float = 0.25,
    until_end: bool = False,
    most_waiting: int = 1_000_000,
    most_deltas: int = 100,
    stop: threading.Event | None = None,
    progress: Callable[[Followed], None] | bool | None = None,
    told: Callable[[str], None] = _log.warning,
    clock: Callable[[], float] = clocks.time,
) -> Followed:
    """Learns on from a log as it grows, and keeps the model's file up to date; returns when stopped.

    `log` is a folder or pattern of Parquet files and files of JSON lines, read by name and then by row; a
    `queue.Queue` or an iterator of mappings of columns; or a function that gives such an iterator from a row on.
    Each row is counted once, however often the process is killed: the file holds what was learned and how far.

    `to` is where the model is written, the file it came from unless given; what stands there is gone on with.
    `time` names the column of times; rows up to the time that the model has already learned are passed over, or the
    first `begin` rows. Rows that go back in time are learned as they come; with `lateness`, those further from the
    newest are passed over. `labels` is a log of labels that come later. `every` is the seconds between two writes.
    `until_end` returns when there is nothing more to read. An interrupt or a SIGTERM stops it cleanly, as `stop` does.
    """
    path = _target(model, to)
    with _alone(path), _stopping(stop or threading.Event()) as stopped:
        following = _open(model, path, time=time, weight=weight, labels=labels, lateness=lateness, begin=begin,
                          most_deltas=most_deltas, told=told)  # fmt: skip
        settle = 0.0 if until_end else 2.0
        times = [name for name in (time, labels and labels.at) if name]
        rows = open_growing(log, following.state.rows, times=times, told=told, clock=clock, settle=settle)
        marks = None if labels is None else open_growing(
            labels.log, following.state.labels, times=times, told=told, clock=clock, settle=settle)  # fmt: skip
        if labels is not None and not (rows.again and marks and marks.again):
            raise InvalidInput(
                "labels that come later, with rows that cannot be read again",
                hint="give files, or a function of the first row's place: rows that wait are read again later",
                field="log",
            )
        loop = _Loop(follower=following, rows=rows, labels=marks, every=every, most_waiting=most_waiting, clock=clock,
                     path=path, show=_shown(progress))  # fmt: skip
        while not stopped.is_set():
            busy = loop.round(stopped)
            if busy:
                continue
            if until_end or (rows.ended and not len(following.room)):
                break
            stopped.wait(look)
        loop.write()
        return loop.done


@dataclass(slots=True, kw_only=True)
class _Loop:
    """Rounds of reading, learning and writing."""

    follower: Follower
    rows: Growing
    labels: Growing | None
    every: float
    most_waiting: int
    clock: Callable[[], float]
    path: Path
    show: Callable[[Followed], None]
    deltas: int = 0
    whole: int = 0
    bytes: int = 0
    _coming: Iterator[Piece] | None = None
    _next_write: float = field(default_factory=clocks.monotonic)

    @property
    def done(self) -> Followed:
        """So far."""
        state = self.follower.state
        return Followed(path=self.path, counts=state.counts, position=state.rows[""].rows if "" in state.rows else 0,
                        waiting=len(self.follower.room), deltas=self.deltas, whole=self.whole,
                        bytes=self.bytes)  # fmt: skip

    def round(self, stopped: threading.Event) -> bool:
        """Reads for as long as there is something, but no longer than until the next write; whether there was."""
        # The time is taken before the labels are read: a label written by then is seen before its row is judged.
        now = int(self.clock() * 1e6)
        follower, busy = self.follower, False
        if self.labels is not None and follower.labels is not None:
            names = [name for name in (follower.labels.key, follower.labels.at) if name]
            for piece in self.labels.look(names):
                follower.take_labels(piece, now)
                busy = True
        before = follower.state.counts.learned
        follower.settle(now)
        if self._coming is None:
            self._coming = self.rows.look(follower.columns)
        while not stopped.is_set() and len(follower.room) < self.most_waiting:
            piece = next(self._coming, None)
            if piece is None:
                self._coming = None
                break
            busy = True
            follower.take(piece, now, self.rows.set_aside)
            if clocks.monotonic() >= self._next_write:
                break
        if follower.unwritten and clocks.monotonic() >= self._next_write:
            self.write()
        return busy or follower.state.counts.learned > before

    def write(self) -> None:
        """Writes if anything was counted since the last time."""
        if not self.follower.unwritten:
            return
        began = clocks.monotonic()
        written = self.follower.write(self.rows.stamps(), self.labels.stamps() if self.labels else {})
        self.deltas, self.whole = self.deltas + (not written.whole), self.whole + written.whole
        self.bytes += written.bytes
        ended = clocks.monotonic()
        self._next_write = ended + max(self.every, (ended - began) / _MOST_WRITING)
        self.show(self.done)


def _target(model: Model | str | Path, to: str | Path | None) -> Path:
    if to is not None:
        return Path(to)
    if isinstance(model, Model):
        raise InvalidInput("a model without a file", hint="name one: to='live.model'", field="to")
    return Path(model)


def _open(
    model: Model | str | Path,
    path: Path,
    *,
    time: str | None,
    weight: str | None,
    labels: Labels | None,
    lateness: timedelta | None,
    begin: int | None,
    most_deltas: int,
    told: Callable[[str], None],
) -> Follower:
    if (labels is not None or lateness is not None) and time is None:
        raise InvalidInput("a window of time without a time", hint="name the column: time='decided_at'", field="time")
    for left in path.parent.glob(f".{path.name}.*") if path.parent.is_dir() else ():
        left.unlink(missing_ok=True)  # half a file of a process that was killed while it wrote
    writer = Writer(path, most_deltas=most_deltas)
    state: State | None = None
    if path.exists():
        whole = read_whole(path)
        state = state_of(whole)
        found = assembled(path, whole.about, whole.arrays, trainable=True)
        if isinstance(model, Model):
            check_same(model, found, [str(path)])
        elif Path(model) != path and Path(model).exists():
            other = read_whole(Path(model), verify=False)
            check_same(assembled(model, other.about, other.arrays), found, [str(path)])
        writer.goes_on(whole)
    else:
        source = model
        if not isinstance(source, Model):
            whole = read_whole(Path(source))
            source = assembled(source, whole.about, whole.arrays, trainable=True)
        found = Model(about=source.about, encoder=source.encoder, learner=source.learner)
    if labels is not None and isinstance(found.about.model, TwoHeads):
        raise InvalidInput("two heads and labels that come later", hint="give rows with both labels", field="labels")
    return Follower(model=found, state=state or begun(found, begin=begin, time=time), writer=writer, time=time,
                    weight=weight, labels=labels, lateness=None if lateness is None else lateness // MICRO,
                    told=told)  # fmt: skip


@contextmanager
def _alone(path: Path) -> Generator[None]:
    """One follower for each file; the lock goes with its process, however that ends."""
    import fcntl

    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            raise InvalidInput(f"{path} is followed by another process", hint="stop that one, or name another file",
                               field="to") from taken  # fmt: skip
        yield
    finally:
        os.close(file)


@contextmanager
def _stopping(stopped: threading.Event) -> Generator[threading.Event]:
    """In the main thread, an interrupt or a SIGTERM sets the event, once; a second one is what it always is."""
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def noted(number: int, frame: Any) -> None:
        del frame
        stopped.set()
        signal.signal(number, before[signal.Signals(number)] or signal.SIG_DFL)

    for number in before:
        signal.signal(number, noted)
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


def _shown(wanted: Callable[[Followed], None] | bool | None) -> Callable[[Followed], None]:
    if callable(wanted):
        return wanted
    if not wanted:
        return lambda _: None
    from adtailor.learn.progress import line

    return line()
