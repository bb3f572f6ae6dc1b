"""How rows are parted into those to learn from, to tune on and to measure on; and the groups of emotions."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from adtailor.domain.reading import EMOTIONS
from adtailor.understand.training.fitting import Flags, Values

PLEASANT = (
    "admiration", "amusement", "approval", "caring", "desire", "excitement", "gratitude", "joy", "love", "optimism",
    "pride", "relief",
)  # fmt: skip
UNPLEASANT = (
    "anger", "annoyance", "disappointment", "disapproval", "disgust", "embarrassment", "fear", "grief", "nervousness",
    "remorse", "sadness",
)  # fmt: skip


MAY_BE_STRESS = ("embarrassment", "fear", "grief", "nervousness", "remorse", "sadness")
"""Comments with these labels are no clear negatives for stress: some of them tell of it."""


@dataclass(frozen=True, slots=True)
class Split:
    """Rows to fit on, to calibrate and choose thresholds on, and to measure on: a hash of the text decides."""

    fit: Flags
    tune: Flags
    held: Flags


def split(texts: Sequence[str], seed: int, *, tune: float = 0.15, held: float = 0.15) -> Split:
    """By a hash of seed and text, so that a text that occurs twice is on one side only."""
    digests = (hashlib.blake2b(f"{seed}:{text}".encode("utf-8", "replace"), digest_size=8).digest() for text in texts)
    place = np.array([int.from_bytes(digest, "big") / 2**64 for digest in digests])
    return Split(place >= tune + held, place < tune, (place >= tune) & (place < tune + held))


def any_of(values: Values) -> Flags:
    """Rows with a positive value."""
    return values.max(axis=1) > 0


def labelled_with(values: Values, names: Sequence[str]) -> Flags:
    """Which rows of GoEmotions bear one of these labels."""
    return any_of(values[:, [EMOTIONS.index(name) for name in names]])
