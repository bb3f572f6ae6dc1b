"""One request for a decision taken apart: microseconds by part, in one process, without a socket.

Guards the Python around a decision. Each part is timed without what is timed inside it, so the parts add up to the
whole; of many requests the second percentile is printed, which a busy machine moves least. `make bench ARGS="request
10000"` asks among so many ads.
"""

import asyncio
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.http import FOLDER, app, ask_for, fill

SIZES = (100, 10_000)
ROUNDS = 2_000
PARTS: tuple[tuple[str, str], ...] = (
    ("the gate: host, origin, token", "adtailor.service.guard:judge"),
    ("JSON to a request", "adtailor.service.wire.requests:decode_request"),
    ("the person, the profile, the memory", "adtailor.storage.people:SqlitePeople.known"),
    ("what may be used of the person", "adtailor.journeys.fill_page:FillPage._viewer"),
    ("the catalogue as of now", "adtailor.journeys.live_catalogue:LiveCatalogue.serving"),
    ("whether a click model may learn of it", "adtailor.wellbeing.teaching:teaches"),
    ("evidence", "adtailor.profiles.evidence:evidence_of"),
    ("limits", "adtailor.profiles.evidence:limits_of"),
    ("deciding: rules", "adtailor.decide.eligibility:sift"),
    ("deciding: click model, request side", "adtailor.decide.rank:PriorRanker.request_side"),
    ("deciding: scores", "adtailor.maths.screening:Contest.rank"),
    ("deciding: scores, prepared", "adtailor.maths.screening:Contest.__init__"),
    ("deciding: places", "adtailor.decide.allocate:allocate"),
    ("deciding: chances", "adtailor.decide.allocate:propensities"),
    ("deciding: why", "adtailor.decide.explain:explain"),
    ("deciding: the account", "adtailor.decide.account:account_of"),
    ("deciding: sifted, weighed, ranked, allocated", "adtailor.decide.auction:hold"),
    ("deciding: slots", "adtailor.decide.allocate:slots_of"),
    ("deciding: what won, priced", "adtailor.decide.deciding:_answer"),
    ("deciding: the rest", "adtailor.decide.deciding:decide"),
    ("the record, appended", "adtailor.storage.sqlite:SqliteEvents.append"),
    ("budgets: promised", "adtailor.journeys.live_catalogue:LiveCatalogue.promised"),
    ("budgets: pace", "adtailor.journeys.live_catalogue:LiveCatalogue.filled"),
    ("tokens", "adtailor.decide.tokens:TokenBox.mint_each"),
    ("filling: evidence to record", "adtailor.journeys.fill_page:FillPage._decided"),
    ("filling: tokens and page", "adtailor.journeys.fill_page:FillPage._recorded"),
    ("filling: the rest", "adtailor.journeys.fill_page:FillPage.fill"),
    ("answer to the wire", "adtailor.service.wire.decisions:decision_to_wire"),
    ("wire to JSON", "adtailor.service.wire.decoding:encode"),
)
REST = "lane or routing, request and response objects, the loop"


def run(sizes: Sequence[int] = SIZES) -> list[tuple[str, str, str]]:
    """Figure, measured, goal."""
    return [row for ads in sizes for row in _of(ads)]


def _of(ads: int) -> list[tuple[str, str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), ads)
        os.environ[FOLDER] = folder
        plain = asyncio.run(_timed(app(), None))
    with tempfile.TemporaryDirectory() as folder, _taken_apart() as spent:
        fill(Path(folder), ads)
        os.environ[FOLDER] = folder
        whole = asyncio.run(_timed(app(), spent))
    rows = [(f"{ads:,} ads: {part}", f"{_usual(spent[part]):.0f} µs", "-") for part, _ in PARTS if part in spent]
    rest = [all_of - sum(spent[part][n] for part in spent) for n, all_of in enumerate(whole)]
    rows.append((f"{ads:,} ads: {REST}", f"{_usual(rest):.0f} µs", "-"))
    rows.append((f"{ads:,} ads: whole, while it is taken apart", f"{_usual(whole):.0f} µs", "-"))
    rows.append((f"{ads:,} ads: whole", f"{_usual(plain):.0f} µs", "-"))
    return rows


def _usual(times: Sequence[float]) -> float:
    return float(np.percentile(times, 2)) * 1e6


async def _timed(application: Any, spent: "_Spent | None") -> list[float]:
    """Seconds of each request; `spent` gets a row for each, too."""
    asks = [_scope(ask_for(n, 1)) for n in range(400)]
    times: list[float] = []
    for n in range(-400, ROUNDS):
        scope, body = asks[n % len(asks)]
        if n == 0 and spent is not None:
            spent.clear()
        started = time.perf_counter()
        sent = await _answered(application, scope, body)
        times.append(time.perf_counter() - started)
        if spent is not None:
            spent.next()
        assert sent[0]["status"] == 200, sent
    return times[400:]


async def _answered(application: Any, scope: dict[str, Any], body: bytes) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return left.pop() if left else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await application(dict(scope), receive, send)
    return sent


def _scope(asked: bytes) -> tuple[dict[str, Any], bytes]:
    head, _, body = asked.partition(b"\r\n\r\n")
    pairs = [line.partition(b":") for line in head.split(b"\r\n")[1:]]
    scope: dict[str, Any] = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": "/v1/decisions", "raw_path": b"/v1/decisions", "query_string": b"", "root_path": "",
        "headers": [(name.lower(), value.strip()) for name, _, value in pairs], "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 50_000), "state": {},
    }  # fmt: skip
    return scope, body


class _Spent(dict[str, list[float]]):
    """Seconds by part, one entry per request, without what was spent in parts inside it."""

    def __init__(self) -> None:
        super().__init__()
        self.now: dict[str, float] = defaultdict(float)
        self.inside: list[float] = []

    def next(self) -> None:
        """The next request begins."""
        for part, seconds in self.now.items():
            self.setdefault(part, []).append(seconds)
        self.now.clear()

    def timed(self, part: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """The same call, with a clock beside it."""

        @wraps(call)
        def clocked(*args: Any, **more: Any) -> Any:
            self.inside.append(0.0)
            started = time.perf_counter()
            try:
                return call(*args, **more)
            finally:
                spent = time.perf_counter() - started
                self.now[part] += spent - self.inside.pop()
                if self.inside:
                    self.inside[-1] += spent

        return clocked


@contextmanager
def _taken_apart() -> Generator[_Spent]:
    """While it lasts, every part has a clock beside it, wherever it was imported to."""
    spent = _Spent()
    undo: list[tuple[Any, str, Any]] = []
    for part, where in PARTS:
        module_name, _, name = where.partition(":")
        owner: Any = import_module(module_name)
        *path, last = name.split(".")
        for step in path:
            owner = getattr(owner, step)
        call = getattr(owner, last)
        clocked = spent.timed(part, call)
        owners = [owner] if path else _holders(call, last)
        for holder in owners:
            undo.append((holder, last, call))
            setattr(holder, last, clocked)
    try:
        yield spent
    finally:
        for holder, name, call in undo:
            setattr(holder, name, call)


def _holders(call: object, name: str) -> list[Any]:
    import sys

    ours = [module for key, module in sys.modules.items() if key.startswith("adtailor.")]
    return [module for module in ours if getattr(module, name, None) is call]
