"""Parts of budgets that processes hold for a while, so that together they promise no more than there is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from adtailor.domain.buying import BidKind
from adtailor.domain.ids import CampaignId
from adtailor.domain.money import Micros

HALF_LIVES: Mapping[BidKind, timedelta] = {
    "cpm": timedelta(minutes=1),
    "cpc": timedelta(minutes=20),
    "cpa": timedelta(days=1),
}
"""After which the half of what is still to be charged for an ad has been: chosen, not measured. By the time that the
address of an impression (1 h) or a click (24 h) expires, nothing is expected of it any more."""
LEASED_FOR = timedelta(seconds=30)
"""What a process holds is everybody's again this long after it last asked."""

Promised = tuple[float, float, float]
"""Micros that are expected to be charged, for impressions, clicks and conversions, in the order of `HALF_LIVES`."""
NOTHING: Promised = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseAsk:
    """What a process tells when it asks for a part of a budget."""

    campaign_id: CampaignId
    least: Micros
    """What its dearest event may cost: less than that is of no use."""
    promised: Promised = NOTHING
    """What it expects now to be charged for ads that it has shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """What it may promise from now on."""

    headroom: Micros
    left: Micros
    """What the day's and the whole budget have left, whoever spends it."""
