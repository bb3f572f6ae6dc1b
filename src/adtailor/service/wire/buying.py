"""The buying side on the wire: one document, the whole of GET and PUT /v1/catalogue.

There is no field for a mood, for stress or for anything like it, and none can be added: unknown fields are refused.
"""

from typing import Annotated, Literal, get_args

from msgspec import Meta, field

from adtailor.domain.buying import MOST_VARIANTS, BidKind, Device, Format, Objective, Status, VariantState
from adtailor.service.wire.decoding import Wire
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
    version: int = 0


class BidWire(Wire, frozen=True, kw_only=True):
    """The most an advertiser pays: per 1000 impressions (cpm), per click (cpc) or per conversion (cpa)."""

    kind: BidKind
    amount_micros: MicrosWire


class TargetingWire(Wire, frozen=True, kw_only=True):
    """Where an ad may stand; an empty list asks for nothing."""

    countries: tuple[Country, ...] = ()
    languages: tuple[LanguageTag, ...] = ()
    devices: tuple[Device, ...] = ()
    topics: tuple[str, ...] = ()
    excluded_topics: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    look: tuple[Trait, ...] = ()


class AdSetWire(Wire, frozen=True, kw_only=True):
    """Targeting, bid and caps that its ads share."""

    id: str
    campaign_id: str
    name: Name
    bid: BidWire
    targeting: TargetingWire = TargetingWire()
    daily_cap: Cap = 3
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


class CreativeAssetsWire(Wire, frozen=True, kw_only=True):
    """What is shown, where it leads, and what it is about."""

    id: str
    advertiser_id: str
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
