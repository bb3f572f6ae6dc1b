"""Forms that only our own pages can send: each carries a token that another site's page cannot read.

token = HMAC-SHA256(secret of the installation, seed), where the seed is the session of whoever is logged in, else a
random cookie that the login page sets, else a word: then whether the browser names our own origin decides, as the gate
asks of every request that changes something.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from adtailor.domain.access import CALLER, Caller
from adtailor.errors import Forbidden

FIELD = "csrf"
SEED_COOKIE = "adtailor_form"
_NOBODY = "nobody"
_POSTS = re.compile(r'<form\b[^>]*\bmethod="post"[^>]*>', re.IGNORECASE)
_token: ContextVar[str] = ContextVar("adtailor_form_token", default="")

Guarding = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]


def token_of(secret: bytes, seed: str = _NOBODY) -> str:
    """What a form has to bring."""
    return hmac.new(secret, f"form:{seed}".encode(), hashlib.sha256).hexdigest()


def is_token(sent: object, expected: str) -> bool:
    """Whether a form brought what it has to, told in a time that says nothing of where they differ."""
    return isinstance(sent, str) and hmac.compare_digest(sent.encode(), expected.encode())


def own_forms(secret: bytes) -> Guarding:
    """A guard of Litestar for the routers of pages: it knows the token of a request, and refuses a POST without it."""

    async def guard(asking: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
        expected = token_of(secret, _seed(asking))
        _token.set(expected)
        if asking.scope.get("method") in {"GET", "HEAD", "OPTIONS"}:
            return
        sent = (await asking.form()).get(FIELD)  # type: ignore[attr-defined]  # it is a Request
        if not is_token(sent, expected):
            raise Forbidden(
                "this form is old, or not from this page", hint="load the page again, and send it from there"
            )

    return guard


def begin(secret: bytes) -> str:
    """The seed of somebody who is about to log in, for a cookie; the page that is rendered now goes with it."""
    seed = secrets.token_urlsafe(18)
    _token.set(token_of(secret, seed))
    return seed


def with_tokens(html: str) -> str:
    """The page, with the token in each form that changes something; pages without the guard have their own."""
    if not (token := _token.get()):
        return html
    field = f'<input type="hidden" name="{FIELD}" value="{token}">'
    return _POSTS.sub(lambda found: found.group() + field, html)


def _seed(asking: ASGIConnection[Any, Any, Any, Any]) -> str:
    caller = asking.scope.get(CALLER)
    if isinstance(caller, Caller) and caller.session_id is not None:
        return caller.session_id
    return asking.cookies.get(SEED_COOKIE) or _NOBODY
