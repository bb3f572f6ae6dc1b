"""A decision on the wire: what POST /v1/decisions answers and `adtailor decide --json` prints."""

from collections.abc import Mapping
from dataclasses import dataclass

from adtailor.domain.buying import Advertiser, Inventory
from adtailor.domain.creative import Creative
from adtailor.domain.decision import Decision, Filled, NoFillCode, Why, Won
from adtailor.domain.events import ClaimKind
from adtailor.domain.ids import AdId, PlacementId
from adtailor.domain.signals import Signal
from adtailor.service.wire.decoding import Wire
from adtailor.service.wire.people import RestSuggestionWire, rest_to_wire

Claims = Mapping[PlacementId, Mapping[ClaimKind, str]]
"""For each placement that was filled, the tokens of its events and of its explanation."""
LABEL = "Ad"
NO_LONGER = "the ad was withdrawn while this page was being filled"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdFace:
    """What of an ad is shown: its creative, and in whose name."""

    advertiser: Advertiser
    creative: Creative


class CreativeWire(Wire, frozen=True, kw_only=True):
    """What to show. `image_url` is on this installation, so no third party learns of the view."""

    headline: str
    body: str
    image_url: str | None
    call_to_action: str


class AdWire(Wire, frozen=True, kw_only=True):
    """One ad; `label`, `advertiser` and `payer` are to be shown with it."""

    ad_id: str
    advertiser: str
    payer: str
    creative: CreativeWire
    label: str


class NoFillWire(Wire, frozen=True, kw_only=True):
    """Why a placement stays empty."""

    code: NoFillCode
    hint: str


class WhyWire(Wire, frozen=True, kw_only=True):
    """Why this ad, for the person who sees it; `url` has the full account."""

    signals: tuple[Signal, ...]
    sentence: str
    url: str | None


class FilledWire(Wire, frozen=True, kw_only=True):
    """One placement: an ad with its price and event addresses, or why there is none."""

    id: str
    ad: AdWire | None
    price_micros: int | None
    no_fill: NoFillWire | None
    impression_url: str | None
    viewable_url: str | None
    click_url: str | None
    why: WhyWire | None
    hide_url: str | None
    report_url: str | None
    conversion_url: str | None


class DecisionWire(Wire, frozen=True, kw_only=True):
    """One answered request."""

    decision_id: str
    policy: str
    placements: tuple[FilledWire, ...]
    rest_suggestion: RestSuggestionWire | None


def faces(inventory: Inventory) -> dict[AdId, AdFace]:
    """What each ad shows, by its id."""
    advertisers = {advertiser.id: advertiser for advertiser in inventory.advertisers}
    creatives = {creative.id: creative for creative in inventory.creatives}
    return {
        ad.id: AdFace(advertiser=advertisers[creative.advertiser_id], creative=creative)
        for ad in inventory.ads
        if (creative := creatives.get(ad.creative_id)) is not None and creative.advertiser_id in advertisers
    }


def decision_to_wire(
    decision: Decision,
    *,
    ads: Mapping[AdId, AdFace],
    claims: Claims | None = None,
    creatives: Mapping[PlacementId, Creative] | None = None,
    base_url: str = "",
) -> DecisionWire:
    """The decision with what its ads show and where their events go.

    An address is null where `claims` has no token for it, as at a prompt. An ad that is no longer in `ads` is not
    shown. `base_url` stands before every address; without it they are paths on this server.
    """
    return DecisionWire(
        decision_id=decision.decision_id,
        policy=decision.policy,
        placements=tuple(
            _filled(filled, _worded(filled, ads, creatives), (claims or {}).get(filled.placement_id, {}), base_url)
            for filled in decision.placements
        ),
        rest_suggestion=None if decision.rest_suggestion is None else rest_to_wire(decision.rest_suggestion),
    )


def _worded(
    filled: Filled, ads: Mapping[AdId, AdFace], creatives: Mapping[PlacementId, Creative] | None
) -> Mapping[AdId, AdFace]:
    """What the ad shows here: the words that were matched to the page, where some were."""
    creative = (creatives or {}).get(filled.placement_id)
    if filled.won is None or creative is None or (face := ads.get(filled.won.ad_id)) is None:
        return ads
    return {filled.won.ad_id: AdFace(advertiser=face.advertiser, creative=creative)}


def _filled(filled: Filled, ads: Mapping[AdId, AdFace], tokens: Mapping[ClaimKind, str], base_url: str) -> FilledWire:
    won = filled.won
    if won is None or filled.no_fill is not None or (face := ads.get(won.ad_id)) is None:
        no_fill = filled.no_fill
        return FilledWire(
            id=filled.placement_id,
            ad=None,
            price_micros=None,
            no_fill=NoFillWire(code="no_eligible_ad", hint=NO_LONGER)
            if no_fill is None
            else NoFillWire(code=no_fill.code, hint=no_fill.hint),
            impression_url=None,
            viewable_url=None,
            click_url=None,
            why=None,
            hide_url=None,
            report_url=None,
            conversion_url=None,
        )

    def address(path: str, kind: ClaimKind) -> str | None:
        return None if (token := tokens.get(kind)) is None else f"{base_url}{path}{token}"

    return FilledWire(
        id=filled.placement_id,
        ad=_ad(won, face, base_url),
        price_micros=won.price,
        no_fill=None,
        impression_url=address("/v1/e/", "impression"),
        viewable_url=address("/v1/e/", "viewable"),
        click_url=address("/v1/c/", "click"),
        why=None if filled.why is None else _why(filled.why, address("/v1/explain/", "why")),
        hide_url=address("/v1/e/", "hide"),
        report_url=address("/v1/e/", "report"),
        conversion_url=address("/v1/e/", "conversion"),
    )


def _ad(won: Won, face: AdFace, base_url: str) -> AdWire:
    creative = face.creative
    return AdWire(
        ad_id=won.ad_id,
        advertiser=face.advertiser.name,
        payer=face.advertiser.payer,
        creative=CreativeWire(
            headline=creative.headline,
            body=creative.body,
            image_url=None if creative.image is None else f"{base_url}/media/{creative.image}",
            call_to_action=creative.call_to_action,
        ),
        label=LABEL,
    )


def _why(why: Why, url: str | None) -> WhyWire:
    return WhyWire(signals=why.signals, sentence=why.sentence, url=url)
