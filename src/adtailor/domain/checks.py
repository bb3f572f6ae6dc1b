"""Small checks that values of the domain share; each names the field, the value and the remedy."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from adtailor.errors import InvalidInput

_ID = re.compile(r"[A-Za-z0-9._:\-]{1,64}")
_SHOWN = 40


def checked_id(value: str, field: str) -> str:
    """`value`, if it is 1 to 64 of `A-Za-z0-9._:-`.

    >>> checked_id("ana", "author_id")
    'ana'
    """
    if not _ID.fullmatch(value):
        shown = value if len(value) <= _SHOWN else value[:_SHOWN] + "..."
        raise InvalidInput(f"{shown!r} is no id", hint="an id is 1 to 64 of A-Z a-z 0-9 . _ : -", field=field)
    return value


def is_id(value: str) -> bool:
    """Whether `checked_id` would let it pass."""
    return _ID.fullmatch(value) is not None


def aware_utc(value: datetime, field: str) -> datetime:
    """`value` in UTC, if it carries a zone."""
    if value.tzinfo is None:
        raise InvalidInput(
            f"{value.isoformat()} has no time zone", hint="add one, as in 2026-11-20T12:00:00Z", field=field
        )
    return value.astimezone(UTC)


def not_negative(value: int, field: str) -> int:
    """`value`, if it is 0 or more."""
    if value < 0:
        raise InvalidInput(f"{value} is negative", hint="money and counts are 0 or more", field=field)
    return value


def share(value: float, field: str) -> float:
    """`value`, if it is a number from 0 to 1."""
    if not (math.isfinite(value) and 0.0 <= value <= 1.0):
        raise InvalidInput(f"{value} is no share", hint="a number from 0 to 1", field=field)
    return value


def shares(values: Mapping[str, float], field: str) -> Mapping[str, float]:
    """`values`, if each is a number from 0 to 1."""
    for name, value in values.items():
        share(value, f"{field}.{name}")
    return values
