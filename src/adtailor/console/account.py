"""Logging in and out, and what somebody who is logged in sees of themselves: sessions, and a new password."""

import math
import re
from typing import Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from adtailor.console.choices import Form
from adtailor.console.forms import SEED_COOKIE, begin
from adtailor.console.render import page
from adtailor.console.rooms import Rooms
from adtailor.domain.access import CALLER, MAY_SEE, SESSION_COOKIE, Caller
from adtailor.domain.audit import Author
from adtailor.domain.login import ROLES_OF_PEOPLE, User
from adtailor.errors import AdtailorError, InvalidInput, NotAllowed, TooManyRequests
from adtailor.journeys.logins import Logins
from adtailor.measure.traffic import past_proxies

EVERYBODY = {MAY_SEE: frozenset(ROLES_OF_PEOPLE)}
LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")
_WITHIN = re.compile(r"/(?:operator|account|me)?(?:/[A-Za-z0-9._-]+)*")
SAID = {"password": "Your password is changed, and every other session has ended.", "ended": "That session has ended."}


@get("/login", sync_to_thread=True)
def login(request: Request[Any, Any, Any], rooms: NamedDependency[Rooms]) -> Response[str]:
    """The form."""
    return _form(request, rooms, where=request.query_params.get("next") or "/account")


@post("/login", sync_to_thread=True)
def log_in(request: Request[Any, Any, Any], rooms: NamedDependency[Rooms], data: Form) -> Response[Any]:
    """Open a session for a name and its password; any other answer is the same for everybody."""
    where = within(data.get("next", ""))
    try:
        secret = logins_of(rooms).log_in(
            data.get("name", ""),
            data.get("password", ""),
            network=network_of(request, rooms),
            now=rooms.clock.now(),
            before=request.cookies.get(SESSION_COOKIE),
        )
    except (NotAllowed, TooManyRequests) as error:
        return _form(request, rooms, where=where, error=error)
    answer = Redirect(where, status_code=303)
    answer.set_cookie(_cookie(request, rooms, secret))
    return answer


@post("/logout", sync_to_thread=True, opt=EVERYBODY)
def log_out(request: Request[Any, Any, Any], rooms: NamedDependency[Rooms]) -> Redirect:
    """End this session."""
    if (secret := request.cookies.get(SESSION_COOKIE)) is not None:
        logins_of(rooms).log_out(secret)
    answer = Redirect("/login", status_code=303)
    answer.delete_cookie(SESSION_COOKIE)
    return answer


@get("/account", sync_to_thread=True, opt=EVERYBODY)
def account(
    request: Request[Any, Any, Any], rooms: NamedDependency[Rooms], done: FromQuery[str | None] = None
) -> Response[str]:
    """Who is logged in, and where else."""
    return _account(request, rooms, done=SAID.get(done or ""))


@post("/account/password", sync_to_thread=True, opt=EVERYBODY)
def change_password(request: Request[Any, Any, Any], rooms: NamedDependency[Rooms], data: Form) -> Response[Any]:
    """Another password, which ends every other session."""
    caller, user = _who(request, rooms)
    if user is None:
        raise NotAllowed("nobody is logged in here", hint="log in first")
    if data.get("new") != data.get("again"):
        differ = InvalidInput("the two are not the same", hint="type the new one twice", field="again")
        return _account(request, rooms, error=differ)
    try:
        secret = logins_of(rooms).change_password(
            user,
            data.get("old", ""),
            data.get("new", ""),
            network=network_of(request, rooms),
            author=Author(by=caller.name, at=rooms.clock.now()),
        )
    except (InvalidInput, NotAllowed, TooManyRequests) as error:
        return _account(request, rooms, error=error)
    answer = Redirect("/account?done=password", status_code=303)
    answer.set_cookie(_cookie(request, rooms, secret))
    return answer


@post("/account/sessions/{session_id:str}", sync_to_thread=True, opt=EVERYBODY)
def end_own(request: Request[Any, Any, Any], rooms: NamedDependency[Rooms], session_id: FromPath[str]) -> Redirect:
    """End one of one's own sessions."""
    _, user = _who(request, rooms)
    if user is not None:
        logins_of(rooms).end(session_id, user=user.name)
    return Redirect("/account?done=ended", status_code=303)


ACCOUNT = [login, log_in, log_out, account, change_password, end_own]


def within(where: str) -> str:
    """A page of ours to go on to, whatever somebody wrote there.

    >>> within("/operator/review"), within("https://evil.example/"), within("//evil.example"), within("/operator?x")
    ('/operator/review', '/account', '/account', '/account')
    """
    return where if _WITHIN.fullmatch(where) and not where.startswith("//") else "/account"


def logins_of(rooms: Rooms) -> Logins:
    """The door, where there is one."""
    if rooms.logins is None:
        raise NotAllowed("nobody can log in here", hint="adtailor user add NAME --role owner, then try again")
    return rooms.logins


def network_of(request: Request[Any, Any, Any], rooms: Rooms) -> str:
    """Where somebody logs in from, as an address or a household's network of IPv6."""
    host = request.client.host if request.client else None
    address = past_proxies(host, request.headers.get("x-forwarded-for", ""), rooms.proxies)
    return (
        "unknown" if address is None else f"{address.version}:{address.number >> (0 if address.version == 4 else 64)}"
    )


def _cookie(request: Request[Any, Any, Any], rooms: Rooms, secret: str) -> Cookie:
    """For this site alone, unread by scripts, and over TLS wherever it is not this machine."""
    return Cookie(
        key=SESSION_COOKIE,
        value=secret,
        path="/",
        httponly=True,
        samesite="lax",
        secure=not LOOPBACK.fullmatch(request.headers.get("host", "")),
        max_age=int(logins_of(rooms).stay.most.total_seconds()),
    )


def _form(
    request: Request[Any, Any, Any], rooms: Rooms, *, where: str, error: AdtailorError | None = None
) -> Response[str]:
    seed = None
    if request.cookies.get(SEED_COOKIE) is None:
        seed = begin(rooms.form_secret)
    answer = page(
        "login.html",
        error.status if error else 200,
        rooms=rooms,
        where=within(where),
        error=error,
        nobody=rooms.logins is None or not rooms.logins.anybody(),
    )
    if seed is not None:
        secure = not LOOPBACK.fullmatch(request.headers.get("host", ""))
        answer.set_cookie(
            Cookie(key=SEED_COOKIE, value=quote(seed), path="/login", httponly=True, samesite="strict", secure=secure)
        )
    if isinstance(error, TooManyRequests):
        answer.headers["Retry-After"] = str(math.ceil(error.seconds))
    return answer


def _account(
    request: Request[Any, Any, Any], rooms: Rooms, *, done: str | None = None, error: AdtailorError | None = None
) -> Response[str]:
    caller, user = _who(request, rooms)
    return page(
        "account.html",
        error.status if error else 200,
        rooms=rooms,
        caller=caller,
        user=user,
        sessions=logins_of(rooms).sessions(user.name) if user is not None else [],
        done=done,
        error=error,
        now=rooms.clock.now(),
    )


def _who(request: Request[Any, Any, Any], rooms: Rooms) -> tuple[Caller, User | None]:
    """Who asks, and the user they are if they are logged in; with a token, or on this machine, they are none."""
    caller = request.scope.get(CALLER)
    if not isinstance(caller, Caller):
        raise NotAllowed("nobody is known to ask", hint="log in first")
    if caller.session_id is None or rooms.logins is None:
        return caller, None
    return caller, next((user for user in rooms.logins.users() if user.name == caller.name), None)
