"""Random pages that get simpler: a handful of small numbers each, over the policy's own sensitive products."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple, get_args

from hypothesis import strategies as st

from adtailor.config.policy import load_policy
from adtailor.domain.decision import Decision, Pricing
from adtailor.domain.ids import PersonId, PlacementId
from adtailor.domain.wellbeing import Care, State, WellbeingPolicy
from adtailor.testing.toy_pages import ToyPage, drawn_page, drawn_world
from adtailor.wellbeing.desk import CareDesk

FIRST_DAY = date(2026, 11, 1)
PRICINGS: tuple[Pricing, ...] = get_args(Pricing)
ORDINARY = "1070"
"""Footwear."""


class Visit(NamedTuple):
    """Who looks at which pages on which day, and by which rules they are filled."""

    ads: tuple[int, ...]
    places: tuple[int, ...]
    known: tuple[int, ...]
    """One number for each page."""
    pricing: Pricing
    spacing: int
    person: str | None
    day: int
    secret: int

    @property
    def pages(self) -> list[ToyPage]:
        """The pages, over the same ads."""
        policy = the_policy()
        products = sorted(policy.sensitive_products)
        world = drawn_world(
            self.ads,
            products=(ORDINARY, ORDINARY, *products[:: len(products) // 4]),
            sensitive=policy.sensitive_products,
        )
        return [drawn_page(world, self.places, known=known) for known in self.known]

    @property
    def rule(self) -> Mapping[str, Any]:
        """How it is priced, and how far apart ads stand."""
        return {"pricing": self.pricing, "spacing": self.spacing}

    def under(self, state: State, page: ToyPage, *, quiet: bool = False) -> Decision:
        """The decision, for somebody in this state."""
        desk = CareDesk(the_policy(), (), str(self.secret).encode())
        person = None if self.person is None else PersonId(self.person)
        veto = desk.veto(Care(state=state, quiet=quiet), person_id=person, day=FIRST_DAY + timedelta(days=self.day))
        return page.decide(veto=veto, in_words=False, **self.rule)


def visits(*, most_ads: int = 12, most_places: int = 12, most_pages: int = 3) -> st.SearchStrategy[Visit]:
    """Any of them."""
    return st.builds(
        Visit,
        ads=st.lists(st.integers(0, 9_999), min_size=1, max_size=most_ads).map(tuple),
        places=st.lists(st.integers(0, 999), min_size=1, max_size=most_places).map(tuple),
        known=st.lists(st.integers(0, 99_999), min_size=1, max_size=most_pages).map(tuple),
        pricing=st.sampled_from(PRICINGS),
        spacing=st.integers(0, 2),
        person=st.sampled_from([None, "ana", "bo"]),
        day=st.integers(0, 30),
        secret=st.integers(0, 99),
    )


@cache
def the_policy() -> WellbeingPolicy:
    """The policy as it ships."""
    return load_policy()


def won(decision: Decision) -> dict[PlacementId, tuple[str, int]]:
    """The ads that are shown, each with its price."""
    return {one.placement_id: (one.won.ad_id, one.won.price) for one in decision.placements if one.won is not None}


def winners(decision: Decision) -> dict[PlacementId, str | None]:
    """For each placement the ad that stands there."""
    return {one.placement_id: one.won.ad_id if one.won else None for one in decision.placements}
