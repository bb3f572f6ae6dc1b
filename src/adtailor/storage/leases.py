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
    "SELECT campaign_id, headroom, expires_at, as_of, cpm, cpc, cpa FROM leases "
    "WHERE holder != ? AND account IS ? AND campaign_id IN ({})"
)
_HOLD = (
    "INSERT INTO leases (holder, campaign_id, headroom, expires_at, as_of, cpm, cpc, cpa, account) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (holder, campaign_id) DO UPDATE SET headroom = excluded.headroom, "
    "expires_at = excluded.expires_at, as_of = excluded.as_of, cpm = excluded.cpm, cpc = excluded.cpc, "
    "cpa = excluded.cpa, account = excluded.account"
)
_BUDGETS = "SELECT campaign_id, zone, daily_budget, lifetime_budget, spent FROM budgets WHERE campaign_id IN ({})"
_DAYS = "SELECT campaign_id, day, spent FROM spent_days WHERE day IN ({}) AND campaign_id IN ({})"
_RELEASE = "UPDATE leases SET headroom = 0 WHERE holder = ?"
_FORGET = "DELETE FROM leases WHERE expires_at <= ? AND (as_of <= ? OR cpm + cpc + cpa < 1)"
_AT_ONCE = 500
"""Campaigns in one look."""
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
            leases: list[Lease] = []
            for start in range(0, len(asks), _AT_ONCE):
                some = asks[start : start + _AT_ONCE]
                campaigns = [ask.campaign_id for ask in some]
                left, others = _left(cursor, campaigns, now, account), _others(cursor, holder, campaigns, at, account)
                granting = [
                    granted(ask, left=left.get(ask.campaign_id, 0), others=others.get(ask.campaign_id, 0.0))
                    for ask in some
                ]
                cursor.executemany(
                    _HOLD,
                    [
                        (holder, ask.campaign_id, lease.headroom, until, at, *ask.promised, account)
                        for ask, lease in zip(some, granting, strict=True)
                    ],
                )
                leases += granting
            cursor.execute(_FORGET, (at, at - _FADED))
        return leases

    def release(self, holder: str) -> None:
        """Give back what a process holds; what it expects to be charged goes on fading."""
        with self._database.writing(durably=False) as connection:
            driver_cursor(connection).execute(_RELEASE, (holder,))


def _others(
    cursor: sqlite3.Cursor, holder: str, campaigns: Sequence[str], at: int, account: str | None
) -> dict[str, float]:
    """What other holders have of each campaign, and expect to be charged."""
    found: dict[str, float] = {}
    for campaign, *rest in cursor.execute(_OTHERS.format(_marks(campaigns)), (holder, account, *campaigns)):
        row = LeaseRow(headroom=rest[0], expires_at=rest[1], as_of=rest[2], promised=(rest[3], rest[4], rest[5]))
        found[campaign] = found.get(campaign, 0.0) + row.comes_to(at)
    return found


def _left(cursor: sqlite3.Cursor, campaigns: Sequence[str], now: datetime, account: str | None) -> dict[str, int]:
    """The less of what the day and the whole life of each campaign have left; one that never was is not there."""
    budgets = cursor.execute(_BUDGETS.format(_marks(campaigns)), campaigns).fetchall()
    days = {zone: budget_day(now, zone).isoformat() for zone in {row[1] for row in budgets}}
    asked = sorted(set(days.values()))
    spent_on = cursor.execute(_DAYS.format(_marks(asked), _marks(campaigns)), (*asked, *campaigns))
    spent_of = {(campaign, day): spent for campaign, day, spent in spent_on}
    accounts = Accounts(cursor)
    found: dict[str, int] = {}
    for campaign, zone, daily, lifetime, spent in budgets:
        day = days[zone]
        so_far = spent_of.get((campaign, day), 0)
        left = max(0, daily - so_far if lifetime is None else min(daily - so_far, lifetime - spent))
        if account is not None:
            life = None if lifetime is None else (lifetime, spent)
            own = accounts.left(account, campaign, day, daily=(daily, so_far), life=life)
            left = left if own is None else min(left, own)
        found[campaign] = left
    return found


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
