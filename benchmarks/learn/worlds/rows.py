"""A run of a click log: what was known at each decision, what came of it, and, in a made world, its true chance."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Consecutive rows of a log, oldest first.

    `time` is in seconds [n]; `user` is who saw the ad [n]; `numbers` may hold NaN where nothing was known [n, numbers];
    `ids` are non-negative 63-bit ids, of which most lie above 2^24 [n, ids]; `clicked` is 0 or 1 [n];
    `chance` is the true probability of a click, None in a log of real events [n].
    """

    time: NDArray[np.int64]
    user: NDArray[np.int64]
    numbers: NDArray[np.float32]
    ids: NDArray[np.int64]
    clicked: NDArray[np.uint8]
    chance: NDArray[np.float64] | None

    def __len__(self) -> int:
        return len(self.clicked)

    def cut(self, first: int, last: int) -> "Rows":
        """Rows first to last, without the last."""
        part = slice(first, last)
        return Rows(
            time=self.time[part],
            user=self.user[part],
            numbers=self.numbers[part],
            ids=self.ids[part],
            clicked=self.clicked[part],
            chance=None if self.chance is None else self.chance[part],
        )


class World(Protocol):
    """Where rows come from, a block at a time, so that ten million need no more memory than one block."""

    @property
    def name(self) -> str: ...
    @property
    def rows(self) -> int: ...
    @property
    def numbers(self) -> tuple[str, ...]: ...
    @property
    def ids(self) -> tuple[str, ...]: ...
    @property
    def by(self) -> str:
        """The id whose calibration is judged apart, as an advertiser's would be."""
        ...

    def blocks(self) -> Iterator[Rows]: ...


def joined(blocks: Iterator[Rows]) -> Rows:
    """All blocks as one, for logs that fit in memory."""
    parts = list(blocks)
    chances = [part.chance for part in parts if part.chance is not None]
    return Rows(
        time=np.concatenate([part.time for part in parts]),
        user=np.concatenate([part.user for part in parts]),
        numbers=np.concatenate([part.numbers for part in parts]),
        ids=np.concatenate([part.ids for part in parts]),
        clicked=np.concatenate([part.clicked for part in parts]),
        chance=np.concatenate(chances) if chances else None,
    )
