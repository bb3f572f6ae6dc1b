"""What the student is taught of a text: a row of soft targets over all heads, each with a weight, 0 where unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.reading import EMOTIONS

SENTIMENTS = ("negative", "neutral", "positive")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "emotions": EMOTIONS,
    "sentiment": SENTIMENTS,
    "valence": ("valence",),
    "arousal": ("arousal",),
    "stress": ("stress",),
    "severity": ("severity",),
    "tone": ("sarcastic", "playful", "formal", "warm"),
    "offence": ("hate speech", "offensive"),
    "crisis": ("crisis",),
}
"""Heads and their labels, in the order of the columns."""
LOSS_WEIGHTS: Mapping[str, float] = {
    "emotions": 0.6,
    "sentiment": 1.0,
    "valence": 1.0,
    "arousal": 0.5,
    "stress": 1.0,
    "severity": 0.5,
    "tone": 1.0,
    "offence": 0.6,
    "crisis": 1.0,
}
"""How much a row that knows a head counts; emotions are summed over 28 labels."""
WIDTH = sum(map(len, COLUMNS.values()))


def columns(head: str) -> slice:
    """The columns of one head.

    >>> columns("sentiment")
    slice(28, 31, None)
    """
    start = 0
    for name, labels in COLUMNS.items():
        if name == head:
            return slice(start, start + len(labels))
        start += len(labels)
    raise KeyError(head)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """Texts with targets 0 to 1 and weights, both (texts, columns)."""

    texts: tuple[str, ...]
    targets: NDArray[np.float32]
    weights: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.texts)

    def some(self, rows: NDArray[np.intp]) -> "Taught":
        """These rows."""
        return Taught(
            texts=tuple(self.texts[row] for row in rows), targets=self.targets[rows], weights=self.weights[rows]
        )


class Lesson:
    """Builds a `Taught`: heads are told for all texts or some of them, and the rest stays unknown."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = tuple(texts)
        self._targets = np.zeros((len(texts), WIDTH), dtype=np.float32)
        self._weights = np.zeros((len(texts), WIDTH), dtype=np.float32)

    def tell(
        self,
        head: str,
        values: NDArray[np.float64] | NDArray[np.bool_] | float,
        *,
        weight: NDArray[np.float64] | NDArray[np.bool_] | float = 1.0,
        label: str | None = None,
    ) -> "Lesson":
        """Set the targets of a head, or of one label of it: (texts, labels), (texts,) or one number for all."""
        where = columns(head)
        if label is not None:
            place = where.start + COLUMNS[head].index(label)
            where = slice(place, place + 1)
        shape = (len(self._texts), where.stop - where.start)

        def spread(given: NDArray[np.float64] | NDArray[np.bool_] | float) -> NDArray[np.float32]:
            array = np.asarray(given, dtype=np.float32)
            return np.broadcast_to(array[:, None] if array.ndim == 1 else array, shape)

        self._targets[:, where] = spread(values)
        self._weights[:, where] = spread(weight)
        return self

    def done(self) -> Taught:
        """What was told."""
        return Taught(texts=self._texts, targets=self._targets, weights=self._weights)


def together(parts: Sequence[Taught]) -> Taught:
    """All rows of all parts."""
    return Taught(
        texts=tuple(text for part in parts for text in part.texts),
        targets=np.concatenate([part.targets for part in parts]),
        weights=np.concatenate([part.weights for part in parts]),
    )
