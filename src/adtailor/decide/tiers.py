"""What was promised comes before what bids, and the operator's own last; and which campaigns keep apart."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.buying import Tier

TIER_SCALE: Mapping[Tier, float] = {"guaranteed": 2.0**64, "auction": 1.0, "house": 2.0**-64}
"""What every value of a tier is multiplied by while ads are ranked, so that any of a higher one comes first.

A power of two changes a number's exponent and none of its digits: divided by it again, a value is the same to the bit.
Values of one impression lie well within 2^-30 and 2^30 micros, and all of it fits single precision.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiers:
    """The tier of each ad."""

    scale: NDArray[np.float64]
    """Its entry of `TIER_SCALE`."""
    is_house: NDArray[np.bool_]
    is_guaranteed: NDArray[np.bool_]
    takes_floors: NDArray[np.bool_]
    """Floors are for what bids: a promise has its own price, and the operator pays itself nothing."""
    is_mixed: bool
    """Whether any ad is of another tier than the auction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What each ad keeps apart from: ad i has the labels `labels[starts[i]:starts[i + 1]]`."""

    starts: NDArray[np.int64]
    labels: NDArray[np.int32]


def tiers_of(tiers: Sequence[Tier]) -> Tiers:
    """Columns of the ads' tiers."""
    names = np.array(tiers, dtype="U10")
    is_house, is_guaranteed = names == "house", names == "guaranteed"
    takes_floors = ~(is_house | is_guaranteed)
    return Tiers(
        scale=np.where(is_house, TIER_SCALE["house"], np.where(is_guaranteed, TIER_SCALE["guaranteed"], 1.0)),
        is_house=is_house,
        is_guaranteed=is_guaranteed,
        takes_floors=takes_floors,
        is_mixed=not takes_floors.all(),
    )


def labels_of(separations: Iterable[frozenset[str]]) -> Labels:
    """Columns of the labels of the ads' campaigns."""
    numbers: dict[str, int] = {}
    ends, labels = [0], list[int]()
    for separation in separations:
        labels += [numbers.setdefault(label, len(numbers)) for label in sorted(separation)]
        ends.append(len(labels))
    return Labels(starts=np.array(ends, dtype=np.int64), labels=np.array(labels, dtype=np.int32))
