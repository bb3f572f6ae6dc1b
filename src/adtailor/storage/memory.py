"""The same four ports in dictionaries, for tests and toy worlds: nothing is durable, nothing is sealed."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.known import Known
from adtailor.domain.person import Person
from adtailor.domain.post import Post
from adtailor.domain.profile import Profile
from adtailor.domain.reading import Reading
from adtailor.domain.traffic import Limits
from adtailor.domain.wellbeing import RestCounts, RestTold, WellbeingMemory
from adtailor.storage.export import exported
from adtailor.storage.helpline_checks import MemoryHelplineChecks
from adtailor.storage.lessons import no_reading, of_its_author
from adtailor.storage.memory_catalogue import MemoryAudit, MemoryCatalogue
from adtailor.storage.memory_exhibits import MemoryExhibits
from adtailor.storage.memory_ledger import MemoryLedger
from adtailor.storage.memory_money import MemoryEvents
from adtailor.storage.memory_reach import MemoryReach
from adtailor.storage.memory_rows import Held, put_memory, put_profile, same_version
from adtailor.storage.memory_trials import MemoryTrials
from adtailor.storage.moments import AFFECT_KEPT, DECISIONS_KEPT, EXHIBITS_KEPT
from adtailor.storage.permitted import (
    consented,
    faded_memory,
    faded_profile,
    permitted_profile,
    permitted_reading,
    withdrew,
    without_affect,
)
from adtailor.storage.reading_costs import MemoryReadingCosts
from adtailor.storage.rest_counts import added
from adtailor.storage.rows import stale


class MemoryPosts:
    """`ports.PostStore` in dictionaries."""

    def __init__(self, held: Held) -> None:
        self._held = held

    def add(self, posts: Sequence[Post], now: datetime) -> list[bool]:
        """Store posts; False for an id that is there already."""
        added: list[bool] = []
        with self._held.lock:
            for post in posts:
                added.append(post.id not in self._held.posts)
                if added[-1]:
                    self._held.posts[post.id] = post
                    self._held.unread[post.id] = now
        return added

    def unread(self, limit: int) -> list[Post]:
        """The oldest posts not read yet, with their photos."""
        with self._held.lock:
            return [self._held.posts[post_id] for post_id in list(self._held.unread)[:limit]]

    def finish(
        self, reading: Reading, now: datetime, *, profile: Profile | None = None, memory: WellbeingMemory | None = None
    ) -> None:
        """Keep a reading with what was learned from it, as one change, and drop the photos."""
        with self._held.lock:
            held = self._held
            post = held.posts.get(reading.post_id)
            if post is None:
                return
            for learned, stored in ((profile, held.profiles), (memory, held.memories)):
                if learned is None:
                    continue
                of_its_author(learned, post)
                same_version(learned, stored.get(post.author_id))
            held.readings[post.id] = (permitted_reading(reading, held.consents(post.author_id)), now + AFFECT_KEPT)
            held.posts[post.id] = replace(post, photos=())
            held.unread.pop(post.id, None)
            if profile is not None:
                put_profile(held, profile)
            if memory is not None:
                put_memory(held, memory)

    def correct(self, reading: Reading, *, profile: Profile) -> None:
        """Keep a reading as its author corrected it, and their profile, as one change."""
        with self._held.lock:
            held = self._held
            post, found = held.posts.get(reading.post_id), held.readings.get(reading.post_id)
            if post is None or found is None:
                raise no_reading()
            of_its_author(profile, post)
            same_version(profile, held.profiles.get(post.author_id))
            held.readings[post.id] = (permitted_reading(reading, held.consents(post.author_id)), found[1])
            put_profile(held, profile)

    def post(self, post_id: PostId) -> Post | None:
        """One post, without photos."""
        post = self._held.posts.get(post_id)
        return None if post is None else replace(post, photos=())

    def reading(self, post_id: PostId, now: datetime) -> Reading | None:
        """One reading, with what has not expired of it."""
        with self._held.lock:
            if (found := self._held.readings.get(post_id)) is None:
                return None
            reading, expires_at = found
            return reading if now < expires_at else without_affect(reading)

    def recent(self, limit: int) -> list[Post]:
        """The newest posts, newest first, without photos."""
        with self._held.lock:
            return [replace(post, photos=()) for post in _newest_first(self._held.posts.values())[:limit]]

    def readings_of(self, person_id: PersonId, now: datetime) -> list[tuple[Post, Reading]]:
        """A person's posts that were read, newest first, each with its reading as of now."""
        with self._held.lock:
            return [
                (replace(post, photos=()), reading)
                for post in _newest_first(self._held.posts.values())
                if post.author_id == person_id and (reading := self.reading(post.id, now)) is not None
            ]


class MemoryPeople:
    """`ports.PeopleStore` in dictionaries."""

    def __init__(self, held: Held, posts: MemoryPosts) -> None:
        self._held = held
        self._posts = posts

    def known(self, person_id: PersonId) -> Known:
        """Person, profile and memory as of one moment."""
        with self._held.lock:
            return Known(person=self.person(person_id), profile=self.profile(person_id), memory=self.memory(person_id))

    def person(self, person_id: PersonId) -> Person:
        """What is on file, or a person who has consented to nothing (version 0)."""
        return self._held.people.get(person_id, Person(person_id=person_id))

    def put_person(self, person: Person, *, expected_version: int | None) -> Person:
        """Store consents, and delete what a withdrawn one had allowed; StaleVersion if it changed meanwhile."""
        with self._held.lock:
            stored = self.person(person.person_id)
            if expected_version is not None and expected_version != stored.version:
                raise stale("person", expected_version, stored.version)
            objected = person.objected or (expected_version is None and stored.objected)
            after = replace(person, version=stored.version + 1, objected=objected)
            self._held.people[person.person_id] = after
            if withdrew(consented(stored), consented(after)):
                self._take_back(after)
            return after

    def profile(self, person_id: PersonId) -> Profile | None:
        """The profile, if there is one."""
        return self._held.profiles.get(person_id)

    def profiled(self) -> Iterator[tuple[Person, Profile]]:
        """Everybody who has a profile."""
        with self._held.lock:
            found = list(self._held.profiles.values())
        return iter([(self.person(profile.person_id), profile) for profile in found])

    def put_profile(self, profile: Profile) -> Profile:
        """Store it with the next version, without what no consent covers."""
        with self._held.lock:
            return put_profile(self._held, profile)

    def memory(self, person_id: PersonId) -> WellbeingMemory | None:
        """The well-being memory, if there is one."""
        return self._held.memories.get(person_id)

    def put_memory(self, memory: WellbeingMemory, *, told: RestTold | None = None) -> WellbeingMemory:
        """Store it with the next version; without the well-being consent nothing is stored, nor counted."""
        with self._held.lock:
            kept = put_memory(self._held, memory)
            if told is not None and kept.version != memory.version:
                so_far = self._held.rests.get(told.week, RestCounts(week=told.week))
                self._held.rests[told.week] = added(so_far, told)
            return kept

    def rest_counts(self) -> list[RestCounts]:
        """What became of suggestions to rest, week by week, the first week first."""
        return [self._held.rests[week] for week in sorted(self._held.rests)]

    def forget(self, person_id: PersonId) -> bool:
        """Delete everything; True if there was anything."""
        with self._held.lock:
            held = self._held
            posts = [post.id for post in held.posts.values() if post.author_id == person_id]
            records = [ref for ref, record in held.records.items() if record.person_id == person_id]
            for post_id in posts:
                del held.posts[post_id]
                held.unread.pop(post_id, None)
                held.readings.pop(post_id, None)
            for ref in records:
                del held.records[ref]
            person = held.people.pop(person_id, None)
            profile = held.profiles.pop(person_id, None)
            memory = held.memories.pop(person_id, None)
            return bool(posts or records or person or profile or memory)

    def export(self, person_id: PersonId, now: datetime) -> Mapping[str, object]:
        """All that is stored about someone, key by key as stored."""
        with self._held.lock:
            held = self._held
            records = [record for record in held.records.values() if record.person_id == person_id]
            decisions = {record.decision.decision_id for record in records}
            events = [pair for pair in held.events.values() if pair[0].decision_id in decisions]
            return exported(
                person=self.person(person_id),
                profile=self.profile(person_id),
                memory=self.memory(person_id),
                posts=[post for post in _newest_first(held.posts.values()) if post.author_id == person_id],
                readings=self._posts.readings_of(person_id, now),
                records=records,
                events=sorted(events, key=lambda pair: pair[0].at),
            )

    def _take_back(self, person: Person) -> None:
        consents = consented(person)
        if (profile := self.profile(person.person_id)) is not None and permitted_profile(profile, consents) != profile:
            put_profile(self._held, profile)
        if not consents.wellbeing:
            self._held.memories.pop(person.person_id, None)
        for post_id, (reading, expires_at) in self._held.readings.items():
            if self._held.posts[post_id].author_id == person.person_id:
                self._held.readings[post_id] = (permitted_reading(reading, consents), expires_at)


class MemorySpent:
    """`ports.SpentStore` in a dictionary."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: dict[bytes, datetime] = {}

    def spend(self, name: bytes, *, until: datetime) -> bool:
        """True the first time."""
        with self._lock:
            if name in self._until:
                return False
            self._until[name] = until
            return True

    def is_spent(self, name: bytes) -> bool:
        """Whether it was used up."""
        return name in self._until

    def purge(self, now: datetime) -> int:
        """Forget what has expired."""
        with self._lock:
            over = [name for name, until in self._until.items() if until <= now]
            for name in over:
                del self._until[name]
        return len(over)


class MemoryStore:
    """All four ports, over one set of dictionaries."""

    def __init__(self, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen
        self._held = Held()
        self.audit = MemoryAudit()
        self.catalogue = MemoryCatalogue(self._held, self.audit)
        self.posts = MemoryPosts(self._held)
        self.reading_costs = MemoryReadingCosts()
        self.helpline_checks = MemoryHelplineChecks()
        self.people = MemoryPeople(self._held, self.posts)
        self.events = MemoryEvents(self._held, limits.rates)
        self.ledger = MemoryLedger(self._held)
        self.reach = MemoryReach()
        self.trials = MemoryTrials(self._held)
        self.exhibits = MemoryExhibits(self._held)
        self.spent = MemorySpent()

    def purge(self, now: datetime) -> Mapping[str, int]:
        """Delete what has had its time: affect after 72 h, decision records after 30 days."""
        with self._held.lock:
            held = self._held
            lapsed = [
                post_id
                for post_id, (reading, expires_at) in held.readings.items()
                if expires_at <= now and (reading.emotions is not None or reading.stress is not None)
            ]
            for post_id in lapsed:
                reading, expires_at = held.readings[post_id]
                held.readings[post_id] = (without_affect(reading), expires_at)
            people = 0
            for profile in list(held.profiles.values()):
                if (faded := faded_profile(profile, now)) != profile:
                    put_profile(held, faded)
                    people += 1
            for memory in list(held.memories.values()):
                if (faded_one := faded_memory(memory, now)) != memory:
                    put_memory(held, faded_one)
                    people += 1
            old = [ref for ref, record in held.records.items() if record.decision.decided_at + DECISIONS_KEPT <= now]
            for ref in old:
                del held.records[ref]
        exhibits = self.exhibits.purge(now - EXHIBITS_KEPT)
        return {
            "affect": len(lapsed),
            "people": people,
            "decision records": len(old),
            "exhibits": exhibits,
            "spent": self.spent.purge(now),
        }

    def close(self) -> None:
        """Nothing to let go of."""


def _newest_first(posts: Iterable[Post]) -> list[Post]:
    """By time; of one time, the last to arrive first."""
    last_first = list(posts)[::-1]
    return sorted(last_first, key=lambda post: post.created_at, reverse=True)
