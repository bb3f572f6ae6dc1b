"""What the page's tone and the viewer's mood make of how an ad sounds: a small quality, never a click rate."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.person import Mood
from adtailor.maths.scoring import MOST_QUALITY_SHARE

AD_TONES: tuple[str, ...] = ("playful", "warm", "calm", "energetic", "serious", "curious", "elegant", "bold")
"""How a creative may sound; a tone that is not named here moves nothing."""

PAGE_TONE_FITS: Mapping[str, Mapping[str, float]] = {
    "playful": {"playful": 1.0, "energetic": 0.5, "bold": 0.3, "serious": -0.6},
    "sarcastic": {"playful": 0.4, "bold": 0.4, "warm": -0.3, "serious": -0.2},
    "warm": {"warm": 1.0, "calm": 0.4, "playful": 0.2, "bold": -0.3},
    "calm": {"calm": 1.0, "warm": 0.4, "elegant": 0.4, "energetic": -0.5, "bold": -0.4},
    "energetic": {"energetic": 1.0, "bold": 0.5, "playful": 0.3, "calm": -0.4},
    "serious": {"serious": 1.0, "calm": 0.5, "elegant": 0.3, "playful": -0.8, "bold": -0.4},
    "curious": {"curious": 1.0, "serious": 0.3, "playful": 0.2},
    "tender": {"warm": 0.8, "calm": 0.5, "bold": -0.5},
}
"""Tone of the surrounding post to tone of the ad, -1 (jars) to 1 (fits): judgements, not measurements."""

MOOD_FITS: Mapping[str, Mapping[str, float]] = {
    "joy": {"warm": 0.8, "playful": 0.8, "energetic": 0.3},
    "excitement": {"energetic": 1.0, "bold": 0.7},
    "amusement": {"playful": 1.0, "bold": 0.3},
    "curiosity": {"curious": 1.0, "serious": 0.3},
    "calm": {"calm": 1.0, "elegant": 0.5, "warm": 0.3},
}
"""Positive moods only, and a mood never counts against an ad: there is nothing here that a low one could press."""


def tone_column(tone: Mapping[str, float]) -> list[float]:
    """How one creative sounds, in the order of `AD_TONES`.

    >>> tone_column({"warm": 0.5, "hungry": 1.0})[:3]
    [0.0, 0.5, 0.0]
    """
    return [float(tone.get(name, 0.0)) for name in AD_TONES]


def tone_weights(page: Mapping[str, float] | None) -> NDArray[np.float32]:
    """Share of total value per unit of each ad tone, from the tone of the page; zeros where it is not known.

    A page that is wholly playful makes a wholly playful ad worth 10 % more: 1.0 x 1.0 x 0.1.

    >>> tone_weights({"playful": 1.0})[:1].round(2).tolist()
    [0.10000000149011612]
    """
    return _weights(page, _PAGE)


def affect_weights(mood: Mapping[Mood, float] | None) -> NDArray[np.float32]:
    """The same from the viewer's positive mood, as far as they agreed to its use."""
    return _weights(mood, _MOOD)


def _vectors(fits: Mapping[str, Mapping[str, float]]) -> dict[str, NDArray[np.float32]]:
    return {
        name: np.array([MOST_QUALITY_SHARE * fit.get(tone, 0.0) for tone in AD_TONES], dtype=np.float32)
        for name, fit in fits.items()
    }


_PAGE = _vectors(PAGE_TONE_FITS)
_MOOD = _vectors(MOOD_FITS)


def _weights(
    given: Mapping[str, float] | Mapping[Mood, float] | None, fits: Mapping[str, NDArray[np.float32]]
) -> NDArray[np.float32]:
    weights = np.zeros(len(AD_TONES), dtype=np.float32)
    for name, share in (given or {}).items():
        if (fit := fits.get(name)) is not None:
            weights += fit * np.float32(min(max(share, 0.0), 1.0))
    return weights
