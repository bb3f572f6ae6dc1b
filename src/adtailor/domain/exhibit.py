"""An ad as it was shown, kept for the public: what, for whom, paid by whom, before whom. Nothing of any viewer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from adtailor.domain.buying import AdSet, Advertiser
from adtailor.domain.creative import Creative, Format
from adtailor.domain.ids import AdId, AdvertiserId, CampaignId, ProductId, TopicId
from adtailor.domain.targeting import Targeting


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPicture:
    """A picture by its content: the one that was shown, whatever lies under its name now."""

    hash: str | None
    """SHA-256; None where there was no file to be shown."""
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownWords:
    """Words that were approved, and one of which a page shows."""

    headline: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCard:
    """One picture of a carousel."""

    headline: str
    picture: ShownPicture
    landing_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One version of an ad: what stood on it, who presented it, who paid, whom it was meant for (DSA, Art. 39)."""

    ad_id: AdId
    advertiser_id: AdvertiserId
    advertiser: str
    payer: str
    format: Format
    words: tuple[ShownWords, ...]
    """Its own first, then what a page of another tone shows in their place."""
    call_to_action: str
    picture: ShownPicture | None
    cards: tuple[ShownCard, ...]
    landing_url: str
    language: str
    about: tuple[TopicId, ...]
    products: tuple[ProductId, ...]
    asks: Targeting
    """The main parameters: before whom and where it was to stand."""
    excludes: Targeting
    """And before whom and where not."""

    @property
    def text(self) -> str:
        """All that a search by words looks at, case folded."""
        said = [self.advertiser, self.payer, self.call_to_action, self.landing_url]
        said += [text for words in self.words for text in (words.headline, words.body)]
        return " ".join([*said, *(card.headline for card in self.cards)]).casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptExhibit:
    """A version, and from when until when pages showed it."""

    exhibit: Exhibit
    first_at: datetime
    last_at: datetime
    """Of the days on which it was chosen, the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """When an ad was shown, as the ledger's events say."""

    ad_id: AdId
    advertiser_id: AdvertiserId
    campaigns: tuple[CampaignId, ...]
    first_day: date
    last_day: date
    shown: int
    """Impressions, whatever was found about them later. Not published."""
    valid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """About how many: at least `least`, and fewer than `below`."""

    least: int
    below: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAd:
    """An ad in the public repository."""

    ran: Ran
    advertiser: str
    versions: Sequence[KeptExhibit]
    """The newest first; none where it ran before versions were kept, and nothing of it is left."""
    recipients: Band | None
    """People, counted day by day and added up, with noise; None where no day had enough of them."""


def exhibit_of(
    ad_id: AdId, advertiser: Advertiser, adset: AdSet, creative: Creative, *, picture_of: Callable[[str], ShownPicture]
) -> Exhibit:
    """What is frozen of an ad. How it sounds and whom it suits was guessed by a model, and is left out."""
    return Exhibit(
        ad_id=ad_id,
        advertiser_id=advertiser.id,
        advertiser=advertiser.name,
        payer=advertiser.payer,
        format=creative.format,
        words=(
            ShownWords(headline=creative.headline, body=creative.body),
            *(
                ShownWords(headline=variant.headline, body=variant.body)
                for variant in creative.variants
                if variant.state == "approved"
            ),
        ),
        call_to_action=creative.call_to_action,
        picture=None if creative.image is None else picture_of(creative.image),
        cards=tuple(
            ShownCard(headline=card.headline, picture=picture_of(card.image), landing_url=card.landing_url)
            for card in creative.cards
        ),
        landing_url=creative.landing_url,
        language=creative.language,
        about=tuple(sorted(creative.topics)),
        products=tuple(sorted(creative.products)),
        asks=adset.targeting,
        excludes=adset.exclusions,
    )
