"""Ids are strings with a kind, and the ids made here sort by time (UUIDv7, RFC 9562)."""

import uuid
from datetime import UTC, datetime, timedelta
from random import Random
from typing import NewType

PersonId = NewType("PersonId", str)
PostId = NewType("PostId", str)
SiteId = NewType("SiteId", str)
PlacementId = NewType("PlacementId", str)
OrganizationId = NewType("OrganizationId", str)
AdvertiserId = NewType("AdvertiserId", str)
CampaignId = NewType("CampaignId", str)
AdSetId = NewType("AdSetId", str)
AdId = NewType("AdId", str)
CreativeId = NewType("CreativeId", str)
RequestId = NewType("RequestId", str)
DecisionId = NewType("DecisionId", str)
TopicId = NewType("TopicId", str)
"""An id of the IAB Content Taxonomy 3.1."""
TrialId = NewType("TrialId", str)
SegmentId = NewType("SegmentId", str)
ProductId = NewType("ProductId", str)
"""An id of the IAB Ad Product Taxonomy 2.0."""


def uuid7(now: datetime, random: Random) -> str:
    """An id from the given clock and randomness: 48 bits of milliseconds, then 74 random bits.

    >>> from datetime import UTC
    >>> uuid7(datetime(2026, 11, 20, tzinfo=UTC), Random(7))[:15]
    '01a1f640-bc00-7'
    """
    milliseconds = int(now.timestamp() * 1000) & (2**48 - 1)
    value = milliseconds << 80 | 0x7 << 76 | random.getrandbits(12) << 64 | 0b10 << 62 | random.getrandbits(62)
    return str(uuid.UUID(int=value))


def made_at_of(made: str) -> datetime | None:
    """When an id of `uuid7` was made, to the millisecond; None for an id made otherwise.

    >>> made_at_of(uuid7(datetime(2026, 11, 20, tzinfo=UTC), Random(7)))
    datetime.datetime(2026, 11, 20, 0, 0, tzinfo=datetime.timezone.utc)
    >>> made_at_of("d1") is None
    True
    """
    try:
        found = uuid.UUID(made)
    except ValueError:
        return None
    if found.version != 7:
        return None
    try:
        return _EPOCH + timedelta(milliseconds=found.int >> 80)
    except OverflowError:
        return None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
