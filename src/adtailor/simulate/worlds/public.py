"""What a site and its engine may know of a world: the buying side, who asks from where, and what was read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.buying import Inventory
from adtailor.domain.ids import AdId, PersonId, TopicId
from adtailor.domain.person import Mood

TICKS = 24
"""Hours of a day: budgets are paced, and pages decided, from one to the next."""
MOST_PLACES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What the reader made of people's posts, its mistakes included; first axis: people."""

    interests: NDArray[np.int64]
    """(people, topics): posts that were read as being about each topic."""
    look: NDArray[np.int64]
    """(people, garments): photos that were read as showing each."""
    moods: NDArray[np.int8]
    """(days, people): the place of the mood read that day; -1 for none."""
    posts: NDArray[np.int64]
    """Posts read of each person, all in all: what reading has to be paid for."""
    photos: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """Everything that leaves the world. An engine is made of this, and of nothing else."""

    inventory: Inventory
    topics: tuple[TopicId, ...]
    garments: tuple[str, ...]
    """Traits as the reader names them."""
    moods: tuple[Mood, ...]
    countries: tuple[str, ...]
    people: tuple[PersonId, ...]
    lives_in: NDArray[np.int8]
    """The place of each person's country."""
    signals: Signals

    @property
    def ads(self) -> tuple[AdId, ...]:
        """All ads, in the order in which the world counts them."""
        return tuple(ad.id for ad in self.inventory.ads)
