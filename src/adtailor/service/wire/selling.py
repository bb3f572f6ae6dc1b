"""The selling side on the wire."""

from typing import Annotated

from msgspec import Meta

from adtailor.domain.creative import Format
from adtailor.domain.ids import PlacementId, SiteId
from adtailor.domain.money import Micros
from adtailor.domain.selling import Site, SitePlacement
from adtailor.domain.status import Status
from adtailor.service.wire.buying import Name
from adtailor.service.wire.decoding import Wire
from adtailor.service.wire.requests import MicrosWire

Domain = Annotated[str, Meta(min_length=1, max_length=253, description="a host name, as feed.example")]


class SiteWire(Wire, frozen=True, kw_only=True):
    """Where ads are shown: one feed, with the domains it is read under."""

    id: str
    name: Name
    domains: tuple[Domain, ...] = ()
    status: Status = "active"


class SitePlacementWire(Wire, frozen=True, kw_only=True):
    """A position in a site's feed."""

    id: str
    site_id: str
    name: Name
    formats: tuple[Format, ...] = ("native",)
    floor_micros: MicrosWire = 0
    status: Status = "active"


def site_from_wire(wire: SiteWire) -> Site:
    """Off the wire."""
    return Site(id=SiteId(wire.id), name=wire.name, domains=wire.domains, status=wire.status)


def site_to_wire(site: Site) -> SiteWire:
    """Back onto the wire."""
    return SiteWire(id=site.id, name=site.name, domains=site.domains, status=site.status)


def placement_from_wire(wire: SitePlacementWire) -> SitePlacement:
    """Off the wire."""
    return SitePlacement(
        id=PlacementId(wire.id),
        site_id=SiteId(wire.site_id),
        name=wire.name,
        formats=frozenset(wire.formats),
        floor=Micros(wire.floor_micros),
        status=wire.status,
    )


def placement_to_wire(placement: SitePlacement) -> SitePlacementWire:
    """Back onto the wire."""
    return SitePlacementWire(
        id=placement.id,
        site_id=placement.site_id,
        name=placement.name,
        formats=tuple(sorted(placement.formats)),
        floor_micros=placement.floor,
        status=placement.status,
    )
