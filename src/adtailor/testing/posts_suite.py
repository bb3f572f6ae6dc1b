"""What every `PostStore` does."""
# ruff: noqa: S101 - a suite asserts

from dataclasses import replace
from datetime import timedelta

import pytest

from adtailor.domain.ids import PersonId, PostId, TopicId
from adtailor.domain.person import Consents
from adtailor.domain.profile import Fading
from adtailor.domain.reading import Taught
from adtailor.errors import InvalidInput, StaleVersion, UnknownId
from adtailor.testing import samples
from adtailor.testing.samples import NOON
from adtailor.testing.stores import Store, StoreSuite

ANA, P1 = PersonId("ana"), PostId("p1")


class PostStoreSuite(StoreSuite):
    """Inherit it, and say in `make` what to test."""

    def test_a_post_waits_with_its_photos_until_it_is_read(self, store: Store) -> None:
        assert store.posts.add([samples.post()], NOON) == [True]
        assert store.posts.unread(10) == [samples.post()]
        store.posts.finish(samples.reading(), NOON)
        assert store.posts.unread(10) == []

    def test_the_same_id_again_is_refused_and_the_first_stays_as_it_was(self, store: Store) -> None:
        twice = [samples.post(text="first"), samples.post(text="second", author="ben")]
        assert store.posts.add(twice, NOON) == [True, False]
        assert store.posts.add([samples.post(text="third"), samples.post("p2")], NOON) == [False, True]
        assert [post.text for post in store.posts.unread(1)] == ["first"]

    def test_the_oldest_arrivals_are_read_first_and_the_newest_posts_shown_first(self, store: Store) -> None:
        hours = {"late": 3, "early": 1, "middle": 2}
        store.posts.add([samples.post(name, at=NOON + timedelta(hours=h)) for name, h in hours.items()], NOON)
        assert [post.id for post in store.posts.unread(2)] == ["late", "early"]
        assert [post.id for post in store.posts.recent(2)] == ["late", "middle"]

    def test_a_post_is_found_without_photos(self, store: Store) -> None:
        store.posts.add([samples.post()], NOON)
        assert store.posts.post(P1) == replace(samples.post(), photos=())
        assert store.posts.recent(5) == [replace(samples.post(), photos=())]
        assert store.posts.post(PostId("nobody")) is None

    def test_t12_a_read_photo_is_gone(self, store: Store) -> None:
        store.posts.add([samples.post()], NOON)
        store.posts.finish(samples.reading(), NOON)
        exported = store.people.export(ANA, NOON)
        assert exported["posts"]
        assert "photo" not in str(exported["posts"]).replace("'photos': ()", "").replace("'photos': []", "")

    def test_t19_a_crisis_is_never_stored(self, store: Store) -> None:
        store.people.put_person(samples.person(), expected_version=None)
        store.posts.add([samples.post()], NOON)
        store.posts.finish(samples.reading(), NOON)
        found = store.posts.reading(P1, NOON)
        assert found == samples.kept(samples.reading())
        assert found is not None
        assert found.crisis is None

    def test_t19_emotions_and_stress_are_gone_after_72_hours_and_the_rest_stays(self, store: Store) -> None:
        store.people.put_person(samples.person(), expected_version=None)
        store.posts.add([samples.post()], NOON)
        store.posts.finish(samples.reading(), NOON)
        end = NOON + timedelta(hours=72)
        before, after = store.posts.reading(P1, end - timedelta(microseconds=1)), store.posts.reading(P1, end)
        assert before == samples.kept(samples.reading())
        assert after == replace(samples.kept(samples.reading()), emotions=None, stress=None)
        assert store.purge(end)["affect"] == 1
        assert store.posts.reading(P1, NOON) == after, "deleted, not hidden: an older clock does not bring it back"
        assert store.purge(end)["affect"] == 0

    def test_a_part_without_consent_is_left_out_and_named(self, store: Store) -> None:
        store.posts.add([samples.post()], NOON)
        store.posts.finish(samples.reading(), NOON)
        found = store.posts.reading(P1, NOON)
        assert found is not None
        assert (found.emotions, found.stress, found.look) == (None, None, None)
        assert set(found.withheld) == {"emotions", "stress", "look"}
        assert found.topics == samples.reading().topics

    def test_a_reading_comes_with_what_was_learned_or_not_at_all(self, store: Store) -> None:
        store.people.put_person(samples.person(), expected_version=None)
        store.posts.add([samples.post(), samples.post("p2")], NOON)
        store.posts.finish(samples.reading(), NOON, profile=samples.profile(), memory=samples.memory())
        assert store.people.profile(ANA) == samples.profile(version=1)
        assert store.people.memory(ANA) == samples.memory(version=1)
        for stale in (
            {"profile": samples.profile(version=0), "memory": samples.memory(version=1)},
            {"profile": samples.profile(version=1), "memory": samples.memory(version=0)},
        ):
            with pytest.raises(StaleVersion):
                store.posts.finish(samples.reading("p2"), NOON, profile=stale["profile"], memory=stale["memory"])  # pyright: ignore[reportArgumentType]  # a mixed dict
        assert store.posts.reading(PostId("p2"), NOON) is None
        assert [post.id for post in store.posts.unread(5)] == ["p2"]
        assert store.people.profile(ANA) == samples.profile(version=1)
        assert store.people.memory(ANA) == samples.memory(version=1)

    def test_what_was_learned_of_someone_else_is_refused(self, store: Store) -> None:
        store.posts.add([samples.post()], NOON)
        with pytest.raises(InvalidInput, match="person_id"):
            store.posts.finish(samples.reading(), NOON, profile=samples.profile("ben"))
        assert store.posts.reading(P1, NOON) is None

    def test_a_post_read_again_has_its_last_reading(self, store: Store) -> None:
        store.people.put_person(samples.person(), expected_version=None)
        store.posts.add([samples.post()], NOON)
        store.posts.finish(samples.reading(), NOON)
        again = replace(samples.reading(), language="de", emotions=None, stress=None)
        store.posts.finish(again, NOON)
        assert store.posts.reading(P1, NOON) == samples.kept(again)

    def test_a_reading_of_a_post_that_is_gone_leaves_nothing(self, store: Store) -> None:
        store.posts.add([samples.post()], NOON)
        store.people.forget(ANA)
        store.posts.finish(samples.reading(), NOON, profile=samples.profile())
        assert store.posts.reading(P1, NOON) is None
        assert store.people.profile(ANA) is None

    def test_a_persons_readings_are_theirs_alone_newest_first(self, store: Store) -> None:
        store.people.put_person(samples.person(consents=Consents()), expected_version=None)
        store.posts.add(
            [
                samples.post("a1"),
                samples.post("b1", author="ben"),
                samples.post("a2", at=NOON + timedelta(hours=1)),
                samples.post("a3"),
            ],
            NOON,
        )
        for name in ("a1", "b1", "a2"):
            store.posts.finish(samples.reading(name), NOON)
        found = store.posts.readings_of(ANA, NOON)
        assert [(post.id, reading.post_id) for post, reading in found] == [("a2", "a2"), ("a1", "a1")]
        assert all(post.photos == () for post, _ in found)

    def test_a_correction_keeps_reading_and_profile_together(self, store: Store) -> None:
        store.people.put_person(samples.person(), expected_version=None)
        store.posts.add([samples.post()], NOON)
        taught = Taught(at=NOON, interests=(TopicId("653"),), look=True, affect=True)
        store.posts.finish(replace(samples.reading(), taught=taught), NOON, profile=samples.profile())
        found = store.posts.reading(P1, NOON)
        profile = store.people.profile(ANA)
        assert found is not None
        assert found.taught == taught
        assert profile is not None
        store.posts.correct(replace(found, wrong=("topic:653",)), profile=replace(profile, interests=Fading()))
        again, after = store.posts.reading(P1, NOON), store.people.profile(ANA)
        assert again == replace(found, wrong=("topic:653",))
        assert after is not None
        assert after.interests == Fading()
        assert after.version == profile.version + 1

    def test_a_correction_on_an_old_profile_changes_nothing(self, store: Store) -> None:
        store.people.put_person(samples.person(), expected_version=None)
        store.posts.add([samples.post()], NOON)
        store.posts.finish(samples.reading(), NOON, profile=samples.profile())
        found, profile = store.posts.reading(P1, NOON), store.people.profile(ANA)
        assert found is not None
        assert profile is not None
        with pytest.raises(StaleVersion):
            store.posts.correct(replace(found, wrong=("topic:653",)), profile=replace(profile, version=7))
        assert store.posts.reading(P1, NOON) == found

    def test_t19_a_correction_does_not_prolong_what_fades(self, store: Store) -> None:
        store.people.put_person(samples.person(), expected_version=None)
        store.posts.add([samples.post()], NOON)
        taught = Taught(at=NOON, affect=True)
        store.posts.finish(replace(samples.reading(), taught=taught), NOON, profile=samples.profile())
        late = NOON + timedelta(hours=71)
        found, profile = store.posts.reading(P1, late), store.people.profile(ANA)
        assert found is not None
        assert found.emotions
        assert profile is not None
        store.posts.correct(replace(found, wrong=("topic:653",)), profile=profile)
        after = store.posts.reading(P1, NOON + timedelta(hours=72))
        assert after is not None
        assert (after.emotions, after.stress, after.taught) == (None, None, None)

    def test_what_was_learned_goes_with_its_consent(self, store: Store) -> None:
        store.people.put_person(samples.person(), expected_version=None)
        store.posts.add([samples.post()], NOON)
        taught = Taught(at=NOON, interests=(TopicId("653"),), look=True, affect=True)
        store.posts.finish(replace(samples.reading(), taught=taught), NOON, profile=samples.profile())
        store.people.put_person(samples.person(consents=Consents(look=True)), expected_version=None)
        found = store.posts.reading(P1, NOON)
        assert found is not None
        assert found.taught == Taught(at=NOON, look=True)

    def test_there_is_nothing_to_correct_in_a_post_that_was_not_read_or_is_somebody_elses(self, store: Store) -> None:
        store.posts.add([samples.post(), samples.post("b1", author="ben")], NOON)
        with pytest.raises(UnknownId):
            store.posts.correct(samples.reading(), profile=samples.profile())
        with pytest.raises(UnknownId):
            store.posts.correct(samples.reading("nowhere"), profile=samples.profile())
        store.posts.finish(samples.reading("b1"), NOON)
        with pytest.raises(InvalidInput):
            store.posts.correct(samples.reading("b1"), profile=samples.profile())
