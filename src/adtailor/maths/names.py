"""Many short texts as one array of bytes, and where each of them is: a million ids in little more than they have."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import pairwise
from typing import overload

import numpy as np
from numpy.typing import NDArray

MOST_AT_HAND = 20_000
"""Texts that are kept of those asked for; then all are dropped, and made again as they are asked for."""


@dataclass(frozen=True, slots=True)
class Names(Sequence[str]):
    """Texts, made one at a time when somebody asks: text i is `data[starts[i]:starts[i + 1]]`, in UTF-8."""

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    at_hand: dict[int, str] = field(default_factory=dict[int, str], repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        if isinstance(at, slice):
            return [self[n] for n in range(*at.indices(len(self)))]
        if (found := self.at_hand.get(at)) is not None:
            return found
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        name = self.raw(at % len(self)).decode()
        if len(self.at_hand) >= MOST_AT_HAND:
            self.at_hand.clear()
        self.at_hand[int(at)] = name
        return name

    def __iter__(self) -> Iterator[str]:
        whole, ends = self.data.tobytes(), self.starts.tolist()
        return (whole[start:end].decode() for start, end in pairwise(ends))

    def raw(self, at: int) -> bytes:
        """The bytes of one of them."""
        return self.data[int(self.starts[at]) : int(self.starts[at + 1])].tobytes()

    def take(self, rows: NDArray[np.int32] | NDArray[np.int64]) -> "Names":
        """Some of them, in another order."""
        starts, places = gathered(self.starts, rows)
        return Names(self.data[places], starts)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameIndex(Mapping[str, int]):
    """Where each of some names is, by a hash of it: `hashes` rise, and `places[k]` is the place of the k-th of them."""

    names: Sequence[str]
    hashes: NDArray[np.uint64]
    places: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[str]:
        return (str(self.names[at]) for at in self.places.tolist())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._place(name) is not None

    def __getitem__(self, name: str) -> int:
        if (place := self._place(name)) is None:
            raise KeyError(name)
        return place

    def _place(self, name: str) -> int | None:
        wanted = np.uint64(stable_hash(name))
        at = int(self.hashes.searchsorted(wanted))
        while at < len(self.hashes) and self.hashes[at] == wanted:
            if self.names[place := int(self.places[at])] == name:
                return place
            at += 1
        return None


def names_of(texts: Sequence[str]) -> Names:
    """Texts in one array.

    >>> names_of(["a1", "b"])[1]
    'b'
    """
    whole = "".join(texts)
    if not whole.isascii():
        return blobs_of([text.encode() for text in texts])
    return Names(np.frombuffer(whole.encode(), dtype=np.uint8), _starts(texts))


def blobs_of(parts: Sequence[bytes]) -> Names:
    """The same of bytes that may be no text; ask for them by `raw`."""
    return Names(np.frombuffer(b"".join(parts), dtype=np.uint8), _starts(parts))


def indexed(names: Sequence[str], hashes: NDArray[np.uint64], places: NDArray[np.int32]) -> NameIndex:
    """An index of the names at some places; `hashes` has the `stable_hash` of every name."""
    order = np.argsort(hashes[places], kind="stable")
    return NameIndex(names=names, hashes=hashes[places][order], places=places[order])


def gathered(
    starts: NDArray[np.int64], rows: NDArray[np.int32] | NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of unequal length in another order, -1 for an empty one: their starts, and where each entry came from.

    >>> starts, places = gathered(np.array([0, 2, 2, 3]), np.array([2, -1, 0]))
    >>> starts.tolist(), places.tolist()
    ([0, 1, 1, 3], [2, 0, 1])
    """
    known = rows >= 0
    sizes = np.zeros(len(rows), dtype=np.int64)
    sizes[known] = (starts[1:] - starts[:-1])[rows[known]]
    found = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum(sizes, out=found[1:])
    places = np.repeat(np.where(known, starts[rows], 0) - found[:-1], sizes)
    places += np.arange(found[-1])
    return found, places


def stable_hash(text: str) -> int:
    """64 bits of a text, the same on every machine and in every run.

    >>> hex(stable_hash("a1"))
    '0x1bed30039166659f'
    """
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def stable_hashes(names: Names) -> NDArray[np.uint64]:
    """The `stable_hash` of each."""
    whole = names.data.tobytes()
    digests = (blake2b(whole[at:end], digest_size=8).digest() for at, end in pairwise(names.starts.tolist()))
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64, copy=False)


def _starts(parts: Sequence[str] | Sequence[bytes]) -> NDArray[np.int64]:
    starts = np.zeros(len(parts) + 1, dtype=np.int64)
    np.cumsum(np.fromiter(map(len, parts), dtype=np.int64, count=len(parts)), out=starts[1:])
    return starts
