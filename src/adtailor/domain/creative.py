"""What is shown: words, picture and landing page, with other words for pages of another tone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from adtailor.domain.checks import aware_utc, checked_id, not_negative, shares
from adtailor.domain.ids import AdvertiserId, CreativeId, ProductId, TopicId
from adtailor.domain.money import Micros
from adtailor.domain.status import Status
from adtailor.errors import InvalidInput

Format = Literal["native", "image", "carousel"]
VariantState = Literal["draft", "approved", "rejected"]
MOST_VARIANTS = 50
MOST_CARDS = 10


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
class Card:
    """One picture of a carousel."""

    headline: str
    image: str
    """A path under the installation's own media."""
    landing_url: str

    def __post_init__(self) -> None:
        fixed_https(self.landing_url, "cards.landing_url")


@dataclass(frozen=True, slots=True, kw_only=True)
class Creative:
    """What is shown, and what it is about. `image` is a path under the installation's own media."""

    id: CreativeId
    advertiser_id: AdvertiserId
    status: Status = "active"
    """Active once a review let it through; nothing else is ever shown."""
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
    cards: tuple[Card, ...] = ()
    """What a carousel shows, in this order."""

    def __post_init__(self) -> None:
        checked_id(self.id, "id")
        if self.price is not None:
            not_negative(self.price, "price_micros")
        if len(self.variants) > MOST_VARIANTS:
            raise InvalidInput(f"{len(self.variants)} variants", hint=f"at most {MOST_VARIANTS}", field="variants")
        for name in ("topics", "look", "tone"):
            shares(getattr(self, name), name)
        if len(self.cards) > (MOST_CARDS if self.format == "carousel" else 0):
            raise InvalidInput(
                f"a creative of format {self.format} with {len(self.cards)} cards",
                hint=f"a carousel has at most {MOST_CARDS} cards, other formats none",
                field="cards",
            )
        fixed_https(self.landing_url, "landing_url")


def fixed_https(url: str, field: str) -> str:
    """`url`, if it is an https address that holds no macro: nothing about the viewer may reach it."""
    if urlsplit(url).scheme != "https":
        raise InvalidInput(f"{url!r} is not https", hint="use an https address", field=field)
    if "{" in url or "%%" in url or "[" in url:
        raise InvalidInput(
            f"{url!r} holds a macro",
            hint="a landing address is fixed: nothing about the viewer may reach it",
            field=field,
        )
    return url
