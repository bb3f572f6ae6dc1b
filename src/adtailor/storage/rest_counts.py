"""What became of suggestions to rest: a number a week and kind, with nobody's name on it."""

from dataclasses import replace
from datetime import date
from itertools import groupby

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from adtailor.domain.wellbeing import RestCounts, RestTold
from adtailor.storage import tables

_COUNTS = tables.rest_counts


def counted_as(told: RestTold) -> tuple[str, ...]:
    """The fields of `RestCounts` in which it is one more."""
    return (told.event, "people") if told.is_first else (told.event,)


def added(counts: RestCounts, told: RestTold) -> RestCounts:
    """One more of its kind."""
    return replace(counts, **{name: getattr(counts, name) + 1 for name in counted_as(told)})


def count(connection: Connection, told: RestTold) -> None:
    """One more of its kind in its week."""
    rows = insert(_COUNTS).values(
        [{"week": told.week.isoformat(), "event": name, "times": 1} for name in counted_as(told)]
    )
    connection.execute(
        rows.on_conflict_do_update(index_elements=["week", "event"], set_={"times": _COUNTS.c.times + 1})
    )


def counted(connection: Connection) -> list[RestCounts]:
    """All weeks in which something was counted, the first week first."""
    rows = connection.execute(select(_COUNTS.c.week, _COUNTS.c.event, _COUNTS.c.times).order_by(_COUNTS.c.week)).all()
    return [
        replace(RestCounts(week=date.fromisoformat(week)), **{row.event: row.times for row in of_week})
        for week, of_week in groupby(rows, key=lambda row: row.week)
    ]
