"""When an operator last checked a helpline, in SQLite and in a dictionary."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from adtailor.domain.wellbeing import HelplineCheck
from adtailor.storage import tables
from adtailor.storage.database import Database

_CHECKS = tables.helpline_checks


class SqliteHelplineChecks:
    """`ports.HelplineChecks` in one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def checks(self) -> Mapping[str, HelplineCheck]:
        """By the fingerprint of the line."""
        with self._database.reading() as connection:
            rows = connection.execute(select(_CHECKS)).all()
        return {
            row.line: HelplineCheck(line=row.line, checked_at=date.fromisoformat(row.checked_at), by=row.by)
            for row in rows
        }

    def put_check(self, check: HelplineCheck) -> None:
        """Keep a check in place of an older one of the same line."""
        told = {"checked_at": check.checked_at.isoformat(), "by": check.by}
        row = insert(_CHECKS).values(line=check.line, **told)
        with self._database.writing() as connection:
            connection.execute(row.on_conflict_do_update(index_elements=["line"], set_=told))

    def drop_check(self, line: str) -> bool:
        """Take a check back; True if there was one."""
        with self._database.writing() as connection:
            return connection.execute(delete(_CHECKS).where(_CHECKS.c.line == line)).rowcount > 0


class MemoryHelplineChecks:
    """`ports.HelplineChecks` in a dictionary."""

    def __init__(self) -> None:
        self._checks: dict[str, HelplineCheck] = {}

    def checks(self) -> Mapping[str, HelplineCheck]:
        """By the fingerprint of the line."""
        return dict(self._checks)

    def put_check(self, check: HelplineCheck) -> None:
        """Keep a check in place of an older one of the same line."""
        self._checks[check.line] = check

    def drop_check(self, line: str) -> bool:
        """Take a check back; True if there was one."""
        return self._checks.pop(line, None) is not None
