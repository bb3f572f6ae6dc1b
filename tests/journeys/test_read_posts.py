"""One post that cannot be read keeps no other waiting, and none is learned from twice."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from adtailor.config.helplines import load_helplines
from adtailor.config.policy import load_policy
from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.person import Consents, Person
from adtailor.domain.post import Post
from adtailor.domain.reading import Part, Reading
from adtailor.errors import ModelUnavailable
from adtailor.journeys.read_posts import ReadPosts
from adtailor.storage import MemoryStore
from adtailor.testing.toy_house import ToyReader
from adtailor.wellbeing.desk import CareDesk

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANA = PersonId("ana")


class Stumbling(ToyReader):
    """A reader that fails at "poison"."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.tried = 0

    def read(self, posts: Sequence[Post], parts: Sequence[frozenset[Part]]) -> list[Reading]:
        if any("poison" in post.text for post in posts):
            self.tried += 1
            raise self.error
        return super().read(posts, parts)


def reading_with(store: MemoryStore, reader: ToyReader) -> ReadPosts:
    policy = load_policy()
    care = CareDesk(policy, load_helplines(), b"s" * 32)
    return ReadPosts(
        posts=store.posts, people=store.people, text_reader=reader, look_reader=None, wellbeing=care, policy=policy
    )


def wrote(journey: ReadPosts, *texts: str) -> None:
    posts = [Post(id=PostId(f"p{n}"), author_id=ANA, created_at=NOON, text=text) for n, text in enumerate(texts)]
    journey.accept(posts, now=NOON)


def read_ids(store: MemoryStore, count: int) -> list[int]:
    return [n for n in range(count) if store.posts.reading(PostId(f"p{n}"), NOON) is not None]


def test_a_post_that_always_fails_neither_stops_nor_starves_the_others(caplog: pytest.LogCaptureFixture) -> None:
    store, reader = MemoryStore(), Stumbling(ValueError("poison: my secret"))
    journey = reading_with(store, reader)
    wrote(journey, "poison", "poison again", "I hike", "I bake", "I read")
    for _ in range(3):
        journey.work(now=NOON, limit=2)
    assert read_ids(store, 5) == [2, 3, 4]
    tried = reader.tried
    assert journey.work(now=NOON, limit=2) == 0
    assert reader.tried == tried
    assert "secret" not in caplog.text
    assert "poison" not in caplog.text


def test_a_post_that_was_set_aside_is_tried_again_by_the_next_process() -> None:
    store = MemoryStore()
    stumbling = reading_with(store, Stumbling(ValueError()))
    wrote(stumbling, "poison", "I hike")
    stumbling.work(now=NOON)
    assert read_ids(store, 2) == [1]
    reading_with(store, ToyReader()).work(now=NOON)
    assert read_ids(store, 2) == [0, 1]


def test_where_the_model_is_at_fault_no_post_is_set_aside() -> None:
    store, reader = MemoryStore(), Stumbling(ModelUnavailable("no model", hint="install it"))
    journey = reading_with(store, reader)
    wrote(journey, "poison")
    for _ in range(2):
        with pytest.raises(ModelUnavailable):
            journey.work(now=NOON)


def test_a_post_that_another_process_read_meanwhile_teaches_once() -> None:
    store = MemoryStore()
    store.people.put_person(
        Person(person_id=ANA, consents=Consents(interests=True), age="adult"), expected_version=None
    )

    class Slow(ToyReader):
        def read(self, posts: Sequence[Post], parts: Sequence[frozenset[Part]]) -> list[Reading]:
            reading_with(store, ToyReader()).work(now=NOON)
            return super().read(posts, parts)

    journey = reading_with(store, Slow())
    wrote(journey, "I hike")
    journey.work(now=NOON)
    profile = store.people.profile(ANA)
    assert profile is not None
    assert profile.interests.weights == {"483": pytest.approx(0.9)}
