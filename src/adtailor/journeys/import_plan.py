"""What another server's export becomes here: new items, what was here already, and what could not be taken over."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from adtailor.domain.buying import Ad, AdSet, Advertiser, Campaign, Inventory, Organization
from adtailor.domain.creative import Creative
from adtailor.domain.money import Micros
from adtailor.ports import CatalogueSource

Item = TypeVar("Item", Organization, Advertiser, Campaign, AdSet, Creative, Ad)
KINDS = ("organizations", "advertisers", "campaigns", "adsets", "creatives", "ads")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmapped:
    """Something of the export that has no place here, and what that means."""

    where: str
    """As `flight 12`."""
    what: str
    says: str


@dataclass(slots=True)
class Found:
    """What an export holds, in our words; filled while it is read."""

    organizations: list[Organization] = field(default_factory=list[Organization])
    advertisers: list[Advertiser] = field(default_factory=list[Advertiser])
    campaigns: list[Campaign] = field(default_factory=list[Campaign])
    adsets: list[AdSet] = field(default_factory=list[AdSet])
    creatives: list[Creative] = field(default_factory=list[Creative])
    ads: list[Ad] = field(default_factory=list[Ad])
    unmapped: list[Unmapped] = field(default_factory=list[Unmapped])

    def leave(self, where: str, what: str, says: str) -> None:
        """Write down what is left out."""
        self.unmapped.append(Unmapped(where=where, what=what, says=says))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an import would change, made on one version of the catalogue."""

    merged: Inventory
    """All of it as it would be."""
    added: dict[str, int]
    """Per kind, how many items are new."""
    kept: dict[str, int]
    """Per kind, how many of the export are here already: they stay as they are, whatever was decided about them."""
    unmapped: tuple[Unmapped, ...]

    @property
    def changes_something(self) -> bool:
        """Whether anything is new."""
        return any(self.added.values())


def plan(current: Inventory, found: Found, *, check: Callable[[Inventory], Inventory]) -> Plan:
    """The catalogue with what is new in the export; `check` refuses it as a whole if any of it may not stand.

    An item is known by its id, which is made of the id that it has there: the same export twice adds nothing twice.
    """
    merged: dict[str, Any] = {}
    added: dict[str, int] = {}
    kept: dict[str, int] = {}
    for kind in KINDS:
        merged[kind], added[kind], kept[kind] = _with_new(getattr(current, kind), getattr(found, kind))
    return Plan(merged=check(replace(current, **merged)), added=added, kept=kept, unmapped=tuple(found.unmapped))


def carry_out(source: CatalogueSource, made: Plan) -> int:
    """Put it in place as one change, unless the catalogue has changed since it was planned; the new version."""
    return source.replace(made.merged, builds_on=made.merged.version)


def spread(total: Micros, days: int) -> Micros:
    """What a budget allows a day, rounded up, so that it is not left over at its end.

    >>> spread(Micros(10_000_000), 3)
    3333334
    """
    return Micros(-(-total // max(days, 1)))


def _with_new(here: Sequence[Item], there: Iterable[Item]) -> tuple[tuple[Item, ...], int, int]:
    ids = {item.id for item in here}
    listed = list(there)
    new = [item for item in listed if item.id not in ids]
    return (*here, *new), len(new), len(listed) - len(new)
