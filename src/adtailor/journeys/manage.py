"""The catalogue, item by item: listed, made, changed and archived, within what a caller may see and do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields

from adtailor.domain.access import Caller
from adtailor.domain.audit import Author
from adtailor.domain.buying import Inventory
from adtailor.domain.ids import OrganizationId
from adtailor.domain.managed import PARENT, SELLING, Item, Kept, Kind
from adtailor.domain.status import Status
from adtailor.errors import AdtailorError, InvalidInput, StaleVersion, under
from adtailor.journeys.manage_rules import altered, created, found, may_read, may_write, taken_out, visible
from adtailor.ports import CatalogueStore

MOST_LISTED = 1000
MOST_MADE = 1000
Expected = Callable[[int], int]
"""From the stored version to the version that a change builds on; it may refuse to say none."""


def any_version(stored: int) -> int:
    """Builds on whatever is there."""
    return stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A part of a list, and where it goes on."""

    items: Sequence[Kept]
    next: int | None = None
    """The place to ask behind; None at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants an item to be, whether it is there or not."""

    kind: Kind
    item_id: str
    edit: Callable[[Item | None], Item]
    where: Callable[[str | None], str]
    """A field, as whoever wants this calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What became of an item: its fields before and after, where they differ."""

    kind: Kind
    item_id: str
    is_new: bool
    changes: Mapping[str, tuple[object, object]]


class _Undone(Exception):
    """A dry run ends: its transaction is not kept."""


class Manage:
    """Whoever changes something says who they are; who may not see an item is told that it is not there."""

    def __init__(self, catalogue: CatalogueStore) -> None:
        self._catalogue = catalogue

    def listed(
        self,
        caller: Caller,
        kind: Kind,
        *,
        parent: str | None = None,
        status: Status | None = None,
        after: int = -1,
        limit: int = 100,
    ) -> Listed:
        """A part of the list of a kind, in the order in which items came."""
        may_read(caller, kind)
        if not 1 <= limit <= MOST_LISTED:
            raise InvalidInput(f"a limit of {limit}", hint=f"1 to {MOST_LISTED}", field="limit")
        if parent is not None and kind not in PARENT:
            raise InvalidInput(f"{kind} hang on nothing", hint="leave the parent out", field="parent")
        if caller.role == "site":
            return self._of_its_site(caller, kind, status)
        organization = None if caller.sees_all or kind in SELLING else caller.organization_id
        if kind in SELLING and not caller.sees_all:
            return Listed(items=())
        items = self._catalogue.items(
            kind, organization=organization, parent=parent, status=status, after=after, limit=limit + 1
        )
        more = len(items) > limit
        return Listed(items=items[:limit], next=items[limit - 1].place if more else None)

    def one(self, caller: Caller, kind: Kind, item_id: str) -> Kept:
        """One item; UnknownId."""
        may_read(caller, kind)
        return found(caller, kind, item_id, self._catalogue.item(kind, item_id))

    def create(self, caller: Caller, kind: Kind, items: Sequence[Item], *, author: Author) -> list[Kept]:
        """All of them, or none: the field of an error begins with the place in the list, if there is more than one."""
        may_write(caller, kind)
        if not 1 <= len(items) <= MOST_MADE:
            raise InvalidInput(f"{len(items)} {kind}", hint=f"1 to {MOST_MADE} at a time")
        with self._catalogue.changing(author) as change:
            if len(items) == 1:
                return [created(change, caller, kind, items[0])]
            made: list[Kept] = []
            for index, item in enumerate(items):
                with under(f"[{index}]"):
                    made.append(created(change, caller, kind, item))
            return made

    def change(
        self,
        caller: Caller,
        kind: Kind,
        item_id: str,
        edit: Callable[[Item], Item],
        *,
        builds_on: Expected,
        author: Author,
    ) -> Kept:
        """The item as it is afterwards. Raises StaleVersion if somebody changed it since it was read."""
        may_write(caller, kind)
        with self._catalogue.changing(author) as change:
            kept = found(caller, kind, item_id, change.item(kind, item_id))
            _same_version(kept, builds_on(kept.version))
            return altered(change, caller, kept, edit(kept.item))

    def together(
        self,
        caller: Caller,
        wanted: Sequence[Wanted],
        *,
        author: Author,
        dry: bool = False,
    ) -> list[Difference]:
        """Make or change many items of several kinds, all or none; what differs. With `dry` nothing is changed."""
        told: list[Difference] = []
        try:
            with self._catalogue.changing(author) as change:
                for one in wanted:
                    may_write(caller, one.kind)
                    kept = change.item(one.kind, one.item_id)
                    if kept is not None and not visible(caller, kept):
                        raise InvalidInput("the id is taken", hint="choose another", field=one.where("id"))
                    new = one.edit(None if kept is None else kept.item)
                    try:
                        made = (
                            created(change, caller, one.kind, new)
                            if kept is None
                            else altered(change, caller, kept, new)
                        )
                    except AdtailorError as error:
                        error.field = one.where(error.field)
                        raise
                    told.append(_difference(one.kind, None if kept is None else kept.item, made.item))
                _kept_unless(dry)
        except _Undone:
            pass
        return [one for one in told if one.changes]

    def inventory(self, caller: Caller) -> Inventory:
        """The buying side, as far as the caller sees it."""
        may_read(caller, "campaigns")
        inventory = self._catalogue.inventory()
        return inventory if caller.sees_all else narrowed(inventory, caller.organization_id)

    def delete(self, caller: Caller, kind: Kind, item_id: str, *, builds_on: Expected, author: Author) -> None:
        """Take out a draft on which nothing hangs; what ran is archived instead."""
        may_write(caller, kind)
        with self._catalogue.changing(author) as change:
            kept = found(caller, kind, item_id, change.item(kind, item_id))
            _same_version(kept, builds_on(kept.version))
            taken_out(change, caller, kept)

    def _of_its_site(self, caller: Caller, kind: Kind, status: Status | None) -> Listed:
        """A token of a site sees that site, and its placements."""
        site = caller.site_id or ""
        if kind == "sites":
            kept = self._catalogue.item(kind, site)
            shown = [kept] if kept is not None and visible(caller, kept) else []
            return Listed(items=shown)
        return Listed(items=self._catalogue.items(kind, parent=site, status=status, limit=MOST_LISTED))


def _kept_unless(dry: bool) -> None:
    if dry:
        raise _Undone


def _difference(kind: Kind, before: Item | None, after: Item) -> Difference:
    changes = {
        field.name: (getattr(before, field.name, None), getattr(after, field.name))
        for field in fields(after)
        if before is None or getattr(before, field.name) != getattr(after, field.name)
    }
    return Difference(kind=kind, item_id=after.id, is_new=before is None, changes=changes)


def _same_version(kept: Kept, builds_on: int) -> None:
    if kept.version != builds_on:
        raise StaleVersion(
            f"it is at version {kept.version}, not {builds_on}",
            hint="read it again, then send its ETag as If-Match",
            field="If-Match",
        )


def narrowed(inventory: Inventory, organization: OrganizationId | None) -> Inventory:
    """What of the buying side is one organization's."""
    advertisers = {one.id for one in inventory.advertisers if one.organization_id == organization}
    campaigns = {one.id for one in inventory.campaigns if one.advertiser_id in advertisers}
    adsets = {one.id for one in inventory.adsets if one.campaign_id in campaigns}
    return Inventory(
        organizations=tuple(one for one in inventory.organizations if one.id == organization),
        advertisers=tuple(one for one in inventory.advertisers if one.id in advertisers),
        campaigns=tuple(one for one in inventory.campaigns if one.id in campaigns),
        adsets=tuple(one for one in inventory.adsets if one.id in adsets),
        creatives=tuple(one for one in inventory.creatives if one.advertiser_id in advertisers),
        ads=tuple(one for one in inventory.ads if one.adset_id in adsets),
        version=inventory.version,
    )
