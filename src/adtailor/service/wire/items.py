"""One item at a time, from the wire to the domain and back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from adtailor.domain.buying import Ad, AdSet, Advertiser, Bid, Campaign, Organization
from adtailor.domain.checks import checked_id
from adtailor.domain.creative import Card, Creative, Variant
from adtailor.domain.ids import (
    AdId,
    AdSetId,
    AdvertiserId,
    CampaignId,
    CreativeId,
    OrganizationId,
    ProductId,
    SegmentId,
    TopicId,
)
from adtailor.domain.managed import Item, Kind
from adtailor.domain.money import Micros
from adtailor.domain.targeting import Circle, Targeting
from adtailor.errors import InvalidInput
from adtailor.service.wire.buying import (
    TONES,
    AdInSetWire,
    AdSetWire,
    AdvertiserWire,
    BidWire,
    CampaignWire,
    CardWire,
    CircleWire,
    CreativeAssetsWire,
    OrganizationWire,
    TargetingWire,
    VariantWire,
)
from adtailor.service.wire.decoding import checked_zone, decode, encode, in_utc, under
from adtailor.service.wire.merging import merged
from adtailor.service.wire.selling import (
    SitePlacementWire,
    SiteWire,
    placement_from_wire,
    placement_to_wire,
    site_from_wire,
    site_to_wire,
)


def organization_from_wire(wire: OrganizationWire) -> Organization:
    """Off the wire; InvalidInput names the field."""
    return Organization(id=OrganizationId(wire.id), name=wire.name)


def advertiser_from_wire(wire: AdvertiserWire) -> Advertiser:
    """Off the wire; InvalidInput names the field."""
    return Advertiser(
        id=AdvertiserId(wire.id),
        organization_id=OrganizationId(wire.organization_id),
        name=wire.name,
        payer=wire.payer,
        landing_domains=wire.landing_domains,
        daily_cap=wire.daily_cap,
    )


def organization_to_wire(organization: Organization) -> OrganizationWire:
    """Back onto the wire."""
    return OrganizationWire(id=organization.id, name=organization.name)


def advertiser_to_wire(advertiser: Advertiser) -> AdvertiserWire:
    """Back onto the wire."""
    return AdvertiserWire(
        id=advertiser.id,
        organization_id=advertiser.organization_id,
        name=advertiser.name,
        payer=advertiser.payer,
        landing_domains=advertiser.landing_domains,
        daily_cap=advertiser.daily_cap,
    )


def campaign_from_wire(wire: CampaignWire) -> Campaign:
    """Off the wire; InvalidInput names the field."""
    lifetime = wire.lifetime_budget_micros
    return Campaign(
        id=CampaignId(wire.id),
        advertiser_id=AdvertiserId(wire.advertiser_id),
        name=wire.name,
        status=wire.status,
        objective=wire.objective,
        daily_budget=Micros(wire.daily_budget_micros),
        lifetime_budget=None if lifetime is None else Micros(lifetime),
        starts_at=None if wire.starts_at is None else in_utc(wire.starts_at, "starts_at"),
        ends_at=None if wire.ends_at is None else in_utc(wire.ends_at, "ends_at"),
        zone=checked_zone(wire.zone, "zone"),
        tier=wire.tier,
        goal_impressions=wire.goal_impressions,
        pacing=wire.pacing,
        daily_cap=wire.daily_cap,
        separation=frozenset(wire.separation),
        click_window=timedelta(hours=wire.click_window_hours),
        view_window=timedelta(hours=wire.view_window_hours),
        version=wire.version,
    )


def campaign_to_wire(campaign: Campaign) -> CampaignWire:
    """Back onto the wire, sets in order."""
    return CampaignWire(
        id=campaign.id,
        advertiser_id=campaign.advertiser_id,
        name=campaign.name,
        status=campaign.status,
        objective=campaign.objective,
        daily_budget_micros=campaign.daily_budget,
        lifetime_budget_micros=campaign.lifetime_budget,
        starts_at=campaign.starts_at,
        ends_at=campaign.ends_at,
        zone=campaign.zone,
        tier=campaign.tier,
        goal_impressions=campaign.goal_impressions,
        pacing=campaign.pacing,
        daily_cap=campaign.daily_cap,
        separation=tuple(sorted(campaign.separation)),
        click_window_hours=campaign.click_window // timedelta(hours=1),
        view_window_hours=campaign.view_window // timedelta(hours=1),
        version=campaign.version,
    )


def adset_from_wire(wire: AdSetWire) -> AdSet:
    """Off the wire; InvalidInput names the field."""
    target = wire.bid.target_micros
    return AdSet(
        id=AdSetId(wire.id),
        campaign_id=CampaignId(wire.campaign_id),
        name=wire.name,
        bid=Bid(
            kind=wire.bid.kind,
            amount=Micros(wire.bid.amount_micros),
            target=None if target is None else Micros(target),
        ),
        status=wire.status,
        targeting=_targeting(wire.targeting, "targeting"),
        exclusions=_targeting(wire.exclusions, "exclusions"),
        starts_at=None if wire.starts_at is None else in_utc(wire.starts_at, "starts_at"),
        ends_at=None if wire.ends_at is None else in_utc(wire.ends_at, "ends_at"),
        hours=frozenset(wire.hours),
        daily_cap=wire.daily_cap,
        daily_set_cap=wire.daily_set_cap,
        session_cap=wire.session_cap,
    )


def adset_to_wire(adset: AdSet) -> AdSetWire:
    """Back onto the wire, sets in order."""
    return AdSetWire(
        id=adset.id,
        campaign_id=adset.campaign_id,
        name=adset.name,
        bid=BidWire(kind=adset.bid.kind, amount_micros=adset.bid.amount, target_micros=adset.bid.target),
        status=adset.status,
        targeting=_targeting_to_wire(adset.targeting),
        exclusions=_targeting_to_wire(adset.exclusions),
        starts_at=adset.starts_at,
        ends_at=adset.ends_at,
        hours=tuple(sorted(adset.hours)),
        daily_cap=adset.daily_cap,
        daily_set_cap=adset.daily_set_cap,
        session_cap=adset.session_cap,
    )


def _targeting(wire: TargetingWire, field: str) -> Targeting:
    with under(field):
        return Targeting(
            countries=frozenset(wire.countries),
            regions=frozenset(wire.regions),
            circles=tuple(Circle(lat=circle.lat, lon=circle.lon, km=circle.km) for circle in wire.circles),
            languages=frozenset(wire.languages),
            devices=frozenset(wire.devices),
            keywords=frozenset(wire.keywords),
            topics=_topics(wire.topics, "topics"),
            tones=frozenset(wire.tones),
            interests=_topics(wire.interests, "interests"),
            look=frozenset(wire.look),
            segments=frozenset(SegmentId(checked_id(segment, "segments")) for segment in wire.segments),
        )


def _targeting_to_wire(targeting: Targeting) -> TargetingWire:
    return TargetingWire(
        countries=tuple(sorted(targeting.countries)),
        regions=tuple(sorted(targeting.regions)),
        circles=tuple(CircleWire(lat=circle.lat, lon=circle.lon, km=circle.km) for circle in targeting.circles),
        languages=tuple(sorted(targeting.languages)),
        devices=tuple(sorted(targeting.devices)),
        keywords=tuple(sorted(targeting.keywords)),
        topics=tuple(sorted(targeting.topics)),
        tones=tuple(sorted(targeting.tones)),
        interests=tuple(sorted(targeting.interests)),
        look=tuple(sorted(targeting.look)),
        segments=tuple(sorted(targeting.segments)),
    )


def creative_from_wire(wire: CreativeAssetsWire) -> Creative:
    """Off the wire; InvalidInput names the field."""
    try:
        urlsplit(wire.landing_url)
    except ValueError:
        raise InvalidInput("no address", hint="an https address", field="landing_url") from None
    return Creative(
        id=CreativeId(wire.id),
        advertiser_id=AdvertiserId(wire.advertiser_id),
        status=wire.status,
        format=wire.format,
        headline=wire.headline,
        body=wire.body,
        image=wire.image,
        call_to_action=wire.call_to_action,
        landing_url=wire.landing_url,
        language=wire.language,
        topics={TopicId(checked_id(topic, "topics")): share for topic, share in wire.topics.items()},
        products=frozenset(ProductId(checked_id(product, "products")) for product in wire.products),
        look={str(trait): share for trait, share in wire.look.items()},
        tone={str(tone): share for tone, share in wire.tone.items()},
        is_urgent=wire.is_urgent,
        price=None if wire.price_micros is None else Micros(wire.price_micros),
        variants=tuple(
            Variant(
                tone=variant.tone,
                headline=variant.headline,
                body=variant.body,
                state=variant.state,
                model=variant.model,
                drafted_at=None if variant.drafted_at is None else in_utc(variant.drafted_at, "variants.drafted_at"),
                decided_at=None if variant.decided_at is None else in_utc(variant.decided_at, "variants.decided_at"),
                decided_by=variant.decided_by,
            )
            for variant in wire.variants
        ),
        cards=tuple(
            Card(headline=card.headline, image=card.image, landing_url=card.landing_url) for card in wire.cards
        ),
    )


def creative_to_wire(creative: Creative) -> CreativeAssetsWire:
    """Back onto the wire, sets in order."""
    return CreativeAssetsWire(
        id=creative.id,
        advertiser_id=creative.advertiser_id,
        status=creative.status,
        format=creative.format,
        headline=creative.headline,
        body=creative.body,
        image=creative.image,
        call_to_action=creative.call_to_action,
        landing_url=creative.landing_url,
        language=creative.language,
        topics={str(topic): share for topic, share in creative.topics.items()},
        products=tuple(sorted(creative.products)),
        look=dict(creative.look),
        tone={tone: creative.tone[tone] for tone in TONES if tone in creative.tone},
        is_urgent=creative.is_urgent,
        price_micros=creative.price,
        variants=tuple(
            VariantWire(
                tone=tone,
                headline=variant.headline,
                body=variant.body,
                state=variant.state,
                model=variant.model,
                drafted_at=variant.drafted_at,
                decided_at=variant.decided_at,
                decided_by=variant.decided_by,
            )
            for variant in creative.variants
            for tone in TONES
            if tone == variant.tone
        ),
        cards=tuple(
            CardWire(headline=card.headline, image=card.image, landing_url=card.landing_url) for card in creative.cards
        ),
    )


def ad_from_wire(wire: AdInSetWire) -> Ad:
    """Off the wire; InvalidInput names the field."""
    return Ad(
        id=AdId(wire.id),
        adset_id=AdSetId(wire.adset_id),
        creative_id=CreativeId(wire.creative_id),
        status=wire.status,
    )


def ad_to_wire(ad: Ad) -> AdInSetWire:
    """Back onto the wire."""
    return AdInSetWire(id=ad.id, adset_id=ad.adset_id, creative_id=ad.creative_id, status=ad.status)


def _topics(ids: tuple[str, ...], field: str) -> frozenset[TopicId]:
    return frozenset(TopicId(checked_id(topic, field)) for topic in ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """The shape of a kind of item on the wire, and the way there and back."""

    wire: Any
    from_wire: Callable[[Any], Item]
    to_wire: Callable[[Any], Any]


WIRINGS: Mapping[Kind, Wiring] = {
    "organizations": Wiring(wire=OrganizationWire, from_wire=organization_from_wire, to_wire=organization_to_wire),
    "advertisers": Wiring(wire=AdvertiserWire, from_wire=advertiser_from_wire, to_wire=advertiser_to_wire),
    "campaigns": Wiring(wire=CampaignWire, from_wire=campaign_from_wire, to_wire=campaign_to_wire),
    "adsets": Wiring(wire=AdSetWire, from_wire=adset_from_wire, to_wire=adset_to_wire),
    "creatives": Wiring(wire=CreativeAssetsWire, from_wire=creative_from_wire, to_wire=creative_to_wire),
    "ads": Wiring(wire=AdInSetWire, from_wire=ad_from_wire, to_wire=ad_to_wire),
    "sites": Wiring(wire=SiteWire, from_wire=site_from_wire, to_wire=site_to_wire),
    "placements": Wiring(wire=SitePlacementWire, from_wire=placement_from_wire, to_wire=placement_to_wire),
}


def item_from_wire(kind: Kind, wire: Any) -> Item:
    """A whole item off the wire, its id checked."""
    checked_id(wire.id, "id")
    return WIRINGS[kind].from_wire(wire)


def patched(kind: Kind, item: Item, given: Mapping[str, Any]) -> Item:
    """An item with a merge patch applied to what it is on the wire."""
    wiring = WIRINGS[kind]
    return item_from_wire(kind, decode(encode(merged(wiring.to_wire(item), given)), wiring.wire))
