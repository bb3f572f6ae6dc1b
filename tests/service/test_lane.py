"""The lane answers as the ordinary route does, byte for byte, whatever is asked: two houses, one without a lane."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar import Litestar

from adtailor.domain.access import Caller
from adtailor.domain.ids import SiteId
from adtailor.errors import StorageFailed
from adtailor.service import decisions
from adtailor.service.app import build_app
from adtailor.service.guard import Guard, Rules
from adtailor.service.lane import Lane
from adtailor.storage import SqliteStore

from .conftest import House, MovableClock, doors_on, fan_of_novels, request

HOST = (b"host", b"127.0.0.1:8765")
PATH = "/v1/decisions"


def found(secret: str) -> Caller | None:
    """Tokens of each role."""
    callers = {
        "owner": Caller(role="owner", name="o"),
        "site": Caller(role="site", name="s", site_id=SiteId("s1")),
        "other": Caller(role="site", name="x", site_id=SiteId("s2")),
        "analyst": Caller(role="analyst", name="a"),
        "advertiser": Caller(role="advertiser", name="v"),
    }
    return callers.get(secret)


RULES = Rules(token=None, find=found)


class Pair:
    """One house with its lane, and one whose lane has no shortcut; both as old, and with the same chance."""

    def __init__(self, lane: Guard, plain: Guard, houses: Sequence[SqliteStore]) -> None:
        self.lane, self.plain, self.houses = lane, plain, houses

    def ask(self, body: bytes | Sequence[bytes], *headers: tuple[bytes, bytes], **scope: Any) -> list[dict[str, Any]]:
        """What the lane sends, checked to be what the ordinary way sends."""
        pieces = [body] if isinstance(body, bytes) else list(body)
        quick, slow = (asyncio.run(_sent(app, pieces, headers, scope)) for app in (self.lane, self.plain))
        assert quick == slow
        return quick


async def _sent(
    app: Guard, pieces: Sequence[bytes], headers: Sequence[tuple[bytes, bytes]], more: dict[str, Any]
) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []
    length = str(sum(map(len, pieces))).encode()
    given = [HOST, *headers] if any(n == b"content-length" for n, _ in headers) or more.pop("bare", False) else [
        HOST, (b"content-length", length), *headers
    ]  # fmt: skip
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": PATH, "raw_path": PATH.encode(), "query_string": b"", "root_path": "", "headers": given,
        "server": ("127.0.0.1", 8765), "client": ("127.0.0.1", 5), "state": {}, **more,
    }  # fmt: skip
    left = [{"type": "http.request", "body": p, "more_body": n < len(pieces) - 1} for n, p in enumerate(pieces)]

    async def receive() -> dict[str, Any]:
        return left.pop(0) if left else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    await app(scope, receive, send)
    return sent


@contextmanager
def pair_in(folder: Path) -> Iterator[Pair]:
    stores, apps = [], []
    for name in ("lane", "plain"):
        store, clock = SqliteStore(folder / name), MovableClock()
        doors = doors_on(store, clock, [])
        app = build_app(doors, rules=RULES)
        fan_of_novels(House(client=None, doors=doors, store=store, clock=clock))  # type: ignore[arg-type]
        stores.append(store)
        apps.append(app)
    assert isinstance(apps[1].app, Lane)
    assert isinstance(apps[1].app.app, Litestar)
    yield Pair(apps[0], Guard(apps[1].app.app, RULES), stores)
    for store in stores:
        store.close()


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with pair_in(tmp_path_factory.mktemp("pair")) as pair:
        yield pair


def body_of(**changes: object) -> bytes:
    return json.dumps(request(**changes)).encode()


BODIES = {
    "plain": body_of(),
    "nobody": body_of(viewer={}),
    "by interest": body_of(context={"language": "en"}),
    "a post nobody has": body_of(context={"post_id": "p9"}),
    "in pieces": [body_of()[:40], body_of()[40:], b""],
    "words": body_of(context={"text": "A long hike", "language": "en"}),
    "no ad": body_of(placements=[{"id": "f", "floor_micros": 900_000_000}]),
    "an unknown field": body_of(stress=1),
    "an unknown field of the viewer": body_of(viewer={"stress": 1}),
    "under ext anything": body_of(ext={"anything": [1, {}]}),
    "no JSON": b'{"request_id": ',
    "nothing": b"",
    "no UTF-8": body_of().replace(b"feed-1", b"f\xff"),
    "deep": b"[" * 5_000,
    "a list": b"[" + body_of() + b"]",
    "two of one placement": body_of(placements=[{"id": "f"}, {"id": "f"}]),
    "no placement": body_of(placements=[]),
    "too many": body_of(placements=[{"id": f"f{n}"} for n in range(21)]),
    "no zone": body_of(context={"zone": "Europe"}),
    "a share of two": body_of(context={"topics": [{"id": "483", "name": "Sports", "confidence": 2.0}]}),
    "a bad topic": body_of(context={"topics": [{"id": "a b", "name": "x", "confidence": 0.5}]}),
    "no id": body_of(request_id="ä"),
    "another site": body_of(site_id="s9"),
    "too large": b" " * (2**21 + 1),
    "too large in pieces": [b" " * 2**20] * 3,
}
HEADERS: dict[str, tuple[tuple[bytes, bytes], ...]] = {
    "none": (),
    "gpc": ((b"sec-gpc", b"1"),),
    "gpc spelt otherwise": ((b"Sec-GPC", b" 0, 1 "),),
    "gpc twice": ((b"sec-gpc", b"0"), (b"sec-gpc", b"1")),
    "gpc off": ((b"sec-gpc", b"0"),),
    "site": ((b"authorization", b"Bearer site"),),
    "other site": ((b"authorization", b"Bearer other"),),
    "analyst": ((b"authorization", b"Bearer analyst"),),
    "advertiser": ((b"authorization", b"Bearer advertiser"),),
    "wrong token": ((b"authorization", b"Bearer wrong"),),
    "another origin": ((b"origin", b"https://evil.example"),),
    "form": ((b"content-type", b"application/x-www-form-urlencoded"),),
    "text": ((b"content-type", b"text/plain; charset=latin-1"),),
    "packed": ((b"content-encoding", b"gzip"),),
    "no length": ((b"content-length", b"x"),),
    "a negative length": ((b"content-length", b"-1"),),
    "a huge length": ((b"content-length", b"99999999999"),),
    "a short length": ((b"content-length", b"3"),),
    "two lengths": ((b"content-length", b"3"), (b"content-length", b"4")),
    "two hosts": (HOST,),
    "xml": ((b"accept", b"application/xml"),),
}


@pytest.mark.parametrize("what", BODIES)
def test_it_answers_whatever_is_asked_as_the_ordinary_way_does(pair: Pair, what: str) -> None:
    pair.ask(BODIES[what])
    pair.ask(BODIES[what], (b"authorization", b"Bearer site"))


@pytest.mark.parametrize("how", HEADERS)
def test_it_answers_however_it_is_asked_as_the_ordinary_way_does(pair: Pair, how: str) -> None:
    pair.ask(BODIES["by interest"], *HEADERS[how])
    pair.ask(BODIES["no JSON"], *HEADERS[how])


@pytest.mark.parametrize(
    "scope",
    [{"method": "GET"}, {"method": "OPTIONS"}, {"method": "PUT"}, {"method": "HEAD"}, {"path": "/v1/decisions/"},
     {"path": "/v1//decisions"}, {"path": "/v1/Decisions"}, {"root_path": "/v1"}, {"bare": True},
     {"query_string": b"x=1"}, {"http_version": "2"}],
)  # fmt: skip
def test_what_is_near_it_is_answered_as_before(pair: Pair, scope: dict[str, Any]) -> None:
    pair.ask(BODIES["plain"], **scope)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_broken_body_is_refused_as_the_ordinary_way_refuses_it(pair: Pair, data: st.DataObject) -> None:
    body = bytearray(BODIES["plain"])
    at = data.draw(st.integers(0, len(body) - 1))
    body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    pair.ask(bytes(body))


def test_the_lane_is_what_answers(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(*_: object) -> None:
        raise AssertionError("the ordinary way was asked")

    monkeypatch.setattr(pair.lane.app, "app", nobody)
    for headers in ((), HEADERS["gpc"], HEADERS["site"], HEADERS["form"]):
        for what in ("plain", "nobody", "in pieces", "no ad", "under ext anything"):
            pieces = BODIES[what] if isinstance(BODIES[what], list) else [BODIES[what]]
            sent = asyncio.run(_sent(pair.lane, pieces, headers, {}))
            assert sent[0]["status"] == 200
            assert json.loads(sent[1]["body"])["placements"]
            assert asyncio.run(_sent(pair.plain, pieces, headers, {})) == sent


@pytest.mark.parametrize("error", [StorageFailed("gone", hint="wait"), ZeroDivisionError("a secret")])
def test_what_goes_wrong_after_an_ad_was_chosen_is_told_as_everywhere(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(decisions, "decision_to_wire", broken)
    sent = pair.ask(BODIES["plain"])
    assert sent[0]["status"] >= 500
    assert b"secret" not in sent[1]["body"]


def test_a_client_that_goes_away_is_recorded_nowhere(pair: Pair) -> None:
    before = [len(list(store.events.records())) for store in pair.houses]

    async def gone(app: Guard) -> list[dict[str, Any]]:
        sent: list[dict[str, Any]] = []
        messages = [
            {"type": "http.request", "body": BODIES["plain"][:20], "more_body": True},
            {"type": "http.disconnect"},
        ]

        async def receive() -> Any:
            return messages.pop(0)

        async def send(message: Any) -> None:
            sent.append(dict(message))

        scope = {
            "type": "http", "method": "POST", "path": PATH, "root_path": "", "query_string": b"", "scheme": "http",
            "headers": [HOST, (b"content-length", b"100")], "client": ("127.0.0.1", 5), "http_version": "1.1",
            "server": ("127.0.0.1", 8765), "raw_path": PATH.encode(), "asgi": {"version": "3.0"}, "state": {},
        }  # fmt: skip
        await app(scope, receive, send)
        return sent

    assert asyncio.run(gone(pair.lane)) == asyncio.run(gone(pair.plain))
    assert [len(list(store.events.records())) for store in pair.houses] == before


def test_both_ways_keep_the_same_records(pair: Pair) -> None:
    for body in (BODIES["plain"], BODIES["by interest"], BODIES["words"]):
        pair.ask(body)
    lane, plain = ([*store.events.records()] for store in pair.houses)
    assert lane == plain
    assert len(lane) >= 3
