"""What the operator put on file about the placements of a site, applied to what a request says of them."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from adtailor.domain.decision import DecisionRequest, Placement
from adtailor.domain.ids import PlacementId, SiteId
from adtailor.domain.managed import Item, Kind
from adtailor.domain.money import Micros
from adtailor.domain.selling import Site, SitePlacement
from adtailor.ports import CatalogueStore

AT_ONCE = 500
_LOG = logging.getLogger(__name__)
Place = tuple[SiteId, PlacementId]


@dataclass(frozen=True, slots=True, kw_only=True)
class _OnFile:
    """What there is to apply, at one version of the catalogue."""

    version: int
    floors: Mapping[Place, Micros] = field(default_factory=dict[Place, Micros])
    closed: frozenset[Place] = frozenset()
    closed_sites: frozenset[SiteId] = frozenset()


class OwnPlaces:
    """Floors, and what is closed, by site and placement; read again when the catalogue changes. Safe from threads."""

    def __init__(self, catalogue: CatalogueStore) -> None:
        self._catalogue = catalogue
        self._known = _OnFile(version=-1)

    def applied(self, request: DecisionRequest) -> DecisionRequest:
        """The request, where no placement asks for less than is on file, and a closed one takes no format.

        As it is stored now, also while the ads that serve are of an older catalogue. Where that cannot be read, what
        was known last holds; raises only if nothing ever was.
        """
        known = self._on_file()
        if not (known.floors or known.closed or known.closed_sites):
            return request
        placements = tuple([_applied(one, request.site_id, known) for one in request.placements])
        return request if placements == request.placements else replace(request, placements=placements)

    def _on_file(self) -> _OnFile:
        try:
            return self._read()
        except Exception as error:
            if self._known.version < 0:
                raise
            _LOG.error("placements are taken to be as they were: %s", type(error).__name__)
            return self._known

    def _read(self) -> _OnFile:
        known = self._known
        if known.version != (version := self._catalogue.version()):
            places = [one for one in self._items("placements") if isinstance(one, SitePlacement)]
            known = self._known = _OnFile(
                version=version,
                floors={(one.site_id, one.id): one.floor for one in places if one.floor},
                closed=frozenset((one.site_id, one.id) for one in places if one.status != "active"),
                closed_sites=frozenset(
                    one.id for one in self._items("sites") if isinstance(one, Site) and one.status != "active"
                ),
            )
        return known

    def _items(self, kind: Kind) -> Iterator[Item]:
        after = -1
        while some := self._catalogue.items(kind, after=after, limit=AT_ONCE):
            after = some[-1].place
            yield from (kept.item for kept in some)


def _applied(placement: Placement, site: SiteId, known: _OnFile) -> Placement:
    place = site, placement.on_file or placement.id
    if site in known.closed_sites or place in known.closed:
        return replace(placement, formats=frozenset())
    floor = known.floors.get(place, placement.floor)
    return replace(placement, floor=floor) if floor > placement.floor else placement
