"""Creatives that wait for a person: what they would show, what speaks against them, and two buttons."""

from typing import Any, get_args

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from adtailor.console.choices import Form
from adtailor.console.render import page
from adtailor.console.rooms import Rooms
from adtailor.domain.access import CALLER, OWNER, Caller
from adtailor.domain.audit import Author
from adtailor.domain.review import Verdict
from adtailor.errors import InvalidInput

SHOWN = 50


@get("/operator/review", sync_to_thread=True)
def review(
    request: Request[Any, Any, Any], rooms: NamedDependency[Rooms], done: FromQuery[str | None] = None
) -> Response[str]:
    """The queue, the first to come first."""
    waiting, more = rooms.reviews.waiting(caller_of(request), limit=SHOWN)
    said = done if done in get_args(Verdict) else None
    return page("review.html", rooms=rooms, waiting=waiting, more=more is not None, done=said)


@post("/operator/review/{creative_id:str}", sync_to_thread=True)
def decide(
    request: Request[Any, Any, Any], rooms: NamedDependency[Rooms], creative_id: FromPath[str], data: Form
) -> Redirect:
    """Approve or reject the version that was on the page, then show the next."""
    verdict = next((one for one in get_args(Verdict) if one == data.get("verdict")), None)
    version = data.get("version", "")
    if verdict is None or not (version.isascii() and version.isdigit() and len(version) <= 18):
        raise InvalidInput("no verdict", hint="use the buttons of the page", field="verdict")
    caller = caller_of(request)
    rooms.reviews.decide(
        caller,
        creative_id,
        verdict,
        builds_on=lambda _: int(version),
        author=Author(by=caller.name, at=rooms.clock.now()),
        note=data.get("note", ""),
    )
    return Redirect(f"/operator/review?done={verdict}", status_code=303)


def caller_of(request: Request[Any, Any, Any]) -> Caller:
    """Whom the gate let in; pages without a gate are for the owner alone, on this machine."""
    caller = request.scope.get(CALLER)
    return caller if isinstance(caller, Caller) else OWNER
