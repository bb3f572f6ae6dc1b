r"""Members who click: a world whose truth is known to nobody but itself, and of which no click model sees a number.

$$\mathrm{logit}\,p = b + a_{ad} + t_{viewer} \cdot n_{ad} + m\,\overline{\cos}(page, ad) - d \ln(1 + position)
  - f\, seen + h_{hour}$$

Taste and nature are drawn in a space of the world's own; topics meet through directions that are drawn for each,
not through those that the reading models know.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.buying import Inventory
from adtailor.domain.ids import AdId, PersonId, TopicId

TASTES = 8
"""Directions that taste has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Temper:
    """How strongly each thing tells; all in units of logit. A zero is a world without that effect."""

    base: float = -3.6
    appeal: float = 0.7
    """Standard deviation over ads."""
    taste: float = 0.8
    """The same over pairs of viewer and ad."""
    page: float = 0.9
    position: float = 0.35
    fatigue: float = 0.4
    evening: float = 0.3


class ClickingWorld:
    """The truth: the chance that a viewer clicks an ad on a page. The same seed is the same world."""

    def __init__(self, inventory: Inventory, people: Iterable[PersonId], *, seed: int, temper: Temper | None = None):
        self._temper = temper or Temper()
        random = np.random.default_rng(seed)
        creatives = {creative.id: creative for creative in inventory.creatives}
        about: dict[AdId, Mapping[TopicId, float]] = {
            ad.id: creatives[ad.creative_id].topics for ad in inventory.ads if ad.creative_id in creatives
        }
        self._appeal = dict(zip(about, random.normal(0.0, self._temper.appeal, len(about)).tolist(), strict=True))
        self._nature = dict(zip(about, _directions(random, len(about)), strict=True))
        names = list(people)
        self._taste = dict(zip(names, _directions(random, len(names)), strict=True))
        self._about = about
        self._seed = seed
        self._directions: dict[TopicId, NDArray[np.float64]] = {}

    def click_rate(
        self,
        viewer: PersonId | None,
        ad_id: AdId,
        *,
        page: Mapping[TopicId, float],
        position: int,
        seen: int,
        hour: int,
    ) -> float:
        """The chance of a click; an ad that the world does not know is never clicked."""
        if ad_id not in self._about:
            return 0.0
        temper = self._temper
        logit = temper.base + self._appeal[ad_id]
        if viewer is not None and viewer in self._taste:
            # Two random directions meet at 1/sqrt(TASTES) on average: scaled to the standard deviation asked for.
            met = float(self._taste[viewer] @ self._nature[ad_id])
            logit += temper.taste * math.sqrt(TASTES) * met
        logit += temper.page * self._kinship(page, self._about[ad_id])
        logit -= temper.position * math.log1p(position)
        logit -= temper.fatigue * seen
        logit += temper.evening if hour >= 18 else 0.0
        return 1.0 / (1.0 + math.exp(-logit))

    def _kinship(self, page: Mapping[TopicId, float], ad: Mapping[TopicId, float]) -> float:
        """Cosine between two mixes of topics; 0 where either says nothing."""
        if not page or not ad:
            return 0.0
        one, other = (self._mix(topics) for topics in (page, ad))
        size = float(np.linalg.norm(one) * np.linalg.norm(other))
        return float(one @ other) / size if size > 0.0 else 0.0

    def _mix(self, topics: Mapping[TopicId, float]) -> NDArray[np.float64]:
        total = np.zeros(2 * TASTES)
        for topic, share in topics.items():
            if topic not in self._directions:
                of_topic = np.random.default_rng([self._seed, *topic.encode()])
                self._directions[topic] = of_topic.normal(size=2 * TASTES)
            total += share * self._directions[topic]
        return total


def _directions(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    drawn = random.normal(size=(count, TASTES))
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
