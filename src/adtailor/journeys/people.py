"""What a person decides about themselves: consents, mood, switches, the card, the export, the forgetting."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from adtailor.domain.ids import AdvertiserId, PersonId, TopicId
from adtailor.domain.person import Age, ConsentName, Consents, DeclaredMood, Mood, Person
from adtailor.domain.post import Post
from adtailor.domain.profile import Profile
from adtailor.domain.reading import Reading
from adtailor.domain.signals import Signal
from adtailor.domain.wellbeing import Care, RestAnswer, RestSuggestion, WellbeingMemory, WellbeingPolicy
from adtailor.errors import InvalidInput, StaleVersion
from adtailor.journeys.read_posts import usable_consents
from adtailor.measure.anonymity import LEAST_PEOPLE
from adtailor.measure.rest import RestReport, rest_report
from adtailor.ports import PeopleStore, PostStore, Wellbeing

TRIES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAbout:
    """All that a person's own page shows of them."""

    person: Person
    profile: Profile | None
    memory: WellbeingMemory | None
    readings: tuple[tuple[Post, Reading], ...]


class People:
    """Everything that a person decides about themselves."""

    def __init__(self, *, people: PeopleStore, posts: PostStore, wellbeing: Wellbeing, policy: WellbeingPolicy) -> None:
        self._people = people
        self._posts = posts
        self._wellbeing = wellbeing
        self._policy = policy

    def person(self, person_id: PersonId) -> Person:
        """What is on file, or someone who has consented to nothing."""
        return self._people.person(person_id)

    def set_consents(self, person_id: PersonId, consents: Consents, *, expected_version: int | None) -> Person:
        """From the next request on; what a withdrawn consent had allowed is deleted."""
        person = replace(self._people.person(person_id), consents=consents)
        return self._people.put_person(person, expected_version=expected_version)

    def set_consent(self, person_id: PersonId, name: ConsentName, *, on: bool) -> Person:
        """One of the four, the others as they are."""
        return self._changed_person(
            person_id, lambda person: replace(person, consents=replace(person.consents, **{name: on}))
        )

    def choose_language(self, person_id: PersonId, language: str | None) -> Person:
        """Of their own page; None leaves it to the browser."""
        return self._changed_person(person_id, lambda person: replace(person, language=language))

    def set_objection(self, person_id: PersonId, objected: bool) -> Person:
        """An objection to profiling stays until the person lifts it."""
        return self._changed_person(person_id, lambda person: replace(person, objected=objected))

    def describe(self, person_id: PersonId, *, age: Age, country: str | None) -> Person:
        """What the site knows of someone's age, and the country they declared."""
        return self._changed_person(person_id, lambda person: replace(person, age=age, country=country))

    def declare_mood(self, person_id: PersonId, mood: Mood | None, *, now: datetime) -> Profile:
        """A mood someone states; None takes it back. It needs the affect consent, like an inferred one."""
        if not self._looked_after(person_id).consents.affect:
            raise InvalidInput(
                "a mood is used only with the affect consent",
                hint="give the affect consent first; it counts for adults, and while they do not object to profiling",
                field="mood",
            )
        declared = DeclaredMood(mood=mood, declared_at=now) if mood is not None else None
        return self._changed_profile(person_id, lambda profile: replace(profile, declared_mood=declared))

    def switch_signal(self, person_id: PersonId, signal: Signal, *, on: bool) -> Profile:
        """The switch that an explanation names; it holds from the next request on."""
        return self._changed_profile(
            person_id,
            lambda profile: replace(
                profile, signals_off=profile.signals_off - {signal} if on else profile.signals_off | {signal}
            ),
        )

    def mute_topic(self, person_id: PersonId, topic: TopicId, *, on: bool) -> Profile:
        """No ads about this."""
        return self._changed_profile(
            person_id,
            lambda profile: replace(
                profile, muted_topics=profile.muted_topics | {topic} if on else profile.muted_topics - {topic}
            ),
        )

    def mute_advertiser(self, person_id: PersonId, advertiser: AdvertiserId, *, on: bool) -> Profile:
        """No ads of theirs."""
        return self._changed_profile(
            person_id,
            lambda profile: replace(
                profile,
                muted_advertisers=profile.muted_advertisers | {advertiser}
                if on
                else profile.muted_advertisers - {advertiser},
            ),
        )

    def known_about(self, person_id: PersonId, *, now: datetime) -> KnownAbout:
        """Everything kept about a person, for their own eyes."""
        return KnownAbout(
            person=self._people.person(person_id),
            profile=self._people.profile(person_id),
            memory=self._people.memory(person_id),
            readings=tuple(self._posts.readings_of(person_id, now)),
        )

    def export(self, person_id: PersonId, *, now: datetime) -> Mapping[str, object]:
        """All that is stored about someone."""
        return self._people.export(person_id, now)

    def forget(self, person_id: PersonId) -> bool:
        """Destroy the person's key; True if anything was on file."""
        return self._people.forget(person_id)

    def care(self, person_id: PersonId, *, now: datetime, zone: str, language: str | None) -> Care:
        """How a person is looked after right now, without showing a card."""
        person = self._looked_after(person_id)
        return self._wellbeing.care(
            self._people.memory(person_id) if person.consents.wellbeing else None,
            person,
            now=now,
            day=now.astimezone(ZoneInfo(zone)).date(),
            language=language,
        )

    def rest(self, person_id: PersonId, *, now: datetime, zone: str, language: str | None) -> RestSuggestion | None:
        """The card that is due, if any; asking for it shows it, so it will not be due again at once."""
        suggestion = self.care(person_id, now=now, zone=zone, language=language).suggestion
        if suggestion is not None and (memory := self._people.memory(person_id)) is not None:
            try:
                told = self._wellbeing.told_by_showing(memory, suggestion, now)
                self._people.put_memory(self._wellbeing.shown(memory, suggestion, now), told=told)
            except StaleVersion:
                return None
        return suggestion

    def take_break(self, person_id: PersonId, answer: RestAnswer | None, *, now: datetime, zone: str) -> Person:
        """A break of one's own choice, which needs no consent; None ends it, and one that a card offered with it."""
        until = None if answer is None else break_ends(answer, now=now, zone=zone)
        if until is None:
            self._changed_memory(person_id, lambda memory: replace(memory, card=replace(memory.card, rest_until=None)))
        return self._changed_person(person_id, lambda person: replace(person, rest=replace(person.rest, until=until)))

    def set_limit(self, person_id: PersonId, minutes: int | None) -> Person:
        """After so long on a day no more ads; None for no limit, and what was noted of the day goes with it."""
        person = self._changed_person(
            person_id, lambda person: replace(person, rest=replace(person.rest, daily_minutes=minutes))
        )
        if minutes is None and (profile := self._people.profile(person_id)) is not None and profile.use is not None:
            self._changed_profile(person_id, lambda profile: replace(profile, use=None))
        return person

    def set_suggestions(self, person_id: PersonId, *, on: bool) -> None:
        """Whether a rest may be suggested at all; it is only with the well-being consent."""
        if not self._looked_after(person_id).consents.wellbeing:
            raise InvalidInput(
                "nothing is suggested without the well-being consent", hint="there is nothing to switch", field="on"
            )
        self._changed_memory(
            person_id,
            lambda memory: replace(
                memory, card=replace(memory.card, off=not on, dismissals=0 if on else memory.card.dismissals)
            ),
            made=True,
        )

    def answer_rest(self, person_id: PersonId, answer: RestAnswer, *, now: datetime, zone: str) -> None:
        """One tap on the card."""
        person = self._looked_after(person_id)
        if not person.consents.wellbeing and person.rest.daily_minutes is not None:
            # The card of their own limit, which has no memory of its own.
            if answer in BREAKS:
                self.take_break(person_id, answer, now=now, zone=zone)
            return
        midnight = next_midnight(now, zone)
        for _ in range(TRIES):
            memory = self._people.memory(person_id) or WellbeingMemory(person_id=person_id)
            if not self._looked_after(person_id).consents.wellbeing:
                raise InvalidInput(
                    "there is no card without the well-being consent", hint="nothing to answer", field="answer"
                )
            try:
                told = self._wellbeing.told_by_answer(memory, answer, now)
                answered = self._wellbeing.answered(memory, answer, now=now, day_ends_at=midnight)
                self._people.put_memory(answered, told=told)
            except StaleVersion:
                continue
            return

    def rest_report(self, *, least_people: int = LEAST_PEOPLE) -> RestReport:
        """What became of suggestions to rest, without weeks of fewer than `least_people`."""
        return rest_report(self._people.rest_counts(), least_people=least_people)

    def _looked_after(self, person_id: PersonId) -> Person:
        """The person with the consents that count: a minor's do not."""
        person = self._people.person(person_id)
        return replace(person, consents=usable_consents(person, self._policy))

    def _changed_memory(
        self, person_id: PersonId, change: Callable[[WellbeingMemory], WellbeingMemory], *, made: bool = False
    ) -> None:
        """Of somebody without a memory there is nothing to change, unless it is to be made."""
        for _ in range(TRIES):
            memory = self._people.memory(person_id)
            if memory is None and not made:
                return
            memory = memory or WellbeingMemory(person_id=person_id)
            if (after := change(memory)) == memory:
                return
            try:
                self._people.put_memory(after)
            except StaleVersion:
                continue
            return
        raise StaleVersion("the memory kept changing", hint="try again")

    def _changed_profile(self, person_id: PersonId, change: Callable[[Profile], Profile]) -> Profile:
        for _ in range(TRIES):
            before = self._people.profile(person_id) or Profile(person_id=person_id)
            try:
                return self._people.put_profile(change(before))
            except StaleVersion:
                continue
        raise StaleVersion("the profile kept changing", hint="try again")

    def _changed_person(self, person_id: PersonId, change: Callable[[Person], Person]) -> Person:
        for _ in range(TRIES):
            before = self._people.person(person_id)
            try:
                return self._people.put_person(change(before), expected_version=before.version)
            except StaleVersion:
                continue
        raise StaleVersion("the person kept changing", hint="try again")


BREAKS: Mapping[RestAnswer, timedelta | None] = {
    "15min": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "today": None,
}
"""How long each lasts; None until midnight."""


def break_ends(answer: RestAnswer, *, now: datetime, zone: str) -> datetime:
    """When a break that begins now ends."""
    if answer not in BREAKS:
        raise InvalidInput(f"{answer!r} is no break", hint=f"one of {', '.join(BREAKS)}", field="answer")
    lasts = BREAKS[answer]
    return next_midnight(now, zone) if lasts is None else now + lasts


def next_midnight(now: datetime, zone: str) -> datetime:
    """When the day ends in a zone.

    >>> from datetime import UTC
    >>> next_midnight(datetime(2026, 11, 20, 23, 30, tzinfo=UTC), "Europe/Berlin").isoformat()
    '2026-11-22T00:00:00+01:00'
    """
    tomorrow = now.astimezone(ZoneInfo(zone)) + timedelta(days=1)
    return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0)
