"""Small valid values that the suites store: one campaign, one post, one reading, one decision, one event."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from adtailor.domain.buying import Ad, AdSet, Advertiser, Bid, Campaign, Inventory, Organization
from adtailor.domain.creative import Creative
from adtailor.domain.decision import Account, Decision, Filled, Ranked, Why, Won
from adtailor.domain.events import DecisionRecord, Event, EventKind
from adtailor.domain.findings import Finding, Findings, Interval, SampleRatio
from adtailor.domain.ids import (
    AdId,
    AdSetId,
    AdvertiserId,
    CampaignId,
    CreativeId,
    DecisionId,
    OrganizationId,
    PersonId,
    PlacementId,
    PostId,
    ProductId,
    RequestId,
    SiteId,
    TopicId,
    TrialId,
)
from adtailor.domain.money import Micros
from adtailor.domain.person import Consents, DeclaredMood, Person
from adtailor.domain.post import Photo, Post
from adtailor.domain.profile import AdsSeen, Fading, Profile
from adtailor.domain.reading import Garment, PhotoLook, Reading, Sentiment, Stress, Suitability, Topic
from adtailor.domain.targeting import Targeting
from adtailor.domain.trial import Arm, Design, Measured, Registration, Trial
from adtailor.domain.wellbeing import CardMemory, State, StressSign, WellbeingMemory

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ALL = Consents(interests=True, look=True, affect=True, wellbeing=True)


def inventory(*campaigns: Campaign) -> Inventory:
    """An advertiser with these campaigns (one unless given), each with an ad."""
    campaigns = campaigns or (campaign(),)
    return Inventory(
        organizations=(Organization(id=OrganizationId("acme"), name="Acme"),),
        advertisers=(
            Advertiser(
                id=AdvertiserId("boots"),
                organization_id=OrganizationId("acme"),
                name="Boots & Co",
                payer="Acme",
                landing_domains=("boots.example",),
            ),
        ),
        campaigns=campaigns,
        adsets=tuple(
            AdSet(
                id=AdSetId(f"{c.id}-set"),
                campaign_id=c.id,
                name="walkers",
                bid=Bid(kind="cpc", amount=Micros(500_000)),
                targeting=Targeting(countries=frozenset({"DE"}), topics=frozenset({TopicId("653")})),
            )
            for c in campaigns
        ),
        creatives=(
            Creative(
                id=CreativeId("boots-1"),
                advertiser_id=AdvertiserId("boots"),
                headline="Dry feet",
                body="Boots for every path.",
                landing_url="https://boots.example/walk",
                topics={TopicId("653"): 0.75},
                products=frozenset({ProductId("1001")}),
                look={"garment:shoes": 1.0},
            ),
        ),
        ads=tuple(
            Ad(id=AdId(f"{c.id}-ad"), adset_id=AdSetId(f"{c.id}-set"), creative_id=CreativeId("boots-1"))
            for c in campaigns
        ),
    )


def campaign(
    name: str = "autumn", *, daily: int = 1_000, lifetime: int | None = None, zone: str = "Europe/Berlin"
) -> Campaign:
    """A campaign with budgets in micros."""
    return Campaign(
        id=CampaignId(name),
        advertiser_id=AdvertiserId("boots"),
        name=name,
        daily_budget=Micros(daily),
        lifetime_budget=None if lifetime is None else Micros(lifetime),
        starts_at=NOON,
        zone=zone,
    )


def event(
    number: int = 1,
    *,
    campaign_name: str = "autumn",
    kind: EventKind = "click",
    price: int = 300,
    at: datetime = NOON,
    **changes: Any,
) -> Event:
    """The event of decision `number`."""
    known = Event(
        kind=kind,
        decision_id=DecisionId(f"decision-{number}"),
        placement_id=PlacementId("feed-1"),
        ad_id=AdId(f"{campaign_name}-ad"),
        advertiser_id=AdvertiserId("boots"),
        campaign_id=CampaignId(campaign_name),
        at=at,
        price=Micros(price),
        site_id=SiteId("larkwater"),
        adset_id=AdSetId(f"{campaign_name}-set"),
    )
    return replace(known, **changes)


def trial(
    name: str = "split",
    *,
    design: Design = "budget split",
    parts: tuple[int, ...] = (5_000, 5_000),
    status: Literal["registered", "running", "stopped"] = "registered",
    **changes: Any,
) -> Trial:
    """A trial of which the second arm goes without the look."""
    known: dict[str, Any] = {
        "id": TrialId(name),
        "question": "Does the look of people earn anything?",
        "design": design,
        "arms": tuple(
            Arm(name=f"arm-{n}", parts=part, signals_off=frozenset({"look"} if n else ()))
            for n, part in enumerate(parts)
        ),
        "metrics": (Measured(metric="revenue", role="primary"),),
        "people": 1_000,
        "effect": 0.05,
        "period_minutes": 60 if design == "switchback" else None,
        "campaign": CampaignId("autumn") if design == "ghost ads" else None,
    }
    return Trial(
        registration=Registration(**{**known, **changes}),
        text=f'id = "{name}"',
        hash="0" * 64,
        registered_at=NOON,
        status=status,
        started_at=None if status == "registered" else NOON,
        stopped_at=NOON if status == "stopped" else None,
    )


def findings(**changes: Any) -> Findings:
    """What a look found that has too few people."""
    known = Findings(
        trial_id=TrialId("split"),
        hash="0" * 64,
        question="Does the look of people earn anything?",
        grade="A",
        look=1,
        looks=14,
        information=0.25,
        evidence="insufficient",
        is_over=False,
        people=(120, 130),
        arms=("arm-0", "arm-1"),
        needed=4_000,
        findings=(
            Finding(
                metric="revenue",
                role="primary",
                arm="arm-1",
                is_registered=True,
                control=2_000.0,
                treated=2_020.0,
                difference=Interval(value=20.0, low=-400.0, high=440.0),
                relative=Interval(value=0.01, low=-0.2, high=0.22),
                p_value=0.7,
                boundary=4.0,
                statistic=0.2,
                verdict="not known yet",
                is_word_lift=False,
                people=250,
                method="mean, CUPED",
                needed=4_000,
            ),
        ),
        sample_ratio=SampleRatio(
            counts=(120, 130), expected=(125.0, 125.0), p_value=0.5, always_p_value=1.0, is_broken=False
        ),
        read_at=NOON,
    )
    return replace(known, **changes)


def post(name: str = "p1", *, author: str = "ana", at: datetime = NOON, text: str = "A walk in the rain.") -> Post:
    """A post with a photo."""
    return Post(
        id=PostId(name),
        author_id=PersonId(author),
        created_at=at,
        text=text,
        language="en",
        photos=(Photo(data=b"\xff\xd8 a photo", alt="boots in a puddle"),),
        place="DE",
    )


def reading(name: str = "p1") -> Reading:
    """A reading with every part in it, a crisis as well."""
    return Reading(
        post_id=PostId(name),
        language="en",
        sentiment=Sentiment(label="positive", valence=0.5, arousal=0.25),
        emotions={"joy": 0.75, "sadness": 0.125},
        stress=Stress(probability=0.25, severity=0.5),
        crisis=True,
        tone={"playful": 0.5},
        topics=(Topic(id=TopicId("653"), name="Travel", confidence=0.75),),
        suitability=Suitability(risk="low", categories=("weather",)),
        look=(PhotoLook(photo=0, garments=(Garment(type="boots", confidence=0.75, colours=("navy",)),)),),
        models={"text": "toy@1"},
    )


def person(name: str = "ana", *, consents: Consents = ALL, version: int = 0) -> Person:
    """Someone who has consented to everything."""
    return Person(person_id=PersonId(name), consents=consents, country="DE", age="adult", version=version)


def profile(name: str = "ana", *, at: datetime = NOON, version: int = 0) -> Profile:
    """A profile with something in every field."""
    return Profile(
        person_id=PersonId(name),
        interests=Fading(weights={"653": 1.5}, as_of=at),
        look=Fading(weights={"colour:navy": 0.5}, as_of=at),
        affect=Fading(weights={"joy": 0.75}, as_of=at),
        history=Fading(weights={"boots": 1.0}, as_of=at),
        declared_mood=DeclaredMood(mood="calm", declared_at=at),
        signals_off=frozenset({"look"}),
        muted_topics=frozenset({TopicId("150")}),
        muted_advertisers=frozenset({AdvertiserId("slots")}),
        hidden_ads=frozenset({AdId("slots-ad")}),
        seen=AdsSeen(day=at.date(), counts={AdId("autumn-ad"): 2}),
        version=version,
    )


def memory(name: str = "ana", *, at: datetime = NOON, version: int = 0) -> WellbeingMemory:
    """A memory of a stressful day."""
    return WellbeingMemory(
        person_id=PersonId(name),
        signs=(StressSign(post_id=PostId("p1"), at=at, probability=0.75, severity=0.5),),
        state=State.HIGH,
        high_days=(at.date(),),
        quiet_until=at,
        card=CardMemory(last_shown_at=at, dismissals=1),
        version=version,
    )


def record(number: int = 1, *, viewer: str | None = "ana", at: datetime = NOON) -> DecisionRecord:
    """The record of decision `number`: one placement, filled."""
    won = Won(
        ad_id=AdId("autumn-ad"),
        campaign_id=CampaignId("autumn"),
        advertiser_id=AdvertiserId("boots"),
        bid_kind="cpc",
        bid=Micros(500_000),
        price=Micros(300),
        click_rate=0.0125,
        quality=0.0,
        value=6_250.0,
        runner_up=None,
        runner_up_value=0.0,
        propensity=1.0,
        products=frozenset({ProductId("1001")}),
    )
    decision = Decision(
        decision_id=DecisionId(f"decision-{number}"),
        request_id=RequestId(f"request-{number}"),
        site_id=SiteId("larkwater"),
        decided_at=at,
        policy="standard@1",
        ranker="priors@1",
        catalogue_version=1,
        placements=(
            Filled(
                placement_id=PlacementId("feed-1"),
                won=won,
                why=Why(signals=("interests",), sentence="You often write about travel."),
            ),
        ),
        account=Account(
            best=Ranked(ad_ids=(AdId("autumn-ad"),), click_rates=(0.0125,), qualities=(0.0,), values=(6_250.0,)),
            first_turned_away={"over its cap": (AdId("winter-ad"),)},
            turned_away_counts={"over its cap": 2},
            without={"interests": {PlacementId("feed-1"): None}},
        ),
    )
    return DecisionRecord(decision=decision, person_id=None if viewer is None else PersonId(viewer))


def kept(whole: Reading) -> Reading:
    """What a store gives back of a reading when everything is consented to: all but the crisis."""
    return replace(whole, crisis=None)
