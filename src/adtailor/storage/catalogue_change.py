"""One change to the catalogue inside one transaction: rows, budgets, the version and the audit log together."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from adtailor.domain.audit import Author
from adtailor.domain.buying import Campaign
from adtailor.domain.ids import CampaignId, OrganizationId
from adtailor.domain.managed import PARENT, TYPES, Item, Kept, Kind, parent_of, status_of, used_by
from adtailor.domain.money import Micros
from adtailor.domain.review import Review
from adtailor.errors import UnknownId
from adtailor.storage import tables
from adtailor.storage.audit import added, changed, noted, removed
from adtailor.storage.codec import Codec

LARGEST = 2**63 - 1
"""What a column holds."""
CODECS: Mapping[str, Codec[Any]] = {kind: Codec(item) for kind, item in TYPES.items()}
REVIEWS = Codec(Review)
_ROWS, _VERSION, _BUDGETS = tables.catalogue, tables.catalogue_version, tables.budgets
_CHILDREN: Mapping[Kind, tuple[Kind, ...]] = {
    kind: tuple(below for below, (above, _) in PARENT.items() if above == kind) for kind in TYPES
}


class SqliteChange:
    """`ports.CatalogueChange` on a connection that holds the write lock."""

    def __init__(self, connection: Connection, author: Author) -> None:
        self._connection = connection
        self._author = author
        self._version = int(connection.execute(select(_VERSION.c.version)).scalar_one()) + 1
        self._changed = False
        self._removed = False

    def item(self, kind: Kind, item_id: str) -> Kept | None:
        """An item as it stands now."""
        row = self._row(kind, item_id)
        return None if row is None else kept(row)

    def under(self, kind: Kind, parent: str) -> list[Kept]:
        """The items of a kind that hang on another."""
        query = select(_ROWS).where(_ROWS.c.kind == kind, _ROWS.c.parent == parent).order_by(_ROWS.c.place)
        return [kept(row) for row in self._connection.execute(query)]

    def is_used(self, kind: Kind, item_id: str) -> bool:
        """Whether anything hangs on an item, or shows it."""
        hangs = (_ROWS.c.kind.in_(_CHILDREN[kind])) & (_ROWS.c.parent == item_id)
        query = select(_ROWS.c.id).where(hangs if kind != "creatives" else _ROWS.c.uses == item_id).limit(1)
        return self._connection.execute(query).first() is not None

    def spent(self, campaign_id: CampaignId) -> Micros:
        """What a campaign was ever charged."""
        query = select(_BUDGETS.c.spent).where(_BUDGETS.c.campaign_id == campaign_id)
        return Micros(self._connection.execute(query).scalar_one_or_none() or 0)

    def put(self, kind: Kind, item: Item) -> Kept:
        """Add an item at the end of its kind, or put it in place of the one of its id."""
        before = self._row(kind, item.id)
        if before is not None and (old := kept(before)).item == item:
            return old
        place = self._end(kind) if before is None else before.place
        row = {
            "body": CODECS[kind].encode(item),
            "parent": parent_of(kind, item),
            "uses": used_by(item),
            "organization": self._organization(kind, item),
            "status": status_of(item),
            "changed": self._version,
        }
        if before is None:
            self._connection.execute(insert(_ROWS).values(kind=kind, id=item.id, place=place, **row))
            added(self._connection, self._author, [(kind, item.id, item)])
        else:
            here = (_ROWS.c.kind == kind) & (_ROWS.c.id == item.id)
            self._connection.execute(update(_ROWS).where(here).values(**row))
            changed(self._connection, self._author, [(kind, item.id, CODECS[kind].decode(before.body), item)])
        if isinstance(item, Campaign):
            put_budget(self._connection, item)
        self._changed = True
        return Kept(
            kind=kind,
            item=item,
            version=self._version,
            place=place,
            organization_id=None if row["organization"] is None else OrganizationId(str(row["organization"])),
        )

    def remove(self, kind: Kind, item_id: str) -> None:
        """Take an item out."""
        row = self._row(kind, item_id)
        if row is None:
            raise UnknownId(f"there is no {item_id!r}", hint=f"see /v1/{kind}", field="id")
        self._connection.execute(delete(_ROWS).where(_ROWS.c.kind == kind, _ROWS.c.id == item_id))
        if kind == "campaigns":
            nothing = {"daily_budget": 0, "lifetime_budget": 0}
            self._connection.execute(update(_BUDGETS).where(_BUDGETS.c.campaign_id == item_id).values(**nothing))
        if kind == "creatives":
            self._connection.execute(delete(tables.reviews).where(tables.reviews.c.creative == item_id))
        removed(self._connection, self._author, [(kind, item_id, CODECS[kind].decode(row.body))])
        self._changed = self._removed = True

    def review(self, review: Review) -> None:
        """Keep what a person decided about a creative."""
        body = REVIEWS.encode(review)
        self._connection.execute(
            insert(tables.reviews)
            .values(creative=review.creative_id, body=body)
            .on_conflict_do_update(index_elements=["creative"], set_={"body": body})
        )
        noted(
            self._connection,
            self._author,
            review.verdict,
            [("creatives", review.creative_id, {}, {"note": review.note} if review.note else {})],
        )

    def finish(self) -> None:
        """Let the version grow, if anything changed."""
        if not self._changed:
            return
        values = {"version": self._version} | ({"whole_since": self._version} if self._removed else {})
        self._connection.execute(update(_VERSION).values(**values))

    def _row(self, kind: Kind, item_id: str) -> Row[Any] | None:
        query = select(_ROWS).where(_ROWS.c.kind == kind, _ROWS.c.id == item_id)
        return self._connection.execute(query).one_or_none()

    def _end(self, kind: Kind) -> int:
        last = self._connection.execute(select(func.max(_ROWS.c.place)).where(_ROWS.c.kind == kind)).scalar_one()
        return 0 if last is None else int(last) + 1

    def _organization(self, kind: Kind, item: Item) -> str | None:
        if kind == "organizations":
            return item.id
        parent = parent_of(kind, item)
        if kind == "advertisers" or parent is None:
            return parent
        above = self._row(PARENT[kind][0], parent)
        return None if above is None else above.organization


def kept(row: Row[Any]) -> Kept:
    """A row as the value it holds."""
    return Kept(
        kind=row.kind,
        item=CODECS[row.kind].decode(row.body),
        version=row.changed,
        place=row.place,
        organization_id=row.organization,
    )


def put_budget(connection: Connection, campaign: Campaign) -> None:
    """What a campaign may be charged from now on; what it was charged stays."""
    values = {
        "zone": campaign.zone,
        "daily_budget": campaign.daily_budget,
        "lifetime_budget": campaign.lifetime_budget,
    }
    connection.execute(
        insert(_BUDGETS)
        .values(campaign_id=campaign.id, spent=0, **values)
        .on_conflict_do_update(index_elements=["campaign_id"], set_=values)
    )
