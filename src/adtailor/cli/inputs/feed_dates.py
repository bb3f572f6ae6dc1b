"""The times that feeds give: RFC 822 in RSS, RFC 3339 in Atom, and what is written instead of them."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from adtailor.domain.checks import aware_utc
from adtailor.errors import InvalidInput

_MONTH = re.compile(r"\d{4}(-\d{2})?")
_ZONES = {
    "Z": "+0000", "UTC": "+0000", "WET": "+0000", "WEST": "+0100", "BST": "+0100", "CET": "+0100", "MEZ": "+0100",
    "CEST": "+0200", "MESZ": "+0200", "EET": "+0200", "EEST": "+0300", "MSK": "+0300", "JST": "+0900", "KST": "+0900",
    "AEST": "+1000", "AEDT": "+1100", "NZST": "+1200", "NZDT": "+1300",
}  # fmt: skip
"""Names of zones that feeds use beside those of RFC 822, which the standard library knows."""
_NAMED = re.compile(r"\s([A-Za-z]{1,5})$")


def feed_time(text: str, field: str) -> tuple[datetime, bool]:
    """The time in UTC, and whether it named a zone; one that did not is taken as UTC. InvalidInput if it is no time.

    >>> feed_time("Tue, 03 Jun 2025 09:39:21 +0200", "pubDate")
    (datetime.datetime(2025, 6, 3, 7, 39, 21, tzinfo=datetime.timezone.utc), True)
    >>> feed_time("2025-06-03", "dc:date")
    (datetime.datetime(2025, 6, 3, 0, 0, tzinfo=datetime.timezone.utc), False)
    """
    if not text:
        raise InvalidInput("missing", hint="a post needs its time", field=field)
    found = _parsed(text)
    if found is None:
        raise InvalidInput(
            f"{text[:40]!r} is no time",
            hint="as in Tue, 03 Jun 2025 09:39:21 +0200, or 2025-06-03T07:39:21Z",
            field=field,
        )
    zoned = found.tzinfo is not None
    try:
        return aware_utc(found if zoned else found.replace(tzinfo=UTC), field), zoned
    except OverflowError:
        raise InvalidInput(f"{text[:40]!r} has no equal in UTC", hint="a year from 1 to 9999", field=field) from None


def _parsed(text: str) -> datetime | None:
    if _MONTH.fullmatch(text):
        text = f"{text}-01" if "-" in text else f"{text}-01-01"
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    named = _NAMED.search(text)
    offset = _ZONES.get(named[1].upper()) if named else None
    try:
        return parsedate_to_datetime(f"{text[: named.start()]} {offset}" if named and offset else text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
