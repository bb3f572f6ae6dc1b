"""Leases on budgets in SQLite: who holds how much, and what each expects to be charged still.

They are written without waiting for the disk: a power cut may lose a lease, and costs a few free ads at most.
"""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from adtailor.domain.lease import LEASED_FOR, Lease, LeaseAsk
from adtailor.domain.trial import Account
from adtailor.storage.accounts import Accounts
from adtailor.storage.charging import SECOND
from adtailor.storage.database import Database, driver_cursor
from adtailor.storage.leasing import LeaseRow, granted
from adtailor.storage.moments import budget_day, ticks

_OTHERS = (
    "SELECT campaign_id, headroom, expires_at, as_of, cpm, cpc, cpa FROM leases WHERE holder != ? AND account IS ?"
)
_HOLD = (
    "INSERT INTO leases (holder, campaign_id, headroom, expires_at, as_of, cpm, cpc, cpa, account) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (holder, campaign_id) DO UPDATE SET headroom = excluded.headroom, "
    "expires_at = excluded.expires_at, as_of = excluded.as_of, cpm = excluded.cpm, cpc = excluded.cpc, "
    "cpa = excluded.cpa, account = excluded.account"
)
_BUDGET = "SELECT zone, daily_budget, lifetime_budget, spent FROM budgets WHERE campaign_id = ?"
_DAY = "SELECT spent FROM spent_days WHERE campaign_id = ? AND day = ?"
_RELEASE = "UPDATE leases SET headroom = 0 WHERE holder = ?"
_FORGET = "DELETE FROM leases WHERE expires_at <= ? AND (as_of <= ? OR cpm + cpc + cpa < 1)"
_FADED = 30 * 86_400 * SECOND
"""After this long nothing is expected of anything."""


class Leases:
    """The half of `ports.EventStore` that hands out parts of budgets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lease(
        self, holder: str, asks: Sequence[LeaseAsk], *, now: datetime, account: Account | None = None
    ) -> list[Lease]:
        """One lease per ask, in order, in place of what `holder` held; the budgets are read in the same transaction."""
        at, until = ticks(now), ticks(now + LEASED_FOR)
        with self._database.writing(durably=False) as connection:
            cursor = driver_cursor(connection)
            others: dict[str, float] = {}
            for campaign, *rest in cursor.execute(_OTHERS, (holder, account)):
                row = LeaseRow(
                    headroom=rest[0], expires_at=rest[1], as_of=rest[2], promised=(rest[3], rest[4], rest[5])
                )
                others[campaign] = others.get(campaign, 0.0) + row.comes_to(at)
            accounts = Accounts(cursor)
            leases: list[Lease] = []
            rows: list[tuple[object, ...]] = []
            for ask in asks:
                left = _left(cursor, ask.campaign_id, now, account, accounts)
                lease = granted(ask, left=left, others=others.get(ask.campaign_id, 0.0))
                leases.append(lease)
                rows.append((holder, ask.campaign_id, lease.headroom, until, at, *ask.promised, account))
            cursor.executemany(_HOLD, rows)
            cursor.execute(_FORGET, (at, at - _FADED))
        return leases

    def release(self, holder: str) -> None:
        """Give back what a process holds; what it expects to be charged goes on fading."""
        with self._database.writing(durably=False) as connection:
            driver_cursor(connection).execute(_RELEASE, (holder,))


def _left(cursor: sqlite3.Cursor, campaign: str, now: datetime, account: str | None, accounts: Accounts) -> int:
    """The less of what the day and the whole life of a campaign have left; one that never was has nothing."""
    budget = cursor.execute(_BUDGET, (campaign,)).fetchone()
    if budget is None:
        return 0
    zone, daily, lifetime, spent = budget
    day = budget_day(now, zone).isoformat()
    today = cursor.execute(_DAY, (campaign, day)).fetchone()
    so_far = today[0] if today else 0
    left = max(0, daily - so_far if lifetime is None else min(daily - so_far, lifetime - spent))
    if account is None:
        return left
    life = None if lifetime is None else (lifetime, spent)
    own = accounts.left(account, campaign, day, daily=(daily, so_far), life=life)
    return left if own is None else min(left, own)
