"""What a member does on their own page; each is one form, carried out, and then the page is shown again."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar, cast, get_args
from urllib.parse import urlencode

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from adtailor.config.taxonomy import content_topics
from adtailor.console.choices import Form
from adtailor.console.member.rooms import MemberRooms
from adtailor.console.member.session import Asked, check_form, no_cookie, required, words_of
from adtailor.console.member.words import LANGUAGES
from adtailor.domain.ids import AdId, AdvertiserId, PostId, TopicId
from adtailor.domain.person import ConsentName, Mood
from adtailor.domain.signals import SIGNALS
from adtailor.domain.wellbeing import RestAnswer
from adtailor.errors import InvalidInput
from adtailor.journeys.items import advertiser_of
from adtailor.journeys.member_sessions import MemberSession
from adtailor.journeys.people import BREAKS
from adtailor.profiles.correcting import Kind

T = TypeVar("T")
Data = Mapping[str, str]
Choice = Callable[[MemberRooms, MemberSession, Data], str]
"""Carries it out; the key of what is said then."""
_ANCHOR = re.compile(r"[A-Za-z0-9._:-]{1,80}")


@post("/me/forget", sync_to_thread=True)
def forget(request: Asked, member: NamedDependency[MemberRooms], data: Form) -> Redirect:
    """Destroy the key, and end the session."""
    session = required(request, member)
    check_form(session, data)
    words = words_of(request, member, session)
    member.people.forget(session.person_id)
    member.sessions.close(session)
    return Redirect(f"/me/gone?language={words.language}", status_code=303, cookies=[no_cookie(request)])


@post("/me/choices/{choice:str}", sync_to_thread=True)
def choose_own(request: Asked, member: NamedDependency[MemberRooms], choice: FromPath[str], data: Form) -> Redirect:
    """Carry out one choice."""
    session = required(request, member)
    check_form(session, data)
    carry_out = CHOICES.get(choice)
    if carry_out is None:
        raise InvalidInput(f"there is no choice {choice[:64]!r}", hint="use the buttons of the page", field="choice")
    said = carry_out(member, session, data)
    query = {"done": said} | ({"posts": "all"} if data.get("posts") == "all" else {})
    where = data.get("back", "")
    anchor = f"#{where}" if _ANCHOR.fullmatch(where) else ""
    return Redirect(f"/me?{urlencode(query)}{anchor}", status_code=303)


def _consent(member: MemberRooms, session: MemberSession, data: Data) -> str:
    name: ConsentName = _one_of(data, "name", get_args(ConsentName))
    on = _is_on(data)
    member.people.set_consent(session.person_id, name, on=on)
    return "consent_on" if on else "consent_off"


def _objection(member: MemberRooms, session: MemberSession, data: Data) -> str:
    objected = _is_on(data)
    member.people.set_objection(session.person_id, objected)
    return "objected" if objected else "lifted"


def _mood(member: MemberRooms, session: MemberSession, data: Data) -> str:
    mood: Mood | None = _one_of(data, "mood", get_args(Mood)) if data.get("mood") else None
    member.people.declare_mood(session.person_id, mood, now=member.clock.now())
    return "mood" if mood is not None else "mood_back"


def _correct(member: MemberRooms, session: MemberSession, data: Data) -> str:
    is_wrong = _is_on(data, "wrong")
    member.corrections.correct(
        session.person_id,
        PostId(data.get("post", "")),
        data.get("mark", ""),
        is_wrong=is_wrong,
        now=member.clock.now(),
    )
    return "wrong" if is_wrong else "right"


def _not_me(member: MemberRooms, session: MemberSession, data: Data) -> str:
    kind: Kind = _one_of(data, "kind", get_args(Kind))
    member.corrections.not_me(session.person_id, kind, data.get("name", ""), now=member.clock.now())
    return "wrong"


def _fewer(member: MemberRooms, session: MemberSession, data: Data) -> str:
    on = _is_on(data)
    member.corrections.fewer(session.person_id, AdId(data.get("ad", "")), on=on, now=member.clock.now())
    return "fewer" if on else "as_before"


def _mute(member: MemberRooms, session: MemberSession, data: Data) -> str:
    on = _is_on(data)
    if "advertiser" in data:
        advertiser = data["advertiser"]
        if on and advertiser_of(member.source, advertiser) is None:
            raise InvalidInput("no such advertiser", hint="use the buttons of the page", field="advertiser")
        member.people.mute_advertiser(session.person_id, AdvertiserId(advertiser), on=on)
    else:
        topic = data.get("topic", "")
        if on and topic not in content_topics().names:
            raise InvalidInput("no such topic", hint="use the buttons of the page", field="topic")
        member.people.mute_topic(session.person_id, TopicId(topic), on=on)
    return "muted" if on else "as_before"


def _signal(member: MemberRooms, session: MemberSession, data: Data) -> str:
    on = _is_on(data)
    member.people.switch_signal(session.person_id, _one_of(data, "signal", SIGNALS), on=on)
    return "as_before" if on else "signal"


def _break(member: MemberRooms, session: MemberSession, data: Data) -> str:
    answer: RestAnswer | None = _one_of(data, "answer", tuple(BREAKS)) if data.get("answer") else None
    member.people.take_break(session.person_id, answer, now=member.clock.now(), zone=session.zone)
    return "rest" if answer is not None else "rest_end"


def _limit(member: MemberRooms, session: MemberSession, data: Data) -> str:
    minutes = data.get("minutes", "")
    if minutes and not (minutes.isascii() and minutes.isdigit() and len(minutes) <= 4):
        raise InvalidInput("no number of minutes", hint="choose one of the list", field="minutes")
    member.people.set_limit(session.person_id, int(minutes) if minutes else None)
    return "limit"


def _suggestions(member: MemberRooms, session: MemberSession, data: Data) -> str:
    member.people.set_suggestions(session.person_id, on=_is_on(data))
    return "saved"


def _language(member: MemberRooms, session: MemberSession, data: Data) -> str:
    member.people.choose_language(session.person_id, _one_of(data, "language", tuple(LANGUAGES)))
    return "saved"


CHOICES: Mapping[str, Choice] = {
    "consent": _consent,
    "objection": _objection,
    "mood": _mood,
    "correct": _correct,
    "not-me": _not_me,
    "fewer": _fewer,
    "mute": _mute,
    "signal": _signal,
    "break": _break,
    "limit": _limit,
    "suggestions": _suggestions,
    "language": _language,
}


def _is_on(data: Data, field: str = "on") -> bool:
    return _one_of(data, field, ("0", "1")) == "1"


def _one_of(data: Data, field: str, known: tuple[T, ...]) -> T:
    value = data.get(field)
    if value not in known:
        raise InvalidInput(f"{value!r} is not known", hint=f"one of {', '.join(map(str, known))}", field=field)
    return cast("T", value)
