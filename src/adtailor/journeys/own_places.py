"""What the operator put on file about the placements of a site, applied to what a request says of them."""

from collections.abc import Mapping
from dataclasses import replace

from adtailor.domain.decision import DecisionRequest
from adtailor.domain.ids import PlacementId, SiteId
from adtailor.domain.money import Micros
from adtailor.domain.selling import SitePlacement
from adtailor.ports import CatalogueStore

AT_ONCE = 500


class OwnPlaces:
    """Floors by site and placement, read again when the catalogue changes. Safe from several threads."""

    def __init__(self, catalogue: CatalogueStore) -> None:
        self._catalogue = catalogue
        self._known: tuple[int, Mapping[tuple[SiteId, PlacementId], Micros]] = (-1, {})

    def applied(self, request: DecisionRequest, version: int) -> DecisionRequest:
        """The request, where no placement asks for less than is on file; `version` is that of the catalogue."""
        floors = self._floors(version)
        if not floors:
            return request
        placements = tuple(
            replace(one, floor=floor)
            if (floor := floors.get((request.site_id, one.id), one.floor)) > one.floor
            else one
            for one in request.placements
        )
        return request if placements == request.placements else replace(request, placements=placements)

    def _floors(self, version: int) -> Mapping[tuple[SiteId, PlacementId], Micros]:
        known_at, floors = self._known
        if known_at != version:
            found: dict[tuple[SiteId, PlacementId], Micros] = {}
            after = -1
            while some := self._catalogue.items("placements", after=after, limit=AT_ONCE):
                after = some[-1].place
                for kept in some:
                    if isinstance(kept.item, SitePlacement) and kept.item.floor:
                        found[kept.item.site_id, kept.item.id] = kept.item.floor
            floors = found
            self._known = (version, floors)
        return floors
