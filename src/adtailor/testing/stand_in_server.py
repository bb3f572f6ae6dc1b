"""A small HTTP server on loopback that behaves as badly as a test asks, in place of one that runs a language model."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

Behaviour = Callable[["Call"], None]
"""What a server does with one call."""
PATIENCE = 30.0
"""Seconds after which even a call that hangs is let go."""


@dataclass(slots=True)
class Call:
    """One call as the server sees it."""

    path: str
    headers: Mapping[str, str]
    body: Any
    handler: BaseHTTPRequestHandler
    over: threading.Event
    """Set when the server goes down."""

    def send(self, status: int, body: bytes, **headers: str) -> None:
        """A whole answer."""
        self.handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.handler.send_header(name.replace("_", "-"), value)
        self.handler.end_headers()
        self.handler.wfile.write(body)


def says(content: str, *, finish_reason: str = "stop", logprobs: object = None) -> Behaviour:
    """A well-formed completion with this content."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": finish_reason}
    body = json.dumps({"object": "chat.completion", "choices": [choice | ({"logprobs": logprobs} if logprobs else {})]})
    return lambda call: call.send(200, body.encode())


def answers(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """This status with this body."""
    return lambda call: call.send(status, body, **headers)


def hangs(call: Call) -> None:
    """Takes the call and says nothing."""
    call.over.wait(PATIENCE)


def drips(call: Call) -> None:
    """Answers a byte at a time, each soon enough for a time-out of one read, and never ends."""
    call.handler.send_response(200)
    call.handler.end_headers()
    while not call.over.wait(0.05):
        call.handler.wfile.write(b" ")


def breaks_off(call: Call) -> None:
    """Promises more than it sends."""
    call.handler.send_response(200)
    call.handler.send_header("Content-Length", "1000")
    call.handler.end_headers()
    call.handler.wfile.write(b'{"choices": [')


def floods(call: Call) -> None:
    """Sends as much as is taken, without saying how much it will be."""
    call.handler.send_response(200)
    call.handler.end_headers()
    while not call.over.is_set():
        call.handler.wfile.write(b" " * 65_536)


def no_http(call: Call) -> None:
    """Speaks something else."""
    call.handler.wfile.write(bytes(range(256)) * 8)


@dataclass(slots=True)
class StandInServer:
    """Listens while it is entered; `calls` holds what it was asked."""

    behaviour: Behaviour
    calls: list[Call] = field(default_factory=list[Call])
    _server: ThreadingHTTPServer | None = None
    _over: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server is not None  # noqa: S101  # entered
        return self._server.server_address[1]

    @property
    def base_url(self) -> str:
        """What an engine is configured with."""
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> "StandInServer":
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self._behave(json.loads(raw) if raw else None)

            def do_GET(self) -> None:
                self._behave(None)

            def _behave(self, body: Any) -> None:
                call = Call(self.path, dict(self.headers), body, self, stand_in._over)  # its own
                stand_in.calls.append(call)
                try:
                    stand_in.behaviour(call)
                except OSError:  # whoever called has had enough
                    self.close_connection = True

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base's name
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
