"""Whether an ad set that goes by people's profile reaches enough of them, on the wire."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from adtailor.journeys.reach import SetReach


class ReachWire(Struct, frozen=True, kw_only=True):
    """`people` is rounded, and only for those who see all organizations."""

    adset_id: str
    campaign_id: str
    name: str
    reach: Literal["enough", "too few", "not counted"]
    says: str
    people: int | None
    counted_on: date | None
    next_count: datetime


def reach_to_wire(one: SetReach) -> ReachWire:
    """Onto the wire."""
    return ReachWire(
        adset_id=one.adset.id,
        campaign_id=one.adset.campaign_id,
        name=one.adset.name,
        reach=one.answer,
        says=one.says,
        people=one.people,
        counted_on=one.counted_on,
        next_count=one.next_count,
    )
