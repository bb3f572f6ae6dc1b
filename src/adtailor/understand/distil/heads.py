"""Heads learned from a teacher: they take a text's vector and what the default reading says, and correct the latter."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.reading import Part, Reading, Sentiment
from adtailor.understand.distil.targets import TARGETS, Values

_LEAST = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class DistilledHead:
    """Score = vector . weights + own x default + bias, a column per thing learned; calibration is folded in."""

    part: Part
    weights: NDArray[np.float64]
    """(columns, width)."""
    own: NDArray[np.float64]
    """How much the default's own score counts, one per column."""
    bias: NDArray[np.float64]
    band: float = 0.0
    """For sentiment: valence beyond which it is no longer neutral."""

    def signals(self, vectors: NDArray[np.float32], default: Values) -> Values:
        """Valence, or probabilities, shape (texts, columns), from what the default says of the same texts."""
        scores = vectors.astype(np.float64) @ self.weights.T + scored(default, self.part) * self.own + self.bias
        return np.clip(scores, -1.0, 1.0) if self.part == "sentiment" else np.exp(-np.logaddexp(0.0, -scores))

    def told(self, signals: Values) -> Values:
        """The same a number per label, see `targets.told_of`."""
        if self.part != "sentiment":
            return signals
        valence = signals[:, 0]
        return np.stack([valence < -self.band, np.abs(valence) <= self.band, valence > self.band], axis=1).astype(
            np.float64
        )

    def applied(self, reading: Reading, signal: Values) -> Reading:
        """The reading with this part as the head has it."""
        if self.part == "sentiment":
            valence = float(signal[0])
            label = "positive" if valence > self.band else "negative" if valence < -self.band else "neutral"
            arousal = reading.sentiment.arousal if reading.sentiment else None
            return replace(reading, sentiment=Sentiment(label=label, valence=round(valence, 4), arousal=arousal))
        found = {label: round(float(chance), 4) for label, chance in zip(TARGETS[self.part], signal, strict=True)}
        if self.part == "emotions":
            return replace(reading, emotions=found)
        return replace(reading, tone={**(reading.tone or {}), **found})


@dataclass(frozen=True, slots=True, kw_only=True)
class DistilledHeads:
    """The heads of one promotion, and what they were made on."""

    version: str
    encoder: str
    default: Mapping[str, str]
    """The `models` of the default reader: with another one, its scores mean something else."""
    teacher: str
    heads: Mapping[Part, DistilledHead]

    def fits(self, *, encoder: str, default: Mapping[str, str]) -> bool:
        """Whether they were made for this encoder and over these models."""
        return self.encoder == encoder and dict(self.default) == dict(default)


def scored(signals: Values, part: Part) -> Values:
    """What a head adds up: valence as it is, probabilities as log odds.

    >>> scored(np.array([[0.5]]), "tone").tolist(), scored(np.array([[-0.3]]), "sentiment").tolist()
    ([[0.0]], [[-0.3]])
    """
    if part == "sentiment":
        return signals
    kept = np.clip(signals, _LEAST, 1.0 - _LEAST)
    return np.log(kept / (1.0 - kept))
