"""Who may come in, for the owner: people who log in, where they are logged in, and tokens; ended with a button."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from adtailor.console.account import logins_of
from adtailor.console.render import page
from adtailor.console.rooms import Rooms
from adtailor.domain.access import CALLER, OWNER, Caller
from adtailor.domain.audit import Author

SAID = {"session": "That session has ended.", "token": "That token is revoked."}


@get("/operator/access", sync_to_thread=True)
def access(rooms: NamedDependency[Rooms], done: FromQuery[str | None] = None) -> Response[str]:
    """Users, sessions and tokens: never a secret."""
    return page(
        "access.html",
        rooms=rooms,
        users=rooms.logins.users() if rooms.logins else [],
        sessions=rooms.logins.sessions(None) if rooms.logins else [],
        tokens=rooms.access_tokens.tokens() if rooms.access_tokens else [],
        done=SAID.get(done or ""),
        now=rooms.clock.now(),
    )


@post("/operator/access/sessions/{session_id:str}", sync_to_thread=True)
def end_session(rooms: NamedDependency[Rooms], session_id: FromPath[str]) -> Redirect:
    """End anybody's session."""
    logins_of(rooms).end(session_id, user=None)
    return Redirect("/operator/access?done=session", status_code=303)


@post("/operator/access/tokens/{token_id:str}", sync_to_thread=True)
def revoke_token(request: Request[Any, Any, Any], rooms: NamedDependency[Rooms], token_id: FromPath[str]) -> Redirect:
    """End a token, from the next request on."""
    caller = request.scope.get(CALLER)
    by = caller.name if isinstance(caller, Caller) else OWNER.name
    if rooms.access_tokens is not None:
        rooms.access_tokens.revoke(token_id, Author(by=by, at=rooms.clock.now()))
    return Redirect("/operator/access?done=token", status_code=303)


ACCESS = [access, end_session, revoke_token]
