"""The door of the member's page: a link opens it once, a demo lets one choose, and closing it ends the session.

A link is followed with GET, which only shows a button: whoever looks ahead at links, as mail filters do, uses none up.
Pressing the button is a request of our own page, so the strict cookie is there on the page that follows.
"""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Redirect

from adtailor.console.choices import Form
from adtailor.console.member.rooms import MemberRooms
from adtailor.console.member.session import Asked, check_form, cookie, no_cookie, required, session_of, words_of
from adtailor.console.member.shell import shown
from adtailor.console.member.words import Words, language_of
from adtailor.errors import InvalidInput


@get("/me/enter", sync_to_thread=True)
def offer(request: Asked, member: NamedDependency[MemberRooms], ticket: FromQuery[str] = "") -> Response[str]:
    """The button that opens the page."""
    words = words_of(request, member, session_of(request, member))
    return shown("enter.html", member, words, ticket=ticket[:1000])


@post("/me/enter", sync_to_thread=True)
def enter(request: Asked, member: NamedDependency[MemberRooms], data: Form) -> Redirect:
    """Exchange the link for a session; no secret stands in the address that follows."""
    opened = member.sessions.enter(data.get("ticket", ""), now=member.clock.now())
    return Redirect("/me", status_code=303, cookies=[cookie(opened, request)])


@post("/me/pick", sync_to_thread=True)
def pick(request: Asked, member: NamedDependency[MemberRooms], data: Form) -> Redirect:
    """In a demo, be whoever you like."""
    found = next((v for v in member.visitors if member.is_demo and v.person_id == data.get("viewer")), None)
    if found is None:
        raise InvalidInput("that is nobody here", hint="choose a member first", field="viewer")
    opened = member.sessions.begin(found.person_id, now=member.clock.now(), zone=found.zone, language=found.language)
    return Redirect("/me", status_code=303, cookies=[cookie(opened, request)])


@post("/me/leave", sync_to_thread=True)
def leave(request: Asked, member: NamedDependency[MemberRooms], data: Form) -> Redirect:
    """Close the page for good."""
    session = required(request, member)
    check_form(session, data)
    words = words_of(request, member, session)
    member.sessions.close(session)
    return Redirect(f"/me/closed?language={words.language}", status_code=303, cookies=[no_cookie(request)])


@get("/me/closed", sync_to_thread=True)
def closed(request: Asked, member: NamedDependency[MemberRooms], language: FromQuery[str] = "") -> Response[str]:
    """What is said after closing."""
    return _said(request, member, language, "enter.closed")


@get("/me/gone", sync_to_thread=True)
def gone(request: Asked, member: NamedDependency[MemberRooms], language: FromQuery[str] = "") -> Response[str]:
    """What is said after forgetting."""
    return _said(request, member, language, "forget.done")


def _said(request: Asked, member: MemberRooms, language: str, key: str) -> Response[str]:
    words = Words(language_of(language, request.headers.get("accept-language", "")))
    return shown("said.html", member, words, title=words(f"{key}_title"), said=words(key))
