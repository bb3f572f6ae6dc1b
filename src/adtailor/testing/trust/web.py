"""Asks the real application, as a server would: ASGI messages in and out, without a socket."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from adtailor.service.guard import Guard

HOST = "127.0.0.1:8765"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def told(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Web:
    """An application and the loop that it runs on; `close` it."""

    def __init__(self, app: Guard) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()

    def ask(
        self,
        method: str,
        address: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        client: str = "127.0.0.1",
    ) -> Answer:
        """One request and its answer; `body` is sent as JSON, bytes as they are."""
        return self._loop.run_until_complete(self._ask(method, address, body, headers or {}, client))

    def close(self) -> None:
        """End the loop."""
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _ask(self, method: str, address: str, body: object, headers: Mapping[str, str], client: str) -> Answer:
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        path, _, query = address.partition("?")
        given = {"host": HOST, "content-type": "application/json", "content-length": str(len(raw)), **headers}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in given.items()],
            "client": (client, 40_000),
            "server": ("127.0.0.1", 8765),
            "state": {},
        }
        asked = [{"type": "http.request", "body": raw, "more_body": False}]
        told: list[dict[str, Any]] = []

        async def receive() -> Any:
            return asked.pop() if asked else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            told.append(message)

        await self._app(scope, receive, send)  # type: ignore[arg-type]
        start = next(message for message in told if message["type"] == "http.response.start")
        return Answer(
            status=start["status"],
            headers={name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]},
            body=b"".join(message.get("body", b"") for message in told if message["type"] == "http.response.body"),
        )
