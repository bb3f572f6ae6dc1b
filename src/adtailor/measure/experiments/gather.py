"""The decision log and the events as one row per person: who was in which arm, and what came of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.events import DecisionRecord, Event
from adtailor.domain.ids import DecisionId, PersonId
from adtailor.domain.money import Micros
from adtailor.domain.person_table import PersonTable
from adtailor.domain.trial import OVER, Column, Registration
from adtailor.errors import InvalidInput
from adtailor.maths.person_sums import person_sums

FROM_LOG: tuple[Column, ...] = ("revenue", "value", "impressions", "clicks", "conversions", "hides")
"""What the log tells by itself. The rest a site hands over."""
_COUNTS: Mapping[str, Column] = {
    "impression": "impressions",
    "click": "clicks",
    "conversion": "conversions",
    "hide": "hides",
}
_Key = tuple[PersonId, int]


@dataclass(slots=True)
class Gathered:
    """Rows as they are found; fill it with records first, then with events."""

    registration: Registration
    began: datetime
    rows: dict[_Key, int] = field(default_factory=dict[_Key, int])
    """A person, and in a switchback the period, to the place of the row."""
    arms: list[int] = field(default_factory=list[int])
    unnamed: int = 0
    """Pages of the trial that are nobody's: of people without a consent to a history, or without an id."""
    _of: dict[DecisionId, tuple[int, bool]] = field(default_factory=dict[DecisionId, tuple[int, bool]])
    _before_of: dict[DecisionId, PersonId] = field(default_factory=dict[DecisionId, PersonId])
    _before: dict[PersonId, float] = field(default_factory=dict[PersonId, float])
    _places: list[int] = field(default_factory=list[int])
    _values: list[tuple[int, ...]] = field(default_factory=list[tuple[int, ...]])
    _differs: list[bool] = field(default_factory=list[bool])

    def record(self, record: DecisionRecord) -> None:
        """One page."""
        decision = record.decision
        assigned = next((one for one in decision.trials if one.trial_id == self.registration.id), None)
        if record.person_id is None:
            self.unnamed += assigned is not None
            return
        if assigned is None:
            if decision.decided_at < self.began:
                self._before_of[decision.decision_id] = record.person_id
            return
        key = (record.person_id, assigned.period or 0)
        row = self.rows.setdefault(key, len(self.arms))
        if row == len(self.arms):
            self.arms.append(assigned.arm)
        self._of[decision.decision_id] = (row, assigned.differs is not False)

    def event(self, event: Event, charged: Micros) -> None:
        """Something that happened to an ad, if it was valid traffic; what was given back counts for nothing."""
        if event.validity != "valid":
            return
        if (found := self._of.get(event.decision_id)) is not None:
            row, differs = found
            counted = _COUNTS.get(event.kind)
            self._places.append(row)
            self._differs.append(differs)
            self._values.append((charged, event.value or 0, *(int(column == counted) for column in FROM_LOG[2:])))
        elif (person := self._before_of.get(event.decision_id)) is not None:
            worth = _before_of(self.registration, event, charged)
            if worth:
                self._before[person] = self._before.get(person, 0.0) + worth

    def table(self, told: Mapping[PersonId, Mapping[Column, float]] | None = None) -> PersonTable:
        """The rows; `told` is what the site itself knows of people, whole or not at all for each column."""
        places = np.asarray(self._places, dtype=np.uint32)
        values = np.asarray(self._values, dtype=np.int64).reshape(-1, len(FROM_LOG))
        people = len(self.arms)
        sums = person_sums(places, values, people)
        columns: dict[Column, NDArray[np.float64]] = dict(zip(FROM_LOG, sums.T.astype(np.float64), strict=True))
        differing = None
        if self.registration.design in {"user split", "ghost ads", "hold-out"}:
            differs = np.asarray(self._differs, dtype=np.bool_)
            parted = person_sums(places[differs], values[differs], people)
            differing = dict(zip(FROM_LOG, parted.T.astype(np.float64), strict=True))
            # Who met a page that differs, whether or not its ads were seen in the end: decided before they were served.
            met = np.zeros(people)
            met[[row for row, differed in self._of.values() if differed]] = 1.0
            differing["impressions"] = np.maximum(differing["impressions"], met)
        columns |= _told(self.rows, told or {}, self.registration)
        notes = ()
        if self.unnamed:
            notes = (
                f"{self.unnamed:,} pages are nobody's: of people without an id, or without a consent to a history",
            )
        return PersonTable(
            person=np.array([number_of(self.registration, person) for person, _ in self.rows], dtype=np.uint64),
            arm=np.asarray(self.arms, dtype=np.int64),
            before=np.array([self._before.get(person, 0.0) for person, _ in self.rows], dtype=np.float64),
            sums=columns,
            differing=differing,
            period=np.array([period for _, period in self.rows], dtype=np.int64)
            if self.registration.design == "switchback"
            else None,
            notes=notes,
        )


def gathered(
    registration: Registration,
    records: Iterable[DecisionRecord],
    events: Iterable[tuple[Event, Micros]],
    *,
    began: datetime,
) -> Gathered:
    """All of a trial."""
    found = Gathered(registration, began)
    for record in records:
        found.record(record)
    for event, charged in events:
        found.event(event, charged)
    return found


def number_of(registration: Registration, person: PersonId) -> int:
    """A number that stands for a person in the table of one trial, and nowhere else."""
    told = f"{registration.id}\0{registration.salt}\0{person}".encode()
    return int.from_bytes(blake2b(told, digest_size=8, person=b"table").digest(), "big")


def _before_of(registration: Registration, event: Event, charged: Micros) -> float:
    column = OVER[registration.primary.metric][0]
    if column == "revenue":
        return float(charged)
    if column == "value":
        return float(event.value or 0)
    return float(_COUNTS.get(event.kind) == column)


def _told(
    rows: Mapping[_Key, int], told: Mapping[PersonId, Mapping[Column, float]], registration: Registration
) -> dict[Column, NDArray[np.float64]]:
    names: dict[Column, None] = {name: None for columns in told.values() for name in columns}
    for name in names:
        if name in FROM_LOG:
            raise InvalidInput(f"{name}", hint="the log tells this by itself: leave it out", field="people")
    if names and registration.design == "switchback":
        raise InvalidInput("columns of people in a switchback", hint="a switchback reads its log alone", field="people")
    columns: dict[Column, NDArray[np.float64]] = {}
    for name in names:
        columns[name] = np.zeros(len(rows))
    for (person, _), row in rows.items():
        for name, value in told.get(person, {}).items():
            columns[name][row] = value
    return columns
