"""The suites fail for a store that breaks a promise: each of these breaks one, and is caught by the test named."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adtailor.domain.events import Event, EventOutcome
from adtailor.domain.ids import PersonId
from adtailor.domain.person import Person
from adtailor.domain.post import Post
from adtailor.domain.profile import Profile
from adtailor.domain.reading import Reading
from adtailor.domain.wellbeing import WellbeingMemory
from adtailor.storage import MemoryStore
from adtailor.testing.catalogue_suite import CatalogueSourceSuite
from adtailor.testing.events_suite import EventStoreSuite
from adtailor.testing.people_suite import PeopleStoreSuite
from adtailor.testing.posts_suite import PostStoreSuite
from adtailor.testing.stores import StoreSuite


def catalogue_that_never_ages(store: MemoryStore) -> None:
    store.catalogue.version = lambda: 0


def posts_that_overwrite(store: MemoryStore) -> None:
    add = store.posts.add

    def overwrite(posts: list[Post], now: datetime) -> list[bool]:
        for post in posts:
            store._held.posts.pop(post.id, None)
        return add(posts, now)

    store.posts.add = overwrite


def readings_that_keep_the_crisis(store: MemoryStore) -> None:
    finish = store.posts.finish

    def keep(reading: Reading, now: datetime, **learned: Profile | WellbeingMemory | None) -> None:
        finish(reading, now, **learned)
        store._held.readings[reading.post_id] = (reading, now + timedelta(hours=72))

    store.posts.finish = keep


def affect_that_outlives_its_end(store: MemoryStore) -> None:
    reading = store.posts.reading
    store.posts.reading = lambda post_id, now: reading(post_id, min(now, datetime.min.replace(tzinfo=now.tzinfo)))


def people_who_cannot_withdraw(store: MemoryStore) -> None:
    def put(person: Person, *, expected_version: int | None) -> Person:
        store._held.people[person.person_id] = person
        return person

    store.people.put_person = put


def people_who_are_not_forgotten(store: MemoryStore) -> None:
    def forget(person_id: PersonId) -> bool:
        return store._held.people.pop(person_id, None) is not None

    store.people.forget = forget


def money_that_overdraws(store: MemoryStore) -> None:
    take = store.events.take

    def overdraw(event: Event) -> EventOutcome:
        outcome = take(event)
        return EventOutcome(status="taken", charged=event.price) if outcome.over_delivered else outcome

    store.events.take = overdraw


def money_that_charges_twice(store: MemoryStore) -> None:
    take = store.events.take

    def again(event: Event) -> EventOutcome:
        store._held.events.pop((event.decision_id, event.placement_id, event.kind, ""), None)
        return take(event)

    store.events.take = again


@pytest.mark.parametrize(
    ("suite", "test", "broken"),
    [
        (CatalogueSourceSuite, "test_the_version_grows_with_every_change", catalogue_that_never_ages),
        (
            PostStoreSuite,
            "test_the_same_id_again_is_refused_and_the_first_stays_as_it_was",
            posts_that_overwrite,
        ),
        (PostStoreSuite, "test_t19_a_crisis_is_never_stored", readings_that_keep_the_crisis),
        (
            PostStoreSuite,
            "test_t19_emotions_and_stress_are_gone_after_72_hours_and_the_rest_stays",
            affect_that_outlives_its_end,
        ),
        (PeopleStoreSuite, "test_t08_of_a_minor_nothing_is_kept_that_needs_a_consent", people_who_cannot_withdraw),
        (PeopleStoreSuite, "test_t16_someone_forgotten_is_a_stranger_everywhere", people_who_are_not_forgotten),
        (EventStoreSuite, "test_t35_a_daily_budget_is_never_overdrawn_by_a_micro", money_that_overdraws),
        (EventStoreSuite, "test_t35_an_event_is_charged_once", money_that_charges_twice),
    ],
)
def test_a_broken_promise_is_caught(
    suite: type[StoreSuite], test: str, broken: Callable[[MemoryStore], None], tmp_path: Path
) -> None:
    class Case(suite):
        def make(self, folder: Path) -> MemoryStore:
            return MemoryStore()

    check = getattr(Case(), test)
    check(MemoryStore())  # a sound store passes
    store = MemoryStore()
    broken(store)
    with pytest.raises((AssertionError, KeyError)):
        check(store)
