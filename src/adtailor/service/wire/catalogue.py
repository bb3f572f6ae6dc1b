"""From the catalogue's document to the domain's inventory and back; what it refers to has to be in it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from adtailor.domain.buying import Inventory
from adtailor.domain.checks import checked_id
from adtailor.domain.landing import checked_landing
from adtailor.errors import InvalidInput
from adtailor.service.wire.buying import (
    CatalogueWire,
)
from adtailor.service.wire.decoding import decode, under
from adtailor.service.wire.items import (
    ad_from_wire,
    ad_to_wire,
    adset_from_wire,
    adset_to_wire,
    advertiser_from_wire,
    advertiser_to_wire,
    campaign_from_wire,
    campaign_to_wire,
    creative_from_wire,
    creative_to_wire,
    organization_from_wire,
    organization_to_wire,
)


class _Named(Protocol):
    @property
    def id(self) -> str: ...


W = TypeVar("W", bound=_Named)
D = TypeVar("D")


def decode_inventory(raw: bytes) -> Inventory:
    """The whole buying side from JSON; InvalidInput names the field, as `ads[3].creative_id`."""
    return inventory_from_wire(decode(raw, CatalogueWire))


def inventory_from_wire(wire: CatalogueWire) -> Inventory:
    """The domain's inventory, every reference followed."""
    organizations = _each(wire.organizations, "organizations", organization_from_wire)
    advertisers = _each(wire.advertisers, "advertisers", advertiser_from_wire)
    campaigns = _each(wire.campaigns, "campaigns", campaign_from_wire)
    adsets = _each(wire.adsets, "adsets", adset_from_wire)
    creatives = _each(wire.creatives, "creatives", creative_from_wire)
    ads = _each(wire.ads, "ads", ad_from_wire)
    _known((a.organization_id for a in advertisers), organizations, "advertisers", "organization_id")
    _known((c.advertiser_id for c in campaigns), advertisers, "campaigns", "advertiser_id")
    _known((s.campaign_id for s in adsets), campaigns, "adsets", "campaign_id")
    _known((c.advertiser_id for c in creatives), advertisers, "creatives", "advertiser_id")
    _known((a.adset_id for a in ads), adsets, "ads", "adset_id")
    _known((a.creative_id for a in ads), creatives, "ads", "creative_id")
    inventory = Inventory(
        organizations=organizations,
        advertisers=advertisers,
        campaigns=campaigns,
        adsets=adsets,
        creatives=creatives,
        ads=ads,
        version=wire.version,
    )
    _lands_at_home(inventory)
    _own_creatives(inventory)
    return inventory


def inventory_to_wire(inventory: Inventory) -> CatalogueWire:
    """The document; sets are sorted, so the same inventory gives the same bytes."""
    return CatalogueWire(
        organizations=tuple(organization_to_wire(o) for o in inventory.organizations),
        advertisers=tuple(advertiser_to_wire(a) for a in inventory.advertisers),
        campaigns=tuple(campaign_to_wire(c) for c in inventory.campaigns),
        adsets=tuple(adset_to_wire(s) for s in inventory.adsets),
        creatives=tuple(creative_to_wire(c) for c in inventory.creatives),
        ads=tuple(ad_to_wire(a) for a in inventory.ads),
        version=inventory.version,
    )


def _each(wires: Sequence[W], kind: str, convert: Callable[[W], D]) -> tuple[D, ...]:
    seen: set[str] = set()
    made: list[D] = []
    for index, wire in enumerate(wires):
        with under(f"{kind}[{index}]"):
            if checked_id(wire.id, "id") in seen:
                raise InvalidInput(f"{wire.id!r} is there twice", hint="give each its own", field="id")
            seen.add(wire.id)
            made.append(convert(wire))
    return tuple(made)


def _known(references: Iterable[str], targets: Sequence[_Named], kind: str, field: str) -> None:
    there = {target.id for target in targets}
    for index, reference in enumerate(references):
        if reference not in there:
            shown = reference if len(reference) <= 64 else reference[:64] + "..."
            raise InvalidInput(
                f"{shown!r} is not in this document", hint="an id that is listed here", field=f"{kind}[{index}].{field}"
            )


def _lands_at_home(inventory: Inventory) -> None:
    """A creative leads to its advertiser's own domains, where these are named."""
    domains = {advertiser.id: advertiser.landing_domains for advertiser in inventory.advertisers}
    for index, creative in enumerate(inventory.creatives):
        with under(f"creatives[{index}]"):
            checked_landing(creative, domains[creative.advertiser_id])


def _own_creatives(inventory: Inventory) -> None:
    """An ad shows a creative of the advertiser whose campaign pays for it."""
    payer = {campaign.id: campaign.advertiser_id for campaign in inventory.campaigns}
    buyer = {adset.id: payer[adset.campaign_id] for adset in inventory.adsets}
    owner = {creative.id: creative.advertiser_id for creative in inventory.creatives}
    for index, ad in enumerate(inventory.ads):
        if owner[ad.creative_id] != buyer[ad.adset_id]:
            raise InvalidInput(
                f"{ad.creative_id!r} belongs to another advertiser",
                hint="an ad shows a creative of its own advertiser",
                field=f"ads[{index}].creative_id",
            )
