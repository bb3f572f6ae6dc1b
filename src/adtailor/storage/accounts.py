"""The parts of budgets that the arms of a trial draw on, each its own: what one arm spends, no other lacks.

Of a day's budget $B$, of which $O$ was spent outside of the trial (before it began, or by clicks on ads from before),
and of which the accounts of the trial have spent $S_a$, account $a$ with its share $f_a$ has left

$$\\lfloor f_a\\, (B - O) \\rfloor - S_a, \\qquad O = S - \\sum_a S_a$$

and the same of the budget of a whole life. The parts together are never more than the whole, whose own debit still
refuses to overdraw.
"""

import sqlite3
from dataclasses import dataclass

from adtailor.domain.trial import part_of

_ACCOUNT = "SELECT trial_id, parts, is_open FROM accounts WHERE account = ?"
_SPENT = (
    "SELECT account, day, spent FROM account_days JOIN accounts USING (account) WHERE trial_id = ? AND campaign_id = ?"
)
_DEBIT = (
    "INSERT INTO account_days (account, campaign_id, day, spent) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (account, campaign_id, day) DO UPDATE SET spent = spent + excluded.spent"
)


@dataclass(frozen=True, slots=True)
class _Known:
    """An account, as its row says."""

    trial: str
    parts: int
    is_open: bool


class Accounts:
    """What accounts have left, within one transaction; call `finish` before it commits."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor
        self._known: dict[str, _Known | None] = {}
        self._spent: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
        self._charged: dict[tuple[str, str, str], int] = {}

    def left(
        self, account: str, campaign: str, day: str, *, daily: tuple[int, int], life: tuple[int, int] | None
    ) -> int | None:
        """Micros that an account has left of a campaign's day and life; each is (budget, spent by all).

        None for an account that is closed: what comes after a trial is paid by the whole budget again.
        """
        left = self.of_day(account, campaign, day, daily)
        if left is None or life is None:
            return left
        return min(left, self.of_life(account, campaign, life) or 0)

    def of_day(self, account: str, campaign: str, day: str, daily: tuple[int, int]) -> int | None:
        """What is left of a day."""
        known = self._account(account)
        if known is None or not known.is_open:
            return None
        rows = self._rows(known.trial, campaign)
        spent = {who: amount for (who, when), amount in rows.items() if when == day}
        return max(0, part_of(daily[0] - daily[1] + sum(spent.values()), known.parts) - spent.get(account, 0))

    def of_life(self, account: str, campaign: str, life: tuple[int, int]) -> int | None:
        """What is left of a whole life."""
        known = self._account(account)
        if known is None or not known.is_open:
            return None
        rows = self._rows(known.trial, campaign)
        mine = sum(amount for (who, _), amount in rows.items() if who == account)
        return max(0, part_of(life[0] - life[1] + sum(rows.values()), known.parts) - mine)

    def charge(self, account: str, campaign: str, day: str, amount: int) -> None:
        """An account pays."""
        known = self._account(account)
        if known is None:
            return
        rows = self._rows(known.trial, campaign)
        rows[account, day] = rows.get((account, day), 0) + amount
        key = (account, campaign, day)
        self._charged[key] = self._charged.get(key, 0) + amount

    def parts(self, account: str) -> int | None:
        """Of 10,000; None for an account that is closed, or never was."""
        known = self._account(account)
        return known.parts if known is not None and known.is_open else None

    def finish(self) -> None:
        """Write down what was paid."""
        self._cursor.executemany(_DEBIT, [(*key, amount) for key, amount in self._charged.items()])

    def _account(self, account: str) -> _Known | None:
        if account not in self._known:
            row = self._cursor.execute(_ACCOUNT, (account,)).fetchone()
            self._known[account] = None if row is None else _Known(row[0], row[1], bool(row[2]))
        return self._known[account]

    def _rows(self, trial: str, campaign: str) -> dict[tuple[str, str], int]:
        if (trial, campaign) not in self._spent:
            found = self._cursor.execute(_SPENT, (trial, campaign)).fetchall()
            self._spent[trial, campaign] = {(row[0], row[1]): row[2] for row in found}
        return self._spent[trial, campaign]
