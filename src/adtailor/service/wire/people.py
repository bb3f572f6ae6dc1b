"""What people say about themselves, and the card they may be shown, on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, structs

from adtailor.domain.person import Age, Consents, Mood, Person
from adtailor.domain.signals import Signal
from adtailor.domain.wellbeing import Helpline, RestAnswer, RestOption, RestSuggestion
from adtailor.service.wire.decoding import Wire


class ConsentsWire(Wire, frozen=True, kw_only=True):
    """A yes stands only where it is said: what is left out is no."""

    interests: bool = False
    look: bool = False
    affect: bool = False
    wellbeing: bool = False


class PersonWire(Wire, frozen=True, kw_only=True):
    """What is on file about someone's own choices."""

    person_id: str
    consents: ConsentsWire
    objected: bool
    country: str | None
    age: Age
    language: str | None
    daily_minutes: int | None
    """Their own limit for a day, for a site that wants to keep it too."""
    version: int


class DescriptionWire(Wire, frozen=True, kw_only=True):
    """What the site knows of someone's age, and the country they declared; it selects the helpline."""

    age: Age = "unknown"
    country: (
        Annotated[str, Meta(pattern=r"^[A-Z]{2}$", description="two capitals after ISO 3166-1, as in DE")] | None
    ) = None


class ObjectionWire(Wire, frozen=True, kw_only=True):
    """An objection to profiling outweighs every consent, until the person lifts it."""

    objected: bool


class MoodWire(Wire, frozen=True, kw_only=True):
    """A mood someone declares, or null to take it back. A low mood has no name here."""

    mood: Mood | None


class SignalsWire(Wire, frozen=True, kw_only=True):
    """Which signals ads may use; a signal left out stays as it is."""

    signals: dict[Signal, bool]


class MuteWire(Wire, frozen=True, kw_only=True):
    """No more (or again) from one advertiser, or on one topic: exactly one of the two."""

    advertiser_id: str | None = None
    topic_id: str | None = None
    on: bool = True


class CorrectionWire(Wire, frozen=True, kw_only=True):
    """One thing that was read in one of someone's posts is wrong, or right after all."""

    post_id: str
    mark: Annotated[
        str,
        Meta(
            pattern=r"^(topic:[A-Za-z0-9._:\-]{1,64}|garment:\d{1,3}:\d{1,3}|mood:[a-z]{1,20})$",
            description="topic:483 by its id, garment:0:1 for a photo and a place in it, mood:joy",
        ),
    ]
    wrong: bool = True


class FewerWire(Wire, frozen=True, kw_only=True):
    """Fewer ads like one (or as many as before)."""

    ad_id: str
    on: bool = True


class RestSettingsWire(Wire, frozen=True, kw_only=True):
    """Rest by someone's own choice: what is left out stays as it is."""

    daily_minutes: Literal[0, 15, 30, 45, 60, 90, 120, 180] | UnsetType = UNSET
    """0 for no limit."""
    suggestions: bool | UnsetType = UNSET
    """Needs the well-being consent."""
    take_break: Literal["15min", "1h", "today"] | UnsetType | None = UNSET
    """From now on; null ends it."""
    zone: Annotated[str, Meta(max_length=64)] = "UTC"


class PageLinkAskedWire(Wire, frozen=True, kw_only=True):
    """For whom a link is made: their zone, and the language they speak unless they or their browser say otherwise."""

    zone: Annotated[str, Meta(max_length=64)] = "UTC"
    language: Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}([_-][A-Za-z0-9]{1,8})*$", max_length=35)] | None = None


class PageLinkWire(Wire, frozen=True, kw_only=True):
    """Where to send a member: it opens their own page once, within a few minutes."""

    url: str
    expires_at: datetime


class RestAnswerWire(Wire, frozen=True, kw_only=True):
    """One tap on a card; `zone` says when "today" ends."""

    answer: RestAnswer
    zone: Annotated[str, Meta(max_length=64)] = "UTC"


class RestOptionWire(Wire, frozen=True, kw_only=True):
    """One tap."""

    id: RestAnswer
    label: str


class HelplineWire(Wire, frozen=True, kw_only=True):
    """A number to call, with its source."""

    country: str
    name: str
    phone: str | None
    url: str | None
    hours: str | None
    source: str
    verified_at: date | None


class RestSuggestionWire(Wire, frozen=True, kw_only=True):
    """The card: no sponsor, no ad, no tracking."""

    kind: str
    title: str
    body: str
    options: tuple[RestOptionWire, ...]
    helplines: tuple[HelplineWire, ...]
    emergency_number: str | None
    pause_seconds: int


class RestWire(Wire, frozen=True, kw_only=True):
    """The card that is due, if any."""

    rest_suggestion: RestSuggestionWire | None


def consents_from_wire(wire: ConsentsWire) -> Consents:
    """The four yeses or noes."""
    return Consents(**structs.asdict(wire))


def consents_to_wire(consents: Consents) -> ConsentsWire:
    """The four yeses or noes."""
    return ConsentsWire(
        interests=consents.interests, look=consents.look, affect=consents.affect, wellbeing=consents.wellbeing
    )


def person_to_wire(person: Person) -> PersonWire:
    """What is on file."""
    return PersonWire(
        person_id=person.person_id,
        consents=consents_to_wire(person.consents),
        objected=person.objected,
        country=person.country,
        age=person.age,
        language=person.language,
        daily_minutes=person.rest.daily_minutes,
        version=person.version,
    )


def rest_to_wire(suggestion: RestSuggestion) -> RestSuggestionWire:
    """The card, as it is to be shown."""
    return RestSuggestionWire(
        kind=suggestion.kind,
        title=suggestion.title,
        body=suggestion.body,
        options=tuple(_option(option) for option in suggestion.options),
        helplines=tuple(_helpline(line) for line in suggestion.helplines),
        emergency_number=suggestion.emergency_number,
        pause_seconds=suggestion.pause_seconds,
    )


def _option(option: RestOption) -> RestOptionWire:
    return RestOptionWire(id=option.id, label=option.label)


def _helpline(line: Helpline) -> HelplineWire:
    return HelplineWire(
        country=line.country,
        name=line.name,
        phone=line.phone,
        url=line.url,
        hours=line.hours,
        source=line.source,
        verified_at=line.verified_at,
    )
