"""What a follower does with rows: prepares them, learns each once, and writes the model with its place in the log."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from adtailor.errors import AdtailorError, InvalidInput
from adtailor.learn.columns import Column, Columns
from adtailor.learn.delta import Whole, Writer, Written
from adtailor.learn.growing import Piece, Place
from adtailor.learn.model import Model
from adtailor.learn.run import label_of, weight_of
from adtailor.learn.waiting import Labels, Room, Rows

STATE = "followed"
"""The part of a model's file that says how far its log was followed."""
_PROBES = 3


class Counts(msgspec.Struct, kw_only=True):
    """What became of rows and labels, since the model was first followed."""

    learned: int = 0
    known: int = 0
    """Passed over: the model had learned from them before it was followed."""
    left_out: int = 0
    """Rows that cannot be learned from, as their label is neither 0 nor 1."""
    late: int = 0
    """Passed over: further from the newest row, or from now, than `lateness` allows."""
    back: int = 0
    """Of those learned: how many were older than the newest row before them."""
    labels: int = 0
    strange_labels: int = 0
    """Labels that met no waiting row."""


class State(msgspec.Struct, kw_only=True):
    """How far a log was followed: everything that a resumed follower has to know."""

    rows: dict[str, Place] = msgspec.field(default_factory=dict)
    labels: dict[str, Place] = msgspec.field(default_factory=dict)
    early: list[tuple[int, int]] = msgspec.field(default_factory=list)
    counts: Counts = msgspec.field(default_factory=Counts)
    newest: int | None = None
    begin: int | None = None
    """How many more rows the model had learned from before; None: those up to the time `known`."""
    known: int | None = None


def state_of(whole: Whole) -> State | None:
    """The state in a model's file; None where it was never followed."""
    part = whole.arrays.get(STATE)
    return None if part is None else msgspec.json.decode(part.tobytes(), type=State)


@dataclass(slots=True, kw_only=True)
class Follower:
    """One model that follows one log."""

    model: Model
    state: State
    writer: Writer
    time: str | None
    weight: str | None
    labels: Labels | None
    lateness: int | None
    told: Callable[[str], None]
    room: Room = field(default_factory=lambda: Room(0))
    unwritten: int = 0
    """Rows that have been counted since the last write."""
    _read: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Of each file, the row and the byte that come next."""
    _resumed: dict[str, tuple[int, NDArray[np.bool_]]] = field(default_factory=dict)
    """Of each file with rows that waited when the process before ended: the first, and which after it were counted."""

    def __post_init__(self) -> None:
        if self.labels is not None:
            self.room = Room(self.labels.wait_micros, early=dict(self.state.early))
        for name, place in self.state.rows.items():
            self._read[name] = (place.rows, place.at)
            if place.beyond:
                bits = np.unpackbits(np.frombuffer(place.beyond, dtype=np.uint8)).astype(np.bool_)
                self._resumed[name] = (place.rows, bits)

    @property
    def columns(self) -> tuple[str, ...]:
        """What is read of the log."""
        named = [self.time, self.weight, *(self.model.about.labels if self.labels is None else (self.labels.key,))]
        return tuple(dict.fromkeys((*self.model.encoder.columns, *(name for name in named if name is not None))))

    def take(self, piece: Piece, now: int, aside: Callable[[Piece, str], None]) -> None:
        """Learns from a piece, or lets it wait; sets its file aside where none of it can be read."""
        chosen = np.flatnonzero(~self._counted(piece)) if piece.there else np.empty(0, dtype=np.int64)
        chosen = chosen[(known := min(self.state.begin or 0, len(chosen))) :]
        ready: Iterable[Rows] = ()
        if len(chosen):
            try:
                ready = [self._ready(piece, chosen)]
            except AdtailorError as error:
                if self._hopeless(piece, chosen):
                    aside(piece, str(error))
                    return
                ready = self._prepared(piece, chosen)
        if known and self.state.begin is not None:
            self.state.begin, self.state.counts.known = self.state.begin - known, self.state.counts.known + known
        self._read[piece.name] = (piece.first + len(piece), int(piece.starts[-1]))
        self.state.rows.setdefault(piece.name, Place())
        self.unwritten += len(piece)
        if not piece.there:
            self.state.counts.left_out += len(piece)
        for rows in ready:
            some = self._in_time(rows, now)
            if self.labels is None:
                self._learn(some)
            else:
                self.room.add(some)
                self.settle(now)

    def take_labels(self, piece: Piece, now: int) -> None:
        """Labels that have come."""
        if self.labels is None or not piece.there:
            return
        keys, at = piece.columns.get(self.labels.key), self.labels.at
        if keys is None or keys.lists is not None or keys.kind == "float":
            self.told(f"{piece.name}: labels without {self.labels.key!r} are left out")
            return
        times = np.full(len(piece), now, dtype=np.int64)
        there = np.ones(len(piece), dtype=np.bool_) if keys.valid is None else keys.valid.copy()
        if at is not None:
            when = piece.columns.get(at)
            if when is None or when.kind not in {"int", "float"} or when.lists is not None:
                self.told(f"{piece.name}: labels without a time in {at!r} are left out")
                return
            times = when.values.astype(np.int64)
            there &= True if when.valid is None else when.valid
        self.room.label(keys.values.view(np.uint64)[there], times[there])
        self.state.counts.labels += int(there.sum())
        self.state.labels[piece.name] = Place(rows=piece.first + len(piece), at=int(piece.starts[-1]))
        self.unwritten += len(piece)

    def settle(self, now: int) -> None:
        """Learns from waiting rows that are ripe."""
        for rows in self.room.ripe(now):
            self._learn(rows)
        if self.labels is not None and self.state.newest is not None:
            slack = self.labels.wait_micros if self.lateness is None else self.lateness
            self.state.counts.strange_labels += self.room.forget(self.state.newest - slack)

    def write(self, stamps: Mapping[str, tuple[int, int]], label_stamps: Mapping[str, tuple[int, int]]) -> Written:
        """One atomic step: what was learned, and how far."""
        for name, (row, at) in self._read.items():
            self.state.rows[name] = self._place(name, row, at, stamps.get(name))
        for name, place in self.state.labels.items():
            place.stamp = label_stamps.get(name)
        self.state.early = sorted((self.room.early | self.room.fresh).items())
        learner = self.model.learner
        said = np.frombuffer(msgspec.json.encode(self.state), dtype=np.uint8)
        written = self.writer.write(self.model.about, {**learner.serving(), **learner.training(), STATE: said})
        self.unwritten = 0
        return written

    def _place(self, name: str, row: int, at: int, stamp: tuple[int, int] | None) -> Place:
        waiting, starts = self.room.open_places(name)
        begun, bits = self._resumed.get(name, (row, np.zeros(0, dtype=np.bool_)))
        # Of rows beyond those read so far, what an earlier process had counted still holds.
        later = bits[row - begun :] if row >= begun else bits
        if not len(waiting) and not later.any():
            return Place(rows=row, at=at, stamp=stamp)
        first = int(waiting.min()) if len(waiting) else row
        done = np.ones(row - first, dtype=np.bool_)
        done[waiting - first] = False
        return Place(rows=first, at=int(starts.min()) if len(waiting) else at,
                     beyond=np.packbits(np.concatenate((done, later))).tobytes())  # fmt: skip

    def _counted(self, piece: Piece) -> NDArray[np.bool_]:
        # Rows that had been counted when the place was written, or that the model had learned from before.
        places = piece.first + np.arange(len(piece), dtype=np.int64)
        done = np.zeros(len(piece), dtype=np.bool_)
        if piece.name in self._resumed:
            first, bits = self._resumed[piece.name]
            inside = (places >= first) & (places < first + len(bits))
            done[inside] = bits[places[inside] - first]
        return done

    def _hopeless(self, piece: Piece, chosen: NDArray[np.int64]) -> bool:
        # What is wrong with a file, as a column that is missing, is wrong with all rows: first, middle and last tell.
        if any(name not in piece.columns for name in self.columns):
            return True
        if len(chosen) < _PROBES:
            return False
        for row in chosen[np.linspace(0, len(chosen) - 1, _PROBES).astype(np.int64)]:
            try:
                self._ready(piece, np.array([row], dtype=np.int64))
            except AdtailorError:
                continue
            return False
        return True

    def _prepared(self, piece: Piece, chosen: NDArray[np.int64]) -> Iterator[Rows]:
        # Rows that cannot be learned from are halved out.
        try:
            yield self._ready(piece, chosen)
        except AdtailorError as error:
            if len(chosen) == 1:
                self.state.counts.left_out += 1
                self.told(f"{piece.name or 'the log'}: row {piece.first + int(chosen[0])} is left out: {error}")
                return
            middle = len(chosen) // 2
            yield from self._prepared(piece, chosen[:middle])
            yield from self._prepared(piece, chosen[middle:])

    def _ready(self, piece: Piece, chosen: NDArray[np.int64]) -> Rows:
        columns = {name: values.take(chosen) for name, values in piece.columns.items()}
        batch = self.model.encoder.encode(columns)
        count, first = len(chosen), piece.first + int(chosen[0])
        times = np.zeros(count, dtype=np.int64) if self.time is None else _times(self.time, columns)
        keys = np.zeros(count, dtype=np.uint64)
        labels: list[NDArray[np.float32]] = [np.zeros(count, dtype=np.float32)]
        if self.labels is None:
            labels = [label_of(name, _there(columns, name), first) for name in self.model.about.labels]
        else:
            key = _there(columns, self.labels.key)
            if key.kind not in {"int", "text"} or key.valid is not None or key.lists is not None:
                raise InvalidInput("a key that is missing or no key", hint="give one in every row",
                                   field=self.labels.key)  # fmt: skip
            keys = key.values.view(np.uint64)
        if self.weight is not None:
            _there(columns, self.weight)
        return Rows(
            name=piece.name,
            places=piece.first + chosen,
            starts=piece.starts[chosen],
            batch=batch,
            labels=labels[0] if len(labels) == 1 else np.ascontiguousarray(np.column_stack(labels)),
            weights=weight_of(self.weight, columns, count),
            times=times,
            keys=keys,
        )

    def _in_time(self, rows: Rows, now: int) -> Rows:
        counts, state = self.state.counts, self.state
        if state.known is not None and (known := rows.times <= state.known).any():
            counts.known += int(known.sum())
            rows = rows.take(np.flatnonzero(~known))
        if self.time is None or not len(rows):
            return rows
        before = np.iinfo(np.int64).min if state.newest is None else state.newest
        newest = np.maximum.accumulate(np.concatenate(([before], rows.times[:-1])))
        if self.lateness is not None:
            soon = rows.times <= now + self.lateness
            # A row from the future must not make all others late.
            newest = np.maximum.accumulate(np.concatenate(([before], np.where(soon, rows.times, before)[:-1])))
            fits = soon & ((newest == np.iinfo(np.int64).min) | (rows.times >= newest - self.lateness))
            if (late := int((~fits).sum())) > 0:
                counts.late += late
                self.told(f"{rows.name or 'the log'}: {late} rows are further from the newest row, or from now, than "
                          "the lateness allows, and are passed over")  # fmt: skip
            chosen = np.flatnonzero(fits)
            rows, newest = rows.take(chosen), newest[chosen]
        if len(rows):
            counts.back += int((rows.times < newest).sum())
            state.newest = max(before, int(rows.times.max()))
        return rows

    def _learn(self, rows: Rows) -> None:
        if not len(rows):
            return
        self.model.learner.learn(rows.batch, rows.labels, rows.weights)
        self.state.counts.learned += len(rows)
        self.unwritten += 1
        about = self.model.about
        until = about.until
        if self.time is not None:
            latest = int(rows.times.max())
            until = latest if until is None else max(until, latest)
        # One that goes on learning finds its level by itself.
        moving = msgspec.structs.replace(about.calibration, level=0.0)
        self.model.about = msgspec.structs.replace(about, rows=about.rows + len(rows), until=until, calibration=moving)


def _there(columns: Columns, name: str) -> Column:
    if name not in columns:
        raise InvalidInput(f"no column {name!r}", hint="the log has to bring it in every file", field=name)
    return columns[name]


def _times(name: str, columns: Columns) -> NDArray[np.int64]:
    column = _there(columns, name)
    if column.lists is not None or column.kind not in {"int", "float"} or column.valid is not None:
        raise InvalidInput("a time that is missing or no time", hint="give a timestamp in every row", field=name)
    return column.values.astype(np.int64)


def begun(model: Model, *, begin: int | None, time: str | None) -> State:
    """The state of a model that was not followed so far."""
    known = model.about.until if begin is None and time is not None and model.about.rows else None
    return State(begin=begin, known=known)


def check_same(model: Model, other: Model, names: Sequence[str]) -> None:
    """Refuses to go on with a file that holds another model."""
    if model.about.features != other.about.features or model.about.model != other.about.model:
        raise InvalidInput(
            f"{names[0]} holds a model of other features or another kind",
            hint="follow into another file, or remove it to begin again",
            field="to",
        )
