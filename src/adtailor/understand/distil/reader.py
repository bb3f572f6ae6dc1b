"""The default reading, corrected by heads that learned on the operator's own posts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from adtailor.domain.post import Post
from adtailor.domain.reading import Part, Reading
from adtailor.ports import Encoder, TextReader
from adtailor.understand.cleaning import clean
from adtailor.understand.distil.heads import DistilledHeads
from adtailor.understand.distil.targets import signal_of


class DistilledReader:
    """Port `TextReader`: a part is corrected only where the default read it, so consent and abstaining hold as before.

    Each text is encoded once more for it.
    """

    def __init__(self, default: TextReader, encoder: Encoder, heads: DistilledHeads) -> None:
        self._default = default
        self._encoder = encoder
        self._heads = heads

    @property
    def models(self) -> Mapping[str, str]:
        """Slot to model name and version; a part that was learned is a slot of its own."""
        return {**self._default.models, **dict.fromkeys(self._heads.heads, self._heads.version)}

    def read(self, posts: Sequence[Post], parts: Sequence[frozenset[Part]]) -> list[Reading]:
        """One reading per post, in order, with only the parts allowed for it."""
        readings = self._default.read(posts, parts)
        rows = [row for row, reading in enumerate(readings) if self._learned(reading)]
        if not rows:
            return readings
        try:
            vectors = self._encoder.encode([clean(posts[row].text) for row in rows])
        except Exception:
            return readings  # the default's own errors say which texts cannot be read
        for vector, row in zip(vectors, rows, strict=True):
            readings[row] = self._corrected(readings[row], vector[None])
        return readings

    def _learned(self, reading: Reading) -> bool:
        return any(signal_of(reading, part) is not None for part in self._heads.heads)

    def _corrected(self, reading: Reading, vector: np.ndarray) -> Reading:
        corrected = reading
        for part, head in self._heads.heads.items():
            if (default := signal_of(reading, part)) is not None:
                corrected = head.applied(corrected, head.signals(vector, np.array([default]))[0])
                corrected = replace(corrected, models={**corrected.models, part: self._heads.version})
        return corrected
