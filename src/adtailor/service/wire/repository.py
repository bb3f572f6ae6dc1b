"""An ad of the public repository on the wire, and as a line of a table."""

from collections.abc import Mapping
from datetime import date, datetime

from msgspec import Struct

from adtailor.config.taxonomy import ad_products, content_topics
from adtailor.domain.exhibit import Band, Exhibit, KeptExhibit, PublicAd, ShownPicture
from adtailor.journeys.main_parameters import in_one_line, main_parameters

REPOSITORY = "/v1/ad-repository"
COLUMNS: tuple[str, ...] = (
    "ad_id", "advertiser", "payer", "first_shown", "last_shown", "recipients_from", "recipients_below", "headline",
    "body", "call_to_action", "landing_url", "picture", "about", "products", "asks", "excludes", "versions",
)  # fmt: skip
"""Of the CSV; what changed meanwhile is told of the newest version."""


class BandWire(Struct, frozen=True, kw_only=True):
    """At least `least`, and fewer than `below`."""

    least: int
    below: int


class NamedWire(Struct, frozen=True, kw_only=True):
    """A topic or product of the IAB taxonomies."""

    id: str
    name: str | None


class WordsWire(Struct, frozen=True, kw_only=True):
    """What stood on it."""

    headline: str
    body: str


class ShownCardWire(Struct, frozen=True, kw_only=True):
    """One picture of a carousel."""

    headline: str
    picture_url: str | None
    landing_url: str


class ParametersWire(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Main parameters of whom it was meant for; what is missing was not asked. Circles are rounded to 0.01 degrees."""

    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    circles: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    keywords_of_page: tuple[str, ...] = ()
    topics_of_page: tuple[str, ...] = ()
    tones_of_page: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    look: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class VersionWire(Struct, frozen=True, kw_only=True):
    """An ad as it was shown from one time to another."""

    shown_from: datetime
    shown_until: datetime
    advertiser: str
    payer: str
    format: str
    words: tuple[WordsWire, ...]
    call_to_action: str
    picture_url: str | None
    cards: tuple[ShownCardWire, ...]
    landing_url: str
    language: str
    about: tuple[NamedWire, ...]
    products: tuple[NamedWire, ...]
    goes_by_profiles: bool
    asks: ParametersWire
    excludes: ParametersWire


class PublicAdWire(Struct, frozen=True, kw_only=True):
    """An ad that ran within a year. `recipients` is null where no day had enough people."""

    ad_id: str
    advertiser_id: str
    advertiser: str
    first_shown: date
    last_shown: date
    recipients: BandWire | None
    versions: tuple[VersionWire, ...]


class FigureWire(Struct, frozen=True, kw_only=True):
    """People, counted day by day and added up, with noise: null where no day had enough of them."""

    id: str
    recipients: BandWire | None


def public_to_wire(ad: PublicAd) -> PublicAdWire:
    """Onto the wire."""
    return PublicAdWire(
        ad_id=ad.ran.ad_id,
        advertiser_id=ad.ran.advertiser_id,
        advertiser=ad.advertiser,
        first_shown=ad.ran.first_day,
        last_shown=ad.ran.last_day,
        recipients=_band(ad.recipients),
        versions=tuple(_version(kept) for kept in ad.versions),
    )


def figures_to_wire(figures: Mapping[str, Band | None]) -> list[FigureWire]:
    """Onto the wire."""
    return [FigureWire(id=name, recipients=_band(found)) for name, found in figures.items()]


def row_of(ad: PublicAd) -> dict[str, str]:
    """One line of the CSV, by column; several values with `|` between them."""
    row = dict.fromkeys(COLUMNS, "") | {
        "ad_id": ad.ran.ad_id,
        "advertiser": ad.advertiser,
        "first_shown": ad.ran.first_day.isoformat(),
        "last_shown": ad.ran.last_day.isoformat(),
        "recipients_from": "" if ad.recipients is None else str(ad.recipients.least),
        "recipients_below": "" if ad.recipients is None else str(ad.recipients.below),
        "versions": str(len(ad.versions)),
    }
    if not ad.versions:
        return row
    newest = ad.versions[0].exhibit
    return row | {
        "payer": newest.payer,
        "headline": newest.words[0].headline,
        "body": newest.words[0].body,
        "call_to_action": newest.call_to_action,
        "landing_url": newest.landing_url,
        "picture": picture_url(newest.picture) or "",
        "about": "|".join(one.name or one.id for one in _about(newest)),
        "products": "|".join(one.name or one.id for one in _products(newest)),
        "asks": in_one_line(newest.asks),
        "excludes": in_one_line(newest.excludes),
    }


def picture_url(picture: ShownPicture | None) -> str | None:
    """Where the picture that was shown is to be seen."""
    return None if picture is None or picture.hash is None else f"{REPOSITORY}/pictures/{picture.hash}"


def _version(kept: KeptExhibit) -> VersionWire:
    one = kept.exhibit
    return VersionWire(
        shown_from=kept.first_at,
        shown_until=kept.last_at,
        advertiser=one.advertiser,
        payer=one.payer,
        format=one.format,
        words=tuple(WordsWire(headline=words.headline, body=words.body) for words in one.words),
        call_to_action=one.call_to_action,
        picture_url=picture_url(one.picture),
        cards=tuple(
            ShownCardWire(headline=card.headline, picture_url=picture_url(card.picture), landing_url=card.landing_url)
            for card in one.cards
        ),
        landing_url=one.landing_url,
        language=one.language,
        about=_about(one),
        products=_products(one),
        goes_by_profiles=one.asks.is_personal or one.excludes.is_personal,
        asks=ParametersWire(**main_parameters(one.asks)),
        excludes=ParametersWire(**main_parameters(one.excludes)),
    )


def _about(one: Exhibit) -> tuple[NamedWire, ...]:
    return tuple(NamedWire(id=topic, name=content_topics().names.get(topic)) for topic in one.about)


def _products(one: Exhibit) -> tuple[NamedWire, ...]:
    return tuple(NamedWire(id=product, name=ad_products().names.get(product)) for product in one.products)


def _band(found: Band | None) -> BandWire | None:
    return None if found is None else BandWire(least=found.least, below=found.below)
