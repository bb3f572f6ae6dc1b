"""How often one may ask: a bucket each, for a bounded number of callers, and a word on when to come back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar, get
from litestar.testing import TestClient

from adtailor.assemble import limiter
from adtailor.config.settings import RateLimits, Settings
from adtailor.domain.access import Caller
from adtailor.journeys.allowance import Allowance, Rate
from adtailor.measure.traffic import Networks
from adtailor.service.guard import Guard, Rules
from adtailor.service.limits import Limiter


@given(st.floats(0.1, 50), st.integers(1, 20), st.lists(st.floats(0, 5), min_size=1, max_size=200))
def test_nobody_gets_more_than_the_burst_and_what_filled_again(rate: float, burst: int, gaps: list[float]) -> None:
    allowance = Allowance(Rate(per_second=rate, burst=burst))
    now = given_ = 0.0
    for gap in gaps:
        now += gap
        given_ += allowance.take("ana", now) == 0.0
    assert given_ <= burst + rate * sum(gaps[1:]) + 1e-6


@given(st.floats(0.1, 50), st.integers(1, 20))
def test_whoever_waits_as_long_as_they_are_told_may(rate: float, burst: int) -> None:
    allowance = Allowance(Rate(per_second=rate, burst=burst))
    assert [allowance.take("ana", 0.0) for _ in range(burst)] == [0.0] * burst
    wait = allowance.take("ana", 0.0)
    assert wait > 0
    assert allowance.take("ben", 0.0) == 0.0, "others are not held up"
    assert allowance.take("ana", wait + 1e-6) == 0.0


def test_memory_is_bounded_however_many_come() -> None:
    allowance = Allowance(Rate(per_second=1, burst=1), most=100)
    for caller in range(10_000):
        allowance.take(caller, 0.0)
    assert len(allowance) == 100


def test_a_clock_that_goes_back_gives_nothing() -> None:
    allowance = Allowance(Rate(per_second=1, burst=1))
    assert allowance.take("ana", 100.0) == 0.0
    assert allowance.take("ana", 50.0) > 0
    assert allowance.take("ana", 50.5) > 0


@get(["/v1/e/{token:str}", "/v1/ads", "/healthz"], media_type="text/plain")
async def ok() -> str:
    return "ok"


def client_of(limits: Limiter, **rules: Any) -> TestClient[Any]:
    app = Litestar([ok], openapi_config=None, logging_config=None)
    return TestClient(Guard(app, Rules(limiter=limits, hosts=None, **rules)), base_url="http://ads.example")


def test_an_address_that_asks_too_often_is_told_when_to_come_back() -> None:
    clock = [0.0]
    limits = Limiter(
        per_address=Allowance(Rate(per_second=0.5, burst=3)),
        proxies=Networks(("127.0.0.0/8", "::1/128", "10.0.0.0/8")),
        clock=lambda: clock[0],
    )

    def waits(forwarded: str, client: str = "127.0.0.1", path: str = "/v1/e/tok") -> float:
        headers = [(b"X-Forwarded-For", forwarded.encode())] if forwarded else []
        return limits.wait({"path": path, "headers": headers, "client": (client, 1)}, None)  # type: ignore[typeddict-item]

    assert [waits("203.0.113.7") for _ in range(5)] == [0.0, 0.0, 0.0, 2.0, 2.0]
    assert waits("203.0.113.8") == 0.0, "another address"
    assert waits("1.1.1.1, 203.0.113.7") == 2.0, "what the caller writes itself is not believed"
    assert waits("203.0.113.7, 10.0.0.3") == 2.0, "our own proxy is not the caller"
    assert waits("9.9.9.9", client="203.0.113.7") == 2.0, "nobody's proxy is not believed at all"
    assert [waits(f"2001:db8::{n}") for n in range(4)] == [0.0, 0.0, 0.0, 2.0], "one household"
    assert waits("2001:db8:0:1::1") == 0.0
    assert {waits("203.0.113.7", path=path) for path in ("/healthz", "/readyz", "/static/app.css", "/media/x")} == {0.0}
    clock[0] = 2.0
    assert waits("203.0.113.7") == 0.0
    with client_of(limits, token="t") as client:
        answers = [client.get("/v1/e/tok") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        told = answers[-1]
        assert (told.headers["retry-after"], told.json()["status"]) == ("2", 429)
        assert told.headers["content-security-policy"]
        assert {client.get("/healthz").status_code for _ in range(20)} == {200}, "probes are not counted"


def test_the_holder_of_a_token_is_counted_and_the_owner_is_not() -> None:
    callers = {"a": Caller(role="site", name="a", site_id="s"), "b": Caller(role="site", name="b", site_id="s")}
    limits = Limiter(per_token=Allowance(Rate(per_second=1, burst=2)), clock=lambda: 0.0)
    with client_of(limits, token="own", find=callers.get) as client:

        def ask(token: str) -> int:
            return client.get("/v1/ads", headers={"authorization": f"Bearer {token}"}).status_code

        assert [ask("a") for _ in range(3)] == [200, 200, 429]
        assert ask("b") == 200
        assert {ask("own") for _ in range(10)} == {200}
        assert {ask("wrong") for _ in range(5)} == {401}


def test_the_settings_say_how_often() -> None:
    assert limiter(Settings()).per_address is not None
    assert limiter(Settings()).per_token is None
    off = Settings(limits=RateLimits(address_per_minute=0, token_per_minute=6))
    assert limiter(off).per_address is None
    per_token = limiter(off).per_token
    assert per_token is not None
    assert [per_token.take("a", 0.0) == 0.0 for _ in range(2)] == [True, False]


@pytest.mark.parametrize("most", [1, 50])
def test_a_body_that_is_too_large_is_refused_by_every_route(still_house, most: int) -> None:
    for path in ("/v1/decisions", "/v1/posts", "/v1/catalogue", "/openrtb2/auction", "/v1/shadow", "/v1/tokens"):
        method = "PUT" if path == "/v1/catalogue" else "POST"
        told = still_house.client.request(method, path, content=b"[" + b" " * (64 * 2**20 + most))
        assert told.status_code == 413, path
