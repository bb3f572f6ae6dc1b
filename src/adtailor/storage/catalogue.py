"""The catalogue in SQLite: a row per item, changed row by row; budgets live beside it, the audit log behind it."""

import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from adtailor.domain.audit import Author
from adtailor.domain.buying import Campaign, Inventory
from adtailor.domain.ids import CreativeId, OrganizationId
from adtailor.domain.managed import BUYING, PARENT, BuyingKind, Item, Kept, Kind, parent_of, status_of, used_by
from adtailor.domain.review import Review
from adtailor.domain.status import Status
from adtailor.errors import InvalidInput, StaleVersion
from adtailor.storage import tables
from adtailor.storage.audit import added, changed, removed
from adtailor.storage.catalogue_change import CODECS, LARGEST, SqliteChange, kept, put_budget
from adtailor.storage.catalogue_rows import SqliteRows
from adtailor.storage.codec import Codec
from adtailor.storage.database import Database, driver_cursor

__all__ = ["LARGEST", "SqliteCatalogue", "checked_version"]

_ROWS, _VERSION = tables.catalogue, tables.catalogue_version
REVIEWS = Codec(Review)


class SqliteCatalogue:
    """`ports.CatalogueStore` in one file."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._commits = -1
        self._version = -1
        self._inventory = Inventory(version=-1)
        self._held: dict[Kind, dict[str, Any]] = {}
        self._holding = threading.Lock()

    def version(self) -> int:
        """Grows with every change; asks SQLite only when something was committed."""
        with self._lock:
            commits = self._database.commits()
            if commits != self._commits:
                self._version = self._database.ask("SELECT version FROM catalogue_version")[0][0]
                self._commits = commits
            return self._version

    def inventory(self) -> Inventory:
        """The buying side at one version; only the rows that changed since it was last asked for are read again."""
        if (known := self._inventory).version == self.version():
            return known
        with self._holding, self._database.reading() as connection:
            version, whole_since = connection.execute(select(_VERSION.c.version, _VERSION.c.whole_since)).one()
            known = self._inventory
            if known.version == version:
                return known
            rows = select(_ROWS.c.kind, _ROWS.c.id, _ROWS.c.body).order_by(_ROWS.c.place)
            if known.version < max(whole_since, 0):
                self._held = {kind: {} for kind in BUYING}
            else:
                rows = rows.where(_ROWS.c.changed > known.version)
            for kind, item_id, body in connection.execute(rows):
                if kind in self._held:
                    self._held[kind][item_id] = CODECS[kind].decode(body)
            fields: dict[str, Any] = {kind: tuple(self._held[kind].values()) for kind in BUYING}
            self._inventory = Inventory(**fields, version=version)
            return self._inventory

    @contextmanager
    def rows(self) -> Generator[SqliteRows]:
        """The buying side as it is stored, all of it at one version, as long as the block lasts."""
        with self._database.reading() as connection:
            yield SqliteRows(driver_cursor(connection))

    def decoded(self, kind: BuyingKind, body: bytes) -> Item:
        """The item that the body of a row holds; StorageFailed."""
        return CODECS[kind].decode(body)

    def item(self, kind: Kind, item_id: str) -> Kept | None:
        """One item."""
        with self._database.reading() as connection:
            row = connection.execute(select(_ROWS).where(_ROWS.c.kind == kind, _ROWS.c.id == item_id)).one_or_none()
        return None if row is None else kept(row)

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
        query = select(_ROWS).where(_ROWS.c.kind == kind, _ROWS.c.place > after)
        for column, wanted in (("organization", organization), ("parent", parent), ("status", status)):
            if wanted is not None:
                query = query.where(_ROWS.c[column] == wanted)
        with self._database.reading() as connection:
            return [kept(row) for row in connection.execute(query.order_by(_ROWS.c.place).limit(limit))]

    @contextmanager
    def changing(self, author: Author) -> Generator[SqliteChange]:
        """Makes a change, which is durable when the block ends, and undone if it raises; the version grows by one."""
        with self._database.writing() as connection:
            change = SqliteChange(connection, author)
            yield change
            change.finish()

    def review_of(self, creative_id: CreativeId) -> Review | None:
        """The last decision about a creative."""
        with self._database.reading() as connection:
            body = connection.execute(
                select(tables.reviews.c.body).where(tables.reviews.c.creative == creative_id)
            ).scalar_one_or_none()
        return None if body is None else REVIEWS.decode(body)

    def replace(self, inventory: Inventory, *, builds_on: int | None = None, author: Author | None = None) -> int:
        """Put this in place of the buying side, as one change; the new version. A campaign that left has no budget.

        Only rows that differ are written. Raises StaleVersion, and changes nothing, unless `builds_on` is None or the
        version that is stored.
        """
        for campaign in inventory.campaigns:
            _fits(campaign)
        rows = _rows(inventory)
        with self._database.writing() as connection:
            stored = connection.execute(select(_VERSION.c.version)).scalar_one()
            checked_version(stored, builds_on)
            _put_in_place(connection, rows, stored + 1, author)
            connection.execute(update(tables.budgets).values(daily_budget=0, lifetime_budget=0))
            for campaign in inventory.campaigns:
                put_budget(connection, campaign)
            connection.execute(update(_VERSION).values(version=stored + 1))
            return int(stored) + 1


def checked_version(stored: int, builds_on: int | None) -> None:
    """Raises StaleVersion if a change builds on another version than what is stored."""
    if builds_on is not None and builds_on != stored:
        raise StaleVersion(
            f"the catalogue is at version {stored}, not {builds_on}",
            hint="read it again, and make the change anew",
            field="version",
        )


def _put_in_place(
    connection: Connection, rows: Mapping[tuple[Kind, str], dict[str, Any]], version: int, author: Author | None
) -> None:
    query = select(_ROWS).where(_ROWS.c.kind.in_(BUYING))
    before = {(row.kind, row.id): row for row in connection.execute(query)}
    gone = [row for key, row in before.items() if key not in rows]
    fresh = [row for key, row in rows.items() if key not in before]
    other = [row for key, row in rows.items() if key in before and _differs(row, before[key])]
    if gone or any(row["place"] != before[row["kind"], row["id"]].place for row in other):
        connection.execute(update(_VERSION).values(whole_since=version))
    for row in gone:
        connection.execute(delete(_ROWS).where(_ROWS.c.kind == row.kind, _ROWS.c.id == row.id))
    for row in other:
        connection.execute(delete(_ROWS).where(_ROWS.c.kind == row["kind"], _ROWS.c.id == row["id"]))
    if fresh or other:
        stored = [{name: value for name, value in row.items() if name != "item"} for row in (*fresh, *other)]
        connection.execute(insert(_ROWS), [{**row, "changed": version} for row in stored])
    if author is not None:
        removed(connection, author, [(row.kind, row.id, CODECS[row.kind].decode(row.body)) for row in gone])
        added(connection, author, [(row["kind"], row["id"], row["item"]) for row in fresh])
        changed(
            connection,
            author,
            [
                (row["kind"], row["id"], CODECS[row["kind"]].decode(before[row["kind"], row["id"]].body), row["item"])
                for row in other
            ],
        )


def _differs(row: Mapping[str, Any], stored: Row[Any]) -> bool:
    """Bytes may differ where values do not: sets have no order."""
    if row["place"] != stored.place or row["organization"] != stored.organization:
        return True
    return row["body"] != stored.body and CODECS[stored.kind].decode(stored.body) != row["item"]


def _rows(inventory: Inventory) -> dict[tuple[Kind, str], dict[str, Any]]:
    owners: dict[str, str | None] = {one.id: one.organization_id for one in inventory.advertisers}
    rows: dict[tuple[Kind, str], dict[str, Any]] = {}
    for kind in BUYING:
        items: Sequence[Item] = getattr(inventory, kind)
        for place, item in enumerate(items):
            if (kind, item.id) in rows:
                raise InvalidInput(f"{kind} has {item.id!r} twice", hint="give each its own id", field=kind)
            parent = parent_of(kind, item)
            if kind == "organizations":
                organization: str | None = item.id
            elif kind == "advertisers":
                organization = parent
            elif PARENT[kind][0] == "advertisers":
                organization = owners.get(parent or "")
            else:
                above = rows.get((PARENT[kind][0], parent or ""))
                organization = None if above is None else above["organization"]
            rows[kind, item.id] = {
                "kind": kind,
                "id": item.id,
                "place": place,
                "body": CODECS[kind].encode(item),
                "parent": parent,
                "uses": used_by(item),
                "organization": organization,
                "status": status_of(item),
                "item": item,
            }
    return rows


def _fits(campaign: Campaign) -> None:
    for name in ("daily_budget", "lifetime_budget"):
        if (getattr(campaign, name) or 0) > LARGEST:
            raise InvalidInput(
                f"{name} of {campaign.id!r} is out of range", hint=f"at most {LARGEST:,} micros", field=f"{name}_micros"
            )
