"""The buying side in SQLite: a row per advertiser, campaign and ad, replaced as one change; budgets live beside it."""

import threading
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert

from adtailor.domain.buying import Ad, AdSet, Advertiser, Campaign, Inventory, Organization
from adtailor.domain.creative import Creative
from adtailor.errors import InvalidInput, StaleVersion
from adtailor.storage import tables
from adtailor.storage.codec import Codec
from adtailor.storage.database import Database

LARGEST = 2**63 - 1
"""What a column holds."""
_KINDS: Mapping[str, Codec[Any]] = {
    "organizations": Codec(Organization),
    "advertisers": Codec(Advertiser),
    "campaigns": Codec(Campaign),
    "adsets": Codec(AdSet),
    "creatives": Codec(Creative),
    "ads": Codec(Ad),
}
"""The fields of `Inventory`, in its order."""


class SqliteCatalogue:
    """`ports.CatalogueSource` in one file."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._commits = -1
        self._version = -1
        self._inventory = Inventory(version=-1)

    def version(self) -> int:
        """Grows with every change; asks SQLite only when something was committed."""
        with self._lock:
            commits = self._database.commits()
            if commits != self._commits:
                self._version = self._database.ask("SELECT version FROM catalogue_version")[0][0]
                self._commits = commits
            return self._version

    def inventory(self) -> Inventory:
        """Everything, at one version; read again only when it changed."""
        if self._inventory.version == self.version():
            return self._inventory
        table = tables.catalogue
        with self._database.reading() as connection:
            version = connection.execute(select(tables.catalogue_version.c.version)).scalar_one()
            found: dict[str, list[Any]] = {kind: [] for kind in _KINDS}
            for kind, body in connection.execute(select(table.c.kind, table.c.body).order_by(table.c.place)):
                found[kind].append(_KINDS[kind].decode(body))
        self._inventory = Inventory(**{kind: tuple(items) for kind, items in found.items()}, version=version)
        return self._inventory

    def replace(self, inventory: Inventory, *, builds_on: int | None = None) -> int:
        """Put this in place of what was there, as one change; the new version. A campaign that left has no budget.

        Raises StaleVersion, and changes nothing, unless `builds_on` is None or the version that is stored.
        """
        rows = list(_rows(inventory))
        for campaign in inventory.campaigns:
            _fits(campaign)
        with self._database.writing() as connection:
            stored = connection.execute(select(tables.catalogue_version.c.version)).scalar_one()
            checked_version(stored, builds_on)
            connection.execute(delete(tables.catalogue))
            if rows:
                connection.execute(insert(tables.catalogue), rows)
            connection.execute(update(tables.budgets).values(daily_budget=0, lifetime_budget=0))
            for campaign in inventory.campaigns:
                values = {
                    "zone": campaign.zone,
                    "daily_budget": campaign.daily_budget,
                    "lifetime_budget": campaign.lifetime_budget,
                }
                connection.execute(
                    insert(tables.budgets)
                    .values(campaign_id=campaign.id, spent=0, **values)
                    .on_conflict_do_update(index_elements=["campaign_id"], set_=values)
                )
            version = tables.catalogue_version
            connection.execute(update(version).values(version=version.c.version + 1))
            return int(connection.execute(select(version.c.version)).scalar_one())


def checked_version(stored: int, builds_on: int | None) -> None:
    """Raises StaleVersion if a change builds on another version than what is stored."""
    if builds_on is not None and builds_on != stored:
        raise StaleVersion(
            f"the catalogue is at version {stored}, not {builds_on}",
            hint="read it again, and make the change anew",
            field="version",
        )


def _rows(inventory: Inventory) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for kind, codec in _KINDS.items():
        seen: set[str] = set()
        for place, item in enumerate(getattr(inventory, kind)):
            if item.id in seen:
                raise InvalidInput(f"{kind} has {item.id!r} twice", hint="give each its own id", field=kind)
            seen.add(item.id)
            rows.append({"kind": kind, "id": item.id, "place": place, "body": codec.encode(item)})
    return rows


def _fits(campaign: Campaign) -> None:
    for name in ("daily_budget", "lifetime_budget"):
        if (getattr(campaign, name) or 0) > LARGEST:
            raise InvalidInput(
                f"{name} of {campaign.id!r} is out of range", hint=f"at most {LARGEST:,} micros", field=f"{name}_micros"
            )
