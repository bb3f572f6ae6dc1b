"""The buying side: Organization > Advertiser > Campaign > AdSet > Ad > Creative."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adtailor.domain.checks import aware_utc, checked_id, not_negative, shares
from adtailor.domain.ids import AdId, AdSetId, AdvertiserId, CampaignId, CreativeId, OrganizationId, ProductId, TopicId
from adtailor.domain.money import Micros
from adtailor.errors import InvalidInput

Status = Literal["draft", "in_review", "active", "paused", "archived"]
Objective = Literal["reach", "clicks", "conversions"]
BidKind = Literal["cpm", "cpc", "cpa"]
Format = Literal["native", "image", "carousel"]
Device = Literal["mobile", "tablet", "desktop"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """Who signs in: an agency or a company; the border of what its members may see."""

    id: OrganizationId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advertiser:
    """Whose ad it is, and who pays for it; both stand on every ad (DSA, Art. 26)."""

    id: AdvertiserId
    organization_id: OrganizationId
    name: str
    payer: str
    landing_domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """An objective with a budget; days begin at midnight in `zone`."""

    id: CampaignId
    advertiser_id: AdvertiserId
    name: str
    status: Status = "active"
    objective: Objective = "clicks"
    daily_budget: Micros
    lifetime_budget: Micros | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    zone: str = "UTC"
    version: int = 0

    def __post_init__(self) -> None:
        checked_id(self.id, "id")
        not_negative(self.daily_budget, "daily_budget_micros")
        if self.lifetime_budget is not None:
            not_negative(self.lifetime_budget, "lifetime_budget_micros")
        for name in ("starts_at", "ends_at"):
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, aware_utc(value, name))
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidInput(
                f"{self.zone!r} is no time zone", hint="an IANA name such as Europe/Berlin", field="zone"
            ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """The most an advertiser pays: per 1000 impressions (cpm), per click (cpc) or per conversion (cpa)."""

    kind: BidKind
    amount: Micros

    def __post_init__(self) -> None:
        not_negative(self.amount, "bid.amount_micros")


@dataclass(frozen=True, slots=True, kw_only=True)
class Targeting:
    """Where an ad may stand; an empty set asks for nothing. There is no field for a mood, and none can be added."""

    countries: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    devices: frozenset[Device] = frozenset()
    topics: frozenset[TopicId] = frozenset()
    """Topics of the page, their sub-topics included."""
    excluded_topics: frozenset[TopicId] = frozenset()
    interests: frozenset[TopicId] = frozenset()
    look: frozenset[str] = frozenset()
    """Traits of clothes, as `garment:shoes`, `colour:navy`, `style:casual`."""

    @property
    def is_personal(self) -> bool:
        """Whether it reaches people by their profile."""
        return bool(self.interests or self.look)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdSet:
    """Targeting, bid and caps that its ads share."""

    id: AdSetId
    campaign_id: CampaignId
    name: str
    bid: Bid
    targeting: Targeting = Targeting()
    daily_cap: int = 3
    """Impressions of one ad of the set per person and day."""
    session_cap: int = 2
    """The same per session, from a counter that the client holds: needs no consent."""

    def __post_init__(self) -> None:
        checked_id(self.id, "id")
        not_negative(self.daily_cap, "daily_cap")
        not_negative(self.session_cap, "session_cap")


VariantState = Literal["draft", "approved", "rejected"]
MOST_VARIANTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Other words for the same creative, for pages of another tone; shown only once a person approved them."""

    tone: str
    headline: str
    body: str
    state: VariantState = "draft"
    model: str | None = None
    """What proposed it."""
    drafted_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None

    def __post_init__(self) -> None:
        for name in ("drafted_at", "decided_at"):
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, aware_utc(value, name))
        if self.state != "draft" and (self.decided_at is None or not self.decided_by):
            raise InvalidInput(
                f"a variant is {self.state} by nobody", hint="say who decided, and when", field="variants.decided_by"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Creative:
    """What is shown, and what it is about. `image` is a path under the installation's own media."""

    id: CreativeId
    advertiser_id: AdvertiserId
    format: Format = "native"
    headline: str
    body: str
    image: str | None = None
    call_to_action: str = "Learn more"
    landing_url: str
    language: str = "en"
    topics: Mapping[TopicId, float] = field(default_factory=dict[TopicId, float])
    """What it is about, as shares."""
    products: frozenset[ProductId] = frozenset()
    """What it advertises; sensitive categories are told by these."""
    look: Mapping[str, float] = field(default_factory=dict[str, float])
    """Traits of the clothes it shows or suits, as shares."""
    tone: Mapping[str, float] = field(default_factory=dict[str, float])
    """How it sounds: playful, warm, calm, energetic, serious ..., as shares."""
    is_urgent: bool = False
    """Scarcity, countdown, last chance."""
    price: Micros | None = None
    """What the product in `image` costs: with it, clothes in photos can be told to look as dear as this."""
    variants: tuple[Variant, ...] = ()

    def __post_init__(self) -> None:
        checked_id(self.id, "id")
        if self.price is not None:
            not_negative(self.price, "price_micros")
        if len(self.variants) > MOST_VARIANTS:
            raise InvalidInput(f"{len(self.variants)} variants", hint=f"at most {MOST_VARIANTS}", field="variants")
        for name in ("topics", "look", "tone"):
            shares(getattr(self, name), name)
        if urlsplit(self.landing_url).scheme != "https":
            raise InvalidInput(f"{self.landing_url!r} is not https", hint="use an https address", field="landing_url")
        if "{" in self.landing_url or "%%" in self.landing_url or "[" in self.landing_url:
            raise InvalidInput(
                f"{self.landing_url!r} holds a macro",
                hint="a landing address is fixed: nothing about the viewer may reach it",
                field="landing_url",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ad:
    """A creative in an ad set."""

    id: AdId
    adset_id: AdSetId
    creative_id: CreativeId
    status: Status = "active"

    def __post_init__(self) -> None:
        checked_id(self.id, "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """The whole buying side at one moment; `version` grows with every change."""

    organizations: tuple[Organization, ...] = ()
    advertisers: tuple[Advertiser, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    adsets: tuple[AdSet, ...] = ()
    creatives: tuple[Creative, ...] = ()
    ads: tuple[Ad, ...] = ()
    version: int = 0
