"""Somebody else's ad where none of ours fits: asked about the page alone, and believed in nothing."""

from collections.abc import Iterable, Sequence

from adtailor.config.taxonomy import ad_products
from adtailor.domain.backfill import Blocked, ForeignAd, OpenPlace, Surroundings
from adtailor.domain.ids import PlacementId, ProductId
from adtailor.domain.money import Micros
from adtailor.domain.wellbeing import WellbeingPolicy
from adtailor.journeys.fill_page import Page
from adtailor.ports import Upstream

LEAST_SECONDS = 0.02
"""With less time left nobody is asked."""
MOST_PRICE = Micros(1_000_000_000)
"""1000.00 for a thousand impressions: a bid above it is a mistake."""


class Backfill:
    """Asks another bidder to fill what stays empty, and keeps only what may stand here."""

    def __init__(self, upstream: Upstream, *, policy: WellbeingPolicy, floor: Micros, seconds: float) -> None:
        self._upstream = upstream
        self._floor = floor
        self._seconds = seconds
        # The same for everyone, so that what is blocked tells nothing of who looks.
        self._blocked = frozenset([*policy.sensitive_products, *policy.minor_products])

    def fill(
        self,
        page: Page,
        places: Sequence[OpenPlace],
        surroundings: Surroundings,
        *,
        blocked: Blocked,
        seconds: float,
    ) -> dict[PlacementId, ForeignAd]:
        """The dearest ad for each place that the page leaves open; a place that a veto emptied is never among them."""
        wanted = [_above(place, self._floor) for place in places if place.id in page.open]
        seconds = min(seconds, self._seconds)
        if not wanted or seconds < LEAST_SECONDS:
            return {}
        blocked = Blocked(products=blocked.products | self._blocked, domains=blocked.domains)
        offers = self._upstream.offers(
            page.decision.decision_id, wanted, surroundings, blocked=blocked, seconds=seconds
        )
        by_id = {place.id: place for place in wanted}
        fitting = [offer for offer in offers if may_stand(offer, by_id, blocked)]
        return {offer.place.id: offer for offer in sorted(fitting, key=lambda offer: offer.price)}


def may_stand(offer: ForeignAd, places: "dict[PlacementId, OpenPlace]", blocked: Blocked) -> bool:
    """Whether an offer meets the floor, says what it advertises and for whom, and is nothing that is blocked."""
    place = places.get(offer.place.id)
    if place is None or not place.floor <= offer.price <= MOST_PRICE or offer.price <= 0:
        return False
    if not offer.domains or any(_is_under(domain, blocked.domains) for domain in offer.domains):
        return False
    return bool(offer.products) and blocked.products.isdisjoint(_lines(offer.products))


def _above(place: OpenPlace, floor: Micros) -> OpenPlace:
    return OpenPlace(id=place.id, width=place.width, height=place.height, floor=max(place.floor, floor))


def _is_under(domain: str, blocked: Iterable[str]) -> bool:
    return any(domain == one or domain.endswith(f".{one}") for one in blocked)


def _lines(products: Iterable[ProductId]) -> set[ProductId]:
    """The products and all that they are kinds of."""
    return {above for product in products for above in ad_products().line(product)}
