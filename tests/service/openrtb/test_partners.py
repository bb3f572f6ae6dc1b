"""Which browsers may call the exchange's door: those on partners' pages, there and only there."""

import pytest
from litestar.testing import TestClient

from adtailor.domain.access import Caller
from adtailor.service.app import build_app
from adtailor.service.guard import Rules
from adtailor.testing.bid_requests import asked

PAGE = {"origin": "https://news.example", "sec_fetch_site": "cross-site"}


def test_a_partners_page_may_ask_with_credentials_and_without_the_token(partnered) -> None:
    answer = partnered.answer(asked(), **PAGE)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://news.example"
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["vary"] == "Origin"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert partnered.answer(b"{", **PAGE).headers["access-control-allow-origin"] == "https://news.example"


def test_its_browser_is_told_beforehand_what_it_may_send(partnered) -> None:
    asks = {"origin": "https://news.example", "access-control-request-method": "POST"}
    answer = partnered.client.options("/openrtb2/auction", headers=asks)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert "content-type" in answer.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://news.example.evil.example", "http://news.example"]
)
def test_any_other_page_is_refused_and_told_nothing(partnered, origin: str) -> None:
    answer = partnered.answer(asked(), origin=origin)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    preflight = partnered.client.options("/openrtb2/auction", headers={"origin": origin})
    assert "access-control-allow-origin" not in preflight.headers


@pytest.mark.parametrize(
    "path", ["/v1/decisions", "/v1/posts", "/openrtb2/auction/", "//openrtb2/auction", "/v1/catalogue"]
)
def test_a_partners_page_may_ask_for_nothing_else(partnered, path: str) -> None:
    answer = partnered.client.post(
        path, json={}, headers={name.replace("_", "-"): value for name, value in PAGE.items()}
    )
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_two_origins_are_no_partner_and_a_program_needs_the_token(partnered) -> None:
    two = partnered.client.post(
        "/openrtb2/auction",
        json=asked(),
        headers=[("origin", "https://news.example"), ("origin", "https://news.example")],
    )
    assert two.status_code == 403
    assert partnered.answer(asked()).status_code == 401
    assert partnered.answer(asked(), authorization="Bearer a-long-secret").status_code == 200


def test_pictures_of_ads_may_be_shown_anywhere(house) -> None:
    assert house.client.get("/media/none.webp").headers["cross-origin-resource-policy"] == "cross-origin"
    assert house.client.get("/v1/ads").headers["cross-origin-resource-policy"] == "same-origin"


def test_a_token_of_a_site_speaks_for_its_site_whatever_an_exchange_calls_it(house) -> None:
    rules = Rules(token="t", find=lambda sent: Caller(role="site", site_id="own") if sent == "sites" else None)
    with TestClient(build_app(house.doors, rules=rules), base_url="http://127.0.0.1:8765") as client:
        answer = client.post("/openrtb2/auction", json=asked(), headers={"authorization": "Bearer sites"})
    assert answer.status_code == 200
    assert house.doors.fill_page.recent()[0].request.site_id == "own"
