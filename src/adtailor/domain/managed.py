"""What is managed item by item: the buying side and the selling side, who an item belongs to, what it hangs on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from adtailor.domain.buying import Ad, AdSet, Advertiser, Campaign, Organization
from adtailor.domain.creative import Creative
from adtailor.domain.ids import OrganizationId
from adtailor.domain.selling import Site, SitePlacement
from adtailor.domain.status import Status

Item: TypeAlias = Organization | Advertiser | Campaign | AdSet | Creative | Ad | Site | SitePlacement
BuyingKind = Literal["organizations", "advertisers", "campaigns", "adsets", "creatives", "ads"]
SellingKind = Literal["sites", "placements"]
Kind: TypeAlias = BuyingKind | SellingKind
BUYING: tuple[BuyingKind, ...] = get_args(BuyingKind)
"""The fields of `Inventory`, in its order: each is named after what it refers to."""
SELLING: tuple[SellingKind, ...] = get_args(SellingKind)
KINDS: tuple[Kind, ...] = (*BUYING, *SELLING)

TYPES: Mapping[Kind, type[Item]] = {
    "organizations": Organization,
    "advertisers": Advertiser,
    "campaigns": Campaign,
    "adsets": AdSet,
    "creatives": Creative,
    "ads": Ad,
    "sites": Site,
    "placements": SitePlacement,
}
ONE: Mapping[Kind, str] = {
    "organizations": "organization",
    "advertisers": "advertiser",
    "campaigns": "campaign",
    "adsets": "ad set",
    "creatives": "creative",
    "ads": "ad",
    "sites": "site",
    "placements": "placement",
}
PARENT: Mapping[Kind, tuple[Kind, str]] = {
    "advertisers": ("organizations", "organization_id"),
    "campaigns": ("advertisers", "advertiser_id"),
    "adsets": ("campaigns", "campaign_id"),
    "creatives": ("advertisers", "advertiser_id"),
    "ads": ("adsets", "adset_id"),
    "placements": ("sites", "site_id"),
}
"""What an item hangs on, and the field that says so: it stays there for life."""


def parent_of(kind: Kind, item: Item) -> str | None:
    """The id of what it hangs on.

    >>> from adtailor.domain.ids import SiteId, PlacementId
    >>> parent_of("placements", SitePlacement(id=PlacementId("top"), site_id=SiteId("s1"), name="Top"))
    's1'
    """
    return getattr(item, PARENT[kind][1]) if kind in PARENT else None


def used_by(item: Item) -> str | None:
    """The creative that an ad shows."""
    return item.creative_id if isinstance(item, Ad) else None


def status_of(item: Item) -> Status | None:
    """Where it stands; organizations and advertisers stand nowhere."""
    return None if isinstance(item, Organization | Advertiser) else item.status


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An item as it is stored."""

    kind: Kind
    item: Item
    version: int
    """The catalogue's version at which it last changed: another one each time."""
    place: int
    """Where it stands in the list of its kind."""
    organization_id: OrganizationId | None
    """Whose it is; None on the selling side."""
