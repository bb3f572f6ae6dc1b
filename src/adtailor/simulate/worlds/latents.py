r"""What is true of a world and leaves it only as posts and clicks: taste, receptivity, states, patience.

Directions are drawn for each world in a space of its own: no number of a click model is among them. That some moods
suit some tones is taken from where both lie between calm and excited, unpleasant and pleasant (Russell, 1980), each
world a little otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.buying import Inventory

Floats = NDArray[np.float64]
WIDTH = 8
"""Directions that taste has."""
STATES = ("joy", "excitement", "amusement", "curiosity", "calm", "low", "plain")
"""How someone may feel on a day; also the rows of the reader's confusion of moods."""
OFTEN = np.array([0.12, 0.06, 0.10, 0.08, 0.08, 0.16, 0.40])
STAYS = 0.5
"""The chance that a state lasts another day."""
_MOODS: Mapping[str, tuple[float, float]] = {
    "joy": (0.9, 0.2), "excitement": (0.6, 0.8), "amusement": (0.7, 0.4), "curiosity": (0.3, 0.3),
    "calm": (0.5, -0.8), "low": (-0.8, -0.2), "plain": (0.0, 0.0),
}  # fmt: skip
_TONES: Mapping[str, tuple[float, float]] = {
    "playful": (0.7, 0.5), "warm": (0.8, -0.1), "calm": (0.4, -0.9), "energetic": (0.4, 0.9),
    "serious": (-0.3, -0.2), "curious": (0.3, 0.3), "elegant": (0.3, -0.4), "bold": (0.1, 0.8),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Strengths:
    """How strongly each thing tells, in units of logit unless said otherwise; the truth that a trial looks for."""

    base: float = -4.9
    appeal: float = 0.5
    taste: float = 0.5
    page: float = 0.8
    interests: float = 0.4
    look: float = 1.4
    """Of clothes like one's own, from none to wholly alike."""
    mood: float = 1.0
    """Of a tone that suits the state, times one's receptivity."""
    position: float = 0.3
    fatigue: float = 0.15
    evening: float = 0.2
    leaving: float = 0.0015
    """The chance to leave on a day, at the load that people are used to."""
    annoyance: float = 1.2
    """By how much one more ad a page, got used to, raises the log of that chance, times one's impatience."""
    patience_days: float = 30.0
    """The time constant with which a load of ads is got tired of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Latents:
    """The truth about people and ads; nobody but the laws of the world reads it."""

    liking: Floats
    """(people, ads): logit of what does not change: base, appeal, taste and interests."""
    alike: Floats
    """(people, ads): how like one's own clothes those of an ad are, -1 to 1."""
    kinship: Floats
    """(topics, ads): of page and ad."""
    suits: Floats
    """(states, ads): how a tone suits a state."""
    receptive: Floats
    """(people,): to mood; mean 1."""
    impatient: Floats
    """(people,): with ads; mean 1."""
    active: Floats
    """(people,): pages a day."""
    interests: Floats
    """(people, topics): shares."""
    wardrobe: Floats
    """(people, garments): shares."""
    states: NDArray[np.int8]
    """(days, people)"""


def draw_latents(
    random: np.random.Generator,
    inventory: Inventory,
    *,
    people: int,
    days: int,
    topics: tuple[str, ...],
    garments: tuple[str, ...],
    strengths: Strengths,
) -> Latents:
    """One draw; people and ads of a seed are the same whatever the strengths of look, mood and annoyance."""
    creatives = [{c.id: c for c in inventory.creatives}[ad.creative_id] for ad in inventory.ads]
    ads = len(creatives)
    interests = random.dirichlet(np.full(len(topics), 0.4), people)
    wardrobe = random.dirichlet(np.full(len(garments), 0.25), people)
    taste, nature = _directions(random, people), _directions(random, ads)
    liking = (
        strengths.base
        + strengths.appeal * random.normal(size=ads)
        + strengths.taste * np.sqrt(WIDTH) * (taste @ nature.T)
    )
    of_topics, of_garments = _directions(random, len(topics)), _directions(random, len(garments))
    about = np.array([of_topics[topics.index(next(iter(c.topics)))] for c in creatives])
    liking += strengths.interests * (_unit(interests @ of_topics) @ about.T)
    shows = np.zeros((ads, WIDTH))
    for n, creative in enumerate(creatives):
        for trait in creative.look:
            shows[n] = of_garments[garments.index(trait.removeprefix("garment:"))]
    moods, tones = (
        np.array(list(places.values())) + random.normal(0.0, 0.15, (len(places), 2)) for places in (_MOODS, _TONES)
    )
    moods[STATES.index("plain")] = 0.0
    fits = moods @ _unit(tones).T
    sounds = [list(_TONES).index(next(iter(c.tone))) for c in creatives]
    return Latents(
        liking=liking,
        alike=_unit(wardrobe @ of_garments + 0.15 * random.normal(size=(people, WIDTH))) @ shows.T,
        kinship=of_topics @ about.T,
        suits=fits[:, sounds],
        receptive=random.gamma(2.0, 0.5, people),
        impatient=random.gamma(4.0, 0.25, people),
        active=np.clip(random.lognormal(1.2, 0.5, people), 0.5, 12.0),
        interests=interests,
        wardrobe=wardrobe,
        states=_states(random, people, days),
    )


def _states(random: np.random.Generator, people: int, days: int) -> NDArray[np.int8]:
    states = random.choice(len(STATES), size=(days, people), p=OFTEN).astype(np.int8)
    stays = random.random((days, people)) < STAYS
    for day in range(1, days):
        states[day, stays[day]] = states[day - 1, stays[day]]
    return states


def _directions(random: np.random.Generator, count: int) -> Floats:
    return _unit(random.normal(size=(count, WIDTH)))


def _unit(rows: Floats) -> Floats:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, length, out=np.zeros_like(rows), where=length > 0.0)
