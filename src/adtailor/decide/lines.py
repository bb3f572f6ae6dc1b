"""An ad with all it hangs on: as objects at hand, or made of stored bytes for the few that win or are explained."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast, overload

import numpy as np
from numpy.typing import NDArray

from adtailor.decide.stock import STATUSES
from adtailor.domain.buying import Ad, AdSet, Advertiser, Campaign
from adtailor.domain.creative import Creative
from adtailor.domain.ids import AdId
from adtailor.domain.managed import BuyingKind, Item
from adtailor.maths.names import Names

MOST_AT_HAND = 20_000
"""Objects that are kept of what was asked for; then all are dropped, and made again as they are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One ad with all it hangs on."""

    ad: Ad
    adset: AdSet
    campaign: Campaign
    advertiser: Advertiser
    creative: Creative


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLines(Sequence[Line | None]):
    """The lines of a stored catalogue, by the ads' places; each is made when somebody asks, and kept for a while."""

    ad_ids: Names
    statuses: NDArray[np.uint8]
    adsets: NDArray[np.int32]
    """For each ad its row among the bodies of ad sets, and so on; -1 where the line is not whole."""
    creatives: NDArray[np.int32]
    campaigns: NDArray[np.int32]
    """For each ad set."""
    advertisers: NDArray[np.int32]
    """For each campaign."""
    bodies: Mapping[BuyingKind, Names]
    decoded: Callable[[BuyingKind, bytes], Item]
    at_hand: dict[tuple[BuyingKind, int], Item] = field(default_factory=dict[tuple[BuyingKind, int], Item])
    whole: dict[int, Line] = field(default_factory=dict[int, Line])

    def __len__(self) -> int:
        return len(self.statuses)

    @overload
    def __getitem__(self, at: int) -> Line | None: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Line | None]: ...
    def __getitem__(self, at: int | slice) -> Line | Sequence[Line | None] | None:
        if isinstance(at, slice):
            return [self[n] for n in range(*at.indices(len(self)))]
        if (line := self.whole.get(at)) is not None:
            return line
        if not 0 <= at < len(self):
            raise IndexError(at)
        adset = int(self.adsets[at])
        if adset < 0:
            return None
        campaign = int(self.campaigns[adset])
        of_set = cast("AdSet", self._item("adsets", adset))
        creative = self.creative(at)
        line = Line(
            ad=Ad(
                id=AdId(self.ad_ids[at]),
                adset_id=of_set.id,
                creative_id=creative.id,
                status=STATUSES[self.statuses[at]],
            ),
            adset=of_set,
            campaign=cast("Campaign", self._item("campaigns", campaign)),
            advertiser=cast("Advertiser", self._item("advertisers", int(self.advertisers[campaign]))),
            creative=creative,
        )
        if len(self.whole) >= MOST_AT_HAND:
            self.whole.clear()
        self.whole[at] = line
        return line

    def creative(self, at: int) -> Creative:
        """What an ad shows, whose line is whole."""
        return cast("Creative", self._item("creatives", int(self.creatives[at])))

    def _item(self, kind: BuyingKind, row: int) -> Item:
        if (found := self.at_hand.get((kind, row))) is None:
            found = self.decoded(kind, self.bodies[kind].raw(row))
            if len(self.at_hand) >= MOST_AT_HAND:
                self.at_hand.clear()
            self.at_hand[kind, row] = found
        return found


def inactive_part(line: Line) -> str | None:
    """What keeps an ad from running at all, in words; None where all that it hangs on is active and complete."""
    parts = (
        ("ad", line.ad.status),
        ("ad set", line.adset.status),
        ("campaign", line.campaign.status),
        ("creative", line.creative.status),
    )
    for part, status in parts:
        if status != "active":
            return f"the {part} is {status.replace('_', ' ')}"
    if line.creative.format == "carousel" and not line.creative.cards:
        return "the carousel has no cards"
    return None
