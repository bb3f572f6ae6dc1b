"""People in SQLite: consents, profiles, memories; a withdrawal deletes, and forgetting destroys the key."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, select, update

from adtailor.domain.ids import PersonId
from adtailor.domain.known import Known
from adtailor.domain.person import Person
from adtailor.domain.profile import Profile
from adtailor.domain.wellbeing import RestCounts, RestTold, WellbeingMemory
from adtailor.errors import StorageFailed
from adtailor.storage import tables
from adtailor.storage.cache import PeopleCache
from adtailor.storage.database import Database
from adtailor.storage.keyring import Keyring, PersonKey
from adtailor.storage.moments import ticks
from adtailor.storage.permitted import (
    consented,
    faded_memory,
    faded_profile,
    permitted_profile,
    withdrew,
)
from adtailor.storage.reading_rows import limit_readings
from adtailor.storage.rest_counts import count, counted
from adtailor.storage.rows import PersonRows, open_memory, open_person, open_profile, stale

_log = logging.getLogger(__name__)
_PAGE = 500
_ALL_OF_ONE = """
    SELECT people.body, profiles.body, memories.body
    FROM people LEFT JOIN profiles USING (ref) LEFT JOIN memories USING (ref) WHERE people.ref = ?
"""
_PROFILED = """
    SELECT ref, people.body, profiles.body FROM profiles JOIN people USING (ref) WHERE ref > ? ORDER BY ref LIMIT ?
"""


class SqlitePeople:
    """`ports.PeopleStore` in one file, every personal column sealed."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        cache: PeopleCache,
        *,
        export: Callable[[PersonId, datetime], Mapping[str, object]],
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._cache = cache
        self._export = export

    def known(self, person_id: PersonId) -> Known:
        """Person, profile and memory as of one moment: one look at whether anything changed, for all three."""
        known, epoch = self._cache.look(person_id)
        if known is None:
            ref, known = self._read(person_id)
            self._cache.keep(person_id, ref, known, epoch)
        return known

    def person(self, person_id: PersonId) -> Person:
        """What is on file, or a person who has consented to nothing (version 0)."""
        return self.known(person_id).person

    def profile(self, person_id: PersonId) -> Profile | None:
        """The profile, if there is one."""
        known = self.known(person_id)
        if known.is_profile_lost:
            raise StorageFailed("a profile cannot be read", hint="restore a backup; the log says what is wrong with it")
        return known.profile

    def memory(self, person_id: PersonId) -> WellbeingMemory | None:
        """The well-being memory, if there is one."""
        return self.known(person_id).memory

    def put_person(self, person: Person, *, expected_version: int | None) -> Person:
        """Store consents, and delete what a withdrawn one had allowed; StaleVersion if it changed meanwhile.

        Who writes without having read (`expected_version` None) cannot lift an objection.
        """
        with self._database.writing() as connection:
            self._cache.refresh()
            found = self._keyring.find(person.person_id)
            stored = (
                PersonRows(connection, found, person.person_id).person()
                if found
                else Person(person_id=person.person_id)
            )
            if expected_version is not None and expected_version != stored.version:
                raise stale("person", expected_version, stored.version)
            objected = person.objected or (expected_version is None and stored.objected)
            after = replace(person, version=stored.version + 1, objected=objected)
            key = self._keyring.ensure([person.person_id])[person.person_id]
            rows = PersonRows(connection, key, person.person_id)
            rows.put_person(after)
            if withdrew(consented(stored), consented(after)):
                self._take_back(rows, after)
        return after

    def put_profile(self, profile: Profile) -> Profile:
        """Store it with the next version, without what no consent covers; StaleVersion if it changed meanwhile."""
        with self._database.writing() as connection:
            self._cache.refresh()
            key = self._keyring.ensure([profile.person_id])[profile.person_id]
            return PersonRows(connection, key, profile.person_id).put_profile(profile)

    def put_memory(self, memory: WellbeingMemory, *, told: RestTold | None = None) -> WellbeingMemory:
        """Store it with the next version; without the well-being consent nothing is stored, nor counted."""
        with self._database.writing() as connection:
            self._cache.refresh()
            key = self._keyring.find(memory.person_id)
            kept = PersonRows(connection, key, memory.person_id).put_memory(memory) if key else memory
            if told is not None and kept.version != memory.version:
                count(connection, told)
        return kept

    def rest_counts(self) -> list[RestCounts]:
        """What became of suggestions to rest, week by week, the first week first."""
        with self._database.reading() as connection:
            return counted(connection)

    def forget(self, person_id: PersonId) -> bool:
        """Destroy the key, then the rows; True if there was anything."""
        with self._database.writing() as connection:
            ref = self._keyring.destroy(person_id)
            if ref is not None:
                connection.execute(delete(tables.people).where(tables.people.c.ref == ref))
            # Others drop what they hold of anyone when this number moves.
            connection.execute(update(tables.installation).values(forgotten=tables.installation.c.forgotten + 1))
        self._cache.refresh()
        self._database.checkpoint()
        return ref is not None

    def export(self, person_id: PersonId, now: datetime) -> Mapping[str, object]:
        """All that is stored about someone, key by key as stored."""
        return self._export(person_id, now)

    def profiled(self) -> Iterator[tuple[Person, Profile]]:
        """Everybody who has a profile, a few hundred at a time, in an order that says nothing about them."""
        last = b""
        while True:
            rows = self._database.read_all(_PROFILED, last, _PAGE)
            if not rows:
                return
            last = rows[-1][0]
            sealers = self._keyring.sealers([row[0] for row in rows])
            for ref, body, profile in rows:
                if (sealer := sealers.get(ref)) is None:
                    continue  # forgotten meanwhile
                key = PersonKey(ref=ref, sealer=sealer)
                try:
                    opened = open_profile(key, profile)
                    person = open_person(key, body, PersonId(""))
                except StorageFailed as error:  # one damaged row is no reason to count nobody
                    _log.error("a row is left out of the count: %s", error.message)
                    continue
                if opened is not None:
                    yield person, opened

    def purge(self, now: datetime) -> int:
        """Drop moods and signs of stress older than 72 h, and rows whose key was destroyed; how many people changed."""
        with self._database.writing() as connection:
            self._cache.refresh()
            due = ticks(now)
            changed = 0
            for table in (tables.profiles, tables.memories):
                refs = connection.execute(select(table.c.ref).where(table.c.lapses_at <= due)).scalars().all()
                for ref in refs:
                    key = self._keyring.of_ref(ref)
                    if key is None:
                        continue
                    rows = PersonRows(connection, key, PersonId(""))
                    try:
                        if table is tables.profiles and (profile := rows.profile()) is not None:
                            rows.put_profile(faded_profile(profile, now))
                        elif (memory := rows.memory()) is not None:
                            rows.put_memory(faded_memory(memory, now))
                    except StorageFailed as error:  # one damaged row must not keep what others felt
                        _log.error("a row of %s is left as it is: %s", table.name, error.message)
                        continue
                    changed += 1
        return changed + self._purge_orphans()

    def _purge_orphans(self) -> int:
        """Rows that nobody can open: left by a crash while forgetting, or brought back by an old backup."""
        gone, last = 0, b""
        while True:
            with self._database.reading() as connection:
                page = connection.execute(
                    select(tables.people.c.ref)
                    .where(tables.people.c.ref > last)
                    .order_by(tables.people.c.ref)
                    .limit(_PAGE)
                )
                refs = [bytes(ref) for ref in page.scalars()]
            if not refs:
                return gone
            last = refs[-1]
            orphans = set(refs) - self._keyring.alive(refs)
            if orphans:
                with self._database.writing() as connection:
                    connection.execute(delete(tables.people).where(tables.people.c.ref.in_(orphans)))
                gone += len(orphans)

    def _take_back(self, rows: PersonRows, person: Person) -> None:
        """Delete what the person's consents no longer cover."""
        consents = consented(person)
        if (profile := rows.profile()) is not None and permitted_profile(profile, consents) != profile:
            rows.put_profile(profile)
        if not consents.wellbeing:
            rows.drop_memory()
        limit_readings(rows.connection, rows.key, consents)

    def _read(self, person_id: PersonId) -> tuple[bytes | None, Known]:
        """What is stored of someone, and by what ref; None for a stranger."""
        key = self._keyring.find(person_id)
        if key is None:
            return None, Known(person=Person(person_id=person_id))
        found = self._database.ask(_ALL_OF_ONE, key.ref)
        person, profile, memory = found[0] if found else (None, None, None)
        is_lost, opened = False, None
        try:
            opened = open_profile(key, profile)
        except StorageFailed as error:
            is_lost = True
            _log.error("a profile is taken for lost: %s", error.message)
        return key.ref, Known(
            person=open_person(key, person, person_id),
            profile=opened,
            memory=open_memory(key, memory),
            is_profile_lost=is_lost,
        )
