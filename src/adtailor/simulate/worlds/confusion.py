"""What the reader takes each thing for, as measured: a signal reaches the engine through this, and in no other way."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """One kind of reading: how often each truth (rows) was taken for each thing (columns)."""

    on: str
    truths: tuple[str, ...]
    told: tuple[str, ...]
    counts: Ints

    def __post_init__(self) -> None:
        if self.counts.shape != (len(self.truths), len(self.told)) or (self.counts.sum(axis=1) <= 0).any():
            raise InvalidInput(
                f"counts of shape {self.counts.shape} for {len(self.truths)} truths and {len(self.told)} answers",
                hint="a row for each truth, a column for each answer, and some posts in each row",
                field="counts",
            )

    @property
    def chances(self) -> NDArray[np.float64]:
        """The chance of each answer, given the truth; rows sum to 1."""
        return self.counts / self.counts.sum(axis=1, keepdims=True)

    def read(self, truths: Ints, luck: NDArray[np.float64]) -> Ints:
        """What each is taken for; `luck` is uniform from 0 to 1, one number each.

        >>> sure = Confusion(on="", truths=("a", "b"), told=("a", "b"), counts=np.array([[9, 0], [0, 9]]))
        >>> sure.read(np.array([0, 1]), np.array([0.3, 0.9])).tolist()
        [0, 1]
        """
        edges = np.cumsum(self.chances, axis=1)
        return np.minimum((luck[..., None] >= edges[truths]).sum(axis=-1), len(self.told) - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The installed reader as it was measured: what it mistakes, and what a post costs."""

    version: int
    measured_on: str
    models: Mapping[str, str]
    moods: Confusion
    garments: Confusion
    topic_right: float
    """How often a topic is right; what is wrong is any other alike (too few posts say which)."""
    post_seconds: float
    """Seconds of one processor for a post, every part."""
    photo_seconds: float


@cache
def measured() -> Reader:
    """What `python -m benchmarks.quality.confusion` measured last; it comes with the package."""
    return reader_of(tomllib.loads(Path(__file__).with_name("confusion.toml").read_text(encoding="utf-8")))


def reader_of(said: Mapping[str, Any]) -> Reader:
    """The same from any such file."""
    return Reader(
        version=said["version"],
        measured_on=said["measured_on"],
        models=said["models"],
        moods=_confusion(said["moods"]),
        garments=_confusion(said["garments"]),
        topic_right=said["topics"]["right"],
        post_seconds=said["cost"]["post_seconds"],
        photo_seconds=said["cost"]["photo_seconds"],
    )


def _confusion(said: Mapping[str, Any]) -> Confusion:
    return Confusion(
        on=said["on"], truths=tuple(said["truths"]), told=tuple(said["told"]), counts=np.array(said["counts"])
    )
