"""The audit log in SQLite: entries stand in the transaction of the change they tell of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, insert, select

from adtailor.domain.audit import Action, AuditEntry, Author, differing
from adtailor.domain.managed import Item, Kind
from adtailor.storage import tables
from adtailor.storage.codec import Codec, as_json
from adtailor.storage.database import Database
from adtailor.storage.moments import moment, ticks

_LOG = tables.audit
_BODY = Codec(dict[str, dict[str, Any]])
Told = tuple[str, str, Mapping[str, Any], Mapping[str, Any]]
"""Kind, id, before and after."""


class SqliteAudit:
    """`ports.AuditLog` in one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
        """Add an entry by itself."""
        with self._database.writing() as connection:
            noted(connection, author, action, [(kind, item_id, before, after)])

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
        query = select(_LOG).order_by(_LOG.c.number.desc()).limit(limit)
        if kind is not None:
            query = query.where(_LOG.c.kind == kind)
        if item_id is not None:
            query = query.where(_LOG.c.item == item_id)
        if since is not None:
            query = query.where(_LOG.c.at >= ticks(since))
        if before is not None:
            query = query.where(_LOG.c.number < before)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            AuditEntry(
                number=row.number,
                at=moment(row.at),
                by=row.by,
                action=row.action,
                kind=row.kind,
                item_id=row.item,
                **_BODY.decode(row.body),
            )
            for row in rows
        ]


def noted(connection: Connection, author: Author, action: Action, told: Sequence[Told]) -> None:
    """Add entries to the log."""
    if not told:
        return
    who = {"at": ticks(author.at), "by": author.by, "action": action}
    connection.execute(
        insert(_LOG),
        [
            {**who, "kind": kind, "item": item_id, "body": _BODY.encode({"before": {**before}, "after": {**after}})}
            for kind, item_id, before, after in told
        ],
    )


def added(connection: Connection, author: Author, items: Sequence[tuple[Kind, str, Item]]) -> None:
    """Items came."""
    noted(connection, author, "created", [(kind, item_id, {}, _plain(item)) for kind, item_id, item in items])


def removed(connection: Connection, author: Author, items: Sequence[tuple[Kind, str, Item]]) -> None:
    """Items went."""
    noted(connection, author, "removed", [(kind, item_id, _plain(item), {}) for kind, item_id, item in items])


def changed(connection: Connection, author: Author, items: Sequence[tuple[Kind, str, Item, Item]]) -> None:
    """Items are other than they were: the fields that differ. One that only moved in its list is not told of."""
    told: list[Told] = []
    for kind, item_id, old, new in items:
        before, after = differing(_plain(old), _plain(new))
        if before or after:
            told.append((kind, item_id, before, after))
    noted(connection, author, "changed", told)


def _plain(item: Item) -> dict[str, Any]:
    return cast("dict[str, Any]", as_json(item))
