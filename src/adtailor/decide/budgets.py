"""What campaigns may spend, when they run, and what one more event of each ad may cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.decide.lines import Line
from adtailor.domain.buying import Campaign, Inventory
from adtailor.domain.ids import CampaignId
from adtailor.domain.money import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Flights:
    """When each campaign runs and how it is to be spent; one entry each."""

    starts_at: NDArray[np.float64]
    ends_at: NDArray[np.float64]
    """Seconds since 1970; infinite where it says none."""
    zone: NDArray[np.int32]
    """Its place in `zones`."""
    zones: tuple[str, ...]
    is_paced: NDArray[np.bool_]
    """Whether its bids follow the traffic of the day."""
    goals: NDArray[np.int64]
    """Impressions that were promised; 0 for none."""
    has_ads: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """What campaigns may spend, one entry each, and what one more event of each ad may cost."""

    index: Mapping[CampaignId, int]
    daily: NDArray[np.int64]
    lifetime: NDArray[np.int64]
    campaigns: NDArray[np.int32]
    """For each ad, its campaign's place."""
    next_charge: NDArray[np.int64]
    least: NDArray[np.int64]
    """For each campaign, what the dearest event of its ads may cost."""
    flights: Flights

    def left(self, spent: Mapping[CampaignId, tuple[Micros, Micros]]) -> NDArray[np.bool_]:
        """True for ads of which one more event fits: per campaign, what its day and its whole life were charged."""
        day, life = self.daily.copy(), self.lifetime.copy()
        for campaign, (today, ever) in spent.items():
            if (n := self.index.get(campaign)) is not None:
                day[n] -= today
                life[n] -= ever
        return np.minimum(day, life)[self.campaigns] >= self.next_charge

    def whole(self) -> NDArray[np.bool_]:
        """The same where nothing was spent yet."""
        return self.left({})


def budgets_of(inventory: Inventory, lines: Sequence[Line | None]) -> Budgets:
    """Of an inventory, and of its ads in the order of the columns."""
    unlimited = np.iinfo(np.int64).max
    index = {campaign.id: n for n, campaign in enumerate(inventory.campaigns)}
    daily = [campaign.daily_budget for campaign in inventory.campaigns]
    lifetime = [unlimited if (most := c.lifetime_budget) is None else most for c in inventory.campaigns]
    campaigns = np.array([index[line.campaign.id] if line else 0 for line in lines], dtype=np.int32)
    next_charge = np.array([_next_charge(line) if line else 0 for line in lines], dtype=np.int64)
    least = np.zeros(max(1, len(index)), dtype=np.int64)
    np.maximum.at(least, campaigns, next_charge)
    return Budgets(
        index=index,
        daily=np.array(daily or [0], dtype=np.int64),
        lifetime=np.array(lifetime or [0], dtype=np.int64),
        campaigns=campaigns,
        next_charge=next_charge,
        least=least,
        flights=_flights(inventory.campaigns, {line.campaign.id for line in lines if line}),
    )


def _flights(campaigns: Sequence[Campaign], with_ads: set[CampaignId]) -> Flights:
    zones = {zone: n for n, zone in enumerate(dict.fromkeys(campaign.zone for campaign in campaigns))}
    return Flights(
        starts_at=np.array([-np.inf if (at := c.starts_at) is None else at.timestamp() for c in campaigns]),
        ends_at=np.array([np.inf if (at := c.ends_at) is None else at.timestamp() for c in campaigns]),
        zone=np.array([zones[campaign.zone] for campaign in campaigns], dtype=np.int32),
        zones=tuple(zones),
        is_paced=np.array([c.tier == "auction" and c.pacing == "even" for c in campaigns], dtype=np.bool_),
        goals=np.array([campaign.goal_impressions or 0 for campaign in campaigns], dtype=np.int64),
        has_ads=np.array([campaign.id in with_ads for campaign in campaigns], dtype=np.bool_),
    )


def _next_charge(line: Line) -> int:
    bid = line.adset.bid
    if line.campaign.tier == "house":
        return 0
    return -(-bid.amount // 1000) if bid.kind == "cpm" else bid.amount
