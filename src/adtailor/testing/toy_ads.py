"""Small inventories from shorthand, for scenarios and tests: one line an ad, everything else filled in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from adtailor.decide.catalogue import Catalogue, build_catalogue
from adtailor.decide.rank import PriorRanker
from adtailor.domain.buying import Ad, AdSet, Advertiser, Bid, Campaign, Inventory
from adtailor.domain.creative import Card, Creative
from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, CreativeId, OrganizationId, ProductId, TopicId
from adtailor.domain.money import micros
from adtailor.domain.targeting import Circle, Targeting
from adtailor.errors import InvalidInput

_KEYS = frozenset(
    {
        *("id", "advertiser", "bid", "pays", "status", "campaign", "budget", "starts", "ends", "daily_cap"),
        *("session_cap", "format", "topics", "look", "tone", "products", "urgent", "language"),
        *("asks_countries", "asks_languages", "asks_devices", "asks_topics", "excludes_topics"),
        *("asks_interests", "asks_look", "asks_regions", "asks_circles", "asks_keywords", "asks_tones"),
        *("asks_segments", "excludes_countries", "excludes_regions", "excludes_circles", "excludes_languages"),
        *("excludes_devices", "excludes_keywords", "excludes_tones", "excludes_interests", "excludes_look"),
        *("excludes_segments", "set", "set_status", "set_starts", "set_ends", "set_cap", "hours", "zone"),
        *("creative", "cards", "campaign_cap", "advertiser_cap", "tier", "goal", "separation", "target", "pacing"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyWorld:
    """A catalogue, and the ranker it was built for: topics resemble themselves, and what lies above them, only."""

    catalogue: Catalogue
    ranker: PriorRanker


def toy_world(
    ads: Sequence[Mapping[str, Any]],
    *,
    parents: Mapping[str, str] | None = None,
    adult_products: Iterable[str] = (),
    sensitive_products: Iterable[str] = (),
    topics: Iterable[str] = (),
    spent: Mapping[str, str] | None = None,
) -> ToyWorld:
    """The catalogue of some shorthand ads; `topics` are known beside those that the ads name.

    >>> world = toy_world([{"id": "boots", "topics": ["hiking"], "bid": "0.40"}])
    >>> world.catalogue.line(0).advertiser.id
    'boots-ltd'
    """
    above = {TopicId(low): TopicId(high) for low, high in (parents or {}).items()}
    inventory = toy_inventory(ads)
    known = sorted(
        {
            *map(TopicId, topics),
            *above,
            *above.values(),
            *(topic for creative in inventory.creatives for topic in creative.topics),
            *(
                topic
                for adset in inventory.adsets
                for said in (adset.targeting, adset.exclusions)
                for topic in (*said.topics, *said.interests)
            ),
        }
    )
    axes = dict(zip(known, np.eye(len(known), dtype=np.float32), strict=True))
    latent = {topic: axes[topic] + (axes[above[topic]] if topic in above else np.float32(0)) for topic in known}
    ranker = PriorRanker(latent, name="toy@1")
    charged = {CampaignId(name): (micros(amount), micros(amount)) for name, amount in (spent or {}).items()}
    return ToyWorld(
        catalogue=build_catalogue(
            inventory,
            ranker=ranker,
            parents=above,
            adult_products=frozenset(map(ProductId, adult_products)),
            sensitive_products=frozenset(map(ProductId, sensitive_products)),
            spent=charged,
        ),
        ranker=ranker,
    )


def toy_inventory(ads: Sequence[Mapping[str, Any]]) -> Inventory:
    """Each ad with a campaign, ad set and creative of its own, or with the ad set of the ad named as `set`.

    Advertisers are shared by name.
    """
    for ad in ads:
        if unknown := sorted(set(ad) - _KEYS):
            raise InvalidInput(f"{unknown} is no shorthand of an ad", hint=f"one of {sorted(_KEYS)}", field="ads")
    caps = {_advertiser(ad): ad["advertiser_cap"] for ad in ads if "advertiser_cap" in ad}
    advertisers = {_advertiser(ad): None for ad in ads}
    sets = [ad for ad in ads if "set" not in ad]
    return Inventory(
        advertisers=tuple(
            Advertiser(id=one, organization_id=OrganizationId("toys"), name=one, payer=one, daily_cap=caps.get(one))
            for one in advertisers
        ),
        campaigns=tuple(_campaign(ad) for ad in sets),
        adsets=tuple(_adset(ad) for ad in sets),
        creatives=tuple(_creative(ad) for ad in ads),
        ads=tuple(
            Ad(
                id=AdId(ad["id"]),
                adset_id=AdSetId(ad.get("set", ad["id"])),
                creative_id=CreativeId(ad["id"]),
                status=_status(ad),
            )
            for ad in ads
        ),
        version=1,
    )


def weights(names: Iterable[str] | Mapping[str, float]) -> dict[str, float]:
    """A list of names as wholes, or a table as it stands."""
    return dict(names) if isinstance(names, Mapping) else dict.fromkeys(names, 1.0)


def _advertiser(ad: Mapping[str, Any]) -> AdvertiserId:
    return AdvertiserId(ad.get("advertiser", f"{ad['id']}-ltd"))


def _status(ad: Mapping[str, Any]) -> Any:
    return ad.get("status", "active")


def _campaign(ad: Mapping[str, Any]) -> Campaign:
    return Campaign(
        id=CampaignId(ad["id"]),
        advertiser_id=_advertiser(ad),
        name=ad["id"],
        status=ad.get("campaign", "active"),
        daily_budget=micros(ad.get("budget", "1000")),
        starts_at=_time(ad.get("starts")),
        ends_at=_time(ad.get("ends")),
        zone=ad.get("zone", "UTC"),
        daily_cap=ad.get("campaign_cap"),
        tier=ad.get("tier", "auction"),
        goal_impressions=ad.get("goal"),
        separation=frozenset(ad.get("separation", ())),
        pacing=ad.get("pacing", "asap"),
    )


def _adset(ad: Mapping[str, Any]) -> AdSet:
    return AdSet(
        id=AdSetId(ad["id"]),
        campaign_id=CampaignId(ad["id"]),
        name=ad["id"],
        status=ad.get("set_status", "active"),
        bid=Bid(
            kind=ad.get("pays", "cpc"),
            amount=micros(ad.get("bid", "0.50")),
            target=micros(ad["target"]) if "target" in ad else None,
        ),
        targeting=_targeting(ad, "asks"),
        exclusions=_targeting(ad, "excludes"),
        starts_at=_time(ad.get("set_starts")),
        ends_at=_time(ad.get("set_ends")),
        hours=frozenset(ad.get("hours", ())),
        daily_set_cap=ad.get("set_cap"),
        daily_cap=ad.get("daily_cap", 3),
        session_cap=ad.get("session_cap", 2),
    )


def _creative(ad: Mapping[str, Any]) -> Creative:
    return Creative(
        id=CreativeId(ad["id"]),
        advertiser_id=_advertiser(ad),
        format=ad.get("format", "native"),
        headline=ad["id"],
        body=ad["id"],
        landing_url="https://shop.example/",
        status=ad.get("creative", "active"),
        language=ad.get("language", "en"),
        topics={TopicId(topic): share for topic, share in weights(ad.get("topics", ())).items()},
        products=frozenset(map(ProductId, ad.get("products", ()))),
        look=weights(ad.get("look", ())),
        tone=weights(ad.get("tone", ())),
        is_urgent=ad.get("urgent", False),
        cards=tuple(
            Card(headline=f"{n + 1}", image="card.png", landing_url="https://shop.example/")
            for n in range(ad.get("cards", 2) if ad.get("format") == "carousel" else 0)
        ),
    )


def _targeting(ad: Mapping[str, Any], verb: str) -> Targeting:
    def named(kind: str) -> frozenset[Any]:
        return frozenset(ad.get(f"{verb}_{kind}", ()))

    return Targeting(
        countries=named("countries"),
        regions=named("regions"),
        circles=tuple(Circle(lat=lat, lon=lon, km=km) for lat, lon, km in ad.get(f"{verb}_circles", ())),
        languages=named("languages"),
        devices=named("devices"),
        keywords=named("keywords"),
        topics=named("topics"),
        tones=named("tones"),
        interests=named("interests"),
        look=named("look"),
        segments=named("segments"),
    )


def _time(value: str | datetime | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
