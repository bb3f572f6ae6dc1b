"""The TC string of the Transparency and Consent Framework (IAB Europe), version 2.3.

Segments with dots between them: the core, then in any order the vendors disclosed (mandatory since 2.3), the purposes
of the publisher itself, and the vendors allowed, which nobody uses since 2021 and are read only to be checked.
Format: IAB Tech Lab, "Consent string and vendor list formats v2" (2019, with 2.3 of April 2025).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from adtailor.profiles.consent_strings.bits import LONGEST, Bits, Ids, Unreadable

NOT_ALLOWED, CONSENT_REQUIRED, INTEREST_REQUIRED = 0, 1, 2
"""What a publisher may demand of vendors for a purpose."""
OLDEST_POLICY = 4
"""Of TCF 2.2, which took legitimate interest from the purposes of personalising; older strings are void."""
T = TypeVar("T")
_VERSION = 2
_MOST_PURPOSES = 24
_DISCLOSED, _ALLOWED, _PUBLISHER = 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherPurposes:
    """What somebody agreed to for the publisher's own use."""

    consent: Ids = Ids()
    interest: Ids = Ids()
    custom: int = 0
    """How many purposes the publisher made up itself."""
    custom_consent: Ids = Ids()
    custom_interest: Ids = Ids()


@dataclass(frozen=True, slots=True, kw_only=True)
class TcfString:
    """What a TC string says. Times are tenths of seconds since 1970."""

    created: int
    updated: int
    cmp_id: int
    cmp_version: int
    screen: int
    language: str
    list_version: int
    policy_version: int
    is_service_specific: bool
    """Always so since September 2021, when strings for the whole web became void."""
    own_texts: bool
    special_features: Ids
    consent: Ids
    """Purposes."""
    interest: Ids
    """Purposes, by legitimate interest: disclosed, and not objected to."""
    first_purpose_untold: bool
    country: str
    vendors: Ids
    """Who may rely on consent."""
    interest_vendors: Ids
    restrictions: Mapping[tuple[int, int], Ids]
    """Vendors by purpose and kind of restriction."""
    disclosed: Ids
    """Vendors that the person was told of at all."""
    allowed: Ids | None = None
    publisher: PublisherPurposes | None = None

    @property
    def is_void(self) -> bool:
        """Whether it is of a scope or a policy that no longer counts."""
        return not self.is_service_specific or self.policy_version < OLDEST_POLICY

    def allows(self, purpose: int, vendor: int | None) -> bool:
        """Whether consent was given for a purpose: to this vendor, or to the publisher itself (None).

        A restriction that forbids, or that asks for legitimate interest instead of consent, takes it away.
        """
        if self.is_void:
            return False
        if vendor is None:
            return self.publisher is not None and purpose in self.publisher.consent
        barred = (self.restrictions.get((purpose, kind), Ids()) for kind in (NOT_ALLOWED, INTEREST_REQUIRED))
        return (
            purpose in self.consent
            and vendor in self.vendors
            and vendor in self.disclosed
            and not any(vendor in ids for ids in barred)
        )


def read_tcf(text: str) -> TcfString | None:
    """What the string says; None if it is not one of TCF 2.3, whole and without anything more.

    >>> read_tcf("CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA") is None  # of 2.2: nobody says who was disclosed
    True
    """
    try:
        return _read(text)
    except Unreadable:
        return None


def _read(text: str) -> TcfString:
    if len(text) > LONGEST:
        raise Unreadable
    core, *rest = text.split(".")
    segments: dict[int, Bits] = {}
    for segment in rest:
        bits = Bits(segment)
        kind = bits.number(3)
        if kind not in (_DISCLOSED, _ALLOWED, _PUBLISHER) or kind in segments:
            raise Unreadable
        segments[kind] = bits
    if _DISCLOSED not in segments:
        raise Unreadable
    allowed, publisher = segments.get(_ALLOWED), segments.get(_PUBLISHER)
    return _core(
        Bits(core),
        disclosed=_whole(segments[_DISCLOSED], Bits.ids),
        allowed=None if allowed is None else _whole(allowed, Bits.ids),
        publisher=None if publisher is None else _whole(publisher, _publisher),
    )


def _core(bits: Bits, *, disclosed: Ids, allowed: Ids | None, publisher: PublisherPurposes | None) -> TcfString:
    """The fields in the order in which they stand."""
    if bits.number(6) != _VERSION:
        raise Unreadable
    found = TcfString(
        created=bits.number(36),
        updated=bits.number(36),
        cmp_id=bits.number(12),
        cmp_version=bits.number(12),
        screen=bits.number(6),
        language=bits.letters(),
        list_version=bits.number(12),
        policy_version=bits.number(6),
        is_service_specific=bits.flag(),
        own_texts=bits.flag(),
        special_features=bits.field(12),
        consent=bits.field(_MOST_PURPOSES),
        interest=bits.field(_MOST_PURPOSES),
        first_purpose_untold=bits.flag(),
        country=bits.letters(),
        vendors=bits.ids(),
        interest_vendors=bits.ids(),
        restrictions=_restrictions(bits),
        disclosed=disclosed,
        allowed=allowed,
        publisher=publisher,
    )
    bits.end()
    return found


def _restrictions(bits: Bits) -> Mapping[tuple[int, int], Ids]:
    found: dict[tuple[int, int], Ids] = {}
    for _ in range(bits.number(12)):
        key = (bits.number(6), bits.number(2))
        if not 1 <= key[0] <= _MOST_PURPOSES or key[1] > INTEREST_REQUIRED:
            raise Unreadable
        found[key] = Ids.of((*found.get(key, Ids()).ranges, *bits.ranges(0xFFFF).ranges))
    return found


def _publisher(bits: Bits) -> PublisherPurposes:
    consent, interest, custom = bits.field(_MOST_PURPOSES), bits.field(_MOST_PURPOSES), bits.number(6)
    return PublisherPurposes(
        consent=consent,
        interest=interest,
        custom=custom,
        custom_consent=bits.field(custom),
        custom_interest=bits.field(custom),
    )


def _whole(bits: Bits, read: Callable[[Bits], T]) -> T:
    found = read(bits)
    bits.end()
    return found
