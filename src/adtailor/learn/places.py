"""Where the values of a feature live in a table: by hash alone, or each in a row of its own."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from adtailor.learn.features import Batch
from adtailor.learn.models import Exact, Table
from adtailor.maths.admission import admit, find
from adtailor.maths.hashing import rows_of

Arrays = Mapping[str, NDArray[Any]]
Rows = NDArray[np.int32]


class Places(Protocol):
    """Finds rows."""

    @property
    def size(self) -> int:
        """How many rows the table has."""
        ...

    def of(self, keys: NDArray[np.uint64], fields: NDArray[np.int16]) -> Rows:
        """The row of each key."""
        ...

    def learned(self, keys: NDArray[np.uint64], fields: NDArray[np.int16]) -> tuple[Rows, Rows]:
        """The same while learning, and the rows that have a new owner: they must be emptied first."""
        ...

    def serving(self) -> Arrays:
        """What finding needs."""
        ...

    def training(self) -> Arrays:
        """What letting in needs besides."""
        ...


def make_places(table: Table, *, fields: int, arrays: Arrays | None = None) -> Places:
    """Places of a table; from the arrays of a file if given."""
    if isinstance(table, Exact):
        return ExactPlaces(table, fields=fields, arrays=arrays)
    return HashedPlaces(table.bits)


def rows_for(places: Places, batch: Batch) -> Rows:
    """The rows of a batch's entries, `~row` where only the vector counts."""
    return _marked(places.of(batch.keys, batch.fields), batch)


def rows_learned(places: Places, batch: Batch) -> tuple[Rows, Rows]:
    """The same while learning, and the rows to empty."""
    rows, fresh = places.learned(batch.keys, batch.fields)
    return _marked(rows, batch), fresh


def _marked(rows: Rows, batch: Batch) -> Rows:
    if batch.bare is not None:
        bare = batch.bare[batch.fields]
        rows[bare] = ~rows[bare]
    return rows


_NONE: Rows = np.empty(0, dtype=np.int32)


class HashedPlaces:
    """2^bits rows by hash."""

    def __init__(self, bits: int) -> None:
        self._bits = bits
        self.size = 1 << bits

    def of(self, keys: NDArray[np.uint64], fields: NDArray[np.int16]) -> Rows:
        """The row of each key: its highest bits."""
        del fields
        rows = np.empty(len(keys), dtype=np.int32)
        rows_of(keys, self._bits, rows)
        return rows

    def learned(self, keys: NDArray[np.uint64], fields: NDArray[np.int16]) -> tuple[Rows, Rows]:
        """The same; no row ever changes hands."""
        return self.of(keys, fields), _NONE

    def serving(self) -> Arrays:
        """Nothing."""
        return {}

    def training(self) -> Arrays:
        """Nothing."""
        return {}


class ExactPlaces:
    """2^bits rows of their own, and one more for each field, which those without share."""

    def __init__(self, table: Exact, *, fields: int, arrays: Arrays | None = None) -> None:
        slots = 1 << table.bits
        self._table = table
        self._shared = slots
        self.size = slots + fields
        self._slots = np.zeros(slots, dtype=np.uint64)
        self._uses = np.zeros(slots, dtype=np.uint32)
        self._seen = np.full(slots, -1, dtype=np.int64)
        self._sketch = np.zeros(4 * slots, dtype=np.uint8)
        self._now = np.zeros(1, dtype=np.int64)
        if arrays is not None:
            self._slots = arrays["place_keys"]
            if "place_uses" in arrays:
                self._slots, self._uses = self._slots.copy(), arrays["place_uses"].copy()
                self._seen, self._sketch = arrays["place_seen"].copy(), arrays["place_sketch"].copy()
                self._now = arrays["place_now"].copy()

    def of(self, keys: NDArray[np.uint64], fields: NDArray[np.int16]) -> Rows:
        """The row of each key, or its field's shared one."""
        rows = np.empty(len(keys), dtype=np.int32)
        find(keys, self._slots, self._table.bits, self._fallback(fields), rows)
        return rows

    def learned(self, keys: NDArray[np.uint64], fields: NDArray[np.int16]) -> tuple[Rows, Rows]:
        """The same, letting keys in."""
        rows = np.empty(len(keys), dtype=np.int32)
        fresh = np.empty(len(keys), dtype=np.int32)
        self._now += 1
        with np.errstate(over="ignore"):  # hashes wrap around; heard of only where kernels run uncompiled
            count = admit(keys, self._slots, self._uses, self._seen, self._sketch, int(self._now[0]),
                          self._table.admit_after, self._table.bits, self._fallback(fields), rows, fresh)  # fmt: skip
        return rows, fresh[:count]

    def serving(self) -> Arrays:
        """Who lives where."""
        return {"place_keys": self._slots}

    def training(self) -> Arrays:
        """How often each was used, and who knocks."""
        return {"place_uses": self._uses, "place_seen": self._seen, "place_sketch": self._sketch,
                "place_now": self._now}  # fmt: skip

    def _fallback(self, fields: NDArray[np.int16]) -> Rows:
        return fields.astype(np.int32) + np.int32(self._shared)
