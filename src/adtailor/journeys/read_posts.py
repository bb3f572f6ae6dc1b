"""Posts come in, durable first; then they are read with what each author consented to, and profiles learn."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from time import perf_counter

from adtailor.domain.decision import Regulations, Viewer
from adtailor.domain.ids import PostId
from adtailor.domain.person import Consents, Person
from adtailor.domain.post import Post
from adtailor.domain.profile import Profile
from adtailor.domain.reading import Part, PartFailed, PhotoLook, Reading, Taught
from adtailor.domain.wellbeing import WellbeingMemory, WellbeingPolicy
from adtailor.domain.worth import ReadingCost, batch_cost
from adtailor.errors import ModelUnavailable, StaleVersion, StorageFailed
from adtailor.journeys.price_tags import PriceTags
from adtailor.ports import LookReader, PeopleStore, PostStore, ReadingCosts, TextReader, Wellbeing
from adtailor.profiles.affect import with_affect
from adtailor.profiles.consent import effective_consents, parts_allowed
from adtailor.profiles.correcting import lesson_of
from adtailor.profiles.interests import with_interests
from adtailor.profiles.look import with_look

TRIES = 5
_log = logging.getLogger(__name__)


def read_post(
    posts: Sequence[Post],
    parts: Sequence[frozenset[Part]],
    *,
    text_reader: TextReader,
    look_reader: LookReader | None,
) -> list[Reading]:
    """One reading per post, words and photos together, with only the parts allowed for each."""
    readings = text_reader.read(posts, parts)
    return readings if look_reader is None else with_looks(readings, posts, parts, look_reader)


def with_looks(
    readings: Sequence[Reading], posts: Sequence[Post], parts: Sequence[frozenset[Part]], look_reader: LookReader
) -> list[Reading]:
    """The readings with the clothes in photos, where that part is allowed."""
    return [
        with_photos(reading, post, look_reader) if "look" in allowed else _withheld(reading, "look")
        for reading, post, allowed in zip(readings, posts, parts, strict=True)
    ]


def with_photos(reading: Reading, post: Post, look_reader: LookReader) -> Reading:
    """The reading with the clothes in the post's photos; a photo that cannot be read is named, the rest stands."""
    answers = look_reader.read(post.photos)
    seen = tuple(replace(answer, photo=index) for index, answer in enumerate(answers) if isinstance(answer, PhotoLook))
    failed = tuple(
        PartFailed(part="look", reason=answer, photo=index)
        for index, answer in enumerate(answers)
        if isinstance(answer, str)
    )
    models: Mapping[str, str] = {**reading.models, **look_reader.models} if post.photos else reading.models
    return replace(reading, look=seen, errors=reading.errors + failed, models=models)


def _withheld(reading: Reading, part: Part) -> Reading:
    return reading if part in reading.withheld else replace(reading, withheld=(*reading.withheld, part))


class ReadPosts:
    """Takes posts in, and reads them in the background."""

    def __init__(
        self,
        *,
        posts: PostStore,
        people: PeopleStore,
        text_reader: TextReader,
        look_reader: LookReader | None,
        wellbeing: Wellbeing,
        policy: WellbeingPolicy,
        price_tags: PriceTags | None = None,
        costs: ReadingCosts | None = None,
        stopwatch: Callable[[], float] = perf_counter,
    ) -> None:
        self._posts = posts
        self._people = people
        self._text_reader = text_reader
        self._look_reader = look_reader
        self._wellbeing = wellbeing
        self._policy = policy
        self._price_tags = price_tags
        self._costs = costs
        self._stopwatch = stopwatch
        self._aside: set[PostId] = set()
        """Posts that cannot be read; they stay on disk, and are tried again by the next process."""

    def accept(self, posts: Sequence[Post], *, now: datetime) -> list[bool]:
        """Store posts durably; False for an id that was there already."""
        return self._posts.add(posts, now)

    def work(self, *, now: datetime, limit: int = 32) -> int:
        """Read up to `limit` waiting posts, oldest first; how many were taken up."""
        unread = self._posts.unread(limit + len(self._aside))
        waiting = [post for post in unread if post.id not in self._aside][:limit]
        if not waiting:
            return 0
        try:
            self._read(waiting, now)
        except Exception as error:  # whatever it is, one post must not keep the others waiting
            self._read_singly(waiting, now, error)
        return len(waiting)

    def _read(self, waiting: Sequence[Post], now: datetime) -> None:
        people = {author: self._people.person(author) for author in {post.author_id for post in waiting}}
        if self._price_tags is not None and any(post.photos for post in waiting):
            self._price_tags.refresh()
        parts = [parts_allowed(usable_consents(people[post.author_id], self._policy)) for post in waiting]
        readings = self._timed(waiting, parts, now)
        for post, reading in zip(waiting, readings, strict=True):
            self._finish(post, reading, now)

    def _timed(self, waiting: Sequence[Post], parts: Sequence[frozenset[Part]], now: datetime) -> list[Reading]:
        """The readings; how long each model took is kept, for the ledger."""
        began = self._stopwatch()
        readings = self._text_reader.read(waiting, parts)
        took = [_cost("text", self._text_reader.models, len(waiting), self._stopwatch() - began)]
        if self._look_reader is not None:
            began = self._stopwatch()
            readings = with_looks(readings, waiting, parts, self._look_reader)
            seen = sum(1 for post, allowed in zip(waiting, parts, strict=True) if post.photos and "look" in allowed)
            if seen:
                took.append(_cost("look", self._look_reader.models, seen, self._stopwatch() - began))
        if self._costs is not None:
            self._costs.took(took, now)
        return readings

    def _read_singly(self, waiting: Sequence[Post], now: datetime, error: Exception) -> None:
        """Read those that can be, and set the others aside; raises where the fault is the disk's or a model's."""
        failed: list[PostId] = []
        for post in waiting:
            try:
                self._read([post], now)
            except Exception as its_own:
                failed.append(post.id)
                error = its_own
        if len(failed) == len(waiting) and isinstance(error, StorageFailed | ModelUnavailable):
            raise error
        self._aside.update(failed)
        if failed:
            _log.error("%d posts are set aside until the next start: %s", len(failed), type(error).__name__)

    def _finish(self, post: Post, reading: Reading, now: datetime) -> None:
        """Keep a reading and what follows from it as one change; again if the person changed something meanwhile.

        A post that someone else read meanwhile is done: nothing is learned from it twice.
        """
        for _ in range(TRIES):
            if self._posts.reading(post.id, now) is not None:
                return
            person = self._people.person(post.author_id)
            consents = usable_consents(person, self._policy)
            allowed = parts_allowed(consents)
            kept = _only(reading, allowed)
            profile, taught = self._profile(post, kept, consents, now)
            memory = self._memory(post, kept, consents, now)
            kept = replace(kept, taught=taught)
            try:
                self._posts.finish(kept, now, profile=profile, memory=memory)
            except StaleVersion:
                continue
            return
        # Left unread: the next round takes it up again.

    def _profile(
        self, post: Post, reading: Reading, consents: Consents, now: datetime
    ) -> tuple[Profile | None, Taught | None]:
        if not (consents.interests or consents.look or consents.affect):
            return None, None
        before = self._people.profile(post.author_id) or Profile(person_id=post.author_id)
        after, taught = before, lesson_of(before, post, reading, consents, self._policy, now=now)
        if consents.interests:
            after = with_interests(after, post, reading, self._policy, now=now)
        if consents.look:
            after = with_look(after, post, reading, self._policy, now=now)
        if consents.affect:
            after = with_affect(after, post, reading, self._policy, now=now)
        return after if after != before else None, taught

    def _memory(self, post: Post, reading: Reading, consents: Consents, now: datetime) -> WellbeingMemory | None:
        if not consents.wellbeing:
            return None
        before = self._people.memory(post.author_id) or WellbeingMemory(person_id=post.author_id)
        after = self._wellbeing.note(before, post, reading, now)
        return after if after != before else None


def _cost(reader: str, models: Mapping[str, str], posts: int, seconds: float) -> ReadingCost:
    model = models.get(reader) or " ".join(sorted(set(models.values())))
    return batch_cost(model=model, reader=reader, posts=posts, seconds=seconds)


def usable_consents(person: Person, policy: WellbeingPolicy) -> Consents:
    """What may be used of someone's consents when their own posts are read: nothing of a minor's, ever."""
    return effective_consents(person, Viewer(person_id=person.person_id, age=person.age), Regulations(), policy)


def _only(reading: Reading, allowed: frozenset[Part]) -> Reading:
    """The reading without what consent no longer covers: it may have been withdrawn while the post was read."""
    dropped = {name: None for name in ("emotions", "stress", "crisis", "look") if name not in allowed}
    withheld = tuple(dict.fromkeys((*reading.withheld, *dropped)))
    return replace(reading, **dropped, withheld=withheld) if dropped else reading
