"""A lane of its own for what is asked most often: the same checks, the same answer, without a framework around it.

It takes a request only while everything about it is plain. At the first thing that is not (a role that may not ask, a
body too large, in pieces without a length, that cannot be read) the request goes the ordinary way, with what was read
of it, so refusals come from one place. It stands behind the gate, and goes by the same table of roles.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from litestar import Request
from litestar.types import (
    ASGIApp,
    HTTPReceiveMessage,
    HTTPResponseBodyEvent,
    HTTPResponseStartEvent,
    HTTPScope,
    Receive,
    Scope,
    Send,
)

from adtailor.domain.access import CALLER, Caller
from adtailor.service.access import Doorkeeper
from adtailor.service.answers import JSON, Asked, refused

Ready = TypeVar("Ready")
_JSON = (b"content-type", JSON.encode())
_HOST = re.compile(rb"[A-Za-z0-9.:_\[\]-]+")
_LONGEST_LENGTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut(Generic[Ready]):
    """How one kind of request is answered in two steps."""

    method: str
    path: str
    most_bytes: int
    understood: Callable[[bytes, Mapping[bytes, bytes], Caller], Ready | None]
    """What is asked, by the body and the headers; where it is None, or raises, the ordinary way begins anew.

    So it changes nothing.
    """
    answered: Callable[[Ready], bytes]
    """The JSON of a 200. From here on nothing is begun anew."""


class Lane:
    """An ASGI application that answers what has a shortcut, and hands everything else on to `app`."""

    def __init__(self, app: ASGIApp, doorkeeper: Doorkeeper, shortcuts: Sequence[Shortcut[Any]]) -> None:
        self.app = app
        self._doorkeeper = doorkeeper
        self._shortcuts = {(one.method, one.path): one for one in shortcuts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on."""
        if scope["type"] != "http" or (shortcut := self._shortcut(scope)) is None:
            await self.app(scope, receive, send)
            return
        read: list[HTTPReceiveMessage] = []
        ready = None
        if (headers := plain_headers(scope)) is not None and is_short(headers, shortcut.most_bytes):
            body = await _body(receive, read, shortcut.most_bytes)
            if body is not None:
                ready = self._understood(shortcut, body, headers, cast("Caller", scope.get(CALLER)))
        if ready is None:
            await self.app(scope, _again(read, receive), send)
            return
        try:
            content = shortcut.answered(ready)
        except Exception as error:
            asked: Asked = Request(scope)
            await refused(asked, error).to_asgi_response(app=None, request=asked)(scope, receive, send)
            return
        start: HTTPResponseStartEvent = {
            "type": "http.response.start",
            "status": 200,
            "headers": [_JSON, (b"content-length", b"%d" % len(content))],
        }
        await send(start)
        whole: HTTPResponseBodyEvent = {"type": "http.response.body", "body": content, "more_body": False}
        await send(whole)

    def _shortcut(self, scope: HTTPScope) -> Shortcut[Any] | None:
        """The shortcut of an address, for whoever may ask it."""
        shortcut = self._shortcuts.get((scope["method"], scope["path"]))
        if shortcut is None or scope.get("root_path"):
            return None
        caller = scope.get(CALLER)
        is_welcome = isinstance(caller, Caller) and self._doorkeeper.lets(caller, shortcut.method, shortcut.path)
        return shortcut if is_welcome else None

    @staticmethod
    def _understood(
        shortcut: Shortcut[Any], body: bytes, headers: Mapping[bytes, bytes], caller: Caller
    ) -> object | None:
        try:
            return shortcut.understood(body, headers, caller)
        except Exception:
            return None  # the ordinary way says what is wrong


def plain_headers(scope: HTTPScope) -> dict[bytes, bytes] | None:
    """The headers by their names, or None where one comes twice: what that means is not for us to say."""
    listed = scope["headers"]
    headers = {name.lower(): value for name, value in listed}
    return headers if len(headers) == len(list(listed)) else None


def is_short(headers: Mapping[bytes, bytes], most: int) -> bool:
    """Whether a host is named as usual, and a length is told that is no more than `most` bytes.

    >>> is_short({b"host": b"localhost", b"content-length": b"12"}, 100)
    True
    >>> is_short({b"host": b"localhost", b"content-length": b"+12"}, 100)
    False
    """
    length = headers.get(b"content-length", b"")
    return (
        len(length) <= _LONGEST_LENGTH
        and length.isdigit()
        and int(length) <= most
        and _HOST.fullmatch(headers.get(b"host", b"")) is not None
    )


async def _body(receive: Receive, read: list[HTTPReceiveMessage], most: int) -> bytes | None:
    """The whole body, each message of it kept in `read`; None where it breaks off, or is longer than it may be."""
    pieces: list[bytes] = []
    length, is_whole = 0, False
    while not is_whole:
        message = cast("HTTPReceiveMessage", await receive())
        read.append(message)
        if message["type"] != "http.request":
            return None
        pieces.append(message.get("body", b""))
        length += len(pieces[-1])
        if length > most:
            return None
        is_whole = not message.get("more_body", False)
    return b"".join(pieces)


def _again(read: list[HTTPReceiveMessage], receive: Receive) -> Receive:
    """As if nothing had been read yet."""

    async def again() -> HTTPReceiveMessage:
        return read.pop(0) if read else cast("HTTPReceiveMessage", await receive())

    return cast("Receive", again) if read else receive
