"""One person's rows, opened and sealed: what they said, profile and memory, with versions that guard them."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from adtailor.domain.ids import PersonId
from adtailor.domain.person import Person
from adtailor.domain.profile import Profile
from adtailor.domain.wellbeing import WellbeingMemory
from adtailor.errors import StaleVersion
from adtailor.storage import tables
from adtailor.storage.codec import Codec
from adtailor.storage.keyring import PersonKey
from adtailor.storage.moments import ticks
from adtailor.storage.permitted import (
    consented,
    memory_lapses_at,
    permitted_memory,
    permitted_profile,
    profile_lapses_at,
)
from adtailor.storage.sealing import place

_PERSON = Codec(Person)
_PROFILE = Codec(Profile)
_MEMORY = Codec(WellbeingMemory)


def open_person(key: PersonKey, body: bytes | None, person_id: PersonId) -> Person:
    """What is on file, or a person who has consented to nothing."""
    return _PERSON.decode(_open("people", key, body)) if body else Person(person_id=person_id)


def open_profile(key: PersonKey, body: bytes | None) -> Profile | None:
    """The profile, if there is one."""
    return _PROFILE.decode(_open("profiles", key, body)) if body else None


def open_memory(key: PersonKey, body: bytes | None) -> WellbeingMemory | None:
    """The well-being memory, if there is one."""
    return _MEMORY.decode(_open("memories", key, body)) if body else None


@dataclass(frozen=True, slots=True)
class PersonRows:
    """The rows of one person inside one transaction."""

    connection: Connection
    key: PersonKey
    person_id: PersonId

    def ensure(self) -> None:
        """A row for the others to refer to."""
        ensure_rows(self.connection, [self.key.ref])

    def touch(self) -> None:
        """Tell every process that this person has changed."""
        newest = select(func.coalesce(func.max(tables.people.c.changed), 0)).scalar_subquery()
        self.connection.execute(
            update(tables.people).where(tables.people.c.ref == self.key.ref).values(changed=newest + 1)
        )

    def person(self) -> Person:
        """What is on file, or a person who has consented to nothing."""
        body = self.connection.execute(
            select(tables.people.c.body).where(tables.people.c.ref == self.key.ref)
        ).scalar_one_or_none()
        return open_person(self.key, body, self.person_id)

    def profile(self) -> Profile | None:
        """The profile, if there is one."""
        return open_profile(self.key, self._body(tables.profiles))

    def memory(self) -> WellbeingMemory | None:
        """The well-being memory, if there is one."""
        return open_memory(self.key, self._body(tables.memories))

    def put_person(self, person: Person) -> None:
        """Store it as it is; versions were checked before."""
        self.ensure()
        self.connection.execute(
            update(tables.people)
            .where(tables.people.c.ref == self.key.ref)
            .values(version=person.version, body=self._seal("people", _PERSON.encode(person)))
        )
        self.touch()

    def put_profile(self, profile: Profile) -> Profile:
        """Store what consent permits of it, as the next version."""
        kept = permitted_profile(profile, consented(self.person()))
        kept = replace(kept, version=self._next(tables.profiles, profile.version))
        lapses_at = profile_lapses_at(kept)
        self._put(
            tables.profiles,
            version=kept.version,
            lapses_at=None if lapses_at is None else ticks(lapses_at),
            body=self._seal("profiles", _PROFILE.encode(kept)),
        )
        return kept

    def put_memory(self, memory: WellbeingMemory) -> WellbeingMemory:
        """Store it as the next version; without the well-being consent nothing is stored."""
        if not consented(self.person()).wellbeing:
            self.drop_memory()
            return memory
        kept = replace(permitted_memory(memory), version=self._next(tables.memories, memory.version))
        lapses_at = memory_lapses_at(kept)
        self._put(
            tables.memories,
            version=kept.version,
            lapses_at=None if lapses_at is None else ticks(lapses_at),
            body=self._seal("memories", _MEMORY.encode(kept)),
        )
        return kept

    def drop_memory(self) -> None:
        """Delete the well-being memory."""
        self.connection.execute(delete(tables.memories).where(tables.memories.c.ref == self.key.ref))

    def _body(self, table: Table) -> bytes | None:
        return self.connection.execute(select(table.c.body).where(table.c.ref == self.key.ref)).scalar_one_or_none()

    def _next(self, table: Table, version: int) -> int:
        stored: int | None = self.connection.execute(
            select(table.c.version).where(table.c.ref == self.key.ref)
        ).scalar_one_or_none()
        if (stored or 0) != version:
            raise stale(table.name, version, stored or 0)
        return version + 1

    def _put(self, table: Table, **values: Any) -> None:
        self.ensure()
        self.connection.execute(
            insert(table).values(ref=self.key.ref, **values).on_conflict_do_update(index_elements=["ref"], set_=values)
        )
        self.touch()

    def _seal(self, table: str, clear: bytes) -> bytes:
        return self.key.sealer.seal(clear, place(table, self.key.ref))


def _open(table: str, key: PersonKey, sealed: bytes) -> bytes:
    return key.sealer.open(sealed, place(table, key.ref))


def ensure_rows(connection: Connection, refs: list[bytes]) -> None:
    """A row in `people` for each ref."""
    connection.execute(
        insert(tables.people).on_conflict_do_nothing(), [{"ref": ref, "version": 0, "changed": 0} for ref in refs]
    )


def stale(what: str, given: int, stored: int) -> StaleVersion:
    """Somebody was faster."""
    return StaleVersion(
        f"{what}: version {given} was changed, version {stored} is stored",
        hint="read it again, then write",
        field="version",
    )
