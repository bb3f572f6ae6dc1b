"""What every `PeopleStore` does."""
# ruff: noqa: S101 - a suite asserts

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.known import Known
from adtailor.domain.person import Consents, Person
from adtailor.domain.profile import DayUse, Fading, Profile
from adtailor.domain.reading import Reading
from adtailor.domain.wellbeing import HelplineCheck, RestCounts, RestTold, State, WellbeingMemory, week_of
from adtailor.errors import StaleVersion
from adtailor.testing import samples
from adtailor.testing.samples import ALL, NOON
from adtailor.testing.stores import Store, StoreSuite

ANA, BEN, P1 = PersonId("ana"), PersonId("ben"), PostId("p1")


class PeopleStoreSuite(StoreSuite):
    """Inherit it, and say in `make` what to test."""

    def test_a_stranger_has_consented_to_nothing(self, store: Store) -> None:
        assert store.people.person(ANA) == Person(person_id=ANA)
        assert store.people.profile(ANA) is None
        assert store.people.memory(ANA) is None
        assert store.people.known(ANA) == Known(person=Person(person_id=ANA))

    def test_what_was_put_comes_back_with_the_next_version(self, store: Store) -> None:
        stored = store.people.put_person(samples.person(), expected_version=0)
        assert stored == samples.person(version=1) == store.people.person(ANA)
        assert store.people.put_profile(samples.profile()) == samples.profile(version=1) == store.people.profile(ANA)
        assert store.people.put_memory(samples.memory()) == samples.memory(version=1) == store.people.memory(ANA)

    def test_all_that_is_known_is_what_each_part_says(self, store: Store) -> None:
        def told() -> Known:
            people = store.people
            return Known(person=people.person(ANA), profile=people.profile(ANA), memory=people.memory(ANA))

        changes: tuple[Callable[[], object], ...] = (
            lambda: store.people.put_person(samples.person(), expected_version=None),
            lambda: store.people.put_profile(samples.profile()),
            lambda: store.people.put_memory(samples.memory()),
            lambda: store.people.put_person(samples.person(consents=Consents()), expected_version=None),
            lambda: store.people.forget(ANA),
        )
        before = store.people.known(ANA)
        for change in changes:
            change()
            known = store.people.known(ANA)
            assert known == told()
            assert known != before, "the change shows at once"
            before = known

    def test_a_stale_write_is_refused_and_changes_nothing(self, store: Store) -> None:
        store.people.put_person(samples.person(), expected_version=None)
        store.people.put_profile(samples.profile())
        store.people.put_memory(samples.memory())
        for version in (0, 2):
            with pytest.raises(StaleVersion):
                store.people.put_person(samples.person(consents=Consents()), expected_version=version)
            with pytest.raises(StaleVersion):
                store.people.put_profile(Profile(person_id=ANA, version=version))
            with pytest.raises(StaleVersion):
                store.people.put_memory(WellbeingMemory(person_id=ANA, version=version))
        with pytest.raises(StaleVersion):
            store.people.put_person(samples.person("ben"), expected_version=3)
        assert store.people.person(ANA).consents == ALL
        assert store.people.profile(ANA) == samples.profile(version=1)
        assert store.people.memory(ANA) == samples.memory(version=1)

    def test_a_write_without_a_version_always_goes_through(self, store: Store) -> None:
        for version in (1, 2, 3):
            assert store.people.put_person(samples.person(), expected_version=None).version == version

    @pytest.mark.parametrize("withdrawn", ["interests", "look", "affect", "wellbeing"])
    def test_t06_a_withdrawn_consent_deletes_what_it_allowed_and_nothing_else(
        self, store: Store, withdrawn: str
    ) -> None:
        self._fill(store)
        consents = replace(ALL, **{withdrawn: False})
        store.people.put_person(samples.person(consents=consents), expected_version=1)
        profile, memory = store.people.profile(ANA), store.people.memory(ANA)
        reading = store.posts.reading(P1, NOON)
        assert reading is not None
        whole, learned = samples.kept(samples.reading()), samples.profile()
        empty: dict[str, dict[str, object]] = {
            "interests": {"interests": Fading(), "history": Fading(), "seen": None},
            "look": {"look": Fading()},
            "affect": {"affect": Fading(), "declared_mood": None},
            "wellbeing": {},
        }
        expected = replace(learned, **cast("Any", empty[withdrawn]))
        assert profile == replace(expected, version=1 if withdrawn == "wellbeing" else 2)
        assert memory == (None if withdrawn == "wellbeing" else samples.memory(version=1))
        assert reading.emotions == (None if withdrawn == "affect" else whole.emotions)
        assert reading.stress == (None if withdrawn == "wellbeing" else whole.stress)
        assert reading.look == (None if withdrawn == "look" else whole.look)
        assert reading.topics == whole.topics

    def test_t06_a_withdrawal_touches_nobody_else(self, store: Store) -> None:
        self._fill(store)
        self._fill(store, "ben", "p2")
        store.people.put_person(samples.person(consents=Consents()), expected_version=1)
        assert store.people.profile(BEN) == samples.profile("ben", version=1)
        assert store.people.memory(BEN) is not None
        assert store.posts.reading(PostId("p2"), NOON) == samples.kept(samples.reading("p2"))

    def test_t06_who_learned_before_a_withdrawal_cannot_write_it_after(self, store: Store) -> None:
        store.people.put_person(samples.person(), expected_version=None)
        store.posts.add([samples.post()], NOON)
        profile, memory = samples.profile(), samples.memory()  # made from a reading with consent ...
        store.people.put_person(samples.person(consents=Consents()), expected_version=1)  # ... withdrawn meanwhile
        store.posts.finish(samples.reading(), NOON, profile=profile, memory=memory)
        stored = store.people.profile(ANA)
        assert stored is not None
        assert (stored.interests, stored.look, stored.affect, stored.history) == (Fading(),) * 4
        assert (stored.declared_mood, stored.seen) == (None, None)
        assert stored.muted_topics == profile.muted_topics
        assert store.people.memory(ANA) is None
        reading = store.posts.reading(P1, NOON)
        assert reading is not None
        assert (reading.emotions, reading.stress, reading.look) == (None, None, None)

    def test_t18_an_objection_stays_until_lifted_and_outweighs_every_consent_to_tailoring(self, store: Store) -> None:
        self._fill(store)
        store.people.put_person(replace(samples.person(), objected=True), expected_version=1)
        profile = store.people.profile(ANA)
        assert profile is not None
        assert profile.interests == profile.look == profile.affect == Fading()
        assert store.people.memory(ANA) is not None  # being shown fewer ads is another purpose, with its own consent
        # Nothing that happens later lifts it: a blind write, a profile, a purge.
        assert store.people.put_person(samples.person(), expected_version=None).objected
        store.people.put_profile(samples.profile(version=profile.version))
        store.purge(NOON + timedelta(days=400))
        assert store.people.person(ANA).objected
        assert store.people.person(ANA).consents == ALL
        # The person, having read it, does.
        version = store.people.person(ANA).version
        assert not store.people.put_person(samples.person(), expected_version=version).objected
        assert not store.people.person(ANA).objected

    def test_t08_of_a_minor_nothing_is_kept_that_needs_a_consent(self, store: Store) -> None:
        self._fill(store)
        store.people.put_person(replace(samples.person(), age="minor"), expected_version=1)
        assert store.people.memory(ANA) is None
        reading = store.posts.reading(P1, NOON)
        assert reading is not None
        assert (reading.emotions, reading.stress, reading.look) == (None, None, None)

    def test_t19_a_crisis_state_has_no_name_in_a_stored_memory(self, store: Store) -> None:
        store.people.put_person(samples.person(), expected_version=None)
        until = NOON + timedelta(hours=72)
        store.people.put_memory(WellbeingMemory(person_id=ANA, state=State.CRISIS, quiet_until=until))
        assert store.people.memory(ANA) == WellbeingMemory(person_id=ANA, quiet_until=until, version=1)

    def test_t19_moods_and_signs_of_stress_are_purged_after_72_hours(self, store: Store) -> None:
        self._fill(store)
        end = NOON + timedelta(hours=72)
        store.purge(NOON + timedelta(hours=47))  # nothing is due: the first end is of the day that began at 0:00
        assert store.people.profile(ANA) == samples.profile(version=1)
        assert store.people.memory(ANA) == samples.memory(version=1)
        store.purge(end)
        profile, memory = store.people.profile(ANA), store.people.memory(ANA)
        assert profile == replace(samples.profile(), affect=Fading(), declared_mood=None, version=2)
        assert memory == replace(samples.memory(), signs=(), high_days=(), state=State.NEUTRAL, version=2)

    def test_t16_someone_forgotten_is_a_stranger_everywhere(self, store: Store) -> None:
        self._fill(store)
        ref = store.events.append(samples.record())
        of_nobody = store.events.append(samples.record(2, viewer=None))
        self._fill(store, "ben", "p2")
        assert store.people.forget(ANA)
        assert not store.people.forget(ANA)
        assert not store.people.forget(PersonId("never-here"))
        assert store.people.person(ANA) == Person(person_id=ANA)
        assert store.people.profile(ANA) is None
        assert store.people.memory(ANA) is None
        assert store.posts.post(P1) is None
        assert store.posts.reading(P1, NOON) is None
        assert store.posts.readings_of(ANA, NOON) == []
        assert [post.id for post in store.posts.recent(9)] == ["p2"]
        assert store.events.record(ref) is None
        assert store.events.record(of_nobody) == samples.record(2, viewer=None)
        assert store.people.profile(BEN) == samples.profile("ben", version=1)

    def test_t16_someone_forgotten_may_come_back_as_new(self, store: Store) -> None:
        self._fill(store)
        store.people.forget(ANA)
        assert store.posts.add([samples.post(text="back")], NOON) == [True]
        assert [post.text for post in store.posts.unread(9)] == ["back"]
        assert store.people.put_person(samples.person(), expected_version=0).version == 1
        assert store.people.profile(ANA) is None

    def test_t17_an_export_holds_everything_as_json(self, store: Store) -> None:
        self._fill(store)
        store.posts.add([samples.post("p3", text="not read yet")], NOON - timedelta(hours=1))
        store.events.append(samples.record(7))
        store.events.append(samples.record(8, viewer="ben"))
        store.catalogue.replace(samples.inventory())
        store.events.take(samples.event(7))
        exported: dict[str, Any] = json.loads(json.dumps(store.people.export(ANA, NOON)))
        assert exported["person"]["consents"]["look"] is True
        assert exported["profile"]["interests"]["weights"] == {"653": 1.5}
        assert exported["memory"]["signs"][0]["probability"] == 0.75
        assert {post["id"]: post["text"] for post in exported["posts"]} == {
            "p1": "A walk in the rain.",
            "p3": "not read yet",
        }
        assert exported["readings"][0]["emotions"] == {"joy": 0.75, "sadness": 0.125}
        assert exported["readings"][0]["crisis"] is None
        assert [decision["decision_id"] for decision in exported["decisions"]] == ["decision-7"]
        assert [(one["event"]["kind"], one["outcome"]["charged"]) for one in exported["events"]] == [("click", 300)]

    def test_t17_an_export_of_a_stranger_is_empty(self, store: Store) -> None:
        exported = store.people.export(ANA, NOON)
        assert {key: value for key, value in exported.items() if value} == {
            "person": {
                "person_id": "ana",
                "consents": {"interests": False, "look": False, "affect": False, "wellbeing": False},
                "objected": False,
                "country": None,
                "age": "unknown",
                "language": None,
                "rest": {"until": None, "daily_minutes": None},
                "version": 0,
            }
        }

    def test_what_became_of_suggestions_is_counted_by_week_with_nobodys_name(self, store: Store) -> None:
        store.people.put_person(samples.person(), expected_version=None)
        memory = store.people.put_memory(samples.memory(), told=RestTold(event="shown", at=NOON, is_first=True))
        memory = store.people.put_memory(memory, told=RestTold(event="taken", at=NOON))
        memory = store.people.put_memory(memory)
        week_after = NOON + timedelta(days=7)
        store.people.put_memory(memory, told=RestTold(event="shown", at=week_after, is_first=True))
        monday = week_of(NOON)
        assert store.people.rest_counts() == [
            RestCounts(week=monday, people=1, shown=1, taken=1),
            RestCounts(week=monday + timedelta(days=7), people=1, shown=1),
        ]
        store.people.forget(ANA)
        assert len(store.people.rest_counts()) == 2

    def test_nothing_is_counted_where_nothing_was_kept(self, store: Store) -> None:
        told = RestTold(event="shown", at=NOON)
        store.people.put_memory(samples.memory(), told=told)  # no consent
        store.people.put_person(samples.person(), expected_version=None)
        with pytest.raises(StaleVersion):
            store.people.put_memory(samples.memory(version=7), told=told)
        assert store.people.rest_counts() == []

    def test_checks_of_helplines_are_kept_replaced_and_taken_back(self, store: Store) -> None:
        first = HelplineCheck(line="a", checked_at=NOON.date(), by="ana")
        second = HelplineCheck(line="a", checked_at=NOON.date() + timedelta(days=1), by="ben")
        store.helpline_checks.put_check(first)
        assert store.helpline_checks.checks() == {"a": first}
        store.helpline_checks.put_check(second)
        assert store.helpline_checks.checks() == {"a": second}
        assert store.helpline_checks.drop_check("a")
        assert not store.helpline_checks.drop_check("a")
        assert store.helpline_checks.checks() == {}

    def _fill(self, store: Store, name: str = "ana", post: str = "p1") -> Reading:
        """Someone with everything on file."""
        store.people.put_person(samples.person(name), expected_version=None)
        store.posts.add([samples.post(post, author=name)], NOON)
        reading = samples.reading(post)
        store.posts.finish(reading, NOON, profile=samples.profile(name), memory=samples.memory(name))
        return reading

    def test_the_time_of_a_day_is_gone_once_the_day_is_over_everywhere(self, store: Store) -> None:
        use = DayUse(day=NOON.date(), seconds=90.0, last_at=NOON)
        store.people.put_profile(Profile(person_id=ANA, use=use))
        midnight = NOON.replace(hour=0)
        store.purge(midnight + timedelta(hours=48) - timedelta(microseconds=1))
        profile = store.people.profile(ANA)
        assert profile is not None
        assert profile.use == use
        store.purge(midnight + timedelta(hours=48))
        profile = store.people.profile(ANA)
        assert profile is not None
        assert profile.use is None
