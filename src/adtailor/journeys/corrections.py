"""What a person says was wrong, and what they want less of: their profile changes with it, and so does the next ad."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import cast, get_args

from adtailor.domain.ids import AdId, PersonId, PostId, TopicId
from adtailor.domain.person import Mood
from adtailor.domain.profile import Profile
from adtailor.domain.reading import Reading, garment_mark, topic_mark
from adtailor.domain.wellbeing import WellbeingPolicy
from adtailor.errors import InvalidInput, StaleVersion, UnknownId
from adtailor.journeys.items import creative_of
from adtailor.journeys.read_posts import usable_consents
from adtailor.ports import ItemSource, PeopleStore, PostStore
from adtailor.profiles.affect import moods_of, relearned, without_mood
from adtailor.profiles.correcting import Kind, corrected, without
from adtailor.profiles.history import with_fewer, without_fewer
from adtailor.profiles.interests import topic_shares

TRIES = 5


class Corrections:
    """Carries out what somebody corrects on their own page."""

    def __init__(self, *, people: PeopleStore, posts: PostStore, source: ItemSource, policy: WellbeingPolicy) -> None:
        self._people = people
        self._posts = posts
        self._source = source
        self._policy = policy

    def correct(self, person_id: PersonId, post_id: PostId, mark: str, *, is_wrong: bool, now: datetime) -> Profile:
        """One thing that was read in one's own post is wrong, or right after all; the profile as it is from now on.

        A mark is `topic:483`, `garment:0:1` or `mood:joy`. A mood that is wrong is gone for good. Raises UnknownId for
        a post that is not theirs, or in which no such thing was read.
        """
        for _ in range(TRIES):
            post, before = self._posts.post(post_id), self._posts.reading(post_id, now)
            if post is None or before is None or post.author_id != person_id:
                raise UnknownId("that post is not one of yours", hint="use the buttons of the page", field="post_id")
            profile = self._people.profile(person_id) or Profile(person_id=person_id)
            after = _marked(before, mark, is_wrong=is_wrong)
            if after == before:
                return profile
            learned = corrected(profile, before, after)
            if before.emotions != after.emotions:
                others = [one for other, one in self._posts.readings_of(person_id, now) if other.id != post_id]
                learned = relearned(learned, [*others, after])
            try:
                self._posts.correct(after, profile=learned)
            except StaleVersion:
                continue
            return self._people.profile(person_id) or learned
        raise StaleVersion("the profile kept changing", hint="try again")

    def not_me(self, person_id: PersonId, kind: Kind, name: str, *, now: datetime) -> Profile:
        """An interest, a trait of clothes or a mood is wrong altogether: it goes, and out of every post that taught it.

        Of clothes the trait goes from the profile alone: a garment has others that may be right.
        """
        for post, reading in self._posts.readings_of(person_id, now):
            if kind == "interests" and TopicId(name) in topic_shares(reading):
                self.correct(person_id, post.id, topic_mark(TopicId(name)), is_wrong=True, now=now)
            if kind == "affect" and name in moods_of(reading):
                self.correct(person_id, post.id, f"mood:{name}", is_wrong=True, now=now)
        return self._changed(person_id, lambda profile: without(profile, kind, name))

    def fewer(self, person_id: PersonId, ad_id: AdId, *, on: bool, now: datetime) -> Profile:
        """Fewer ads like one, or as many as before. It needs the interests consent, for it is kept as a taste."""
        if not on:
            return self._changed(person_id, lambda profile: without_fewer(profile, ad_id))
        if not usable_consents(self._people.person(person_id), self._policy).interests:
            raise InvalidInput(
                "a taste is kept only with the interests consent",
                hint="mute the topic or the advertiser instead: that needs none",
                field="ad_id",
            )
        if (creative := creative_of(self._source, ad_id)) is None:
            raise UnknownId("there is no such ad", hint="it may have ended", field="ad_id")
        return self._changed(
            person_id,
            lambda profile: with_fewer(profile, ad_id, creative.advertiser_id, creative.topics, now=now),
        )

    def _changed(self, person_id: PersonId, change: Callable[[Profile], Profile]) -> Profile:
        for _ in range(TRIES):
            before = self._people.profile(person_id) or Profile(person_id=person_id)
            if (after := change(before)) == before:
                return before
            try:
                return self._people.put_profile(after)
            except StaleVersion:
                continue
        raise StaleVersion("the profile kept changing", hint="try again")


def _marked(reading: Reading, mark: str, *, is_wrong: bool) -> Reading:
    """The reading with a mark set or taken off; UnknownId where it marks nothing."""
    kind, _, name = mark.partition(":")
    if kind == "mood" and name in get_args(Mood) and is_wrong:
        mood = cast("Mood", name)
        return without_mood(reading, mood) if mood in moods_of(reading) else reading
    known = {topic_mark(TopicId(topic.id)) for topic in reading.topics} | {
        garment_mark(photo.photo, place) for photo in reading.look or () for place in range(len(photo.garments))
    }
    if mark not in known:
        raise UnknownId("nothing of the kind was read in that post", hint="use the buttons of the page", field="mark")
    others = tuple(other for other in reading.wrong if other != mark)
    return replace(reading, wrong=(*others, mark) if is_wrong else others)
