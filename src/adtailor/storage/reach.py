"""How many people each profile targeting reached, as counted once a day."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, insert, select, update

from adtailor.domain.reach import Reached
from adtailor.storage import tables
from adtailor.storage.database import Database
from adtailor.storage.moments import day_number, moment, numbered_day, ticks

GIVEN_UP = timedelta(hours=2)
"""How long whoever began to count may take, before another may begin."""
_COUNTS, _REACHED = tables.reach_counts, tables.targeting_reach


class SqliteReach:
    """`ports.ReachStore` in one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def version(self) -> int:
        """Grows with every finished count."""
        return int(self._database.ask("SELECT coalesce(max(finished_at), 0) FROM reach_counts")[0][0])

    def reached(self) -> Mapping[str, Reached]:
        """What was last counted, by the targeting's key."""
        with self._database.reading() as connection:
            return {
                row.key: Reached(
                    key=row.key, people=row.people, serves=bool(row.serves), counted_on=numbered_day(row.day)
                )
                for row in connection.execute(select(_REACHED))
            }

    def begin(self, day: date, now: datetime) -> bool:
        """Whether the caller is to count this day: nobody did, and nobody is at it."""
        number = day_number(day)
        with self._database.writing() as connection:
            newest = connection.execute(
                select(func.max(_COUNTS.c.day)).where(_COUNTS.c.finished_at.is_not(None))
            ).scalar_one()
            if newest is not None and newest >= number:
                return False
            begun_at = connection.execute(
                select(_COUNTS.c.begun_at).where(_COUNTS.c.day == number)
            ).scalar_one_or_none()
            if begun_at is not None and moment(begun_at) <= now < moment(begun_at) + GIVEN_UP:
                return False
            connection.execute(delete(_COUNTS).where(_COUNTS.c.day == number))
            connection.execute(insert(_COUNTS).values(day=number, begun_at=ticks(now)))
            return True

    def give_up(self, day: date) -> None:
        """What was begun is left to others."""
        mine = (_COUNTS.c.day == day_number(day)) & _COUNTS.c.finished_at.is_(None)
        with self._database.writing() as connection:
            connection.execute(delete(_COUNTS).where(mine))

    def finish(self, day: date, reached: Sequence[Reached], now: datetime) -> None:
        """Put a day's count in place of the one before."""
        rows = [
            {"key": one.key, "people": one.people, "serves": int(one.serves), "day": day_number(one.counted_on)}
            for one in reached
        ]
        with self._database.writing() as connection:
            connection.execute(delete(_REACHED))
            if rows:
                connection.execute(insert(_REACHED), rows)
            connection.execute(update(_COUNTS).where(_COUNTS.c.day == day_number(day)).values(finished_at=ticks(now)))
