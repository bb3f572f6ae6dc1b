"""The gate in front of every route: which hosts, which origins, which token; and the headers that every answer has."""

import base64
import binascii
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import cast

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from adtailor.domain.access import CALLER, OWNER, PARTNER, Caller
from adtailor.service.partners import allowing, partner, preflight
from adtailor.service.wire.decoding import encode
from adtailor.service.wire.problems import PROBLEM_JSON, Problem, problem

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
EVENT_PATHS = ("/v1/e/", "/v1/c/", "/openrtb2/seen/", "/openrtb2/won/", "/openrtb2/lost/")
"""Reached from the pages of any site; what they may do stands in their token."""
MEDIA = "/media/"
"""Pictures of ads, which the pages of any site show."""
OPEN_PATHS = (
    *EVENT_PATHS,
    "/v1/explain/",
    "/openrtb2/why/",
    "/openrtb2/elsewhere",
    "/adtailor.js",
    MEDIA,
    "/healthz",
    "/readyz",
    "/docs",
    "/openapi.json",
)
"""Asked for without the installation's token."""
CROSS_ORIGIN = (b"cross-origin-resource-policy", b"cross-origin")
READING = frozenset({"GET", "HEAD", "OPTIONS"})

DEFAULT_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"browsing-topics=(), camera=(), geolocation=(), microphone=()"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
"""Set on every answer that does not set its own."""
_DEFAULTS = frozenset(name for name, _ in DEFAULT_HEADERS)


def _nobody(_: str) -> Caller | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Who may ask. Without a token the server has to listen on loopback alone, and `hosts` are its names."""

    token: str | None = None
    """The installation's own: whoever holds it is the owner. Without it, so is whoever sends no token at all."""
    find: Callable[[str], Caller | None] = _nobody
    """Who holds another token, if it is good now."""
    hosts: Collection[str] | None = LOOPBACK
    """The names it answers to, without port; None for any. A page that rebinds DNS to loopback calls it by another."""
    open_paths: tuple[str, ...] = OPEN_PATHS
    partners: Collection[str] = ()
    """Origins whose pages may call the exchange's door, and only that, without the token."""


class Guard:
    """An ASGI application that lets through to `app` what the rules allow."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self.app = app
        self.rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        page = partner(scope["path"], scope["headers"], self.rules.partners)
        extra = _for_other_sites(scope["path"], page)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], *extra]
                there = {name.lower() for name, _ in headers}
                if _DEFAULTS.isdisjoint(there):
                    message["headers"] = [*headers, *DEFAULT_HEADERS]
                else:
                    message["headers"] = [*headers, *(pair for pair in DEFAULT_HEADERS if pair[0] not in there)]
            await send(message)

        judged = judge(scope["method"], scope["path"], scope["headers"], self.rules)
        if isinstance(judged, Problem):
            await _tell(judged, with_headers)
        elif page is not None and scope["method"] == "OPTIONS":
            await send({"type": "http.response.start", "status": 204, "headers": preflight(page)})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            cast("dict[str, object]", scope)[CALLER] = judged
            await self.app(scope, receive, with_headers)


def _for_other_sites(path: str, page: str | None) -> Sequence[tuple[bytes, bytes]]:
    """What lets other sites' pages read an answer, or show a picture."""
    if page is not None:
        return allowing(page)
    return (CROSS_ORIGIN,) if path.startswith(MEDIA) else ()


def refuse(method: str, path: str, headers: Iterable[tuple[bytes, bytes]], rules: Rules) -> Problem | None:
    """Why a request is not let through, or None.

    >>> told = refuse("GET", "/v1/ads", [(b"host", b"evil.example")], Rules())
    >>> told.status, told.field
    (421, 'Host')
    """
    judged = judge(method, path, headers, rules)
    return judged if isinstance(judged, Problem) else None


def judge(method: str, path: str, headers: Iterable[tuple[bytes, bytes]], rules: Rules) -> Problem | Caller | None:
    """Who asks, None at an address that is open to all; or why they are not let through.

    >>> judge("GET", "/v1/ads", [(b"host", b"localhost")], Rules())
    Caller(role='owner', name='owner', organization_id=None, site_id=None)
    """
    headers = list(headers)
    given: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        given.setdefault(name.lower(), []).append(value)
    hosts = given.get(b"host", [])
    host = hosts[0].decode("latin-1") if len(hosts) == 1 else ""
    if rules.hosts is not None and _name(host) not in rules.hosts:
        return problem(
            421,
            "this server does not go by that name",
            hint="call it by the address it prints when it starts",
            field="Host",
        )
    if method in {"POST", "OPTIONS"} and partner(path, headers, rules.partners) is not None:
        return PARTNER
    if method not in READING and not path.startswith(EVENT_PATHS) and _is_foreign(given, host):
        return problem(
            403, "another site's page may not change anything here", hint="call it from its own pages", field="Origin"
        )
    if path.startswith(rules.open_paths):
        return None
    return _caller(given, rules) or problem(
        401,
        "the token is missing, wrong, expired or revoked",
        hint="send it as Authorization: Bearer, or as the password when a browser asks",
        field="Authorization",
    )


_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::[0-9]{1,5})?")


def _name(host: str) -> str:
    """The name in a Host header, without its port; empty where it is none."""
    found = _HOST.fullmatch(host)
    return (found.group(1) or found.group(2)).lower() if found else ""


def _is_foreign(given: dict[bytes, list[bytes]], host: str) -> bool:
    """Whether a browser says that another site's page asks. Programs say nothing, and are not meant."""
    if (given.get(b"sec-fetch-site") or [b"none"])[0] in {b"cross-site", b"same-site"}:
        return True
    origins = given.get(b"origin")
    return origins is not None and origins[0].decode("latin-1").partition("://")[2].lower() != host.lower()


def _caller(given: dict[bytes, list[bytes]], rules: Rules) -> Caller | None:
    sent = given.get(b"authorization", [])
    if not sent and rules.token is None:
        return OWNER
    kind, _, credential = (sent[0] if len(sent) == 1 else b"").partition(b" ")
    if kind.lower() == b"basic":
        try:
            credential = base64.b64decode(credential, validate=True).partition(b":")[2]
        except binascii.Error:
            return None
    elif kind.lower() != b"bearer":
        return None
    credential = credential.strip()
    if rules.token is not None and compare_digest(credential, rules.token.encode()):
        return OWNER
    return rules.find(credential.decode("latin-1")) if credential else None


async def _tell(told: Problem, send: Send) -> None:
    headers = [(b"content-type", PROBLEM_JSON.encode())]
    if told.status == 401:
        headers += [(b"www-authenticate", b'Bearer realm="adtailor"'), (b"www-authenticate", b'Basic realm="adtailor"')]
    await send({"type": "http.response.start", "status": told.status, "headers": headers})
    await send({"type": "http.response.body", "body": encode(told), "more_body": False})
