"""What a person's own page tells them: what is known, how sure, from which posts, until when, and for which ads."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from adtailor.domain.buying import Advertiser
from adtailor.domain.creative import Creative
from adtailor.domain.decision import Why
from adtailor.domain.ids import AdId, AdvertiserId, PersonId, PostId
from adtailor.domain.person import Consents, Mood, Person
from adtailor.domain.post import Post
from adtailor.domain.profile import Fading, Profile
from adtailor.domain.reading import Garment, Reading, garment_mark, topic_mark
from adtailor.domain.wellbeing import WellbeingMemory, WellbeingPolicy
from adtailor.journeys.items import advertiser_of, creative_of
from adtailor.journeys.read_posts import usable_consents
from adtailor.ports import EventStore, ItemSource, PeopleStore, PostStore
from adtailor.profiles import affect, interests, look
from adtailor.profiles.consent import is_protected
from adtailor.profiles.correcting import Kind
from adtailor.profiles.fading import FAINT, faded, saturated

ADS_SINCE = timedelta(days=7)
MOST_ADS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownThing:
    """One interest, trait of clothes, or mood, as it counts now."""

    kind: Kind
    name: str
    """A topic's id, a trait as `colour:navy`, a mood."""
    strength: float
    """How much it counts, 0 to 1."""
    confidence: float | None
    """The surest of the readings it comes from; None where none of them is known any more."""
    gone_at: datetime
    """When it has faded to nothing, if nothing is added."""
    posts: tuple[PostId, ...]
    """The posts that taught it, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadThing:
    """One thing that was read in one post."""

    kind: Kind
    name: str
    """A topic's id, or a mood; empty for clothes."""
    garment: Garment | None = None
    mark: str
    confidence: float
    is_taught: bool
    """Whether the profile learned it."""
    is_wrong: bool
    is_sensitive: bool = False
    """A topic that no ad may use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPost:
    """One of somebody's posts, and what was read in it that may speak of them: never a low mood, never strain."""

    post: Post
    things: tuple[ReadThing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenAd:
    """An ad that was chosen for somebody, lately."""

    ad_id: AdId
    creative: Creative | None
    """None once it is gone from the catalogue."""
    advertiser_id: AdvertiserId
    advertiser: Advertiser | None
    last_at: datetime
    times: int
    why: Why | None
    is_clicked: bool
    is_hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Everything that somebody's own page shows."""

    person: Person
    consents: Consents
    """What may be used of them: fewer than they gave while they object, or may be a minor."""
    is_protected: bool
    """A minor, or of unknown age where the policy asks for one: ads go by the page alone."""
    is_known: bool
    """Whether anything at all is on file."""
    profile: Profile
    memory: WellbeingMemory | None
    known: Mapping[Kind, tuple[KnownThing, ...]]
    mood: Mood | None
    """The mood they declared, while it counts."""
    infers_moods: bool
    """Whether the policy reads moods from posts at all."""
    read: tuple[ReadPost, ...]
    ads: tuple[SeenAd, ...]
    rests_until: datetime | None


class OwnPage:
    """Gathers what is kept about one person, for their own eyes."""

    def __init__(
        self,
        *,
        people: PeopleStore,
        posts: PostStore,
        events: EventStore,
        source: ItemSource,
        policy: WellbeingPolicy,
    ) -> None:
        self._people = people
        self._posts = posts
        self._events = events
        self._source = source
        self._policy = policy

    def about(self, person_id: PersonId, *, now: datetime) -> About:
        """What is known, now."""
        person = self._people.person(person_id)
        stored = self._people.profile(person_id)
        profile = stored or Profile(person_id=person_id)
        memory = self._people.memory(person_id)
        readings = self._posts.readings_of(person_id, now)
        consents = usable_consents(person, self._policy)
        return About(
            person=person,
            consents=consents,
            is_protected=is_protected(person.age, self._policy),
            is_known=person.version > 0 or stored is not None or bool(readings),
            profile=profile,
            memory=memory,
            known=_known(profile, readings, self._policy, now),
            mood=_declared(profile, now),
            infers_moods=self._policy.affect_source == "inferred",
            read=tuple(
                ReadPost(post=post, things=_things(post, reading, consents, self._policy)) for post, reading in readings
            ),
            ads=self._ads(person_id, profile, now) if consents.interests else (),
            rests_until=_rests_until(person, memory, now),
        )

    def _ads(self, person_id: PersonId, profile: Profile, now: datetime) -> tuple[SeenAd, ...]:
        """The ads chosen for them of late, each once, the last first."""
        records = self._events.records_of(person_id, now - ADS_SINCE)
        won = [
            (record.decision.decided_at, filled.won, filled.why)
            for record in records
            for filled in record.decision.placements
            if filled.won is not None
        ]
        events = self._events.of_decisions([record.decision.decision_id for record in records])
        clicked = {event.ad_id for event, _ in events if event.kind == "click"}
        seen: dict[AdId, SeenAd] = {}
        for at, one, why in sorted(won, key=lambda item: item[0], reverse=True):
            before = seen.get(one.ad_id)
            seen[one.ad_id] = SeenAd(
                ad_id=one.ad_id,
                creative=None,
                advertiser_id=one.advertiser_id,
                advertiser=None,
                last_at=before.last_at if before else at,
                times=before.times + 1 if before else 1,
                why=before.why if before else why,
                is_clicked=one.ad_id in clicked,
                is_hidden=one.ad_id in profile.hidden_ads,
            )
        return tuple(
            replace(
                one,
                creative=creative_of(self._source, one.ad_id),
                advertiser=advertiser_of(self._source, one.advertiser_id),
            )
            for one in islice(seen.values(), MOST_ADS)
        )


def _known(
    profile: Profile, readings: Sequence[tuple[Post, Reading]], policy: WellbeingPolicy, now: datetime
) -> Mapping[Kind, tuple[KnownThing, ...]]:
    taught = [(post.id, reading) for post, reading in readings if reading.taught is not None]
    of_topics: dict[str, list[tuple[PostId, float]]] = {}
    of_traits: dict[str, list[tuple[PostId, float]]] = {}
    of_moods: dict[str, list[tuple[PostId, float]]] = {}
    for post_id, reading in taught:
        assert reading.taught is not None  # noqa: S101 - those alone are here
        for topic, share in interests.topic_shares(reading).items():
            if topic in reading.taught.interests:
                of_topics.setdefault(topic, []).append((post_id, share))
        for trait, share in look.trait_shares(reading).items() if reading.taught.look else ():
            of_traits.setdefault(trait, []).append((post_id, share))
        for mood, share in affect.moods_of(reading).items() if reading.taught.affect else ():
            of_moods.setdefault(mood, []).append((post_id, share))
    moods = affect.mood_of(profile, policy, now) or {}
    stated = _declared(profile, now) is not None
    return {
        "interests": _things_known("interests", profile.interests, of_topics, interests.HALF_LIFE, now),
        "look": _things_known("look", profile.look, of_traits, look.HALF_LIFE, now),
        "affect": ()
        if stated
        else tuple(
            one
            for one in _things_known("affect", profile.affect, of_moods, affect.HALF_LIFE, now, ends=affect.KEPT)
            if one.name in moods
        ),
    }


def _things_known(
    kind: Kind,
    fading: Fading,
    sources: Mapping[str, Sequence[tuple[PostId, float]]],
    half_life: timedelta,
    now: datetime,
    *,
    ends: timedelta | None = None,
) -> tuple[KnownThing, ...]:
    weights = {name: weight for name, weight in faded(fading, now, half_life).items() if weight > 0.0}
    strengths = saturated(weights)

    def gone_at(weight: float) -> datetime:
        fades = now + half_life * math.log2(weight / FAINT)
        return min(fades, fading.as_of + ends) if ends is not None and fading.as_of is not None else fades

    return tuple(
        KnownThing(
            kind=kind,
            name=name,
            strength=strengths[name],
            confidence=max((share for _, share in sources.get(name, ())), default=None),
            gone_at=gone_at(weight),
            posts=tuple(post_id for post_id, _ in sources.get(name, ())),
        )
        for name, weight in sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    )


def _things(post: Post, reading: Reading, consents: Consents, policy: WellbeingPolicy) -> tuple[ReadThing, ...]:
    """What was read of topics, clothes and good moods; clothes and moods are there only with their consent."""
    taught = reading.taught
    things = [
        ReadThing(
            kind="interests",
            name=topic.id,
            mark=topic_mark(topic.id),
            confidence=topic.confidence,
            is_taught=taught is not None and topic.id in taught.interests,
            is_wrong=topic_mark(topic.id) in reading.wrong,
            is_sensitive=topic.id in policy.sensitive_topics,
        )
        for topic in sorted(reading.topics, key=lambda topic: -topic.confidence)
    ]
    for photo in reading.look or ():
        things += [
            ReadThing(
                kind="look",
                name="",
                garment=garment,
                mark=garment_mark(photo.photo, place),
                confidence=garment.confidence,
                is_taught=taught is not None and taught.look,
                is_wrong=garment_mark(photo.photo, place) in reading.wrong,
            )
            for place, garment in enumerate(photo.garments)
        ]
    if consents.affect and post.is_own:
        things += [
            ReadThing(
                kind="affect",
                name=mood,
                mark=f"mood:{mood}",
                confidence=share,
                is_taught=taught is not None and taught.affect,
                is_wrong=False,
            )
            for mood, share in sorted(affect.moods_of(reading).items(), key=lambda item: -item[1])
        ]
    return tuple(things)


def _declared(profile: Profile, now: datetime) -> Mood | None:
    stated = profile.declared_mood
    return stated.mood if stated is not None and now - stated.declared_at < affect.STATED_LASTS else None


def _rests_until(person: Person, memory: WellbeingMemory | None, now: datetime) -> datetime | None:
    ends = [person.rest.until, memory.card.rest_until if memory is not None else None]
    return max((end for end in ends if end is not None and end > now), default=None)
