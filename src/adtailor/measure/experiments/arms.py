"""The rows of a trial as the moments of its arms, and each metric compared in the way that its design allows."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.person_table import PersonTable
from adtailor.domain.trial import OVER, Column, MetricName, Registration
from adtailor.errors import InvalidInput
from adtailor.maths.clusters import clustered
from adtailor.maths.two_arms import Comparison, Layout, compare, moments_of_arms

Floats = NDArray[np.float64]
CARRIED_OVER = 0.001
"""Below this chance of the difference on pages served alike, what arms do there is not taken for the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One metric of one arm against the control."""

    comparison: Comparison
    people: int
    """In all arms."""
    units: int
    """What was drawn by chance: people, or the periods of a switchback."""
    method: str


@dataclass(slots=True)
class Arms:
    """The arms of one table; made once, asked for each metric."""

    table: PersonTable
    registration: Registration
    places: tuple[NDArray[np.intp], ...]
    _notes: list[str] = field(default_factory=list[str])

    @classmethod
    def of(cls, table: PersonTable, registration: Registration) -> "Arms":
        """Raises InvalidInput where an arm has fewer than two people, or periods."""
        if len(table) and int(table.arm.max()) >= len(registration.arms):
            raise InvalidInput(
                f"arm {int(table.arm.max())}", hint=f"the trial has {len(registration.arms)}, from 0 on", field="arm"
            )
        if (registration.design == "switchback") != (table.period is not None):
            raise InvalidInput(
                f"{registration.design} with{'out' if table.period is None else ''} periods",
                hint="only a switchback has them, and always",
                field="period",
            )
        if table.period is None and _repeats(table.person):
            raise InvalidInput("a person with two rows", hint="sum them up: one row a person", field="person")
        places = tuple(np.flatnonzero(table.arm == place) for place in range(len(registration.arms)))
        units = [len(rows) if table.period is None else len(np.unique(table.period[rows])) for rows in places]
        for arm, count in zip(registration.arms, units, strict=True):
            if count < 2:
                what = "people" if table.period is None else "periods"
                raise InvalidInput(f"{count} {what} in arm {arm.name}", hint="wait for two at least", field="arm")
        return cls(table, registration, places)

    @property
    def counts(self) -> tuple[int, ...]:
        """People in each arm."""
        if self.table.period is None:
            return tuple(len(rows) for rows in self.places)
        return tuple(len(np.unique(self.table.person[rows])) for rows in self.places)

    @property
    def people(self) -> int:
        """People in all arms; whoever was in several periods of a switchback counts once."""
        return len(self.table) if self.table.period is None else len(np.unique(self.table.person))

    @property
    def notes(self) -> tuple[str, ...]:
        """What came up on the way."""
        return tuple(self._notes)

    def compared(self, metric: MetricName, place: int) -> Compared | None:
        """A metric of the arm at `place` against the control; None where its columns were not measured."""
        above, below = OVER[metric]
        sums = self.table.sums
        if above not in sums or (below is not None and below not in sums):
            return None
        if self.table.period is not None:
            return self._by_period(above, below, place)
        return self._by_person(above, below, place)

    def _by_person(self, above: Column, below: Column | None, place: int) -> Compared | None:
        table, rows = self.table, (self.places[0], self.places[place])
        columns = [table.sums[above], table.before]
        names = ["mean" if below is None else "ratio"]
        denominator = differing = None
        covariates = [1]
        if below is not None:
            if not all(table.sums[below][arm].any() for arm in rows):
                return None
            denominator = len(columns)
            columns.append(table.sums[below])
        elif (elsewhere := self._differing(above)) is not None:
            differing, met = elsewhere
            if self._is_alike_elsewhere(above, differing, rows):
                # Who met such a page was decided before they were served; what they brought before counts apart.
                covariates += [len(columns), len(columns) + 1]
                columns += [met, met * table.before, differing]
                differing = len(columns) - 1
                names.append("pages that differ")
            else:
                differing = None
                self._note(f"{above} differs on pages that all arms serve alike: all pages are counted")
        if table.before.any():
            names.append("CUPED")
        control, treated = moments_of_arms(columns, rows)
        layout = Layout(denominator=denominator, differing=differing, covariates=tuple(covariates))
        return Compared(
            comparison=compare(control, treated, layout),
            people=len(table),
            units=len(table),
            method=", ".join(names),
        )

    def _differing(self, column: Column) -> tuple[Floats, Floats] | None:
        """The column over the pages that differ, and who met any; of ghost ads, all that such people did."""
        table = self.table
        if table.differing is None or self.registration.grade != "C" or "impressions" not in table.differing:
            return None
        met = (table.differing["impressions"] > 0.0).astype(np.float64)
        if self.registration.design == "ghost ads":
            return table.sums[column] * met, met
        return (table.differing[column], met) if column in table.differing else None

    def _is_alike_elsewhere(self, column: Column, differing: Floats, rows: tuple[NDArray[np.intp], ...]) -> bool:
        """Where all arms serve the same, they must come to the same: else something is carried over."""
        rest = self.table.sums[column] - differing
        control, treated = moments_of_arms((rest,), rows)
        return compare(control, treated, Layout()).p_value >= CARRIED_OVER

    def _by_period(self, above: Column, below: Column | None, place: int) -> Compared | None:
        """By the periods that were drawn; whoever comes again in another one is reckoned with too."""
        table = self.table
        assert table.period is not None  # noqa: S101 - of a switchback
        rows = np.concatenate((self.places[0], self.places[place]))
        denominator = np.ones(len(rows)) if below is None else table.sums[below][rows]
        if not all(denominator[table.arm[rows] == arm].any() for arm in (0, place)):
            return None
        comparison = clustered(
            table.sums[above][rows],
            denominator,
            treated=table.arm[rows] == place,
            periods=table.period[rows],
            people=table.person[rows],
        )
        return Compared(
            comparison=comparison,
            people=self.people,
            units=len(np.unique(table.period[rows])),
            method="by period and person",
        )

    def _note(self, says: str) -> None:
        if says not in self._notes:
            self._notes.append(says)


def _repeats(numbers: NDArray[np.uint64]) -> bool:
    """Whether one of them comes twice: of millions, sorting tells it in a tenth of the time that `unique` takes."""
    order = np.sort(numbers)
    return bool((order[1:] == order[:-1]).any())
