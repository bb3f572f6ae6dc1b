"""What can be used once: the first to spend it wins, among all threads and processes."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.sqlite import insert

from adtailor.storage import tables
from adtailor.storage.database import Database
from adtailor.storage.moments import ticks


class SqliteSpent:
    """`ports.SpentStore` in one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def spend(self, name: bytes, *, until: datetime) -> bool:
        """True the first time."""
        with self._database.writing() as connection:
            made = connection.execute(
                insert(tables.spent)
                .values(name=name, expires_at=ticks(until))
                .on_conflict_do_nothing()
                .returning(tables.spent.c.name)
            )
            return made.first() is not None

    def is_spent(self, name: bytes) -> bool:
        """Whether it was used up."""
        return bool(self._database.ask("SELECT 1 FROM spent WHERE name = ?", name))

    def purge(self, now: datetime) -> int:
        """Forget what has expired: it is refused for that by itself."""
        with self._database.writing() as connection:
            return connection.execute(delete(tables.spent).where(tables.spent.c.expires_at <= ticks(now))).rowcount
