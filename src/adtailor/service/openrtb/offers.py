"""From a decision to the bids of an answer: price, markup, addresses, and who pays."""

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from adtailor.config.taxonomy import AD_PRODUCT_2_0
from adtailor.domain.backfill import ForeignAd
from adtailor.domain.creative import Creative
from adtailor.domain.decision import Filled
from adtailor.domain.events import ClaimKind
from adtailor.domain.ids import AdId, PlacementId
from adtailor.domain.money import Micros
from adtailor.journeys.fill_page import Page
from adtailor.service.openrtb.blocks import host_of
from adtailor.service.openrtb.foreign import framed
from adtailor.service.openrtb.markup import Face, banner
from adtailor.service.openrtb.native import native
from adtailor.service.openrtb.places import TEXT_ONLY, Place
from adtailor.service.wire.decisions import AdFace
from adtailor.service.wire.openrtb import Bid, BidExt, BidPrebid, Dsa, PrebidMeta, SeatBid

BANNER_TYPE, NATIVE_TYPE = 1, 4
LONGEST_WAIT = 3600
"""Seconds from the bid to the impression, for so long its token lives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the events of one bid go; all of them None for a request that is only a test."""

    base: str
    tokens: Mapping[ClaimKind, str]

    def of(self, path: str, kind: ClaimKind, query: str = "") -> str | None:
        """The address that stands for one event."""
        token = self.tokens.get(kind)
        return None if token is None else f"{self.base}{path}{token}{query}"

    @property
    def seen(self) -> str | None:
        """Counts the impression: told by the markup and by whoever bills, whichever comes first."""
        return self.of("/openrtb2/seen/", "impression")

    @property
    def why(self) -> str | None:
        """A page for the person, with the ways to hide and to report the ad."""
        hide, report = self.tokens.get("hide", ""), self.tokens.get("report", "")
        return self.of("/openrtb2/why/", "why", f"?hide={hide}&report={report}")


def seatbids(
    page: Page,
    places: Mapping[PlacementId, Place],
    *,
    faces: Mapping[AdId, AdFace],
    foreign: Mapping[PlacementId, ForeignAd],
    seat: str,
    base: str,
) -> tuple[SeatBid, ...]:
    """The bids by seat: our own ads, and where nothing of ours fits somebody else's."""
    bids: dict[str, list[Bid]] = {}
    for filled in page.decision.placements:
        place = places[filled.placement_id]
        addresses = Addresses(base=base, tokens=page.tokens.get(filled.placement_id, {}))
        known = faces.get(filled.won.ad_id) if filled.won is not None else None
        bid = _own(filled, page.creatives.get(filled.placement_id), known, place, addresses)
        if bid is None and (ad := foreign.get(filled.placement_id)) is not None:
            bid = _foreign(ad, place, base)
        if bid is not None:
            bid = replace(bid, id=f"{page.decision.decision_id}.{place.placement.position}")
            bids.setdefault(seat_of(place, seat), []).append(bid)
    return tuple(SeatBid(seat=name, bid=tuple(listed)) for name, listed in bids.items())


def seat_of(place: Place, seat: str) -> str:
    """As whom to bid: the code that the request asks by, ours where it names several or none."""
    return seat if not place.seats or seat in place.seats else place.seats[0]


def price_of(won: Micros) -> float:
    """A thousand impressions in the account currency: the nearest number that JSON can hold, which prints exactly.

    >>> price_of(Micros(412_000)), price_of(Micros(1_234_567))
    (0.412, 1.234567)
    """
    return won / 1_000_000


def _own(
    filled: Filled,
    creative: Creative | None,
    known: AdFace | None,
    place: Place,
    addresses: Addresses,
) -> Bid | None:
    won = filled.won
    if won is None or creative is None or known is None:
        return None
    shop = host_of(creative.landing_url)
    face = Face(
        headline=creative.headline,
        body=creative.body,
        call_to_action=creative.call_to_action,
        picture=None if creative.image is None else f"{addresses.base}/media/{creative.image}",
        advertiser=known.advertiser.name,
        payer=known.advertiser.payer,
        language=creative.language,
        click=addresses.of("/v1/c/", "click") or creative.landing_url,
        why=addresses.why,
        seen=addresses.seen,
    )
    parts = place.native and native(face, place.native, shop=shop, viewable=addresses.of("/v1/e/", "viewable"))
    size = place.size
    markup = parts or (size and banner(face, width=size[0], height=size[1]))
    if not markup:
        return None
    return Bid(
        id="",
        impid=place.imp.id,
        price=price_of(won.thousand_worth),
        adm=markup,
        burl=addresses.seen,
        nurl=addresses.of("/openrtb2/won/", "why"),
        lurl=addresses.of("/openrtb2/lost/", "why", "?reason=${AUCTION_LOSS}"),
        adomain=(shop,),
        cid=won.campaign_id,
        crid=creative.id,
        cat=tuple(sorted(creative.products)) or None,
        cattax=AD_PRODUCT_2_0 if creative.products else None,
        attr=(TEXT_ONLY,) if creative.image is None else None,
        language=creative.language,
        w=None if parts or size is None else size[0],
        h=None if parts or size is None else size[1],
        exp=min(place.imp.exp or LONGEST_WAIT, LONGEST_WAIT),
        mtype=NATIVE_TYPE if parts else BANNER_TYPE,
        ext=BidExt(
            prebid=BidPrebid(
                type="native" if parts else "banner",
                meta=PrebidMeta(advertiserDomains=(shop,), advertiserName=known.advertiser.name),
            ),
            dsa=Dsa(behalf=known.advertiser.name, paid=known.advertiser.payer, adrender=1),
        ),
    )


def _foreign(ad: ForeignAd, place: Place, base: str) -> Bid:
    return Bid(
        id="",
        impid=place.imp.id,
        price=price_of(ad.price),
        adm=framed(ad, base=base),
        burl=ad.billed_url,
        nurl=ad.won_url,
        adomain=ad.domains,
        crid=ad.creative_id,
        cat=tuple(ad.products),
        cattax=AD_PRODUCT_2_0,
        w=ad.width,
        h=ad.height,
        mtype=BANNER_TYPE,
        ext=BidExt(
            prebid=BidPrebid(type="banner", meta=PrebidMeta(advertiserDomains=ad.domains)),
            dsa=Dsa(behalf=ad.behalf, paid=ad.payer, adrender=1),
        ),
    )
