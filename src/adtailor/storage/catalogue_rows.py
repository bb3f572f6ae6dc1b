"""The buying side read in bulk: rows as they are stored, at one version, without an object for any of them."""

import gc
import sqlite3
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import numpy as np

from adtailor.domain.ids import AdId, CampaignId
from adtailor.domain.managed import ONE, BuyingKind
from adtailor.errors import StorageFailed
from adtailor.maths.names import Names, blobs_of
from adtailor.ports import Stopped, StoredRows
from adtailor.storage.codec import FORMAT

AT_A_TIME = 20_000
_ALL = "SELECT id, parent, NULL, status, body FROM catalogue WHERE kind = ? ORDER BY place"
_ADS = "SELECT id, parent, uses, status, NULL FROM catalogue WHERE kind = ? ORDER BY place"
_STOPPED = "SELECT kind, id FROM catalogue WHERE changed > ? AND status IS NOT NULL AND status != 'active'"
_LAST = (
    "SELECT kind, id, place, status, body FROM catalogue WHERE changed = (SELECT max(changed) FROM catalogue) LIMIT 50"
)
_COUNT = "SELECT count(*) FROM catalogue WHERE kind = ?"
_ADS_OF = {
    "adsets": "SELECT id FROM catalogue WHERE kind = 'ads' AND parent = ?",
    "creatives": "SELECT id FROM catalogue WHERE uses = ?",
}
_VERSION = "SELECT version FROM catalogue_version"


class SqliteRows:
    """`ports.CatalogueRows` inside one transaction."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor
        self._version = int(cursor.execute(_VERSION).fetchone()[0])

    @property
    def version(self) -> int:
        """Of all that is read here."""
        return self._version

    def of(self, kind: BuyingKind) -> Iterator[StoredRows]:
        """All items of a kind, some at a time."""
        self._cursor.execute(_ADS if kind == "ads" else _ALL, (kind,))
        while columns := self._some():
            ids, parents, uses, statuses, bodies = columns
            yield StoredRows(
                ids=ids,
                parents=parents,
                uses=uses,
                statuses=statuses,
                bodies=blobs_of([]) if kind == "ads" else _checked(kind, blobs_of(bodies)),
            )

    def count(self, kind: BuyingKind) -> int:
        """How many items of a kind there are."""
        return int(self._cursor.execute(_COUNT, (kind,)).fetchone()[0])

    def mark(self) -> str:
        """What tells this state from another of the same version: what was added last, and what changed last."""
        told = blake2b(
            repr(self._cursor.execute("SELECT max(rowid) FROM catalogue").fetchall()).encode(), digest_size=16
        )
        for row in self._cursor.execute(_LAST):
            told.update(repr(row).encode())
        return told.hexdigest()

    def stopped(self, since: int) -> Stopped:
        """What changed after a version, and does not run now."""
        campaigns: set[CampaignId] = set()
        ads: set[AdId] = set()
        for kind, item_id in self._cursor.execute(_STOPPED, (since,)).fetchall():
            if kind == "campaigns":
                campaigns.add(CampaignId(item_id))
            elif kind == "ads":
                ads.add(AdId(item_id))
            elif (query := _ADS_OF.get(kind)) is not None:
                ads.update(AdId(ad) for (ad,) in self._cursor.execute(query, (item_id,)))
        return Stopped(campaigns=frozenset(campaigns), ads=frozenset(ads))

    def _some(self) -> list[tuple[Any, ...]]:
        """The next rows, by column; nothing at the end."""
        # So many tuples, soon dropped, have Python look for cycles all the time: that takes longer than the reading.
        was_on = gc.isenabled()
        gc.disable()
        try:
            return list(zip(*self._cursor.fetchmany(AT_A_TIME), strict=True))
        finally:
            if was_on:
                gc.enable()


def _checked(kind: BuyingKind, bodies: Names) -> Names:
    strange = np.flatnonzero(bodies.data[bodies.starts[:-1]] != FORMAT[0])
    if len(strange):
        raise StorageFailed(
            f"a stored {ONE[kind]} has format {bodies.raw(int(strange[0]))[:1].hex()}, expected {FORMAT.hex()}",
            hint="it was written by another version of adtailor: use that version, or restore a backup",
        )
    return bodies
