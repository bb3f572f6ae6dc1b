"""Whose page it is: the cookie of a session, and a request without one."""

from collections.abc import Mapping
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie

from adtailor.console.forms import FIELD, is_token, token_of
from adtailor.console.member.rooms import MemberRooms
from adtailor.console.member.words import Words, language_of
from adtailor.errors import Forbidden, NotAllowed
from adtailor.journeys.member_sessions import SESSION_LASTS, MemberSession

COOKIE = "adtailor_me"
PATH = "/me"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "[::1]"})

Asked = Request[Any, Any, Any]


def session_of(request: Asked, rooms: MemberRooms) -> MemberSession | None:
    """The open session that a request belongs to."""
    return rooms.sessions.session(request.cookies.get(COOKIE), now=rooms.clock.now())


def required(request: Asked, rooms: MemberRooms) -> MemberSession:
    """The same; NotAllowed without one."""
    session = session_of(request, rooms)
    if session is None:
        raise NotAllowed("no page is open", hint="open it from your account")
    return session


def check_form(session: MemberSession, form: Mapping[str, str]) -> None:
    """Raises Forbidden unless the form holds its session's token: there is nothing to store."""
    if not is_token(form.get(FIELD), token_of(session.secret)):
        raise Forbidden("this form is not from your open page", hint="load the page again, then press the button")


def words_of(request: Asked, rooms: MemberRooms, session: MemberSession | None) -> Words:
    """In the language that they chose, else that their browser asks for, else that the site gave."""
    chosen = rooms.people.person(session.person_id).language if session is not None else None
    accepted = request.headers.get("accept-language", "")
    return Words(language_of(chosen, accepted, site=session.language if session is not None else None))


def cookie(value: str, request: Asked) -> Cookie:
    """Kept from scripts, from other sites, and from unencrypted ways, except on this machine itself."""
    host = request.url.hostname or ""
    return Cookie(
        key=COOKIE,
        value=value,
        path=PATH,
        httponly=True,
        samesite="strict",
        secure=host not in _LOOPBACK,
        max_age=int(SESSION_LASTS.total_seconds()),
    )


def no_cookie(request: Asked) -> Cookie:
    """Takes it away."""
    host = request.url.hostname or ""
    return Cookie(
        key=COOKIE, value="", path=PATH, httponly=True, samesite="strict", secure=host not in _LOOPBACK, max_age=0
    )
