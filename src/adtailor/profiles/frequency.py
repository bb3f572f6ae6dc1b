"""How often each ad was shown today, in the person's own zone, so that caps hold. Needs the interests consent."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from adtailor.domain.ids import AdId
from adtailor.domain.profile import AdsSeen, Profile


def with_seen(profile: Profile, ad_id: AdId, *, now: datetime, zone: str) -> Profile:
    """The profile after an impression; a new local day starts from nothing."""
    counts = seen_today(profile, now=now, zone=zone)
    return replace(profile, seen=AdsSeen(day=local_day(now, zone), counts={**counts, ad_id: counts.get(ad_id, 0) + 1}))


def seen_today(profile: Profile, *, now: datetime, zone: str) -> Mapping[AdId, int]:
    """Impressions of the local day."""
    seen = profile.seen
    return seen.counts if seen is not None and seen.day == local_day(now, zone) else {}


def local_day(now: datetime, zone: str) -> date:
    """The day it is in a zone, whether it has 23, 24 or 25 hours.

    >>> from datetime import UTC
    >>> local_day(datetime(2026, 11, 20, 23, 30, tzinfo=UTC), "Europe/Berlin").isoformat()
    '2026-11-21'
    """
    return now.astimezone(ZoneInfo(zone)).date()
