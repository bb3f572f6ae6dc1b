"""A drawn buying side in which ads ask for everything there is to ask for, some of them lack a part; and requests."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar, get_args

import numpy as np

from adtailor.decide.rank import LOOK_TRAITS, PriorRanker
from adtailor.domain.buying import Ad, AdSet, Advertiser, Bid, BidKind, Campaign, Inventory, Tier
from adtailor.domain.creative import Card, Creative, Format
from adtailor.domain.decision import Context, DecisionRequest, Evidence, Limits, Place, Placement, Viewer
from adtailor.domain.ids import (
    AdId,
    AdSetId,
    AdvertiserId,
    CampaignId,
    CreativeId,
    OrganizationId,
    PlacementId,
    ProductId,
    RequestId,
    SegmentId,
    SiteId,
    TopicId,
)
from adtailor.domain.money import Micros
from adtailor.domain.status import Status
from adtailor.domain.targeting import PAGE_TONES, Circle, Device, Targeting

T = TypeVar("T")
NOW = datetime(2026, 11, 20, 12, 30, 15, 123_457, tzinfo=UTC)
PARENTS = {TopicId(f"t{n}"): TopicId(f"t{n // 3}") for n in range(3, 24)}
TOPICS = tuple(TopicId(f"t{n}") for n in range(24))
PRODUCTS = tuple(ProductId(name) for name in ("adult", "gin", "loan", "tea", "boots"))
ADULT, SENSITIVE = frozenset({PRODUCTS[0], PRODUCTS[1]}), frozenset({PRODUCTS[2]})
COUNTRIES = (*(f"{a}{b}" for a in "ABCDEFGH" for b in "ABCDEFGHIJ"), "DE", "FR")
"""More than the bits of a word."""
REGIONS, WORDS = ("DE-BE", "DE-BY", "FR-75", "IT-RM"), ("trail running", "c++", "café", "登山", "tea")
LANGUAGES, DEVICES = ("en", "de", "fr"), get_args(Device)
SEGMENTS, LABELS = (SegmentId("members"), SegmentId("new")), ("airlines", "banks")
ZONES = ("UTC", "Europe/Berlin", "America/New_York")
TONES = ("playful", "warm", "hungry")
STATUSES: tuple[Status, ...] = ("active", "active", "active", "active", "active", "active", "paused", "archived")
_AROUND = (Circle(lat=52.5, lon=13.4, km=50.0), Circle(lat=-10, lon=179, km=900))


def mixed_ranker() -> PriorRanker:
    """A click model that has something to say of every second topic."""
    random = np.random.default_rng(2)
    return PriorRanker({topic: random.normal(size=6).astype(np.float32) for topic in TOPICS[::2]}, name="mixed@1")


def mixed_inventory(random: Random, ads: int) -> Inventory:
    """So many ads, of a third as many campaigns; one in twenty has no creative, ad set or campaign that is there."""
    advertisers = [
        Advertiser(
            id=AdvertiserId(f"v{n}"),
            organization_id=OrganizationId("o"),
            name=f"Advertiser {n}",
            payer="P",
            daily_cap=_maybe(random, 0.2, random.randrange(4)),
        )
        for n in range(max(1, ads // 4))
    ]
    campaigns = [_campaign(random, n, random.choice(advertisers).id) for n in range(max(1, ads // 3))]
    adsets = [_adset(random, n, _or_missing(random, "c", len(campaigns))) for n in range(max(1, ads // 2))]
    creatives = [_creative(random, n) for n in range(max(1, ads))]
    return Inventory(
        advertisers=tuple(advertisers),
        campaigns=tuple(campaigns),
        adsets=tuple(adsets),
        creatives=tuple(creatives),
        ads=tuple(
            Ad(
                id=AdId(f"a{n}"),
                adset_id=AdSetId(_or_missing(random, "s", len(adsets))),
                creative_id=CreativeId(_or_missing(random, "k", len(creatives))),
                status=random.choice(STATUSES),
            )
            for n in range(ads)
        ),
    )


def mixed_request(random: Random, n: int, ads: int) -> tuple[DecisionRequest, Evidence, Limits]:
    """A page, and a viewer of whom something is known or nothing."""
    knows, wears, read = (random.random() < 0.6 for _ in range(3))
    place = Place(
        country=_maybe(random, 0.8, random.choice(COUNTRIES[-4:])),
        region=_maybe(random, 0.5, random.choice(REGIONS)),
        lat=52.4 if wears else None,
        lon=13.3 if wears else None,
    )
    request = DecisionRequest(
        request_id=RequestId(f"r{n}"),
        site_id=SiteId("site"),
        placements=tuple(
            Placement(
                id=PlacementId(f"p{slot}"),
                position=slot,
                formats=frozenset(_some(random, get_args(Format), 3)) or frozenset({"native"}),
                floor=Micros(random.choice((0, 0, 200_000))),
            )
            for slot in range(random.randrange(1, 4))
        ),
        context=Context(
            language=_maybe(random, 0.9, random.choice(LANGUAGES)),
            country=place.country,
            device=_maybe(random, 0.9, random.choice(DEVICES)),
        ),
        viewer=Viewer(age="adult"),
        barred=frozenset(AdId(f"a{random.randrange(max(1, ads))}") for _ in range(random.randrange(2))),
    )
    evidence = Evidence(
        context_topics={topic: random.random() for topic in _some(random, TOPICS, 3)} if read else None,
        context_tone={random.choice(PAGE_TONES): random.random()} if read else None,
        context_keywords=frozenset(_some(random, WORDS, 2)) if read else None,
        interests={topic: random.random() for topic in _some(random, TOPICS, 5)} if knows else None,
        look={trait: random.random() for trait in _some(random, LOOK_TRAITS, 4)} if wears else None,
        affect={"joy": random.random()} if wears else None,
        segments=frozenset(_some(random, SEGMENTS, 2)) if knows else None,
        place=place,
        history={AdvertiserId(f"v{random.randrange(4)}"): random.uniform(-1, 1)} if knows else None,
    )
    seen = [AdId(f"a{random.randrange(max(1, ads))}") for _ in range(6)]
    limits = Limits(
        age="adult",
        protected=random.random() < 0.1,
        page_tells_of_hardship=random.random() < 0.1,
        seen_today={ad: random.randrange(1, 4) for ad in seen} if knows else {},
        session_seen=dict.fromkeys(seen[:2], 1),
        muted_topics=frozenset(_some(random, TOPICS, 1)),
        muted_advertisers=frozenset({AdvertiserId("v1")}) if knows else frozenset(),
        hidden_ads=frozenset(seen[:1]) if knows else frozenset(),
    )
    return request, evidence, limits


def _campaign(random: Random, n: int, advertiser: AdvertiserId) -> Campaign:
    tier: Tier = random.choice(("auction", "auction", "auction", "guaranteed", "house"))
    promised = tier == "guaranteed"
    return Campaign(
        id=CampaignId(f"c{n}"),
        advertiser_id=advertiser,
        name=f"Campaign {n}",
        status=random.choice(STATUSES),
        daily_budget=Micros(random.choice((0, 5_000_000, 2**40))),
        lifetime_budget=_maybe(random, 0.3, Micros(random.randrange(2**40))),
        starts_at=NOW - timedelta(hours=random.randrange(1, 90), microseconds=n) if promised or n % 2 else None,
        ends_at=NOW + timedelta(hours=random.randrange(1, 90)) if promised or n % 3 else None,
        zone=random.choice(ZONES),
        tier=tier,
        goal_impressions=1000 if promised else None,
        pacing=random.choice(("even", "asap")),
        daily_cap=_maybe(random, 0.2, random.randrange(4)),
        separation=frozenset(_some(random, LABELS, 1)),
    )


def _adset(random: Random, n: int, campaign: str) -> AdSet:
    kind: BidKind = random.choice(get_args(BidKind))
    amount = Micros(random.randrange(1, 9_000_000))
    begins = NOW + timedelta(hours=random.randrange(-50, 3))
    return AdSet(
        id=AdSetId(f"s{n}"),
        campaign_id=CampaignId(campaign),
        name=f"Set {n}",
        status=random.choice(STATUSES),
        bid=Bid(kind=kind, amount=amount, target=_maybe(random, 0.2, Micros(amount // 2 + 1))),
        targeting=_targeting(random, 0.12),
        exclusions=_targeting(random, 0.06),
        starts_at=_maybe(random, 0.3, begins),
        ends_at=_maybe(random, 0.3, begins + timedelta(hours=60)),
        hours=frozenset(random.sample(range(168), 90)) if random.random() < 0.1 else frozenset(),
        daily_cap=random.randrange(4),
        daily_set_cap=_maybe(random, 0.2, random.randrange(4)),
        session_cap=random.randrange(3),
    )


def _targeting(random: Random, chance: float) -> Targeting:
    def some(values: Sequence[T], most: int = 2) -> frozenset[T]:
        return frozenset(_some(random, values, most)) if random.random() < chance else frozenset[T]()

    return Targeting(
        countries=some(COUNTRIES, 60),
        regions=some(REGIONS),
        circles=tuple(some(_AROUND)),
        languages=some(LANGUAGES),
        devices=some(DEVICES),
        keywords=some(WORDS),
        topics=some(TOPICS),
        tones=some(PAGE_TONES),
        interests=some(TOPICS),
        look=some(LOOK_TRAITS, 5),
        segments=some(SEGMENTS),
    )


def _creative(random: Random, n: int) -> Creative:
    made: Format = random.choice(get_args(Format))
    cards = tuple(
        Card(headline="Card", image="card.png", landing_url="https://example.com/") for _ in range(random.randrange(3))
    )
    return Creative(
        id=CreativeId(f"k{n}"),
        advertiser_id=AdvertiserId("v0"),
        status=random.choice(STATUSES),
        format=made,
        headline="Überschrift",
        body="Body",
        landing_url="https://example.com/",
        topics={topic: random.choice((0, 0.5, random.random())) for topic in _some(random, TOPICS, 3)},
        products=frozenset(_some(random, PRODUCTS, 1)),
        look={trait: random.choice((0, 1, random.random())) for trait in _some(random, LOOK_TRAITS, 3)},
        tone={tone: random.random() for tone in _some(random, TONES, 2)},
        is_urgent=random.random() < 0.2,
        cards=cards if made == "carousel" else (),
    )


def _or_missing(random: Random, prefix: str, count: int) -> str:
    return "missing" if random.random() < 0.02 else f"{prefix}{random.randrange(count)}"


def _some(random: Random, values: Sequence[T], most: int) -> list[T]:
    return random.sample(values, random.randrange(min(most, len(values)) + 1))


def _maybe(random: Random, chance: float, value: T) -> T | None:
    return value if random.random() < chance else None
