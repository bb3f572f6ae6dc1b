"""One POST to one configured server, and nowhere else: no redirects, no proxies, bounded in time and in bytes.

Built on the standard `http.client`, which follows no redirect and knows no proxy, so there is nothing to switch off;
what it lacks is a limit on the whole of an answer that comes a byte at a time, which is added here.
"""

import io
import json
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import urlsplit

from adtailor.errors import InvalidInput

MOST_BYTES = 4 * 2**20
"""Of an answer: the longest that is asked for is some kilobytes."""
LOOPBACK_NAMES = frozenset({"localhost", "localhost.localdomain"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a server is; the path is that before `/chat/completions`."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine."""
        return is_loopback(self.host)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}{self.path}"


class PostFailed(Exception):
    """What went wrong, in words without content; `is_passing` if the same call may succeed a moment later."""

    def __init__(self, kind: str, *, is_passing: bool = False) -> None:
        super().__init__(kind)
        self.kind = kind
        self.is_passing = is_passing


def target_of(base_url: str) -> Target:
    """The parts of a base address, as `http://127.0.0.1:8080/v1`; InvalidInput if it is none.

    >>> str(target_of("http://localhost:11434/v1/"))
    'http://localhost:11434/v1'
    """
    hint = "as http://127.0.0.1:8080/v1"
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError:
        raise InvalidInput("the address of the engine cannot be read", hint=hint, field="engine.base_url") from None
    if parts.username is not None or parts.password is not None:
        raise InvalidInput(
            "the address of the engine holds a name or a password",
            hint="a key belongs in the environment, as ADTAILOR_ENGINE_KEY",
            field="engine.base_url",
        )
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise InvalidInput(f"{base_url!r} is no address of a server", hint=hint, field="engine.base_url")
    return Target(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or (443 if parts.scheme == "https" else 80),
        path=parts.path.rstrip("/"),
    )


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own, without asking anyone.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("192.168.0.2")
    (True, True, True, False)
    """
    if host.casefold() in LOOPBACK_NAMES:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def post_json(
    target: Target,
    path: str,
    body: object,
    *,
    headers: Mapping[str, str] | None = None,
    connect_seconds: float,
    total_seconds: float,
    most_bytes: int = MOST_BYTES,
    clock: Callable[[], float] = time.monotonic,
) -> bytes:
    """The body of a 200 answer, nothing of a 204; PostFailed for anything else."""
    raw = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    sent = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close", **(headers or {})}
    return _asked(
        target, "POST", path, raw, sent,
        connect_seconds=connect_seconds, total_seconds=total_seconds, most_bytes=most_bytes, clock=clock,
    )  # fmt: skip


def get(target: Target, path: str, *, headers: Mapping[str, str] | None = None, seconds: float) -> bytes:
    """The body of a 200 answer to a GET; PostFailed for anything else."""
    sent = {"Accept": "application/json", "Connection": "close", **(headers or {})}
    return _asked(
        target, "GET", path, None, sent,
        connect_seconds=seconds, total_seconds=seconds, most_bytes=MOST_BYTES, clock=time.monotonic,
    )  # fmt: skip


def _asked(
    target: Target,
    method: str,
    path: str,
    body: bytes | None,
    headers: Mapping[str, str],
    *,
    connect_seconds: float,
    total_seconds: float,
    most_bytes: int,
    clock: Callable[[], float],
) -> bytes:
    ends_at = clock() + total_seconds
    try:
        with Connected(target, min(connect_seconds, total_seconds), lambda: ends_at - clock()) as connection:
            connection.request(method, target.path + path, body=body, headers=dict(headers))
            with connection.getresponse() as response:
                return _body(response, most_bytes)
    except TimeoutError:
        raise PostFailed("it took too long") from None
    except ssl.SSLCertVerificationError:
        raise PostFailed("its certificate could not be verified") from None
    except OSError:
        raise PostFailed("it cannot be reached", is_passing=True) from None
    except (HTTPException, ValueError):
        raise PostFailed("it does not speak HTTP") from None


def _body(response: HTTPResponse, most_bytes: int) -> bytes:
    if 300 <= response.status < 400:
        raise PostFailed("it answered with a redirect, which is not followed")
    if response.status not in {200, 204}:
        passing = response.status in {429, 500, 502, 503, 504}
        raise PostFailed(f"it answered with HTTP {response.status}", is_passing=passing)
    found = response.read(most_bytes + 1)
    if len(found) > most_bytes:
        raise PostFailed(f"its answer is larger than {most_bytes:,} bytes")
    if response.length not in {None, 0}:
        raise PostFailed("its answer broke off", is_passing=True)
    return found


class Connected(HTTPConnection):
    """A connection of which every wait ends when the time is up."""

    def __init__(
        self,
        target: Target,
        connect_seconds: float,
        left: Callable[[], float],
        *,
        dial: Callable[[float], socket.socket] | None = None,
    ) -> None:
        """`dial` connects in place of looking the name up; certificates are judged by the name all the same."""
        super().__init__(target.host, target.port)
        self._dial = dial
        self._target = target
        self._connect_seconds = connect_seconds
        self._left = left
        self._plain: socket.socket | None = None

    def connect(self) -> None:
        if self._dial is not None:
            plain = self._dial(self._connect_seconds)
        else:
            plain = socket.create_connection((self._target.host, self._target.port), timeout=self._connect_seconds)
        try:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._target.scheme == "https":
                plain = ssl.create_default_context().wrap_socket(plain, server_hostname=self._target.host)
        except BaseException:
            plain.close()
            raise
        self._plain = plain
        self.sock = cast("socket.socket", _TimedSocket(plain, self._left))

    def __enter__(self) -> "Connected":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        if self._plain is not None:
            self._plain.close()


class _TimedSocket:
    """What `http.client` uses of a socket, each wait bounded by what is left of the whole."""

    def __init__(self, plain: socket.socket, left: Callable[[], float]) -> None:
        self._plain = plain
        self._left = left

    def sendall(self, data: bytes) -> None:
        self._bound()
        self._plain.sendall(data)

    def makefile(self, *_: Any, **__: Any) -> io.BufferedReader:
        return io.BufferedReader(_TimedRaw(self._plain, self._bound))

    def close(self) -> None:
        """Not yet: `http.client` lets go of a connection as soon as it has an answer, which is still to be read."""

    def _bound(self) -> None:
        if (left := self._left()) <= 0:
            raise TimeoutError
        self._plain.settimeout(left)


class _TimedRaw(io.RawIOBase):
    def __init__(self, plain: socket.socket, bound: Callable[[], None]) -> None:
        self._plain = plain
        self._bound = bound

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        self._bound()
        return self._plain.recv_into(buffer)
