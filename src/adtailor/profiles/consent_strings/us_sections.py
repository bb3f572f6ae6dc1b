"""Sections of GPP for the United States: the national one, and those of the states with one that is settled.

Each is a version of 6 bits, then values of 2 bits in a fixed order; after a dot may follow whether GPC was on.
Format: IAB Tech Lab, Global Privacy Platform, "US National" and "US States" (2022 to 2025). Those of Maryland,
Indiana, Kentucky and Rhode Island (24 to 27) are drafts, and written otherwise than they are described: they are not
read, so where one of them applies the answer is no.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from adtailor.profiles.consent_strings.bits import Bits, Unreadable

OPTED_OUT = NO_CONSENT = 1
NOT_PROVIDED = 2
"""Of a notice: it should have been given, and was not."""
NATIONAL = 7
Kind = Literal["notice", "opt_out", "sensitive", "child", "other", "covered"]
_GPC = 1


@dataclass(frozen=True, slots=True)
class Values:
    """Values of 2 bits in a row that mean the same kind of thing."""

    kind: Kind
    count: int = 1
    health: tuple[int, ...] = ()
    """Which of them, from 0, are of health."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsSection:
    """What a section says, as far as anybody here asks."""

    version: int
    notices: tuple[int, ...]
    opt_outs: tuple[int, ...]
    """Of sale, of sharing, of targeted advertising."""
    sensitive: tuple[int, ...]
    children: tuple[int, ...]
    others: tuple[int, ...]
    health: tuple[int, ...]
    """Those of the sensitive data that are of health."""
    gpc: bool | None = None
    """None where it was not said."""

    @property
    def opts_out(self) -> bool:
        """Whether somebody opted out of any of it, or was not told what they could have opted out of."""
        return OPTED_OUT in self.opt_outs or NOT_PROVIDED in self.notices or self.gpc is True

    @property
    def bars_health(self) -> bool:
        """Whether data about health may not be processed."""
        return NO_CONSENT in self.health

    @property
    def is_child(self) -> bool:
        """Whether the business knows that this is a child, whatever was agreed to."""
        return any(self.children)


def _state(
    *, notices: int = 3, sensitive: int = 8, children: int = 1, others: int = 3, health: int = 2
) -> tuple[Values, ...]:
    """The usual order: notices, two opt-outs, sensitive data, children, further consents, and the agreement."""
    return (
        Values("notice", notices),
        Values("opt_out", 2),
        Values("sensitive", sensitive, (health,)),
        Values("child", children),
        *((Values("other"),) if others == 4 else ()),
        Values("covered"),
        Values("other", 2),
    )


_LAYOUTS: Mapping[tuple[int, int], tuple[Values, ...]] = {
    (NATIONAL, 1): (
        *(Values("notice", 6), Values("opt_out", 3), Values("sensitive", 12, (2,)), Values("child", 2)),
        *(Values("other"), Values("covered"), Values("other", 2)),
    ),
    (NATIONAL, 2): (
        *(Values("notice", 6), Values("opt_out", 3), Values("sensitive", 16, (2, 12)), Values("child", 3)),
        *(Values("other"), Values("covered"), Values("other", 2)),
    ),
    (8, 1): (  # California
        *(Values("notice", 3), Values("opt_out", 2), Values("sensitive", 9, (7,)), Values("child", 2)),
        *(Values("other"), Values("covered"), Values("other", 2)),
    ),
    (9, 1): _state(),  # Virginia
    (10, 1): _state(sensitive=7),  # Colorado
    (11, 1): _state(notices=4, health=4),  # Utah
    (12, 1): _state(children=3),  # Connecticut
    (13, 1): _state(children=3, others=4),  # Florida
    (14, 1): _state(children=3, others=4),  # Montana
    (15, 1): _state(sensitive=11, children=3, others=4),  # Oregon
    (16, 1): _state(others=4),  # Texas
    (17, 1): _state(sensitive=9, children=5, others=4),  # Delaware
    (18, 1): _state(notices=4),  # Iowa
    (19, 1): _state(others=4),  # Nebraska
    (20, 1): _state(children=3, others=4),  # New Hampshire
    (21, 1): _state(sensitive=10, children=5, others=4),  # New Jersey
    (22, 1): _state(others=4),  # Tennessee
    (23, 1): _state(others=4),  # Minnesota
}
US_SECTIONS = frozenset(section for section, _ in _LAYOUTS)
_WITHOUT_GPC = frozenset({9, 11, 13})
"""Virginia, Utah and Florida have no part for it."""


def read_us(section: int, text: str) -> UsSection:
    """One section; Unreadable if it is not whole, or has a value that the format does not know."""
    core, *rest = text.split(".")
    bits = Bits(core)
    version = bits.number(6)
    layout = _LAYOUTS.get((section, version))
    if layout is None or len(rest) > (section not in _WITHOUT_GPC):
        raise Unreadable
    found: dict[str, tuple[int, ...]] = dict.fromkeys(("notice", "opt_out", "sensitive", "child", "other"), ())
    health: tuple[int, ...] = ()
    for values in layout:
        given = tuple(bits.number(2) for _ in range(values.count))
        if max(given) > 2 or (values.kind == "covered" and 0 in given):
            raise Unreadable
        kind = "other" if values.kind == "covered" else values.kind
        found[kind] += given
        health += tuple(given[index] for index in values.health)
    bits.end()
    return UsSection(
        version=version,
        notices=found["notice"],
        opt_outs=found["opt_out"],
        sensitive=found["sensitive"],
        children=found["child"],
        others=found["other"],
        health=health,
        gpc=_gpc(rest[0]) if rest else None,
    )


def _gpc(text: str) -> bool:
    bits = Bits(text)
    if bits.number(2) != _GPC:
        raise Unreadable
    is_on = bits.flag()
    bits.end()
    return is_on
