"""From the catalogue's document to the domain's inventory and back; what it refers to has to be in it."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Protocol, TypeVar
from urllib.parse import urlsplit

from adtailor.domain.buying import Ad, AdSet, Advertiser, Bid, Campaign, Inventory, Organization
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
    CatalogueWire,
    CircleWire,
    CreativeAssetsWire,
    OrganizationWire,
    TargetingWire,
    VariantWire,
)
from adtailor.service.wire.decoding import checked_zone, decode, in_utc, under


class _Named(Protocol):
    @property
    def id(self) -> str: ...


W = TypeVar("W", bound=_Named)
D = TypeVar("D")


def decode_inventory(raw: bytes) -> Inventory:
    """The whole buying side from JSON; InvalidInput names the field, as `ads[3].creative_id`."""
    return inventory_from_wire(decode(raw, CatalogueWire))


def inventory_from_wire(wire: CatalogueWire) -> Inventory:
    """The domain's inventory, every reference followed."""
    organizations = _each(wire.organizations, "organizations", _organization)
    advertisers = _each(wire.advertisers, "advertisers", _advertiser)
    campaigns = _each(wire.campaigns, "campaigns", _campaign)
    adsets = _each(wire.adsets, "adsets", _adset)
    creatives = _each(wire.creatives, "creatives", _creative)
    ads = _each(wire.ads, "ads", _ad)
    _known((a.organization_id for a in advertisers), organizations, "advertisers", "organization_id")
    _known((c.advertiser_id for c in campaigns), advertisers, "campaigns", "advertiser_id")
    _known((s.campaign_id for s in adsets), campaigns, "adsets", "campaign_id")
    _known((c.advertiser_id for c in creatives), advertisers, "creatives", "advertiser_id")
    _known((a.adset_id for a in ads), adsets, "ads", "adset_id")
    _known((a.creative_id for a in ads), creatives, "ads", "creative_id")
    inventory = Inventory(
        organizations=organizations,
        advertisers=advertisers,
        campaigns=campaigns,
        adsets=adsets,
        creatives=creatives,
        ads=ads,
        version=wire.version,
    )
    _lands_at_home(inventory)
    _own_creatives(inventory)
    return inventory


def inventory_to_wire(inventory: Inventory) -> CatalogueWire:
    """The document; sets are sorted, so the same inventory gives the same bytes."""
    return CatalogueWire(
        organizations=tuple(OrganizationWire(id=o.id, name=o.name) for o in inventory.organizations),
        advertisers=tuple(
            AdvertiserWire(
                id=a.id,
                organization_id=a.organization_id,
                name=a.name,
                payer=a.payer,
                landing_domains=a.landing_domains,
                daily_cap=a.daily_cap,
            )
            for a in inventory.advertisers
        ),
        campaigns=tuple(_campaign_to_wire(c) for c in inventory.campaigns),
        adsets=tuple(_adset_to_wire(s) for s in inventory.adsets),
        creatives=tuple(_creative_to_wire(c) for c in inventory.creatives),
        ads=tuple(
            AdInSetWire(id=a.id, adset_id=a.adset_id, creative_id=a.creative_id, status=a.status) for a in inventory.ads
        ),
        version=inventory.version,
    )


def _each(wires: Sequence[W], kind: str, convert: Callable[[W], D]) -> tuple[D, ...]:
    seen: set[str] = set()
    made: list[D] = []
    for index, wire in enumerate(wires):
        with under(f"{kind}[{index}]"):
            if checked_id(wire.id, "id") in seen:
                raise InvalidInput(f"{wire.id!r} is there twice", hint="give each its own", field="id")
            seen.add(wire.id)
            made.append(convert(wire))
    return tuple(made)


def _known(references: Iterable[str], targets: Sequence[_Named], kind: str, field: str) -> None:
    there = {target.id for target in targets}
    for index, reference in enumerate(references):
        if reference not in there:
            shown = reference if len(reference) <= 64 else reference[:64] + "..."
            raise InvalidInput(
                f"{shown!r} is not in this document", hint="an id that is listed here", field=f"{kind}[{index}].{field}"
            )


def _lands_at_home(inventory: Inventory) -> None:
    """A creative leads to its advertiser's own domains, where these are named."""
    domains = {advertiser.id: advertiser.landing_domains for advertiser in inventory.advertisers}
    for index, creative in enumerate(inventory.creatives):
        allowed = domains[creative.advertiser_id]
        host = urlsplit(creative.landing_url).hostname or ""
        if not host or (allowed and not any(host == d or host.endswith("." + d) for d in allowed)):
            raise InvalidInput(
                "leads outside the advertiser's landing domains",
                hint=f"use {', '.join(allowed)}" if allowed else "name a host",
                field=f"creatives[{index}].landing_url",
            )


def _own_creatives(inventory: Inventory) -> None:
    """An ad shows a creative of the advertiser whose campaign pays for it."""
    payer = {campaign.id: campaign.advertiser_id for campaign in inventory.campaigns}
    buyer = {adset.id: payer[adset.campaign_id] for adset in inventory.adsets}
    owner = {creative.id: creative.advertiser_id for creative in inventory.creatives}
    for index, ad in enumerate(inventory.ads):
        if owner[ad.creative_id] != buyer[ad.adset_id]:
            raise InvalidInput(
                f"{ad.creative_id!r} belongs to another advertiser",
                hint="an ad shows a creative of its own advertiser",
                field=f"ads[{index}].creative_id",
            )


def _organization(wire: OrganizationWire) -> Organization:
    return Organization(id=OrganizationId(wire.id), name=wire.name)


def _advertiser(wire: AdvertiserWire) -> Advertiser:
    return Advertiser(
        id=AdvertiserId(wire.id),
        organization_id=OrganizationId(wire.organization_id),
        name=wire.name,
        payer=wire.payer,
        landing_domains=wire.landing_domains,
        daily_cap=wire.daily_cap,
    )


def _campaign(wire: CampaignWire) -> Campaign:
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


def _campaign_to_wire(campaign: Campaign) -> CampaignWire:
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


def _adset(wire: AdSetWire) -> AdSet:
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


def _adset_to_wire(adset: AdSet) -> AdSetWire:
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


def _creative(wire: CreativeAssetsWire) -> Creative:
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


def _creative_to_wire(creative: Creative) -> CreativeAssetsWire:
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


def _ad(wire: AdInSetWire) -> Ad:
    return Ad(
        id=AdId(wire.id),
        adset_id=AdSetId(wire.adset_id),
        creative_id=CreativeId(wire.creative_id),
        status=wire.status,
    )


def _topics(ids: tuple[str, ...], field: str) -> frozenset[TopicId]:
    return frozenset(TopicId(checked_id(topic, field)) for topic in ids)
