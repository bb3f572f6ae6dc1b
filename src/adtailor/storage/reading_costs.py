"""How long models took to read: sums by day and model, with nobody's name on it."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.sqlite import insert

from adtailor.domain.worth import ReadingCost
from adtailor.storage import tables
from adtailor.storage.database import Database

_COSTS = tables.reading_costs


class SqliteReadingCosts:
    """`ports.ReadingCosts` in one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def took(self, costs: Sequence[ReadingCost], at: datetime) -> None:
        """Add what a batch took to the sums of its day."""
        if not costs:
            return
        rows = insert(_COSTS).values(
            [
                {
                    "day": at.date().isoformat(),
                    "reader": cost.reader,
                    "model": cost.model,
                    "posts": cost.posts,
                    "seconds": cost.seconds,
                    "squares": cost.squares,
                    "batches": cost.batches,
                }
                for cost in costs
            ]
        )
        more = {name: _COSTS.c[name] + rows.excluded[name] for name in ("posts", "seconds", "squares", "batches")}
        with self._database.writing() as connection:
            connection.execute(rows.on_conflict_do_update(index_elements=["day", "reader", "model"], set_=more))

    def reading_costs(self, since: date | None = None, until: date | None = None) -> list[ReadingCost]:
        """Per model, from one day to another, both included."""
        query = select(
            _COSTS.c.reader,
            _COSTS.c.model,
            *(func.sum(_COSTS.c[name]).label(name) for name in ("posts", "seconds", "squares", "batches")),
        )
        if since is not None:
            query = query.where(_COSTS.c.day >= since.isoformat())
        if until is not None:
            query = query.where(_COSTS.c.day <= until.isoformat())
        with self._database.reading() as connection:
            rows = connection.execute(query.group_by(_COSTS.c.reader, _COSTS.c.model).order_by("reader", "model")).all()
        return [
            ReadingCost(
                model=row.model,
                reader=row.reader,
                posts=row.posts,
                seconds=row.seconds,
                squares=row.squares,
                batches=row.batches,
            )
            for row in rows
        ]


class MemoryReadingCosts:
    """`ports.ReadingCosts` in a dictionary."""

    def __init__(self) -> None:
        self._costs: dict[tuple[date, str, str], ReadingCost] = {}

    def took(self, costs: Sequence[ReadingCost], at: datetime) -> None:
        """Add what a batch took to the sums of its day."""
        for cost in costs:
            key = (at.date(), cost.reader, cost.model)
            self._costs[key] = cost if key not in self._costs else self._costs[key].plus(cost)

    def reading_costs(self, since: date | None = None, until: date | None = None) -> list[ReadingCost]:
        """Per model, from one day to another, both included."""
        sums: dict[tuple[str, str], ReadingCost] = {}
        for (day, *model), cost in self._costs.items():
            if (since is None or day >= since) and (until is None or day <= until):
                key = (model[0], model[1])
                sums[key] = cost if key not in sums else sums[key].plus(cost)
        return [sums[key] for key in sorted(sums)]
