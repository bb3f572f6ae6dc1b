"""The buying side read in bulk: rows as they are stored, at one version, without an object for any of them."""

import sqlite3
from collections.abc import Iterator, Sequence
from hashlib import blake2b

import numpy as np

from adtailor.domain.ids import AdId, CampaignId
from adtailor.domain.managed import ONE, BuyingKind
from adtailor.errors import StorageFailed
from adtailor.maths.names import Names, blobs_of, names_of
from adtailor.ports import Stopped, StoredRows
from adtailor.storage.codec import FORMAT

AT_A_TIME = 50_000
_ALL = "SELECT id, parent, uses, status, body FROM catalogue WHERE kind = ? ORDER BY place"
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
        self._cursor.execute(_ALL, (kind,))
        while some := self._cursor.fetchmany(AT_A_TIME):
            ids, parents, uses, statuses, bodies = zip(*some, strict=True)
            yield StoredRows(
                ids=names_of(ids),
                parents=names_of(parent or "" for parent in parents),
                uses=names_of(used or "" for used in uses),
                statuses=statuses,
                bodies=_opened(kind, bodies),
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


def _opened(kind: BuyingKind, bodies: Sequence[bytes]) -> Names:
    """Without the byte that tells their format."""
    strange = next((body for body in bodies if body[:1] != FORMAT), None)
    if strange is not None:
        raise StorageFailed(
            f"a stored {ONE[kind]} has format {strange[:1].hex() or 'none'}, expected {FORMAT.hex()}",
            hint="it was written by another version of adtailor: use that version, or restore a backup",
        )
    whole = blobs_of(bodies)
    skipped = np.ones(len(whole.data), dtype=np.bool_)
    skipped[whole.starts[:-1]] = False
    return Names(whole.data[skipped], whole.starts - np.arange(len(whole.starts)))
