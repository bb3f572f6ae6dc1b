"""What a state takes away from a page that was already won: it blanks, and neither refills, reorders nor reprices.

Which positions stay empty is drawn from the placement ids before anything is ranked, never by bid or price. A
stronger state blanks whatever a weaker one does: S0 within S1 within S2 within none at all.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from adtailor.domain.decision import Won
from adtailor.domain.ids import AdId, PersonId, PlacementId
from adtailor.domain.wellbeing import Care, State, WellbeingPolicy

HIGH_ENERGY = 0.5
"""Share of the tone `energetic` from which an ad is too loud for a hard day; a judgement, not a measurement."""


@dataclass(frozen=True, slots=True)
class NoVeto:
    """Everything stays as won."""

    needs_plain: bool = False

    def blanks(
        self, won: Mapping[PlacementId, Won], placements: Sequence[PlacementId], plain: frozenset[AdId] | None
    ) -> frozenset[PlacementId]:
        """None."""
        del won, placements, plain
        return frozenset()


@dataclass(frozen=True, slots=True)
class AllVeto:
    """No ads at all: a time of quiet, a rest, SUSTAINED or CRISIS, and nothing tells which."""

    needs_plain: bool = False

    def blanks(
        self, won: Mapping[PlacementId, Won], placements: Sequence[PlacementId], plain: frozenset[AdId] | None
    ) -> frozenset[PlacementId]:
        """All."""
        del won, plain
        return frozenset(placements)


@dataclass(frozen=True, slots=True, kw_only=True)
class FewerVeto:
    """ELEVATED and HIGH: some positions, and what is sensitive, urgent or loud; in HIGH also what a profile won."""

    state: State
    policy: WellbeingPolicy
    secret: bytes
    person_id: PersonId | None
    day: date

    @property
    def needs_plain(self) -> bool:
        """HIGH shows only what someone without any consent would have been shown."""
        return self.state >= State.HIGH

    def blanks(
        self, won: Mapping[PlacementId, Won], placements: Sequence[PlacementId], plain: frozenset[AdId] | None
    ) -> frozenset[PlacementId]:
        """The drawn positions, and those whose ad does not suit; without `plain`, HIGH lets nothing through."""
        every = self.policy.high_blank_every if self.state >= State.HIGH else self.policy.elevated_blank_every
        drawn = drawn_positions(placements, every, person_id=self.person_id, day=self.day, secret=self.secret)
        unsuited = {placement for placement, ad in won.items() if is_too_much(ad, self.policy)}
        if self.needs_plain:
            shown_anyway = plain or frozenset()
            unsuited |= {placement for placement, ad in won.items() if ad.ad_id not in shown_anyway}
        return drawn | (unsuited & set(placements))


def veto_of(
    care: Care, *, policy: WellbeingPolicy, secret: bytes, person_id: PersonId | None, day: date
) -> NoVeto | AllVeto | FewerVeto:
    """The veto of a state, for one viewer and day."""
    if care.quiet or care.state >= State.SUSTAINED:
        return AllVeto()
    if care.state >= State.ELEVATED:
        return FewerVeto(state=care.state, policy=policy, secret=secret, person_id=person_id, day=day)
    return NoVeto()


def is_too_much(ad: Won, policy: WellbeingPolicy) -> bool:
    """Whether an ad is of a sensitive category, urgent, or loud: vetoed from ELEVATED up."""
    return ad.is_urgent or ad.energy >= HIGH_ENERGY or not policy.sensitive_products.keys().isdisjoint(ad.products)


def drawn_positions(
    placements: Sequence[PlacementId], every: int, *, person_id: PersonId | None, day: date, secret: bytes
) -> frozenset[PlacementId]:
    """Every `every`-th of a page's placements, in an order and from a start that only a secret, person and day decide.

    On one page it is `len / every`, rounded up or down; over many pages of different ids it is that on average. The
    same page asked again on the same day draws the same, and a multiple of `every` draws a subset.
    """

    def drawn(*of: str) -> int:
        told = "|".join(("blank", person_id or "", day.isoformat(), *of))
        return int.from_bytes(hmac.new(secret, told.encode(), hashlib.sha256).digest()[:8], "big")

    start = drawn("page", *sorted(placements))
    order = sorted(placements, key=lambda placement: (drawn("placement", placement), placement))
    return frozenset(placement for index, placement in enumerate(order) if (index + start) % every == 0)
