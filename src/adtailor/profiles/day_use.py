"""How long somebody who set themselves a limit has been here today, from the pages that were asked for."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from adtailor.domain.profile import DayUse

SITTING = timedelta(minutes=5)
"""Between two pages of one sitting; whoever is away longer was not here meanwhile."""
NOTED_EVERY = timedelta(seconds=15)
"""Pages in quicker succession are noted together."""


def use_today(use: DayUse | None, *, day: date) -> DayUse | None:
    """What was noted of this day; a new one starts from nothing."""
    return use if use is not None and use.day == day else None


def with_page(use: DayUse | None, *, now: datetime, day: date) -> DayUse:
    """The day with one page more: the time since the last one counts, if it was of the same sitting.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> use = None
    >>> for minutes in (0, 2, 4, 30, 31):
    ...     use = with_page(use, now=noon + timedelta(minutes=minutes), day=noon.date())
    >>> use.seconds / 60
    5.0
    """
    before = use_today(use, day=day)
    if before is None:
        return DayUse(day=day, last_at=now)
    gap = now - before.last_at
    if gap < timedelta(0) or gap > SITTING:
        return replace(before, last_at=now)
    return replace(before, last_at=now, seconds=before.seconds + gap.total_seconds())
