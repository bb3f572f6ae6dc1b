"""A month, for an operator to sign and publish: what signals earned, what was delivered, which promises held.

Where the data do not suffice the statement says so, and no number stands in their place.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from adtailor.domain.money import Micros
from adtailor.domain.scoreboard import Scoreboard
from adtailor.errors import InvalidInput
from adtailor.journeys.ledger import Ledger, Ledgers
from adtailor.journeys.reports import ReportRequest, Reports
from adtailor.measure.anonymity import LEAST_PEOPLE
from adtailor.measure.delivery import Tally
from adtailor.measure.ledger import LedgerRow
from adtailor.measure.rest import RestReport, rest_report
from adtailor.ports import PeopleStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A calendar month."""

    year: int
    month: int

    @classmethod
    def read(cls, told: str) -> "Month":
        """As 2026-11; InvalidInput for anything else.

        >>> Month.read("2026-11").last
        datetime.date(2026, 11, 30)
        """
        try:
            first = datetime.strptime(told, "%Y-%m").replace(tzinfo=UTC)
        except ValueError:
            raise InvalidInput(f"{told!r} is no month", hint="write it as 2026-11", field="month") from None
        return cls(year=first.year, month=first.month)

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return (self.first + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Everything that is said of a month."""

    month: Month
    operator: str
    currency: str
    made_at: datetime
    is_over: bool
    """Whether the month had ended when this was made."""
    ledger: Ledger
    delivered: Tally
    disagreements: Sequence[str]
    """Where reports, ledger of money, events and budgets do not agree; none where they do, to the micro."""
    rest: RestReport
    trust: Scoreboard | None
    """The last run of the proofs; None where nobody ran them."""

    @property
    def told(self) -> Sequence[LedgerRow]:
        """Rows with evidence that suffices."""
        return [row for row in self.ledger.rows if row.says in {"earns", "costs"}]

    @property
    def untold(self) -> Sequence[LedgerRow]:
        """Rows of which nothing can be said yet."""
        return [row for row in self.ledger.rows if row.says not in {"earns", "costs"}]

    def digest(self, body: bytes) -> str:
        """By what anybody can tell that a copy is the one that was signed: SHA-256 of its JSON."""
        return hashlib.sha256(body).hexdigest()


class Statements:
    """Makes statements."""

    def __init__(
        self, *, ledgers: Ledgers, reports: Reports, people: PeopleStore, operator: str, currency: str
    ) -> None:
        self._ledgers = ledgers
        self._reports = reports
        self._people = people
        self._operator = operator
        self._currency = currency

    def statement(self, month: Month, *, now: datetime, trust: Scoreboard | None) -> Statement:
        """Of one month; InvalidInput for one that has not begun."""
        if month.first > now.date():
            raise InvalidInput(f"{month} has not begun", hint=f"at most {now.date():%Y-%m}", field="month")
        weeks = [one for one in self._people.rest_counts() if month.first <= one.week <= month.last]
        return Statement(
            month=month,
            operator=self._operator,
            currency=self._currency,
            made_at=now,
            is_over=now.date() > month.last,
            ledger=self._ledgers.between(month.first, month.last, now=now),
            delivered=self._reports.report(ReportRequest(since=month.first, until=month.last)).total,
            disagreements=self._reports.disagreements(),
            rest=rest_report(weeks, least_people=LEAST_PEOPLE),
            trust=trust,
        )


def net_said(row: LedgerRow) -> Micros | None:
    """The net of a row whose evidence suffices, in micros per 1000 impressions; None where nothing is said."""
    return Micros(round(row.net.value)) if row.net is not None and row.says in {"earns", "costs"} else None


def canonical(told: object) -> bytes:
    """JSON with sorted keys and no room, so that the same statement always has the same digest."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
