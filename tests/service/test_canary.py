"""T20: what somebody wrote, felt or hides (a password, a token) is in no log line at any level, and in no address."""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from litestar.testing import TestClient

from adtailor import assemble
from adtailor.config.settings import Settings
from adtailor.console.pages import build_pages
from adtailor.console.rooms import Rooms, Visitor
from adtailor.domain.audit import Author
from adtailor.domain.login import User
from adtailor.journeys.explain import Explain
from adtailor.journeys.logins import Logins
from adtailor.service.app import OPERATIONS, build_app
from adtailor.service.guard import DEFAULT_HEADERS, Rules
from adtailor.storage import SqliteStore
from adtailor.storage.passwords import Argon2Passwords

from .conftest import House, MovableClock, doors_on, fan_of_novels, request

WORDS = "zanzibar-canary"
SECRET = "hunter-canary-token"
FEELINGS = re.compile(
    r"\b(stress|stressed|crisis|sad|sadness|anger|fear|joy|amusement|calm|excitement)\b", re.IGNORECASE
)
FRAME = "/openrtb2/elsewhere"
BODIES: tuple[Any, ...] = (
    {"text": WORDS},
    {"id": "p1", "author_id": "ana", "created_at": "2026-11-20T12:00:00Z", "text": WORDS, "photos": [{"alt": WORDS}]},
    request(context={"text": WORDS, "language": "en"}),
    {"mood": "calm", "text": WORDS},
    {"consents": {"interests": WORDS}},
    [WORDS],
    WORDS,
)


@pytest.fixture
def open_house(tmp_path: Path) -> Iterator[House]:
    """The service with its pages, and everything logged that anybody would."""
    logging.getLogger().setLevel(logging.DEBUG)
    store, clock, arrived = SqliteStore(tmp_path), MovableClock(), []
    doors = doors_on(store, clock, arrived, media=tmp_path)
    logins = Logins(store.logins, Argon2Passwords(passes=1, kibibytes=64))
    user = User(name="ana", role="owner", created_at=clock.now(), password_at=clock.now())
    store.logins.add(user, Argon2Passwords(passes=1, kibibytes=64).hashed(SECRET), Author(by="ana", at=clock.now()))
    seeds = iter(range(10**9))
    rooms = Rooms(
        fill_page=doors.fill_page,
        people=doors.people,
        take_event=doors.take_event,
        explain=Explain(take_event=doors.take_event, source=store.catalogue),
        reviews=doors.reviews,
        reaches=doors.reaches,
        helplines=assemble.helplines(store, Settings()),
        ledgers=assemble.ledgers(store, Settings()),
        repository=doors.repository,
        trials=doors.trials,
        posts=store.posts,
        events=store.events,
        source=store.catalogue,
        clock=clock,
        new_random=lambda: Random(next(seeds)),
        media=None,
        pictures={},
        visitors=(
            Visitor(person_id="ana", name="Ana", about="", age="adult", country="DE", zone="UTC", language="en"),
        ),
        currency="EUR",
        logins=logins,
        access_tokens=store.tokens,
        is_demo=False,
    )
    app = build_app(doors, rules=Rules(people_log_in=logins.anybody), pages=build_pages(rooms))
    with TestClient(app, base_url="http://127.0.0.1:8765", raise_server_exceptions=False) as client:
        house = House(client=client, doors=doors, store=store, clock=clock, arrived=arrived)
        fan_of_novels(house)
        house.__dict__["routes"] = app.app.app.routes  # type: ignore[attr-defined]
        yield house
    store.close()
    logging.getLogger().setLevel(logging.WARNING)


def addresses(house: House) -> list[tuple[str, str]]:
    """Every method of every route of the service and of the pages."""
    pages = {
        (method, path)
        for route in house.__dict__["routes"]
        for path in [re.sub(r"{(\w+)(:\w+)?}", "ana", route.path)]
        for method in getattr(route, "methods", ())
        if method not in {"OPTIONS", "HEAD"} and not path.startswith(("/static", "/media"))
    }
    listed = {(operation.method, re.sub(r"{\w+}", "ana", operation.path)) for operation in OPERATIONS}
    assert listed <= pages
    assert ("POST", "/login") in pages
    return sorted(pages)


def ours(records: list[logging.LogRecord]) -> str:
    """What was logged, but for the client that stands for the browser."""
    kept = (record for record in records if not record.name.startswith(("httpx", "httpcore", "asyncio")))
    return "\n".join(
        f"{record.name} {record.levelname} {record.getMessage()} {record.exc_text or ''}" for record in kept
    )


def test_t20_nothing_of_what_is_sent_reaches_a_log_whatever_is_asked(
    open_house: House, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    headers = {"authorization": f"Bearer {SECRET}", "user-agent": WORDS, "cookie": f"adtailor_session={SECRET}"}
    for method, path in addresses(open_house):
        for sent in ({}, headers):
            body = BODIES[len(path) % len(BODIES)] if method != "GET" else None
            told = open_house.client.request(
                method, path, json=body, headers=sent, params={"q": WORDS}, follow_redirects=False
            )
            assert WORDS not in str(told.headers), (method, path)
            assert SECRET not in told.text, (method, path)
            if told.status_code >= 400:
                assert WORDS not in told.text, (method, path)
    for body in BODIES:
        for path in ("/v1/posts", "/v1/decisions", "/openrtb2/auction"):
            open_house.client.post(path, json=body)
        open_house.client.post("/v1/posts", content=json.dumps(body)[:-1])
    for name, password in (("ana", SECRET), ("ana", SECRET + "!"), (WORDS, SECRET)):
        open_house.client.post("/login", data={"name": name, "password": password})
    open_house.read_all()
    printed = capfd.readouterr()
    logged = ours(caplog.records)
    for word in (WORDS, SECRET):
        assert word not in logged
        assert word not in printed.out + printed.err.replace("httpx", "")
    assert not FEELINGS.search(logged)


def test_t20_a_mistake_of_ours_that_quotes_a_post_is_logged_without_it(
    open_house: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)

    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError(f"could not do it with {WORDS}, who feels sad")

    monkeypatch.setattr(type(open_house.doors.people), "person", breaks)
    monkeypatch.setattr(type(open_house.doors.read_posts), "accept", breaks)
    monkeypatch.setattr(type(open_house.doors.fill_page), "_decided", breaks)
    post = {"id": "p1", "author_id": "ana", "created_at": "2026-11-20T12:00:00Z", "text": WORDS}
    answers = [
        open_house.client.get("/v1/people/ana"),
        open_house.client.post("/v1/posts", json=post),
        open_house.client.post("/v1/decisions", json=request(context={"text": WORDS})),
        open_house.client.get("/?viewer=ana"),
    ]
    assert [answer.status_code for answer in answers][:2] == [500, 500]
    logged = ours(caplog.records)
    assert "RuntimeError" in logged, "its kind and place are"
    assert WORDS not in logged
    assert not FEELINGS.search(logged)
    assert all(WORDS not in answer.text for answer in answers)


def test_t20_no_address_of_a_decision_holds_a_word_or_a_person(open_house: House) -> None:
    post = {"id": "p1", "author_id": "ana", "created_at": "2026-11-20T12:00:00Z", "text": f"{WORDS} hike"}
    open_house.client.post("/v1/posts", json=post)
    open_house.read_all()
    decided = open_house.decide(context={"text": f"{WORDS} hike", "language": "en"})
    urls = re.findall(r'"(/[^"]+)"', json.dumps(decided))
    assert len(urls) >= 4
    for url in urls:
        assert WORDS not in url
        assert "ana" not in url.split("/")
        assert not FEELINGS.search(url)


def test_every_answer_of_every_address_carries_the_headers(open_house: House) -> None:
    for method, path in addresses(open_house):
        told = open_house.client.request(method, path, follow_redirects=False)
        given = told.headers
        for name in dict(DEFAULT_HEADERS):
            assert name.decode() in given, (method, path, name)
        policy = given["content-security-policy"]
        # The frame of ads from elsewhere styles itself; it has an origin of its own and runs no script.
        assert "unsafe" not in policy.replace("style-src 'unsafe-inline'", "" if path == FRAME else "unsafe"), path
        assert "frame-ancestors" in policy, path
        assert "default-src 'none'" in policy, path
        assert given["x-content-type-options"] == "nosniff"
        if given.get("content-type", "").startswith("text/html") and told.status_code == 200:
            assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|javascript:", told.text), path
