"""A month's statement, as JSON: what its digest is of."""

from datetime import date, datetime

import msgspec

from adtailor.domain.scoreboard import Scoreboard
from adtailor.journeys.statement import Statement, canonical
from adtailor.service.wire.decoding import Wire
from adtailor.service.wire.ledger import LedgerWire, ledger_to_wire
from adtailor.service.wire.money import TallyWire, tally_to_wire
from adtailor.service.wire.rest import RestReportWire, rest_report_to_wire


class KeptWire(Wire, frozen=True, kw_only=True):
    """One promise."""

    number: int
    says: str
    cases: int
    is_kept: bool


class ScoreboardWire(Wire, frozen=True, kw_only=True):
    """All promises, from one run."""

    made_at: datetime
    version: str
    seed: int
    rows: tuple[KeptWire, ...]


class StatementWire(Wire, frozen=True, kw_only=True):
    """A month."""

    month: str
    since: date
    until: date
    operator: str
    currency: str
    made_at: datetime
    is_over: bool
    ledger: LedgerWire
    insufficient_data: tuple[str, ...]
    """The signals and models of which nothing can be said yet."""
    delivered: TallyWire
    disagreements: tuple[str, ...]
    rest: RestReportWire
    trust: ScoreboardWire | None


def statement_to_wire(told: Statement) -> StatementWire:
    """The statement as JSON."""
    return StatementWire(
        month=str(told.month),
        since=told.month.first,
        until=told.month.last,
        operator=told.operator,
        currency=told.currency,
        made_at=told.made_at,
        is_over=told.is_over,
        ledger=ledger_to_wire(told.ledger),
        insufficient_data=tuple(dict.fromkeys(row.name for row in told.untold)),
        delivered=tally_to_wire(told.delivered),
        disagreements=tuple(told.disagreements),
        rest=rest_report_to_wire(told.rest),
        trust=None if told.trust is None else scoreboard_to_wire(told.trust),
    )


def scoreboard_to_wire(told: Scoreboard) -> ScoreboardWire:
    """The scoreboard as JSON."""
    return ScoreboardWire(
        made_at=told.made_at,
        version=told.version,
        seed=told.seed,
        rows=tuple(
            KeptWire(number=row.number, says=row.says, cases=row.cases, is_kept=row.is_kept) for row in told.rows
        ),
    )


def statement_body(told: Statement) -> bytes:
    """The JSON that a statement's digest is of."""
    return canonical(msgspec.to_builtins(statement_to_wire(told)))
