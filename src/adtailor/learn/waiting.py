"""Rows whose label may still come: they wait until it has, or until it can no longer."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput
from adtailor.learn.features import Batch

MICRO = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """A second log that grows: one row for each label, as a click, that came for a row of the first.

    Its times, like those of the first log, are timestamps, or microseconds since 1970.
    """

    log: Any
    """A folder or pattern of files, as the first log's, or a function of the first row's place."""
    key: str
    """The column, in both logs, by which a label finds its row."""
    wait: timedelta
    """How long after its row's time a label counts. Rows are learned when their label comes, or after this."""
    at: str | None = None
    """The column with the label's own time; without it a label counts whenever its row still waits."""

    def __post_init__(self) -> None:
        if self.wait <= timedelta(0):
            raise InvalidInput(f"a wait of {self.wait}", hint="give the time in which a label counts", field="wait")

    @property
    def wait_micros(self) -> int:
        """The window, in microseconds."""
        return self.wait // MICRO


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows that are ready to be learned from, all but their label, first axis: rows."""

    name: str
    """Of their file."""
    places: NDArray[np.int64]
    """In the file."""
    starts: NDArray[np.int64]
    """The byte of the file where each begins."""
    batch: Batch
    labels: NDArray[np.float32]
    weights: NDArray[np.float32]
    times: NDArray[np.int64]
    keys: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.places)

    def take(self, rows: NDArray[np.int64]) -> "Rows":
        """Some of them."""
        return Rows(
            name=self.name,
            places=self.places[rows],
            starts=self.starts[rows],
            batch=self.batch if len(rows) == len(self) else self.batch.take(rows),
            labels=self.labels[rows],
            weights=self.weights[rows],
            times=self.times[rows],
            keys=self.keys[rows],
        )


@dataclass(slots=True)
class Room:
    """Where rows wait; labels that came before their rows wait here too."""

    wait: int
    """Microseconds."""
    early: dict[int, int] = field(default_factory=dict)
    """Labels without a row so far: the key, and when they came."""
    fresh: dict[int, int] = field(default_factory=dict)
    """Labels that no waiting row has been compared with."""
    _held: list[tuple[Rows, NDArray[np.bool_]]] = field(default_factory=list)

    def __len__(self) -> int:
        return sum(int(waits.sum()) for _, waits in self._held)

    def add(self, rows: Rows) -> None:
        """They wait from now on."""
        if len(rows):
            self._held.append((rows, np.ones(len(rows), dtype=np.bool_)))

    def label(self, keys: NDArray[np.uint64], times: NDArray[np.int64]) -> None:
        """Labels have come."""
        for key, time in zip(keys.tolist(), times.tolist(), strict=True):
            self.fresh[key] = min(time, self.fresh.get(key, time))

    def ripe(self, now: int) -> Iterator[Rows]:
        """Rows whose label has come, or whose window has passed, in the order in which they came; they leave."""
        self.early |= self.fresh
        fresh, self.fresh = bool(self.fresh), {}
        keys = np.fromiter(self.early, dtype=np.uint64, count=len(self.early))
        moments = np.fromiter(self.early.values(), dtype=np.int64, count=len(self.early))
        order = np.argsort(keys)
        keys, moments = keys[order], moments[order]
        held, self._held = self._held, []
        seen: set[int] = set()
        for place, (rows, waits) in enumerate(held):
            clicked = np.zeros(len(rows), dtype=np.bool_)
            # The last block was not there when the labels before came.
            if len(keys) and (fresh or place == len(held) - 1):
                at = np.searchsorted(keys, rows.keys).clip(0, len(keys) - 1)
                met = waits & (keys[at] == rows.keys)
                seen.update(rows.keys[met].tolist())
                clicked = met & (moments[at] <= rows.times + self.wait)
            ready = waits & (clicked | (rows.times + self.wait <= now))
            left = waits & ~ready
            if left.any():
                self._held.append((rows, left))
            if ready.any():
                chosen = np.flatnonzero(ready)
                some = rows.take(chosen)
                some.labels[:] = clicked[chosen]
                yield some
        for key in seen:
            self.early.pop(key, None)

    def forget(self, before: int) -> int:
        """Lets labels go whose rows would have been read by now; how many."""
        gone = [key for key, time in self.early.items() if time < before]
        for key in gone:
            del self.early[key]
        return len(gone)

    def open_places(self, name: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Of one file, the places of rows that wait, and the bytes where they begin."""
        some = [(rows.places[waits], rows.starts[waits]) for rows, waits in self._held if rows.name == name]
        if not some:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        return np.concatenate([p for p, _ in some]), np.concatenate([s for _, s in some])
