"""Advertisers of a world: what they sell, whom they ask for, what they bid. Budgets come later, by demand."""

import numpy as np

from adtailor.domain.buying import Ad, AdSet, Advertiser, Bid, BidKind, Campaign, Inventory
from adtailor.domain.creative import Creative
from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, CreativeId, OrganizationId, TopicId
from adtailor.domain.money import Micros
from adtailor.domain.targeting import Targeting

TONES = ("playful", "warm", "calm", "energetic", "serious", "curious", "elegant", "bold")
"""How an ad may sound; those who write ads say so."""
COUNTRIES = ("DE", "FR", "NL", "PL")
BID = 400_000
"""Micros: the median of what is bid for a click, log-normal with a deviation of .6."""
CLICKS_A_THOUSAND = 10
"""By which those who pay by the impression reckon."""
NO_LIMIT = Micros(10**15)


def inventory_of(
    random: np.random.Generator,
    *,
    advertisers: int,
    ads_each: int,
    topics: tuple[TopicId, ...],
    garments: tuple[str, ...],
) -> Inventory:
    """An advertiser has one campaign and ad set, and some ads; three in five sell clothes."""
    organization = OrganizationId("simulated")
    made: dict[str, list[object]] = {"who": [], "campaigns": [], "sets": [], "creatives": [], "ads": []}
    for n in range(advertisers):
        who, campaign, adset = AdvertiserId(f"adv-{n}"), CampaignId(f"camp-{n}"), AdSetId(f"set-{n}")
        made["who"].append(Advertiser(id=who, organization_id=organization, name=f"adv-{n}", payer=f"adv-{n}"))
        made["campaigns"].append(
            Campaign(id=campaign, advertiser_id=who, name=campaign, daily_budget=NO_LIMIT, pacing="even")
        )
        kind: BidKind = "cpm" if random.random() < 0.15 else "cpc"
        amount = BID * random.lognormal(0.0, 0.6) * (CLICKS_A_THOUSAND if kind == "cpm" else 1)
        made["sets"].append(
            AdSet(
                id=adset,
                campaign_id=campaign,
                name=adset,
                bid=Bid(kind=kind, amount=Micros(round(amount))),
                targeting=_targeting(random, topics),
                daily_cap=int(random.integers(2, 5)),
                session_cap=1000,
            )
        )
        sells_clothes = random.random() < 0.6
        for k in range(ads_each):
            name = f"ad-{n}-{k}"
            made["creatives"].append(
                Creative(
                    id=CreativeId(name),
                    advertiser_id=who,
                    headline=name,
                    body=name,
                    landing_url="https://shop.example/",
                    topics={topics[int(random.integers(len(topics)))]: 1.0},
                    look={f"garment:{garments[int(random.integers(len(garments)))]}": 1.0} if sells_clothes else {},
                    tone={TONES[int(random.integers(len(TONES)))]: 1.0},
                )
            )
            made["ads"].append(Ad(id=AdId(name), adset_id=adset, creative_id=CreativeId(name)))
    return Inventory(
        advertisers=tuple(made["who"]),  # pyright: ignore[reportArgumentType]  # lists of one kind each
        campaigns=tuple(made["campaigns"]),  # pyright: ignore[reportArgumentType]
        adsets=tuple(made["sets"]),  # pyright: ignore[reportArgumentType]
        creatives=tuple(made["creatives"]),  # pyright: ignore[reportArgumentType]
        ads=tuple(made["ads"]),  # pyright: ignore[reportArgumentType]
        version=1,
    )


def _targeting(random: np.random.Generator, topics: tuple[TopicId, ...]) -> Targeting:
    """Two in five ask for countries, one in five for topics of the page."""
    countries = topical = frozenset[str]()
    if random.random() < 0.4:
        countries = frozenset(random.choice(COUNTRIES, int(random.integers(1, 3)), replace=False).tolist())
    if random.random() < 0.2:
        topical = frozenset(random.choice(np.array(topics), len(topics) // 3, replace=False).tolist())
    return Targeting(countries=countries, topics=frozenset(map(TopicId, topical)))
