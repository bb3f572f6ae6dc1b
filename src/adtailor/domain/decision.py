"""One request becomes one explained decision."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adtailor.domain.buying import BidKind, Tier
from adtailor.domain.checks import checked_id, not_negative
from adtailor.domain.creative import Format
from adtailor.domain.ids import (
    AdId,
    AdSetId,
    AdvertiserId,
    CampaignId,
    DecisionId,
    PersonId,
    PlacementId,
    PostId,
    ProductId,
    RequestId,
    SegmentId,
    SiteId,
    TopicId,
)
from adtailor.domain.money import Micros
from adtailor.domain.person import Age, Consents, Mood
from adtailor.domain.reading import Topic
from adtailor.domain.signals import Signal
from adtailor.domain.targeting import Device
from adtailor.domain.trial import Account as BudgetAccount
from adtailor.domain.trial import Assigned
from adtailor.domain.wellbeing import RestSuggestion
from adtailor.errors import InvalidInput

MOST_PLACEMENTS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A position in a feed that asks for an ad."""

    id: PlacementId
    position: int = 0
    formats: frozenset[Format] = frozenset({"native"})
    floor: Micros = Micros(0)
    """The least that a click (or 1000 impressions of a CPM ad) may cost here."""
    thousand_floor: Micros = Micros(0)
    """The least that 1000 impressions are to bring, whatever the ad pays for: the floor of an exchange."""
    on_file: PlacementId | None = None
    """What the operator's file calls it, where that is not its id."""

    def __post_init__(self) -> None:
        checked_id(self.id, "placements.id")
        not_negative(self.floor, "placements.floor_micros")
        not_negative(self.thousand_floor, "placements.thousand_floor_micros")


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The page: the post beside the placements, and where and on what it is read. Nothing here is a profile."""

    post_id: PostId | None = None
    text: str | None = None
    topics: tuple[Topic, ...] | None = None
    language: str | None = None
    country: str | None = None
    region: str | None = None
    lat: float | None = None
    lon: float | None = None
    device: Device | None = None
    zone: str = "UTC"
    keywords: frozenset[str] | None = None
    """Words of the page, lower case, as the site gives them; None where it leaves them to be taken from the text."""

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidInput(
                f"{self.zone!r} is no time zone", hint="an IANA name such as Europe/Berlin", field="context.zone"
            ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks, as the site knows them. `consents` can only narrow those on file."""

    person_id: PersonId | None = None
    age: Age = "unknown"
    session_ads_seen: Mapping[AdId, int] = field(default_factory=dict[AdId, int])
    consents: Consents | None = None
    segments: frozenset[SegmentId] = frozenset()
    """Groups of people that the site itself keeps; used only with the interests consent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulations:
    """Signals of law that came with the request: GPC switches profiling off; a string that does not parse means no."""

    gpc: bool = False
    tcf: str | None = None
    gpp: str | None = None
    gpp_sections: tuple[int, ...] | None = None
    """Which sections of `gpp` apply; None for all that it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRequest:
    """Placements, context, viewer and regulations of one page."""

    request_id: RequestId
    site_id: SiteId
    placements: tuple[Placement, ...]
    context: Context = Context()
    viewer: Viewer = Viewer()
    regs: Regulations = Regulations()
    barred: frozenset[AdId] = frozenset()
    """Ads that the page itself does not take: blocked advertisers and categories."""

    def __post_init__(self) -> None:
        checked_id(self.request_id, "request_id")
        checked_id(self.site_id, "site_id")
        if not 1 <= len(self.placements) <= MOST_PLACEMENTS:
            raise InvalidInput(
                f"{len(self.placements)} placements", hint=f"ask for 1 to {MOST_PLACEMENTS}", field="placements"
            )
        if len({placement.id for placement in self.placements}) < len(self.placements):
            raise InvalidInput("two placements share an id", hint="give each its own", field="placements.id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the page is read, as the site says."""

    country: str | None = None
    region: str | None = None
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When, on what and how far down a page is read; the same for all its ads, so it is no signal that chooses one."""

    device: Device | None = None
    language: str | None = None
    hour: int = 0
    """0 to 23, where the page is read."""
    weekday: int = 0
    """0 for Monday to 6."""
    position: int = 0
    """Of the page's first placement."""


_WITH: Mapping[Signal, tuple[str, ...]] = {"context topics": ("context_keywords",), "interests": ("segments",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a decision may use, a field for each signal; None where consent, person or page does not give it.

    Made after consents are applied, so whoever holds it may use all of it.
    """

    context_topics: Mapping[TopicId, float] | None = None
    context_keywords: frozenset[str] | None = None
    """What is left out with the context topics."""
    context_tone: Mapping[str, float] | None = None
    interests: Mapping[TopicId, float] | None = None
    segments: frozenset[SegmentId] | None = None
    """What is left out with the interests."""
    look: Mapping[str, float] | None = None
    affect: Mapping[Mood, float] | None = None
    place: Place | None = None
    history: Mapping[AdvertiserId, float] | None = None
    moment: Moment = Moment()

    def without(self, signal: Signal) -> "Evidence":
        """The same, had this signal not been there."""
        fields = (signal.replace(" ", "_"), *_WITH.get(signal, ()))
        return replace(self, **dict.fromkeys(fields))

    def impersonal(self) -> "Evidence":
        """What is left for someone who has consented to nothing."""
        return Evidence(
            context_topics=self.context_topics,
            context_keywords=self.context_keywords,
            context_tone=self.context_tone,
            place=self.place,
            moment=self.moment,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What keeps ads away from this viewer, whatever they bid."""

    age: Age = "unknown"
    protected: bool = True
    """A minor, or an unknown age where the operator requires one: contextual only, and no products for adults."""
    seen_today: Mapping[AdId, int] = field(default_factory=dict[AdId, int])
    session_seen: Mapping[AdId, int] = field(default_factory=dict[AdId, int])
    muted_topics: frozenset[TopicId] = frozenset()
    muted_advertisers: frozenset[AdvertiserId] = frozenset()
    hidden_ads: frozenset[AdId] = frozenset()
    page_is_unsuitable: bool = False
    """No ad belongs beside this content."""
    page_tells_of_hardship: bool = False
    """Debt, illness, loss, a clearly unhappy tone: nothing sensitive or urgent belongs beside it, whoever looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An ad that was ranked: total value = bid x click rate + quality, in micros per impression."""

    ad_id: AdId
    click_rate: float
    quality: float
    value: float


Pricing = Literal["gsp", "vcg", "first"]
"""What those who bid pay: the least that wins their place, what they take from the others of the page, or their bid."""
PriceRule = Literal["gsp", "vcg", "first", "floor", "promised", "free"]
"""How one price came about: by the auction's rule, the floor for want of a rival or by exploration, or by the tier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Won:
    """The ad that won a placement, at what price, and what a veto may judge it by."""

    ad_id: AdId
    campaign_id: CampaignId
    advertiser_id: AdvertiserId
    bid_kind: BidKind
    bid: Micros
    price: Micros
    """Per click, per conversion, or per 1000 impressions, as the bid."""
    click_rate: float
    quality: float
    value: float
    runner_up: AdId | None
    runner_up_value: float
    propensity: float
    """The chance that the allocation, before vetoes, chose this ad here."""
    products: frozenset[ProductId] = frozenset()
    is_urgent: bool = False
    energy: float = 0.0
    tier: Tier = "auction"
    priced_by: PriceRule = "gsp"
    bid_here: Micros | None = None
    """What it bid here, where its pace or a target cost made that less than its bid."""
    attention: float = 1.0
    """How likely the place is looked at, against the first position of all."""
    adset_id: AdSetId | None = None
    events: float = 0.0
    """The charged events that one impression is expected to bring."""

    @property
    def thousand_worth(self) -> Micros:
        """What 1000 impressions are expected to bring at this price, in whole micros, rounded down.

        At 0.10 a click and one click in fifty impressions, 2.00; what is paid by the thousand is its own price.
        """
        if self.bid_kind == "cpm":
            return self.price
        return Micros(math.floor(1000 * Fraction(self.events) * self.price))


NoFillCode = Literal["quiet", "no_eligible_ad", "below_floor", "too_near", "closed", "unavailable"]
"""`too_near`: to another ad. `closed`: the placement, or its site, is not active on file. `unavailable`: something that
has to be checked could not be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoFill:
    """Why a placement stays empty: an answer, not an error."""

    code: NoFillCode
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The signals without which another ad would have stood here, and a sentence that says so."""

    signals: tuple[Signal, ...]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """One placement's answer: an ad, or why there is none."""

    placement_id: PlacementId
    won: Won | None = None
    why: Why | None = None
    no_fill: NoFill | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedAway:
    """An ad that could not stand here, and each reason in words."""

    ad_id: AdId
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """The best candidates as columns, best first: what a log keeps of every decision."""

    ad_ids: tuple[AdId, ...] = ()
    click_rates: tuple[float, ...] = ()
    qualities: tuple[float, ...] = ()
    values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The operator's account: who was ranked, best first, and who fell out, where and why. Never mentions a veto."""

    best: Ranked = Ranked()
    first_turned_away: Mapping[str, tuple[AdId, ...]] = field(default_factory=dict[str, tuple[AdId, ...]])
    """The first few ads of each reason."""
    turned_away: tuple[TurnedAway, ...] = ()
    """The same in full words, with all reasons of each; only where somebody asked for them when it was decided."""
    turned_away_counts: Mapping[str, int] = field(default_factory=dict[str, int])
    without: Mapping[Signal, Mapping[PlacementId, AdId | None]] = field(
        default_factory=dict[Signal, Mapping[PlacementId, AdId | None]]
    )
    """For each signal in play, what would have won each placement without it."""
    pricing: Pricing = "gsp"
    tiers: Mapping[AdId, Tier] = field(default_factory=dict[AdId, Tier])
    """Of those ranked that do not just bid."""

    @property
    def ranked(self) -> tuple[Candidate, ...]:
        """The best candidates, best first."""
        best = self.best
        return tuple(
            Candidate(ad_id=ad_id, click_rate=rate, quality=quality, value=value)
            for ad_id, rate, quality, value in zip(
                best.ad_ids, best.click_rates, best.qualities, best.values, strict=True
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One answered request."""

    decision_id: DecisionId
    request_id: RequestId
    site_id: SiteId
    decided_at: datetime
    policy: str
    ranker: str
    catalogue_version: int
    placements: tuple[Filled, ...]
    account: Account = Account()
    rest_suggestion: RestSuggestion | None = None
    trials: tuple[Assigned, ...] = ()
    """The trials that the page was served in."""

    @property
    def budget_account(self) -> BudgetAccount | None:
        """Whose part of the budgets pays for its ads; None for the whole of them."""
        return next((assigned.account for assigned in self.trials if assigned.account is not None), None)
