"""The selling side: a site, and the places in its feed where ads may stand."""

from dataclasses import dataclass

from adtailor.domain.checks import checked_id, not_negative
from adtailor.domain.creative import Format
from adtailor.domain.ids import PlacementId, SiteId
from adtailor.domain.money import Micros
from adtailor.domain.status import Status
from adtailor.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where ads are shown: one feed, with the domains it is read under."""

    id: SiteId
    name: str
    domains: tuple[str, ...] = ()
    status: Status = "active"

    def __post_init__(self) -> None:
        checked_id(self.id, "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlacement:
    """A position in a site's feed, as the operator describes it; a request says what it is at the moment."""

    id: PlacementId
    site_id: SiteId
    name: str
    formats: frozenset[Format] = frozenset({"native"})
    floor: Micros = Micros(0)
    """The least that a click (or 1000 impressions of a CPM ad) may cost here."""
    status: Status = "active"

    def __post_init__(self) -> None:
        checked_id(self.id, "id")
        not_negative(self.floor, "floor_micros")
        if not self.formats:
            raise InvalidInput("a placement without a format", hint="native, image or carousel", field="formats")
