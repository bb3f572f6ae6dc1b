"""Events become charges: one transaction's worth of them, in order, written through the driver's own cursor.

What a budget has left is read once per transaction, which holds the write lock; each event is charged on what the ones
before it left, and the sums are debited at the end by updates that refuse to overdraw.
"""

import sqlite3
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from adtailor.domain.events import Arrival, Event, EventOutcome
from adtailor.domain.money import Micros
from adtailor.domain.traffic import COUNTED, RateLimit
from adtailor.errors import StorageFailed
from adtailor.maths.rates import is_allowed
from adtailor.storage.accounts import Accounts
from adtailor.storage.moments import budget_day, moment, ticks

SECOND = 1_000_000
DAY = 86_400
QUARTER = 900 * SECOND
MOST_PEOPLE = 128
"""Of an ad in an hour; more are not told apart, for no report asks for more."""

_STORE = (
    "INSERT INTO events (decision_id, placement_id, kind, once, ad_id, adset_id, advertiser_id, campaign_id, site_id, "
    "at, validity, price, charged, over_delivered, late, order_hash, value, account) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
_ENTER = "INSERT INTO ledger (event, kind, campaign_id, day, amount, at) VALUES (?, 'charge', ?, ?, ?, ?)"
_BUDGET = "SELECT zone, daily_budget, lifetime_budget, spent FROM budgets WHERE campaign_id = ?"
_DAY = "SELECT spent FROM spent_days WHERE campaign_id = ? AND day = ?"
_OPEN_DAY = "INSERT INTO spent_days (campaign_id, day, spent) VALUES (?, ?, 0) ON CONFLICT DO NOTHING"
# Written with the price on the right: budget - price cannot overflow where spent + price could.
_DEBIT_DAY = (
    "UPDATE spent_days SET spent = spent + :amount WHERE campaign_id = :campaign AND day = :day AND EXISTS ("
    "SELECT 1 FROM budgets WHERE campaign_id = :campaign AND spent_days.spent <= daily_budget - :amount)"
)
_DEBIT_LIFE = (
    "UPDATE budgets SET spent = spent + :amount WHERE campaign_id = :campaign "
    "AND (lifetime_budget IS NULL OR spent <= lifetime_budget - :amount)"
)
_TIMES = "SELECT times FROM rates WHERE key = ? AND day = ?"
_KEEP_TIMES = (
    "INSERT INTO rates (key, day, times) VALUES (?, ?, ?) "
    "ON CONFLICT (key) DO UPDATE SET day = excluded.day, times = excluded.times"
)
_PEOPLE = "SELECT people FROM reach WHERE hour = ? AND ad_id = ? AND site_id = ? AND placement_id = ?"
_KEEP_PEOPLE = (
    "INSERT INTO reach (hour, ad_id, site_id, placement_id, adset_id, campaign_id, people) "
    "VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (hour, ad_id, site_id, placement_id) DO UPDATE SET people = excluded.people"
)


@dataclass(slots=True)
class _Budget:
    """What a campaign has left, as the events of this transaction use it up."""

    zone: str
    life: int | None
    daily: int
    spent: int
    days: dict[str, int]
    charged: dict[str, int]


class Charging:
    """Takes events within one transaction; call `finish` before it commits."""

    def __init__(self, cursor: sqlite3.Cursor, rates: Sequence[RateLimit]) -> None:
        self._cursor = cursor
        self._rates = rates
        self._budgets: dict[str, _Budget | None] = {}
        self._accounts = Accounts(cursor)
        self._times: dict[tuple[int, int], list[int]] = {}
        self._people: dict[tuple[int, str, str, str], set[int]] = {}
        self._changed_times: set[tuple[int, int]] = set()
        self._changed_people: dict[tuple[int, str, str, str], Event] = {}

    def take(self, arrival: Arrival) -> EventOutcome:
        """Store one event, and charge it to what its budget has left, if it is valid, in time, and the first."""
        event, at = arrival.event, ticks(arrival.event.at)
        rate = self._rate_of(arrival, at)
        validity = event.validity
        if validity == "valid" and rate is not None and not is_allowed(self._seen(rate), at // SECOND, self._rates):
            validity = "sivt"
        billable = validity == "valid" and event.price > 0
        budget = self._budget(event.campaign_id) if billable and not event.is_late else None
        day = _day(budget.zone, at // QUARTER) if budget else ""
        charged = event.price if budget and self._has_room(event, budget, day) else 0
        over = billable and not charged
        self._cursor.execute(
            _STORE,
            (
                event.decision_id,
                event.placement_id,
                event.kind,
                (event.order or "") if event.is_postback else "",
                event.ad_id,
                event.adset_id,
                event.advertiser_id,
                event.campaign_id,
                event.site_id,
                at,
                validity,
                event.price,
                charged,
                int(over),
                int(event.is_late),
                event.order,
                event.value,
                event.account,
            ),
        )
        if self._cursor.rowcount == 0:
            return EventOutcome(status="duplicate", charged=Micros(0), validity=validity)
        if charged and budget:
            budget.days[day] += charged
            budget.spent += charged
            budget.charged[day] = budget.charged.get(day, 0) + charged
            if event.account is not None:
                self._accounts.charge(event.account, event.campaign_id, day, charged)
            self._cursor.execute(_ENTER, (self._cursor.lastrowid, event.campaign_id, day, charged, at))
        if validity == "valid":
            self._note(arrival, at, rate)
        return EventOutcome(status="taken", charged=Micros(charged), over_delivered=over, validity=validity)

    def finish(self) -> None:
        """Debit what was charged, and keep who came when for the rest of the day."""
        for campaign, budget in self._budgets.items():
            for day, amount in budget.charged.items() if budget else ():
                values = {"campaign": campaign, "day": day, "amount": amount}
                for statement in (_DEBIT_DAY, _DEBIT_LIFE):
                    if self._cursor.execute(statement, values).rowcount != 1:
                        raise StorageFailed(
                            f"a budget of {campaign} has changed while the write lock was held",
                            hint="nothing was stored; does another program write this file?",
                        )
        self._accounts.finish()
        self._cursor.executemany(
            _KEEP_TIMES,
            [(key, day, struct.pack(f">{len(times)}I", *times)) for key, day in sorted(self._changed_times)
             if (times := self._times[key, day])],
        )  # fmt: skip
        self._cursor.executemany(
            _KEEP_PEOPLE,
            [
                (*key, event.adset_id, event.campaign_id, _packed(self._people[key]))
                for key, event in self._changed_people.items()
            ],
        )

    def _budget(self, campaign: str) -> _Budget | None:
        """None for a campaign that never was: it has nothing to spend."""
        if campaign not in self._budgets:
            row = self._cursor.execute(_BUDGET, (campaign,)).fetchone()
            self._budgets[campaign] = (
                _Budget(zone=row[0], daily=row[1], life=row[2], spent=row[3], days={}, charged={}) if row else None
            )
        return self._budgets[campaign]

    def _has_room(self, event: Event, budget: _Budget, day: str) -> bool:
        if day not in budget.days:
            self._cursor.execute(_OPEN_DAY, (event.campaign_id, day))
            budget.days[day] = self._cursor.execute(_DAY, (event.campaign_id, day)).fetchone()[0]
        fits = budget.days[day] + event.price <= budget.daily
        fits = fits and (budget.life is None or budget.spent + event.price <= budget.life)
        if not fits or event.account is None:
            return fits
        left = self._accounts.left(
            event.account,
            event.campaign_id,
            day,
            daily=(budget.daily, budget.days[day]),
            life=None if budget.life is None else (budget.life, budget.spent),
        )
        return left is None or event.price <= left

    def _rate_of(self, arrival: Arrival, at: int) -> tuple[int, int] | None:
        event = arrival.event
        if arrival.viewer is None or event.kind not in COUNTED:
            return None
        digest = blake2b(f"{event.ad_id}\0{event.kind}".encode(), key=arrival.viewer, digest_size=8).digest()
        return int.from_bytes(digest, "big", signed=True), at // SECOND // DAY

    def _seen(self, rate: tuple[int, int]) -> list[int]:
        if rate not in self._times:
            row = self._cursor.execute(_TIMES, rate).fetchone()
            self._times[rate] = list(struct.unpack(f">{len(row[0]) // 4}I", row[0])) if row else []
        return self._times[rate]

    def _note(self, arrival: Arrival, at: int, rate: tuple[int, int] | None) -> None:
        if rate is None or arrival.viewer is None:
            return
        self._seen(rate).append(at // SECOND)
        self._changed_times.add(rate)
        if arrival.event.kind != "impression":
            return
        event = arrival.event
        key = (at // (4 * QUARTER), event.ad_id, event.site_id or "", event.placement_id)
        people = self._people.get(key)
        if people is None:
            row = self._cursor.execute(_PEOPLE, key).fetchone()
            people = self._people[key] = unpacked(row[0]) if row else set()
        hashed = int.from_bytes(arrival.viewer[:2], "big")
        if len(people) < MOST_PEOPLE and hashed not in people:
            people.add(hashed)
            self._changed_people[key] = event


@lru_cache(maxsize=4096)
def _day(zone: str, quarter: int) -> str:
    """The date in a zone at a quarter of an hour: no zone's day begins within one."""
    return budget_day(moment(quarter * QUARTER), zone).isoformat()


def _packed(people: set[int]) -> bytes:
    return struct.pack(f">{len(people)}H", *sorted(people))


def unpacked(people: bytes) -> set[int]:
    """Hashes of 16 bits."""
    return set(struct.unpack(f">{len(people) // 2}H", people))
