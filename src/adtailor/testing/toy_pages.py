"""Random pages over random small worlds: every rule, signal, format and kind of bid comes up; the same for a seed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from adtailor.decide.deciding import decide
from adtailor.domain.decision import Context, Decision, DecisionRequest, Evidence, Limits, Place, Placement, Pricing
from adtailor.domain.ids import AdId, AdvertiserId, PlacementId, RequestId, SiteId, TopicId
from adtailor.domain.money import Micros
from adtailor.ports import Veto
from adtailor.testing.toy_ads import ToyWorld, toy_world

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADULT, SENSITIVE = "alcohol", "credit"
_TOPICS = ("sports", "running", "hiking", "food", "baking", "music")
_PARENTS = {"running": "sports", "hiking": "sports", "baking": "food"}
_TRAITS = ("colour:navy", "garment:shoes", "style:casual", "style:sporty")
_TONES = ("playful", "calm", "energetic", "serious")
_COUNTRIES = ("DE", "FR", "IT")
_REGIONS = ("DE-BE", "DE-BY", "FR-IDF")
_BERLIN, _PARIS = (52.5, 13.4, 200.0), (48.9, 2.35, 900.0)
_WORDS = ("trail", "oven", "trail running")
_GROUPS = ("members", "press")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToyPage:
    """A request, what may be used for it, and the world it meets."""

    world: ToyWorld
    request: DecisionRequest
    evidence: Evidence
    limits: Limits
    seed: int

    def decide(
        self,
        evidence: Evidence | None = None,
        *,
        veto: Veto | None = None,
        exploration: float = 0.3,
        pricing: Pricing = "gsp",
        spacing: int = 0,
        in_words: bool = True,
    ) -> Decision:
        """The decision, with other evidence if given, and always the same chance."""
        return decide(
            self.request,
            self.evidence if evidence is None else evidence,
            self.limits,
            catalogue=self.world.catalogue,
            ranker=self.world.ranker,
            veto=veto,
            policy_name="toy@1",
            now=NOW,
            random=Random(self.seed),  # noqa: S311  # chance, not secrecy
            exploration=exploration,
            pricing=pricing,
            spacing=spacing,
            in_words=in_words,
        )


def random_page(seed: int, *, most_ads: int = 14, protected: bool = False) -> ToyPage:
    """One page; ads are few, and alike enough that a signal often turns the outcome."""
    random = Random(seed)  # noqa: S311  # chance, not secrecy
    ads = [_ad(random, n) for n in range(random.randrange(most_ads + 1))]
    world = toy_world(
        ads, parents=_PARENTS, topics=_TOPICS, adult_products=[ADULT], sensitive_products=[SENSITIVE, ADULT]
    )
    names = [AdId(ad["id"]) for ad in ads]

    def some(chance: float) -> frozenset[AdId]:
        return frozenset(name for name in names if random.random() < chance)

    return ToyPage(
        world=world,
        request=DecisionRequest(
            request_id=RequestId(f"r{seed}"),
            site_id=SiteId("site"),
            placements=tuple(_placement(random, n) for n in range(random.randrange(1, 5))),
            context=Context(language=random.choice(("en", "de", None)), device=random.choice(("mobile", "desktop"))),
        ),
        evidence=_evidence(random),
        limits=Limits(
            age="minor" if protected else "adult",
            protected=protected,
            seen_today=dict.fromkeys(some(0.2), 3),
            session_seen=dict.fromkeys(some(0.2), 1),
            muted_topics=frozenset({TopicId("music")} if random.random() < 0.1 else ()),
            muted_advertisers=frozenset({AdvertiserId("v1")} if random.random() < 0.1 else ()),
            hidden_ads=some(0.05),
        ),
        seed=seed,
    )


def drawn_world(ads: Sequence[int], *, products: Sequence[str], sensitive: Collection[str]) -> ToyWorld:
    """A world from small numbers, one for each ad: fewer and smaller are simpler. Some products are sensitive."""
    made = [_ad(Random(number), n, products) for n, number in enumerate(ads)]  # noqa: S311  # chance, not secrecy
    return toy_world(made, parents=_PARENTS, topics=_TOPICS, adult_products=(), sensitive_products=sensitive)


def drawn_page(world: ToyWorld, places: Sequence[int], *, known: int) -> ToyPage:
    """A page in it, from one small number for each place, and one for what is known of page and viewer."""
    random = Random(known)  # noqa: S311  # chance, not secrecy
    return ToyPage(
        world=world,
        request=DecisionRequest(
            request_id=RequestId(f"r{known}"),
            site_id=SiteId("site"),
            placements=tuple(_placement(Random(number), n) for n, number in enumerate(places)),  # noqa: S311
            context=Context(language="en", device=random.choice(("mobile", "desktop"))),
        ),
        evidence=_evidence(random),
        limits=Limits(age="adult", protected=False),
        seed=known,
    )


def _ad(random: Random, n: int, products: Sequence[str] = (ADULT, SENSITIVE, "shoes")) -> dict[str, Any]:
    def sometimes(chance: float, values: tuple[str, ...], most: int = 2) -> list[str]:
        return random.sample(values, random.randrange(1, most + 1)) if random.random() < chance else []

    pays = random.choice(("cpc", "cpc", "cpc", "cpm", "cpa"))
    bids = {"cpc": ("0", "0.20", "0.21", "0.25"), "cpm": ("1.60", "2.00"), "cpa": ("10", "12")}
    return {
        "id": f"a{n}",
        "advertiser": f"v{random.randrange(8)}",
        "pays": pays,
        "bid": random.choice(bids[pays]),
        "status": "paused" if random.random() < 0.05 else "active",
        "ends": NOW - timedelta(days=1) if random.random() < 0.05 else None,
        "budget": "0.10" if random.random() < 0.05 else "1000",
        "format": random.choice(("native", "native", "native", "image", "carousel")),
        "topics": sometimes(0.8, _TOPICS),
        "look": sometimes(0.4, _TRAITS),
        "tone": sometimes(0.6, _TONES),
        "products": [random.choice(products)],
        "session_cap": random.choice((1, 2)),
        "asks_countries": sometimes(0.3, _COUNTRIES),
        "asks_languages": sometimes(0.1, ("en", "de")),
        "asks_devices": sometimes(0.1, ("mobile", "desktop"), 1),
        "asks_topics": sometimes(0.2, _TOPICS),
        "excludes_topics": sometimes(0.1, _TOPICS),
        "asks_interests": sometimes(0.15, _TOPICS),
        "asks_look": sometimes(0.1, _TRAITS),
        "separation": sometimes(0.15, ("airline", "bank")),
        **_rare(random, sometimes),
    }


def _rare(random: Random, sometimes: Callable[..., list[Any]]) -> dict[str, Any]:
    if random.random() < 0.7:
        return {}
    tones, devices = ("playful", "calm", "energetic", "serious"), ("mobile", "desktop")
    return {
        "asks_regions": sometimes(0.08, _REGIONS),
        "asks_circles": sometimes(0.08, (_BERLIN, _PARIS)),
        "asks_keywords": sometimes(0.15, _WORDS),
        "asks_tones": sometimes(0.15, tones),
        "asks_segments": sometimes(0.15, _GROUPS),
        "excludes_countries": sometimes(0.06, _COUNTRIES, 1),
        "excludes_regions": sometimes(0.06, _REGIONS, 1),
        "excludes_circles": sometimes(0.06, (_BERLIN, _PARIS), 1),
        "excludes_languages": sometimes(0.06, ("en", "de"), 1),
        "excludes_devices": sometimes(0.06, devices, 1),
        "excludes_keywords": sometimes(0.06, _WORDS),
        "excludes_tones": sometimes(0.06, tones),
        "excludes_interests": sometimes(0.06, _TOPICS),
        "excludes_look": sometimes(0.06, _TRAITS),
        "excludes_segments": sometimes(0.06, _GROUPS, 1),
        "set_status": "paused" if random.random() < 0.03 else "active",
        "creative": "in_review" if random.random() < 0.03 else "active",
        "hours": range(168) if random.random() < 0.1 else range(0, 168, 24) if random.random() < 0.05 else (),
        "set_cap": random.choice((None, None, None, 3)),
        "campaign_cap": random.choice((None, None, None, 5)),
        "advertiser_cap": random.choice((None, None, None, 3)),
        **_tier(random),
        "cards": 0 if random.random() < 0.02 else 2,
    }


def _tier(random: Random) -> dict[str, Any]:
    tier = random.choice(("auction", "auction", "house", "guaranteed"))
    if tier != "guaranteed":
        return {"tier": tier}
    return {"tier": tier, "goal": 1_000, "starts": NOW - timedelta(days=1), "ends": NOW + timedelta(days=1)}


def _placement(random: Random, n: int) -> Placement:
    return Placement(
        id=PlacementId(f"p{n}"),
        position=random.randrange(4),
        formats=frozenset(random.choice((("native",), ("native", "image"), ("image", "carousel"), ("carousel",)))),
        floor=Micros(random.choice((0, 0, 0, 150_000, 230_000, 10_000_000))),
    )


def _evidence(random: Random) -> Evidence:
    def known(values: tuple[str, ...], chance: float = 0.7) -> dict[Any, float] | None:
        if random.random() > chance:
            return None
        return {name: random.choice((0.02, 0.5, 1.0)) for name in values if random.random() < 0.4}

    history: Mapping[AdvertiserId, float] = {
        AdvertiserId(f"v{random.randrange(8)}"): random.uniform(-1.0, 1.0) for _ in range(2)
    }
    return Evidence(
        context_topics=known(_TOPICS),
        context_keywords=_some(random, _WORDS, 0.6),
        context_tone=known(_TONES),
        interests=known(_TOPICS),
        segments=_some(random, _GROUPS, 0.4),
        look=known(_TRAITS),
        affect=known(("joy", "excitement", "calm")),
        place=_place(random) if random.random() < 0.8 else None,
        history=history if random.random() < 0.5 else None,
    )


def _some(random: Random, values: tuple[str, ...], chance: float) -> frozenset[Any] | None:
    return frozenset(value for value in values if random.random() < 0.5) if random.random() < chance else None


def _place(random: Random) -> Place:
    country = random.choice(_COUNTRIES)
    lat, lon = random.choice(((52.4, 13.1), (48.1, 11.6), (None, None)))
    return Place(
        country=country,
        region=random.choice((None, *(region for region in _REGIONS if region.startswith(country)))),
        lat=lat,
        lon=lon,
    )
