"""The catalogue and the audit log in dictionaries, for tests and toy worlds."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, cast

from adtailor.domain.audit import Action, AuditEntry, Author, differing
from adtailor.domain.buying import Inventory
from adtailor.domain.ids import CampaignId, CreativeId, OrganizationId
from adtailor.domain.managed import BUYING, PARENT, Item, Kept, Kind, parent_of, status_of, used_by
from adtailor.domain.money import Micros
from adtailor.domain.review import Review
from adtailor.domain.status import Status
from adtailor.errors import UnknownId
from adtailor.storage.catalogue import checked_version
from adtailor.storage.codec import as_json
from adtailor.storage.memory_rows import Held


class MemoryAudit:
    """`ports.AuditLog` in a list."""

    def __init__(self) -> None:
        self.log: list[AuditEntry] = []

    def note(
        self,
        author: Author,
        action: Action,
        *,
        kind: str,
        item_id: str,
        before: Mapping[str, object],
        after: Mapping[str, object],
    ) -> None:
        """Add an entry."""
        self.log.append(
            AuditEntry(
                number=len(self.log) + 1,
                at=author.at,
                by=author.by,
                action=action,
                kind=kind,
                item_id=item_id,
                before={**before},
                after={**after},
            )
        )

    def entries(
        self,
        *,
        kind: str | None = None,
        item_id: str | None = None,
        since: datetime | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> list[AuditEntry]:
        """The newest entries, newest first; those with a smaller number than `before`."""
        found = [
            entry
            for entry in reversed(self.log)
            if kind in {None, entry.kind}
            and item_id in {None, entry.item_id}
            and (since is None or entry.at >= since)
            and (before is None or entry.number < before)
        ]
        return found[:limit]


class MemoryCatalogue:
    """`ports.CatalogueStore` in dictionaries."""

    def __init__(self, held: Held, audit: MemoryAudit) -> None:
        self._held = held
        self._audit = audit

    def version(self) -> int:
        """Grows with every change."""
        return self._held.inventory.version

    def inventory(self) -> Inventory:
        """Everything, at one version."""
        return self._held.inventory

    def item(self, kind: Kind, item_id: str) -> Kept | None:
        """One item."""
        return self._held.items[kind].get(item_id)

    def items(
        self,
        kind: Kind,
        *,
        organization: OrganizationId | None = None,
        parent: str | None = None,
        status: Status | None = None,
        after: int = -1,
        limit: int = 100,
    ) -> list[Kept]:
        """The first items of a kind behind a place, in order; of one organization, parent and status where given."""
        with self._held.lock:
            found = [
                one
                for one in self._held.items[kind].values()
                if one.place > after
                and organization in {None, one.organization_id}
                and parent in {None, parent_of(kind, one.item)}
                and status in {None, status_of(one.item)}
            ]
        return sorted(found, key=lambda one: one.place)[:limit]

    @contextmanager
    def changing(self, author: Author) -> Generator["MemoryChange"]:
        """Makes a change, which is kept when the block ends, and dropped if it raises."""
        held = self._held
        with held.lock:
            items: dict[Kind, dict[str, Kept]] = {kind: dict(found) for kind, found in held.items.items()}
            change = MemoryChange(items=items, version=held.inventory.version + 1, spent_of=held.spent)
            yield change
            if change.changed:
                held.items = items
                self._settle(change.version)
            held.reviews.update(change.reviews)
            for action, kind, item_id, before, after in change.told:
                self._audit.note(author, action, kind=kind, item_id=item_id, before=before, after=after)

    def review_of(self, creative_id: CreativeId) -> Review | None:
        """The last decision about a creative."""
        return self._held.reviews.get(creative_id)

    def replace(self, inventory: Inventory, *, builds_on: int | None = None, author: Author | None = None) -> int:
        """Put this in place of what was there; the new version. A campaign that left has no budget."""
        with self._held.lock:
            held = self._held
            checked_version(held.inventory.version, builds_on)
            version = held.inventory.version + 1
            items: dict[Kind, dict[str, Kept]] = {k: {} if k in BUYING else v for k, v in held.items.items()}
            change = MemoryChange(items=items, version=version, spent_of={})
            for kind in BUYING:
                for item in getattr(inventory, kind):
                    old = held.items[kind].get(item.id)
                    new = change.put(kind, item)
                    if old is not None and old.item == item:
                        change.items[kind][item.id] = replace(new, version=old.version)
            if author is not None:
                self._tell(author, held.items, change.items)
            held.items = change.items
            self._settle(version)
            return version

    def _tell(
        self, author: Author, before: Mapping[Kind, Mapping[str, Kept]], after: Mapping[Kind, Mapping[str, Kept]]
    ) -> None:
        for kind in BUYING:
            for item_id in {**before[kind], **after[kind]}:
                old, new = before[kind].get(item_id), after[kind].get(item_id)
                action, was, became = _told(old.item if old else None, new.item if new else None)
                if was or became:
                    self._audit.note(author, action, kind=kind, item_id=item_id, before=was, after=became)

    def _settle(self, version: int) -> None:
        held = self._held
        fields: dict[str, Any] = {
            kind: tuple(one.item for one in sorted(held.items[kind].values(), key=lambda one: one.place))
            for kind in BUYING
        }
        held.budgets = {campaign: (zone, 0, 0) for campaign, (zone, _, _) in held.budgets.items()}
        held.inventory = Inventory(**fields, version=version)
        for campaign in held.inventory.campaigns:
            held.budgets[campaign.id] = (campaign.zone, campaign.daily_budget, campaign.lifetime_budget)


@dataclass(slots=True, kw_only=True)
class MemoryChange:
    """`ports.CatalogueChange` on a copy."""

    items: dict[Kind, dict[str, Kept]]
    version: int
    spent_of: Mapping[CampaignId, int]
    changed: bool = False
    reviews: dict[CreativeId, Review] = field(default_factory=dict[CreativeId, Review])
    told: list[tuple[Action, str, str, Mapping[str, Any], Mapping[str, Any]]] = field(default_factory=list[Any])

    def item(self, kind: Kind, item_id: str) -> Kept | None:
        """An item as it stands now."""
        return self.items[kind].get(item_id)

    def under(self, kind: Kind, parent: str) -> list[Kept]:
        """The items of a kind that hang on another."""
        return [one for one in self.items[kind].values() if parent_of(kind, one.item) == parent]

    def is_used(self, kind: Kind, item_id: str) -> bool:
        """Whether anything hangs on an item, or shows it."""
        if kind == "creatives":
            return any(used_by(one.item) == item_id for one in self.items["ads"].values())
        return any(self.under(below, item_id) for below, (above, _) in PARENT.items() if above == kind)

    def spent(self, campaign_id: CampaignId) -> Micros:
        """What a campaign was ever charged."""
        return Micros(self.spent_of.get(campaign_id, 0))

    def put(self, kind: Kind, item: Item) -> Kept:
        """Add an item at the end of its kind, or put it in place of the one of its id."""
        old = self.items[kind].get(item.id)
        if old is not None and old.item == item:
            return old
        new = Kept(
            kind=kind,
            item=item,
            version=self.version,
            place=old.place if old else max((one.place for one in self.items[kind].values()), default=-1) + 1,
            organization_id=self._organization(kind, item),
        )
        self.items[kind][item.id] = new
        action, before, after = _told(old.item if old else None, item)
        self.told.append((action, kind, item.id, before, after))
        self.changed = True
        return new

    def remove(self, kind: Kind, item_id: str) -> None:
        """Take an item out."""
        if (old := self.items[kind].pop(item_id, None)) is None:
            raise UnknownId(f"there is no {item_id!r}", hint=f"see /v1/{kind}", field="id")
        action, before, after = _told(old.item, None)
        self.told.append((action, kind, item_id, before, after))
        self.changed = True

    def review(self, review: Review) -> None:
        """Keep what a person decided about a creative."""
        self.reviews[review.creative_id] = review
        self.told.append(
            (review.verdict, "creatives", review.creative_id, {}, {"note": review.note} if review.note else {})
        )

    def _organization(self, kind: Kind, item: Item) -> OrganizationId | None:
        if kind == "organizations":
            return OrganizationId(item.id)
        parent = parent_of(kind, item)
        if parent is None or kind == "advertisers":
            return None if parent is None else OrganizationId(parent)
        above = self.items[PARENT[kind][0]].get(parent)
        return None if above is None else above.organization_id


def _told(old: Item | None, new: Item | None) -> tuple[Action, dict[str, Any], dict[str, Any]]:
    before = cast("dict[str, Any]", as_json(old)) if old is not None else {}
    after = cast("dict[str, Any]", as_json(new)) if new is not None else {}
    if old is None:
        return "created", before, after
    return ("removed", before, after) if new is None else ("changed", *differing(before, after))
