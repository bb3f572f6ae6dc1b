"""What the consent strings of a request leave: at most what is on file, and never more for a string than without."""

from dataclasses import dataclass
from functools import lru_cache

from adtailor.domain.decision import Regulations
from adtailor.domain.person import Consents
from adtailor.profiles.consent_strings.gpp import GppString, Section, Unread, UsPrivacy, read_gpp
from adtailor.profiles.consent_strings.tcf import TcfString, read_tcf
from adtailor.profiles.consent_strings.us_sections import UsSection

MAKE_PROFILES, USE_PROFILES = 3, 4
"""Purposes of TCF: create profiles for personalised advertising, and use them to select it."""
KEPT = 512
"""Strings whose meaning is remembered: a visitor sends the same one with every page."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The most that may be used, and whether a string says that this is a child."""

    most: Consents
    is_child: bool = False

    def and_(self, other: "Heard") -> "Heard":
        """Only what both leave."""
        return Heard(self.most.narrowed(other.most), self.is_child or other.is_child)


EVERYTHING = Heard(Consents(interests=True, look=True, affect=True, wellbeing=True))
NO_PROFILING = Heard(Consents(wellbeing=True))
"""What a no leaves: being left alone on a bad day is no profiling for ads, and has a consent of its own."""
CHILD = Heard(Consents(), is_child=True)


def heard(regs: Regulations, *, vendor: int | None = None) -> Heard:
    """What TCF and GPP leave, for a vendor of TCF's list, or for the publisher itself (None). GPC is not asked here.

    A string that does not parse means no. Of GPP those sections count that the request says apply, all of them where
    it does not say; one that applies and is not there, or that nobody here can read, means no.
    """
    left = EVERYTHING
    if regs.tcf is not None:
        left = left.and_(_of_tcf(regs.tcf, vendor))
    if regs.gpp is not None:
        left = left.and_(_of_gpp(regs.gpp, regs.gpp_sections, vendor))
    return left


@lru_cache(maxsize=KEPT)
def _of_tcf(text: str, vendor: int | None) -> Heard:
    return _of_section(read_tcf(text), vendor)


@lru_cache(maxsize=KEPT)
def _of_gpp(text: str, applying: tuple[int, ...] | None, vendor: int | None) -> Heard:
    found = read_gpp(text)
    if found is None:
        return NO_PROFILING
    left = EVERYTHING
    for section in _applying(found, applying):
        left = left.and_(_of_section(section, vendor))
    return left


def _applying(found: GppString, applying: tuple[int, ...] | None) -> list[Section | None]:
    if applying is None:
        return list(found.sections.values())
    return [found.sections.get(number) for number in applying if number > 0]


def _of_section(section: Section | None, vendor: int | None) -> Heard:
    match section:
        case TcfString():
            allowed = all(section.allows(purpose, vendor) for purpose in (MAKE_PROFILES, USE_PROFILES))
            return EVERYTHING if allowed else NO_PROFILING
        case UsSection(is_child=True):
            return CHILD
        case UsSection():
            left = NO_PROFILING if section.opts_out else EVERYTHING
            return left.and_(Heard(Consents(interests=True, look=True))) if section.bars_health else left
        case UsPrivacy():
            return NO_PROFILING if section.opts_out else EVERYTHING
        case Unread() | None:
            return NO_PROFILING
