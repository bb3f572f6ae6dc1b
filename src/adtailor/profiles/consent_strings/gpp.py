"""The string of the Global Privacy Platform (IAB Tech Lab), version 1: a header, and the sections that it lists.

`DBABMA~CPXx...`: the header names section 2, which is a TC string. Sections that nobody here reads stay as they are.
Format: IAB Tech Lab, "Global Privacy Platform String" (2022).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adtailor.profiles.consent_strings.bits import LONGEST, Bits, Ids, Unreadable
from adtailor.profiles.consent_strings.tcf import TcfString, read_tcf
from adtailor.profiles.consent_strings.us_sections import US_SECTIONS, UsSection, read_us

TCF_EU = 2
US_PRIVACY = 6
HEADER, INTEGRITY = 3, 4
_VERSION = 1
_MOST_SECTIONS = 64
_PRIVACY = re.compile(r"1[YN-]([YN-])[YN-]")


@dataclass(frozen=True, slots=True)
class UsPrivacy:
    """The string of the CCPA framework, version 1: notice, opt-out of sale, and the agreement, a letter each."""

    opts_out: bool


@dataclass(frozen=True, slots=True)
class Unread:
    """A section of a format that is not read here."""


Section = TcfString | UsSection | UsPrivacy | Unread


@dataclass(frozen=True, slots=True)
class GppString:
    """Sections by their id."""

    sections: Mapping[int, Section]


def read_gpp(text: str) -> GppString | None:
    """The sections; None where the header, or any section of a known format, is not whole.

    >>> read_gpp("DBABrw~1YNN") is None, read_gpp("DBABTA~1YNN")
    (True, GppString(sections={6: UsPrivacy(opts_out=False)}))
    """
    try:
        return _read(text)
    except Unreadable:
        return None


def read_header(text: str) -> tuple[int, ...]:
    """The ids of the sections, as the header lists them; Unreadable if it is none.

    >>> read_header("DBABMA"), read_header("DBACNYA"), read_header("DBABjw")  # the examples of the specification
    ((2,), (2, 6), (5, 6))
    """
    bits = Bits(text)
    if (bits.number(6), bits.number(6)) != (HEADER, _VERSION):
        raise Unreadable
    listed: Ids = bits.fibonacci_ids()
    bits.end()
    if not listed.ranges or sum(last - first + 1 for first, last in listed.ranges) > _MOST_SECTIONS:
        raise Unreadable
    return tuple(number for first, last in listed.ranges for number in range(first, last + 1))


def us_privacy(text: str) -> UsPrivacy | None:
    """What a US Privacy string says, None if it is none.

    >>> us_privacy("1YYN"), us_privacy("1---"), us_privacy("2YNN")
    (UsPrivacy(opts_out=True), UsPrivacy(opts_out=False), None)
    """
    found = _PRIVACY.fullmatch(text.upper()) if text.isascii() else None
    return None if found is None else UsPrivacy(found.group(1) == "Y")


def _read(text: str) -> GppString:
    if len(text) > LONGEST:
        raise Unreadable
    header, *parts = text.split("~")
    ids = read_header(header)
    if len(ids) != len(parts):
        raise Unreadable
    return GppString({number: _section(number, part) for number, part in zip(ids, parts, strict=True)})


def _section(number: int, text: str) -> Section:
    if number in US_SECTIONS:
        return read_us(number, text)
    if number not in (TCF_EU, US_PRIVACY):
        return Unread()
    found = read_tcf(text) if number == TCF_EU else us_privacy(text)
    if found is None:
        raise Unreadable
    return found
