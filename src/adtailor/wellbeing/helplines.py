"""Whom to call, by the country a person declared: a number only while its check is fresh, else the directory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from adtailor.domain.wellbeing import Helpline, HelplineCheck

DIRECTORY = "*"

# 112 throughout the EU (Directive (EU) 2018/1972, Art. 109), and beside a number of their own in the others that list
# it (EENA, "112 worldwide"); 911 (FCC, CRTC), 000 (ACMA), 111 (New Zealand Police). Statutory numbers, not helplines.
_EURO = "AT BE BG CH CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
EMERGENCY: dict[str, str] = {
    **dict.fromkeys(_EURO.split(), "112"),
    "GB": "999",
    "US": "911",
    "CA": "911",
    "AU": "000",
    "NZ": "111",
}


def lines_for(
    country: str | None, helplines: Sequence[Helpline], *, today: date, fresh_days: int
) -> tuple[Helpline, ...]:
    """The verified lines of a country, the directory where there is none. The directory is an address, not a number."""
    local = tuple(
        line
        for line in helplines
        if line.country != DIRECTORY and line.country == _code(country) and is_fresh(line, today, fresh_days)
    )
    return local or tuple(line for line in helplines if line.country == DIRECTORY)


def checked(helplines: Sequence[Helpline], checks: Mapping[str, HelplineCheck]) -> tuple[Helpline, ...]:
    """The lines with the later of the day in the file and the day of an operator's check of this very line."""
    return tuple(
        replace(line, verified_at=max(filter(None, (line.verified_at, check.checked_at))))
        if (check := checks.get(line.fingerprint)) is not None
        else line
        for line in helplines
    )


def is_fresh(line: Helpline, today: date, fresh_days: int) -> bool:
    """Whether somebody checked the line against its source, and not too long ago (nor at a time yet to come)."""
    if not line.source or line.verified_at is None:
        return False
    return timedelta(0) <= today - line.verified_at <= timedelta(days=fresh_days)


def emergency_number(country: str | None) -> str | None:
    """The number of a declared country; None where it is not known: better none than a wrong one."""
    return EMERGENCY.get(_code(country))


def _code(country: str | None) -> str:
    return (country or "").upper()
