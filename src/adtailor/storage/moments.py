"""Times as whole microseconds since 1970 in UTC: exact, sortable, and what a column can hold."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)

AFFECT_KEPT = timedelta(hours=72)
"""Emotions, stress and moods are gone after this."""
DECISIONS_KEPT = timedelta(days=30)
EXHIBITS_KEPT = timedelta(days=367)
"""A year after an ad last ran: a leap day, and the day on which it was last chosen, are not cut off."""


def ticks(moment: datetime) -> int:
    """Microseconds since 1970.

    >>> ticks(datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC))
    1000005
    """
    return (moment - EPOCH) // _TICK


def moment(count: int) -> datetime:
    """The other way round.

    >>> moment(1000005)
    datetime.datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=datetime.timezone.utc)
    """
    return EPOCH + timedelta(microseconds=count)


def budget_day(at: datetime, zone: str) -> date:
    """The date in a campaign's own zone: an hour that a clock change repeats or skips stays in its day.

    >>> budget_day(datetime(2026, 11, 20, 23, 30, tzinfo=UTC), "Europe/Berlin")
    datetime.date(2026, 11, 21)
    """
    return at.astimezone(ZoneInfo(zone)).date()


def day_number(day: date) -> int:
    """Days since 1970.

    >>> day_number(date(1970, 1, 3))
    2
    """
    return (day - EPOCH.date()).days


def numbered_day(number: int) -> date:
    """The other way round.

    >>> numbered_day(2)
    datetime.date(1970, 1, 3)
    """
    return EPOCH.date() + timedelta(days=number)
