"""Small inventories from shorthand, for scenarios and tests: one line an ad, everything else filled in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from adtailor.decide.catalogue import Catalogue, build_catalogue
from adtailor.decide.rank import PriorRanker
from adtailor.domain.buying import Ad, AdSet, Advertiser, Bid, Campaign, Inventory
from adtailor.domain.creative import Creative
from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, CreativeId, OrganizationId, ProductId, TopicId
from adtailor.domain.money import Micros, micros
from adtailor.domain.targeting import Targeting
from adtailor.errors import InvalidInput

_KEYS = frozenset(
    {
        *("id", "advertiser", "bid", "pays", "status", "campaign", "budget", "starts", "ends", "daily_cap"),
        *("session_cap", "format", "topics", "look", "tone", "products", "urgent", "language"),
        *("asks_countries", "asks_languages", "asks_devices", "asks_topics", "excludes_topics"),
        *("asks_interests", "asks_look"),
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
            *(topic for adset in inventory.adsets for topic in (*adset.targeting.topics, *adset.targeting.interests)),
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
    """Each ad with a campaign, ad set and creative of its own; advertisers are shared by name."""
    for ad in ads:
        if unknown := sorted(set(ad) - _KEYS):
            raise InvalidInput(f"{unknown} is no shorthand of an ad", hint=f"one of {sorted(_KEYS)}", field="ads")
    advertisers = {_advertiser(ad): None for ad in ads}
    return Inventory(
        advertisers=tuple(
            Advertiser(id=one, organization_id=OrganizationId("toys"), name=one, payer=one) for one in advertisers
        ),
        campaigns=tuple(_campaign(ad) for ad in ads),
        adsets=tuple(_adset(ad) for ad in ads),
        creatives=tuple(_creative(ad) for ad in ads),
        ads=tuple(
            Ad(id=AdId(ad["id"]), adset_id=AdSetId(ad["id"]), creative_id=CreativeId(ad["id"]), status=_status(ad))
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
    )


def _adset(ad: Mapping[str, Any]) -> AdSet:
    return AdSet(
        id=AdSetId(ad["id"]),
        campaign_id=CampaignId(ad["id"]),
        name=ad["id"],
        bid=Bid(kind=ad.get("pays", "cpc"), amount=Micros(micros(ad.get("bid", "0.50")))),
        targeting=Targeting(
            countries=frozenset(ad.get("asks_countries", ())),
            languages=frozenset(ad.get("asks_languages", ())),
            devices=frozenset(ad.get("asks_devices", ())),
            topics=frozenset(map(TopicId, ad.get("asks_topics", ()))),
            interests=frozenset(map(TopicId, ad.get("asks_interests", ()))),
            look=frozenset(ad.get("asks_look", ())),
        ),
        exclusions=Targeting(topics=frozenset(map(TopicId, ad.get("excludes_topics", ())))),
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
        language=ad.get("language", "en"),
        topics={TopicId(topic): share for topic, share in weights(ad.get("topics", ())).items()},
        products=frozenset(map(ProductId, ad.get("products", ()))),
        look=weights(ad.get("look", ())),
        tone=weights(ad.get("tone", ())),
        is_urgent=ad.get("urgent", False),
    )


def _time(value: str | datetime | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
