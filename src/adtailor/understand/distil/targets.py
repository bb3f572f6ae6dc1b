"""What can be learned from a teacher, as numbers: what a reading says of each part, and what people say of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.reading import EMOTIONS, Part, Reading
from adtailor.errors import InvalidInput

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]

TARGETS: Mapping[Part, tuple[str, ...]] = {
    "sentiment": ("negative", "neutral", "positive"),
    "emotions": EMOTIONS,
    "tone": ("sarcastic", "playful"),
    "stress": ("stress",),
}
"""Labels by part, in the order of their columns."""
PROMOTED: frozenset[Part] = frozenset({"sentiment", "emotions", "tone"})
"""Stress is compared and never replaced: when someone is left alone hangs on a threshold that was measured for the
head it belongs to, at the precision that was promised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Human:
    """One text, and what people said of it; a part that nobody judged is missing."""

    text: str
    labels: Mapping[Part, frozenset[str]]

    def __post_init__(self) -> None:
        for part, labels in self.labels.items():
            if part not in TARGETS:
                raise InvalidInput(f"{part!r} cannot be compared", hint=f"of {', '.join(TARGETS)}", field="labels")
            if unknown := labels - set(TARGETS[part]):
                raise InvalidInput(
                    f"{min(unknown)!r} is no label of {part}", hint=f"of {', '.join(TARGETS[part])}", field=part
                )


def signal_of(reading: Reading, part: Part) -> tuple[float, ...] | None:
    """What a reading says of a part, a number per thing to learn: valence, or probabilities; None if it was not read.

    A part that stands in `errors` was not read by whom it was asked of.
    """
    if any(error.part == part for error in reading.errors):
        return None
    if part == "sentiment":
        return None if reading.sentiment is None else (reading.sentiment.valence,)
    if part == "stress":
        return None if reading.stress is None else (reading.stress.probability,)
    found = reading.emotions if part == "emotions" else reading.tone if part == "tone" else None
    if found is None:
        return None
    return tuple(float(found.get(label, 0.0)) for label in TARGETS[part])


def told_of(reading: Reading, part: Part) -> tuple[float, ...] | None:
    """The same a number per label, from which something is told at a threshold: for sentiment 1 for its label."""
    if part != "sentiment":
        return signal_of(reading, part)
    if signal_of(reading, part) is None or reading.sentiment is None:
        return None
    return tuple(float(label == reading.sentiment.label) for label in TARGETS["sentiment"])


def truth_of(humans: Sequence[Human], part: Part) -> Flags:
    """Shape (texts, labels), of texts of which this part was judged."""
    return np.array([[label in human.labels[part] for label in TARGETS[part]] for human in humans], dtype=np.bool_)
