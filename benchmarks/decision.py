"""One decision for 3 placements over 10,000 live ads: guards the scoring pass, the rules and the Python around them."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np

from adtailor.decide.catalogue import Catalogue, build_catalogue
from adtailor.decide.deciding import decide
from adtailor.decide.rank import LOOK_TRAITS, PriorRanker
from adtailor.domain.buying import Ad, AdSet, Advertiser, Bid, Campaign, Inventory, Organization
from adtailor.domain.creative import Card, Creative, Format
from adtailor.domain.decision import Context, DecisionRequest, Evidence, Limits, Place, Placement, Pricing, Viewer
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
    SiteId,
    TopicId,
)
from adtailor.domain.money import Micros
from adtailor.domain.targeting import PAGE_TONES, Circle, Targeting

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADS = 10_000
COUNTRIES = ("DE", "FR", "IT", "ES", "PL", "NL", "AT", "BE", "SE", "DK", "FI", "PT", "IE", "CZ", "GR")
LANGUAGES = ("en", "de", "fr", "it", "es", "pl", "nl")
WORDS = tuple(f"word {n}" for n in range(40))
TONES = ("playful", "warm", "calm", "energetic", "serious", "curious", "elegant", "bold")
TOPICS = tuple(TopicId(str(n)) for n in range(1, 601))
PARENTS = {TOPICS[n]: TOPICS[n % 40] for n in range(40, 600)}


def run() -> list[tuple[str, str, str]]:
    """Figure, measured, goal."""
    ranker = PriorRanker(_latent())
    started = time.perf_counter()
    catalogue = build_catalogue(_inventory(), ranker=ranker, parents=PARENTS, adult_products=frozenset({ADULT}))
    built = time.perf_counter() - started
    decider = _decider(catalogue, ranker)
    for n in range(50):
        decider(n)
    spent: list[float] = []
    filled = signals = 0
    for n in range(2_000):
        started = time.process_time()
        placements = decider(n)
        spent.append(time.process_time() - started)
        filled += placements[0]
        signals += placements[1]
    p50, p99 = (float(np.percentile(spent, q)) * 1000 for q in (50, 99))
    by_worth, varied = _median(_decider(catalogue, ranker, pricing="vcg")), _median(_decider(_varied(ranker), ranker))
    return [
        ("decision, 3 placements, 10,000 ads, p50", f"{p50:.2f} ms", "<= 1 ms"),
        ("decision, 3 placements, 10,000 ads, p99", f"{p99:.2f} ms", "<= 3 ms"),
        ("the same, priced by VCG, p50", f"{by_worth:.2f} ms", "-"),
        ("the same, where a tenth of the ad sets names each kind of thing, p50", f"{varied:.2f} ms", "-"),
        ("placements filled, and signals named in an explanation", f"{filled / 6000:.0%}, {signals / filled:.1f}", "-"),
        ("catalogue of 10,000 ads built", f"{built:.2f} s", "-"),
    ]


ADULT = ProductId("adult")
CARD = Card(headline="Card", image="card.png", landing_url="https://example.com/")
FORMATS: tuple[Format, ...] = ("native", "native", "native", "image", "carousel")


def _median(decider: Callable[[int], tuple[int, int]]) -> float:
    spent: list[float] = []
    for n in range(550):
        started = time.process_time()
        decider(n)
        spent.append(time.process_time() - started)
    return float(np.median(spent[50:])) * 1000


def _varied(ranker: PriorRanker) -> Catalogue:
    """Where hours, circles, regions, words, tones, groups, exclusions, shared caps and labels are all in use."""
    random, inventory = Random(13), _inventory()

    def some(values: tuple[str, ...]) -> frozenset[str]:
        return _sometimes(random, 0.1, values, 2)

    def circles() -> tuple[Circle, ...]:
        around = Circle(lat=random.uniform(45, 55), lon=random.uniform(0, 20), km=random.choice((50.0, 300.0)))
        return (around,) if random.random() < 0.1 else ()

    adsets = tuple(
        replace(
            adset,
            targeting=replace(adset.targeting, circles=circles(), keywords=some(WORDS), tones=some(PAGE_TONES)),
            exclusions=replace(
                adset.exclusions,
                circles=circles(),
                keywords=some(WORDS),
                tones=some(PAGE_TONES),
                countries=some(COUNTRIES),
                interests=frozenset(map(TopicId, some(TOPICS))),
            ),
            hours=frozenset(range(6 * 24)) if random.random() < 0.1 else frozenset(),
            daily_set_cap=5,
        )
        for adset in inventory.adsets
    )
    campaigns = tuple(replace(campaign, daily_cap=9, separation=some(WORDS)) for campaign in inventory.campaigns)
    varied = replace(inventory, adsets=adsets, campaigns=campaigns)
    return build_catalogue(varied, ranker=ranker, parents=PARENTS, adult_products=frozenset({ADULT}))


def _decider(
    catalogue: Catalogue, ranker: PriorRanker, *, pricing: Pricing = "gsp"
) -> Callable[[int], tuple[int, int]]:
    random = Random(7)
    asked = [asked_of(random, n) for n in range(2_000)]

    def one(n: int) -> tuple[int, int]:
        request, evidence, limits = asked[n]
        decision = decide(
            request,
            evidence,
            limits,
            catalogue=catalogue,
            ranker=ranker,
            policy_name="standard@1",
            now=NOW,
            random=random,
            pricing=pricing,
        )
        whys = [filled.why for filled in decision.placements if filled.why]
        return len(whys), sum(len(why.signals) for why in whys)

    return one


def asked_of(random: Random, n: int, ads: int = ADS) -> tuple[DecisionRequest, Evidence, Limits]:
    """A page on one or two topics; most viewers have consented to interests, some to look and affect too."""
    request = DecisionRequest(
        request_id=RequestId(f"r{n}"),
        site_id=SiteId("site"),
        placements=tuple(
            Placement(
                id=PlacementId(f"feed-{p}"),
                position=p,
                formats=frozenset({"native"} if p else {"native", "image"}),
                floor=Micros(random.choice((0, 20_000, 50_000))),
            )
            for p in range(3)
        ),
        context=Context(
            language=random.choice(LANGUAGES), country=random.choice(COUNTRIES), device=random.choice(DEVICES)
        ),
        viewer=Viewer(age="adult"),
    )
    knows = random.random() < 0.7
    wears = knows and random.random() < 0.5
    evidence = Evidence(
        context_topics={topic: random.uniform(0.3, 0.9) for topic in random.sample(TOPICS, random.choice((1, 2, 3)))},
        context_tone={random.choice(TONES): random.random()},
        interests={topic: random.uniform(0.05, 1.0) for topic in random.sample(TOPICS, 12)} if knows else None,
        look={trait: random.random() for trait in random.sample(LOOK_TRAITS, 6)} if wears else None,
        affect={"joy": random.random()} if wears else None,
        context_keywords=frozenset(random.sample(WORDS, 2)),
        place=Place(country=request.context.country or "DE", lat=random.uniform(45, 55), lon=random.uniform(0, 20)),
        history={AdvertiserId(f"v{random.randrange(400)}"): random.uniform(-1, 1) for _ in range(6)} if knows else None,
    )
    ads = [AdId(f"a{random.randrange(ads)}") for _ in range(8)]
    limits = Limits(
        age="adult",
        protected=False,
        seen_today=dict.fromkeys(ads, 2) if knows else {},
        session_seen=dict.fromkeys(ads[:4], 1),
        muted_topics=frozenset(random.sample(TOPICS, 2)) if knows else frozenset(),
        muted_advertisers=frozenset({AdvertiserId("v3")}) if knows else frozenset(),
        hidden_ads=frozenset(ads[:2]) if knows else frozenset(),
    )
    return request, evidence, limits


DEVICES = ("mobile", "tablet", "desktop")


def _latent() -> dict[TopicId, np.ndarray]:
    random = np.random.default_rng(3)
    tops = random.normal(size=(40, 32))
    return {topic: (tops[n % 40] + 0.7 * random.normal(size=32)).astype(np.float32) for n, topic in enumerate(TOPICS)}


def _inventory() -> Inventory:
    """400 advertisers, 1,000 campaigns, 3,000 ad sets, 10,000 ads: about half ask for country, topic or interest."""
    random = Random(11)
    advertisers = [
        Advertiser(
            id=AdvertiserId(f"v{n}"), organization_id=OrganizationId("o"), name=f"Advertiser {n}", payer=f"Payer {n}"
        )
        for n in range(400)
    ]
    campaigns = [
        Campaign(
            id=CampaignId(f"c{n}"),
            advertiser_id=random.choice(advertisers).id,
            name=f"Campaign {n}",
            daily_budget=Micros(random.choice((50_000_000, 500_000_000))),
            starts_at=NOW - timedelta(days=random.randrange(60)),
            ends_at=NOW + timedelta(days=random.randrange(1, 60)) if random.random() < 0.5 else None,
        )
        for n in range(1_000)
    ]
    adsets = [
        AdSet(
            id=AdSetId(f"s{n}"),
            campaign_id=random.choice(campaigns).id,
            name=f"Ad set {n}",
            bid=random.choice(
                (
                    Bid(kind="cpc", amount=Micros(random.randrange(50_000, 900_000))),
                    Bid(kind="cpc", amount=Micros(random.randrange(50_000, 900_000))),
                    Bid(kind="cpm", amount=Micros(random.randrange(300_000, 6_000_000))),
                    Bid(kind="cpa", amount=Micros(random.randrange(2_000_000, 40_000_000))),
                )
            ),
            targeting=_targeting(random),
            exclusions=_exclusions(random),
        )
        for n in range(3_000)
    ]
    formats = [random.choice(FORMATS) for _ in range(ADS)]
    creatives = [
        Creative(
            id=CreativeId(f"k{n}"),
            advertiser_id=advertisers[0].id,
            format=formats[n],
            headline=f"Headline {n}",
            body="Body",
            landing_url="https://example.com/",
            topics={topic: random.random() for topic in random.sample(TOPICS, 2)},
            look={trait: random.random() for trait in random.sample(LOOK_TRAITS, 4)} if random.random() < 0.3 else {},
            cards=(CARD, CARD) if formats[n] == "carousel" else (),
            tone={tone: random.random() for tone in random.sample(TONES, 2)},
            products=frozenset({ADULT}) if random.random() < 0.05 else frozenset(),
        )
        for n in range(ADS)
    ]
    ads = [Ad(id=AdId(f"a{n}"), adset_id=random.choice(adsets).id, creative_id=creatives[n].id) for n in range(ADS)]
    return Inventory(
        organizations=(Organization(id=OrganizationId("o"), name="Organization"),),
        advertisers=tuple(advertisers),
        campaigns=tuple(campaigns),
        adsets=tuple(adsets),
        creatives=tuple(creatives),
        ads=tuple(ads),
        version=1,
    )


def _targeting(random: Random) -> Targeting:
    return Targeting(
        countries=_sometimes(random, 0.5, COUNTRIES, 6),
        languages=_sometimes(random, 0.3, LANGUAGES, 3),
        devices=frozenset({"mobile"}) if random.random() < 0.2 else frozenset(),
        topics=frozenset(map(TopicId, _sometimes(random, 0.25, TOPICS[:40], 5))),
        interests=frozenset(map(TopicId, _sometimes(random, 0.15, TOPICS[:40], 5))),
        look=_sometimes(random, 0.08, LOOK_TRAITS, 5),
    )


def _exclusions(random: Random) -> Targeting:
    return Targeting(topics=frozenset(map(TopicId, _sometimes(random, 0.1, TOPICS, 4))))


def _sometimes(random: Random, chance: float, values: tuple[str, ...], most: int) -> frozenset[str]:
    return frozenset(random.sample(values, random.randrange(1, most + 1))) if random.random() < chance else frozenset()
