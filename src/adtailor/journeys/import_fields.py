"""Values as other servers write them: amounts, dates, words, addresses; each with what to do where it is none."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from adtailor.domain.creative import fixed_https
from adtailor.domain.money import Micros
from adtailor.errors import InvalidInput

Row = Mapping[str, Any]
_TAG = re.compile(r"<[^>]*>")
_IMAGE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}){0,4}")
_MACRO = re.compile(r"\$\{|\{|%%|\[")
LONGEST_NAME, LONGEST_BODY, LONGEST_CALL = 200, 2000, 60


def text(value: object) -> str:
    """Words without markup and with single spaces.

    >>> text(" <b>Boots</b> &amp; more\\n")
    'Boots & more'
    """
    return " ".join(unescape(_TAG.sub(" ", str(value or ""))).split())


def whole(value: object) -> int:
    """A whole number; 0 for anything else."""
    try:
        return int(str(value))
    except ValueError:
        return 0


def money(value: object) -> Micros:
    """An amount in the account currency, as micros; 0 for none.

    >>> money("2.50"), money(None), money("")
    (2500000, 0, 0)
    """
    return times(value, 1)


def times(value: object, count: int) -> Micros:
    """So many times an amount, or a part of it, exactly as far as micros go.

    >>> times("0.33", 3)
    990000
    """
    try:
        exact = Decimal(str(value or 0)) * count * 1_000_000
    except InvalidOperation:
        return Micros(0)
    return Micros(int(exact)) if exact.is_finite() and exact > 0 else Micros(0)


def moment(value: object, *, ends: bool = False) -> datetime | None:
    """A time in UTC: a date is its midnight, or with `ends` the midnight after it; None for nothing, or the year 0.

    >>> moment("2026-11-20").isoformat(), moment("2026-11-20", ends=True).isoformat()
    ('2026-11-20T00:00:00+00:00', '2026-11-21T00:00:00+00:00')
    >>> moment("0000-00-00 00:00:00"), moment(None)
    (None, None)
    """
    written = str(value or "").strip()
    if not written or written.startswith("0000"):
        return None
    try:
        if len(written) == len("2026-11-20"):
            day = datetime.combine(date.fromisoformat(written), time(), UTC)
            return day + timedelta(days=1) if ends else day
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def landing(value: object) -> tuple[str | None, str | None]:
    """Where an ad leads, and what was changed or is wrong with it: without parameters that hold a macro.

    >>> landing("https://shop.example/?a=1&from=${publisher}")
    ('https://shop.example/?a=1', 'parameters with macros were taken off')
    >>> landing("http://shop.example/")
    (None, 'not https')
    """
    url = str(value or "").strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return None, "no address"
    plain = [
        (name, one) for name, one in parse_qsl(parts.query, keep_blank_values=True) if not _MACRO.search(name + one)
    ]
    said = None
    if _MACRO.search(parts.query):
        url = urlunsplit(parts._replace(query=urlencode(plain)))
        said = "parameters with macros were taken off"
    try:
        fixed_https(url, "landing_url")
    except InvalidInput as error:
        return None, "not https" if "https" in error.message else "holds a macro"
    return (url, said) if parts.hostname else (None, "no address")


def image(value: object) -> str | None:
    """A path under the installation's own media, if it can be one.

    >>> image("images/2026/05/boots.png"), image("../boots.png"), image("https://cdn.example/boots.png")
    ('images/2026/05/boots.png', None, None)
    """
    given = str(value or "").strip()
    return given if _IMAGE.fullmatch(given) else None


def words(values: object) -> frozenset[str]:
    """Keywords, lower case, single spaces."""
    listed = values if isinstance(values, list) else []
    return frozenset(word for one in listed if (word := " ".join(str(one).casefold().split())))


def countries(values: object) -> frozenset[str]:
    """Countries in two capitals; what is none is left out."""
    listed = values if isinstance(values, list) else []
    return frozenset(one for value in listed if re.fullmatch(r"[A-Z]{2}", one := str(value).strip().upper()))
