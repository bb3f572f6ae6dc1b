"""The buying side on the wire: one document, the whole of GET and PUT /v1/catalogue.

There is no field for a mood, for stress or for anything like it, and none can be added: unknown fields are refused.
"""

from typing import Annotated, Literal, get_args

from msgspec import Meta, field

from adtailor.domain.buying import HOURS_A_WEEK, BidKind, Objective, Pacing, Tier
from adtailor.domain.creative import MOST_CARDS, MOST_VARIANTS, Format, VariantState
from adtailor.domain.status import Status
from adtailor.domain.targeting import MOST_CIRCLES, Device, PageTone
from adtailor.service.wire.decoding import MOST_MICROS, Wire
from adtailor.service.wire.posts import LanguageTag, Zoned
from adtailor.service.wire.requests import Country, MicrosWire

Name = Annotated[str, Meta(min_length=1, max_length=200, description="1 to 200 characters")]
Share = Annotated[float, Meta(ge=0, le=1, description="a number from 0 to 1")]
Cap = Annotated[int, Meta(ge=0, le=1_000_000)]
Trait = Annotated[
    str,
    Meta(
        pattern=r"^(garment|colour|pattern|style|price):[a-z0-9][a-z0-9 _-]{0,39}$",
        description="a trait of clothes: garment:, colour:, pattern:, style: or price: and a name",
    ),
]
Region = Annotated[str, Meta(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$", description="ISO 3166-2, as DE-BE")]
Keyword = Annotated[str, Meta(min_length=1, max_length=100, description="a word, or several next to each other")]
Label = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9 _-]{0,39}$", description="a label in lower case, as airlines")]
Tone = Literal["playful", "warm", "calm", "energetic", "serious", "curious", "elegant", "bold"]
"""How a creative may sound: the tones that a decision knows, and no other."""
TONES: tuple[Tone, ...] = get_args(Tone)
Image = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}){0,4}$",
        description="a path under the installation's own media, as shirts/blue.webp",
    ),
]


class OrganizationWire(Wire, frozen=True, kw_only=True):
    """Who signs in."""

    id: str
    name: Name


class AdvertiserWire(Wire, frozen=True, kw_only=True):
    """Whose ad it is, and who pays for it."""

    id: str
    organization_id: str
    name: Name
    payer: Name
    landing_domains: tuple[Annotated[str, Meta(min_length=1, max_length=253)], ...] = ()
    daily_cap: Cap | None = None


class CampaignWire(Wire, frozen=True, kw_only=True):
    """An objective with a budget; days begin at midnight in `zone`."""

    id: str
    advertiser_id: str
    name: Name
    status: Status = "active"
    objective: Objective = "clicks"
    daily_budget_micros: MicrosWire
    lifetime_budget_micros: MicrosWire | None = None
    starts_at: Zoned | None = None
    ends_at: Zoned | None = None
    zone: Annotated[str, Meta(max_length=64)] = "UTC"
    tier: Tier = "auction"
    goal_impressions: Annotated[int, Meta(ge=1, le=MOST_MICROS)] | None = None
    pacing: Pacing = "even"
    daily_cap: Cap | None = None
    separation: tuple[Label, ...] = ()
    click_window_hours: Annotated[int, Meta(ge=0, le=720)] = 168
    view_window_hours: Annotated[int, Meta(ge=0, le=720)] = 24
    version: int = 0


class BidWire(Wire, frozen=True, kw_only=True):
    """The most an advertiser pays: per 1000 impressions (cpm), per click (cpc) or per conversion (cpa)."""

    kind: BidKind
    amount_micros: MicrosWire
    target_micros: MicrosWire | None = None
    """What it should cost on average; the bid follows, and never exceeds the amount."""


class CircleWire(Wire, frozen=True, kw_only=True):
    """Everywhere within some kilometres of a point."""

    lat: Annotated[float, Meta(ge=-90, le=90)]
    lon: Annotated[float, Meta(ge=-180, le=180)]
    km: Annotated[float, Meta(gt=0, le=20_040)]


class TargetingWire(Wire, frozen=True, kw_only=True):
    """Values of pages and viewers, to be asked for or excluded; an empty list says nothing."""

    countries: tuple[Country, ...] = ()
    regions: tuple[Region, ...] = ()
    circles: Annotated[tuple[CircleWire, ...], Meta(max_length=MOST_CIRCLES)] = ()
    languages: tuple[LanguageTag, ...] = ()
    devices: tuple[Device, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    topics: tuple[str, ...] = ()
    tones: tuple[PageTone, ...] = ()
    interests: tuple[str, ...] = ()
    look: tuple[Trait, ...] = ()
    segments: tuple[str, ...] = ()


class AdSetWire(Wire, frozen=True, kw_only=True):
    """Targeting, bid and caps that its ads share."""

    id: str
    campaign_id: str
    name: Name
    bid: BidWire
    status: Status = "active"
    targeting: TargetingWire = TargetingWire()
    exclusions: TargetingWire = TargetingWire()
    starts_at: Zoned | None = None
    ends_at: Zoned | None = None
    hours: tuple[Annotated[int, Meta(ge=0, lt=HOURS_A_WEEK)], ...] = ()
    """Hours of the week at which it runs, 0 for Monday 0:00 to 1:00 in the campaign's zone; none for all."""
    daily_cap: Cap = 3
    daily_set_cap: Cap | None = None
    session_cap: Cap = 2


class VariantWire(Wire, frozen=True, kw_only=True):
    """Other words for pages of another tone: shown only where `state` is approved, by somebody and at a time."""

    tone: Tone
    headline: Name
    body: Annotated[str, Meta(max_length=2000)]
    state: VariantState = "draft"
    model: Annotated[str, Meta(max_length=200)] | None = None
    drafted_at: Zoned | None = None
    decided_at: Zoned | None = None
    decided_by: Name | None = None


class CardWire(Wire, frozen=True, kw_only=True):
    """One picture of a carousel."""

    headline: Name
    image: Image
    landing_url: Annotated[str, Meta(max_length=2000)]


class CreativeAssetsWire(Wire, frozen=True, kw_only=True):
    """What is shown, where it leads, and what it is about."""

    id: str
    advertiser_id: str
    status: Status = "active"
    format: Format = "native"
    headline: Name
    body: Annotated[str, Meta(max_length=2000)]
    image: Image | None = None
    call_to_action: Annotated[str, Meta(min_length=1, max_length=60)] = "Learn more"
    landing_url: Annotated[str, Meta(max_length=2000)]
    language: LanguageTag = "en"
    topics: dict[str, Share] = field(default_factory=dict[str, float])
    products: tuple[str, ...] = ()
    look: dict[Trait, Share] = field(default_factory=dict[str, float])
    tone: dict[Tone, Share] = field(default_factory=dict[Tone, float])
    is_urgent: bool = False
    price_micros: MicrosWire | None = None
    variants: Annotated[tuple[VariantWire, ...], Meta(max_length=MOST_VARIANTS)] = ()
    cards: Annotated[tuple[CardWire, ...], Meta(max_length=MOST_CARDS)] = ()


class AdInSetWire(Wire, frozen=True, kw_only=True):
    """A creative in an ad set."""

    id: str
    adset_id: str
    creative_id: str
    status: Status = "active"


class CatalogueWire(Wire, frozen=True, kw_only=True):
    """The whole buying side. `version` is told, never taken: it grows by itself with every change."""

    organizations: tuple[OrganizationWire, ...] = ()
    advertisers: tuple[AdvertiserWire, ...] = ()
    campaigns: tuple[CampaignWire, ...] = ()
    adsets: tuple[AdSetWire, ...] = ()
    creatives: tuple[CreativeAssetsWire, ...] = ()
    ads: tuple[AdInSetWire, ...] = ()
    version: int = 0
