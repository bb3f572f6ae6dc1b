"""The gate: which hosts, which origins, which token, and what every answer carries."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar, get
from litestar.testing import TestClient

from adtailor.service.guard import DEFAULT_HEADERS, Guard, Rules, refuse
from adtailor.service.headers import etag, if_match, says_gpc

OWN = [(b"host", b"127.0.0.1:8765")]
LOCKED = Rules(token="a-long-secret")


def status(method: str, path: str, *headers: tuple[bytes, bytes], rules: Rules = Rules()) -> int:  # noqa: B008
    told = refuse(method, path, [*(OWN if not any(n == b"host" for n, _ in headers) else []), *headers], rules)
    return 200 if told is None else told.status


@pytest.mark.parametrize("host", [b"127.0.0.1:8765", b"127.0.0.1", b"localhost:8765", b"LOCALHOST", b"[::1]:8765"])
def test_it_answers_to_its_own_names(host: bytes) -> None:
    assert status("GET", "/v1/ads", (b"host", host)) == 200


@pytest.mark.parametrize(
    "host",
    [b"evil.example", b"127.0.0.1.evil.example", b"evil.example:8765", b"localhost@evil.example", b"", b"[::1", b"a b",
     b"x@127.0.0.1", b"127.0.0.1:8765/x", b"localhost\xff"],
)  # fmt: skip
def test_a_rebound_name_is_refused(host: bytes) -> None:
    assert status("GET", "/v1/ads", (b"host", host)) == 421


def test_two_host_headers_are_no_name() -> None:
    assert refuse("GET", "/", [*OWN, *OWN], Rules()) is not None
    assert refuse("GET", "/", [], Rules()) is not None


def test_beyond_loopback_any_name_will_do() -> None:
    assert status("GET", "/healthz", (b"host", b"ads.example"), rules=Rules(token="t", hosts=None)) == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize(
    "header",
    [(b"origin", b"https://evil.example"), (b"origin", b"null"), (b"sec-fetch-site", b"cross-site"), (b"origin", b"http://[")],
)  # fmt: skip
def test_another_sites_page_changes_nothing(method: str, header: tuple[bytes, bytes]) -> None:
    assert status(method, "/v1/people/ana/consents", header) == 403


def test_its_own_pages_and_programs_may_change_things() -> None:
    assert status("PUT", "/v1/people/ana/consents", (b"origin", b"http://127.0.0.1:8765")) == 200
    assert status("PUT", "/v1/people/ana/consents", (b"sec-fetch-site", b"same-origin")) == 200
    assert status("PUT", "/v1/people/ana/consents") == 200


def test_events_come_from_the_pages_of_any_site() -> None:
    assert status("POST", "/v1/e/abc", (b"origin", b"https://feed.example")) == 200


@pytest.mark.parametrize("path", ["/v1/ads", "/v1/people/ana/export", "/operator", "/", "/v1/e", "/v1", "//v1/e/x"])
def test_without_the_token_nothing_is_told(path: str) -> None:
    assert status("GET", path, rules=LOCKED) == 401


@pytest.mark.parametrize(
    "path", ["/v1/e/tok", "/v1/c/tok", "/v1/explain/tok", "/healthz", "/readyz", "/docs", "/media/x.webp"]
)
def test_some_addresses_need_no_token(path: str) -> None:
    assert status("GET", path, rules=LOCKED) == 200


@pytest.mark.parametrize(
    "sent",
    [b"Bearer a-long-secret", b"bearer a-long-secret", b"Basic " + base64.b64encode(b"anyone:a-long-secret")],
)  # fmt: skip
def test_the_token_opens(sent: bytes) -> None:
    assert status("GET", "/v1/ads", (b"authorization", sent), rules=LOCKED) == 200


@pytest.mark.parametrize(
    "sent",
    [b"", b"Bearer", b"Bearer ", b"Bearer a-long-secre", b"Bearer a-long-secret2", b"a-long-secret",
     b"Basic a-long-secret", b"Basic " + base64.b64encode(b"a-long-secret"), b"Token a-long-secret",
     b"Bearer \xff\xfe"],
)  # fmt: skip
def test_anything_else_does_not(sent: bytes) -> None:
    assert status("GET", "/v1/ads", (b"authorization", sent), rules=LOCKED) == 401
    both = [*OWN, (b"authorization", b"Bearer a-long-secret"), (b"authorization", sent)]
    assert refuse("GET", "/v1/ads", both, LOCKED) is not None


@given(st.binary(max_size=40))
def test_a_guessed_token_does_not_open(sent: bytes) -> None:
    assert status("GET", "/v1/ads", (b"authorization", b"Bearer " + sent), rules=LOCKED) == 401


def test_every_answer_carries_the_headers_and_a_route_may_set_its_own() -> None:
    @get("/own", media_type="text/plain")
    async def own() -> str:
        return "hi"

    with TestClient(
        Guard(Litestar([own], openapi_config=None, logging_config=None), Rules(token="t")), base_url="http://127.0.0.1"
    ) as client:
        for path in ("/own", "/nothing", "/healthz"):
            answer = client.get(path)
            for name, value in DEFAULT_HEADERS:
                assert answer.headers[name.decode()] == value.decode(), path
        refused = client.get("/own")
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/problem+json"
    assert "Bearer" in refused.headers["www-authenticate"]
    assert refused.json()["field"] == "Authorization"
    assert refused.json()["hint"]


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12))
def test_t09_only_a_one_is_global_privacy_control(value: str) -> None:
    assert says_gpc({"sec-gpc": value}) == ("1" in [part.strip() for part in value.split(",")])


@pytest.mark.parametrize("value", ["1", " 1", "1 ", "1, 1", "0, 1"])
def test_t09_a_one_among_other_values_still_protects(value: str) -> None:
    assert says_gpc({"sec-gpc": value})


@pytest.mark.parametrize("value", ["0", "", "true", "yes", "01", "10", "11", "?1", '"1"', "on"])
def test_t09_nothing_else_is_a_one(value: str) -> None:
    assert not says_gpc({"sec-gpc": value})


@given(st.integers(0, 10**18 - 1), st.integers(0, 100))
def test_an_etag_comes_back_as_its_version(version: int, current: int) -> None:
    assert if_match({"if-match": etag(version)}, current=current) == version
