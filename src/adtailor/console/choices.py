"""What a member does on the page: consents, switches, moods, the card's buttons, hiding, forgetting."""

import re
from typing import Annotated, Any, TypeVar, cast, get_args
from urllib.parse import urlencode

from litestar import Request, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect

from adtailor.config.taxonomy import content_topics
from adtailor.console.rooms import Rooms
from adtailor.console.words import DONE_WORDS
from adtailor.domain.ids import AdvertiserId, PersonId, TopicId
from adtailor.domain.person import Consents, Mood
from adtailor.domain.signals import SIGNALS
from adtailor.domain.wellbeing import RestAnswer
from adtailor.errors import InvalidInput, StaleVersion
from adtailor.journeys.items import advertiser_of

T = TypeVar("T")
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/choices/{choice:str}", sync_to_thread=True)
def choose(
    request: Request[Any, Any, Any], rooms: NamedDependency[Rooms], choice: FromPath[str], data: Form
) -> Redirect:
    """Carry out one choice, then show the feed again."""
    person_id = _person(rooms, data)
    now = rooms.clock.now()
    zone = next(visitor.zone for visitor in rooms.visitors if visitor.person_id == person_id)
    match choice:
        case "consents":
            _agree(rooms, person_id, data)
        case "objection":
            rooms.people.set_objection(person_id, data.get("objected") == "on")
        case "signal":
            rooms.people.switch_signal(person_id, _one_of(data, "signal", SIGNALS), on=data.get("on") == "1")
        case "mood":
            mood = data.get("mood") or None
            rooms.people.declare_mood(
                person_id, _one_of(data, "mood", get_args(Mood)) if mood is not None else None, now=now
            )
        case "mute":
            _mute(rooms, person_id, data)
        case "hide":
            rooms.take_event.take(
                data.get("token", ""),
                kinds=frozenset({"hide"}),
                now=now,
                user_agent=request.headers.get("User-Agent"),
                zone=zone,
            )
        case "rest":
            answer: RestAnswer = _one_of(data, "answer", get_args(RestAnswer))
            rooms.people.answer_rest(person_id, answer, now=now, zone=zone)
        case "forget":
            rooms.people.forget(person_id)
        case _:
            raise InvalidInput(f"there is no choice {choice!r}", hint="use the buttons of the page", field="choice")
    said = {"done": choice} if choice in DONE_WORDS else {}
    where = data.get("back", "")
    anchor = f"#{where}" if _ANCHOR.fullmatch(where) else ""
    return Redirect(f"/?{urlencode({'viewer': person_id} | said)}{anchor}", status_code=303)


_ANCHOR = re.compile(r"[a-z0-9-]{1,64}")


def _agree(rooms: Rooms, person_id: PersonId, data: dict[str, str]) -> None:
    """The consents as the form shows them, unless they changed since: then only what it withdraws is carried out.

    A window left open must not give again what was withdrawn in another.
    """
    given = Consents(**{name: data.get(name) == "on" for name in Consents.__dataclass_fields__})
    version = data.get("version", "")
    if not _VERSION.fullmatch(version):
        raise InvalidInput("no version", hint="use the switches of the page", field="version")
    try:
        rooms.people.set_consents(person_id, given, expected_version=int(version))
    except StaleVersion:
        left = given.narrowed(rooms.people.person(person_id).consents)
        rooms.people.set_consents(person_id, left, expected_version=None)
        raise StaleVersion(
            "your choices changed meanwhile, perhaps in another window",
            hint="what you switched off is off; look at the others again, and switch on what you want",
            field="version",
        ) from None


_VERSION = re.compile(r"[0-9]{1,18}")


def _mute(rooms: Rooms, person_id: PersonId, data: dict[str, str]) -> None:
    """No more of an advertiser or a topic; only what exists is kept, whatever a form says."""
    on = data.get("on") == "1"
    if "advertiser" in data:
        advertiser = data["advertiser"]
        if on and advertiser_of(rooms.source, advertiser) is None:
            raise InvalidInput("no such advertiser", hint="use the buttons of the page", field="advertiser")
        rooms.people.mute_advertiser(person_id, AdvertiserId(advertiser), on=on)
    else:
        topic = data.get("topic", "")
        if on and topic not in content_topics().names:
            raise InvalidInput("no such topic", hint="use the buttons of the page", field="topic")
        rooms.people.mute_topic(person_id, TopicId(topic), on=on)


def _person(rooms: Rooms, data: dict[str, str]) -> PersonId:
    person_id = data.get("viewer", "")
    if all(visitor.person_id != person_id for visitor in rooms.visitors):
        raise InvalidInput(f"{person_id[:64]!r} is nobody here", hint="choose a member first", field="viewer")
    return PersonId(person_id)


def _one_of(data: dict[str, str], field: str, known: tuple[T, ...]) -> T:
    value = data.get(field)
    if value not in known:
        raise InvalidInput(f"{value!r} is not known", hint=f"one of {', '.join(map(str, known))}", field=field)
    return cast("T", value)
