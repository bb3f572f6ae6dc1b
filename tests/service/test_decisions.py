"""Decisions over HTTP, and what becomes of the addresses they hand out."""

import base64
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

REQUEST = {
    "request_id": "r1",
    "site_id": "s1",
    "placements": [{"id": "feed-1", "position": 3}],
    "context": {"topics": [{"id": "483", "name": "Sports", "confidence": 0.9}], "language": "en", "country": "DE"},
    "viewer": {"person_id": "ana", "age": "adult"},
}


def first(house, **changes: object) -> dict:
    return house.decide(**changes)["placements"][0]


def test_a_page_gets_an_ad_with_its_price_its_payer_and_why(house) -> None:
    told = house.decide()
    placement = told["placements"][0]
    assert told["policy"].startswith("standard@")
    assert placement["ad"]["label"] == "Ad"
    assert placement["ad"]["ad_id"] == "boots", "the page is about sports"
    assert placement["ad"]["advertiser"] == placement["ad"]["payer"] == "boots-ltd"
    assert 0 < placement["price_micros"] <= 400_000, "at most the bid of 0.40"
    assert "context topics" in placement["why"]["signals"]
    assert placement["no_fill"] is None


def test_the_text_of_a_page_is_read_for_it(house) -> None:
    assert first(house, context={"text": "A long hike", "language": "en"})["ad"]["ad_id"] == "boots"


def test_a_page_that_gets_no_ad_is_told_why(house) -> None:
    placement = first(house, placements=[{"id": "feed-1", "floor_micros": 900_000_000}])
    assert placement["ad"] is None
    assert placement["no_fill"]["code"] in {"below_floor", "no_eligible_ad"}
    assert placement["no_fill"]["hint"]


def test_an_impression_is_counted_once(house) -> None:
    url = first(house)["impression_url"]
    taken = house.client.get(url)
    assert (taken.status_code, taken.content) == (204, b"")
    assert "set-cookie" not in taken.headers
    assert taken.headers["cache-control"] == "no-store"
    again = house.client.get(url)
    assert (again.status_code, again.json()["field"]) == (409, "token")
    assert [event.kind for event, _ in house.store.events.events()] == ["impression"]


def test_a_beacon_counts_from_the_page_of_any_site(house) -> None:
    url = first(house)["viewable_url"]
    assert house.client.post(url, headers={"origin": "https://feed.example"}).status_code == 204


def test_t32_a_click_leads_to_the_landing_address_on_file(house) -> None:
    placement = first(house)
    clicked = house.client.get(f"{placement['click_url']}?url=https://evil.example/", follow_redirects=False)
    assert clicked.status_code == 302
    assert clicked.headers["location"] == "https://shop.example/"
    assert clicked.headers["referrer-policy"] == "no-referrer"
    assert [(event.kind, charged) for event, charged in house.store.events.events()] == [
        ("click", placement["price_micros"])
    ]


def test_t32_a_replayed_click_is_free_and_a_person_still_arrives(house) -> None:
    placement = first(house)
    for _ in range(2):
        arrived = house.client.get(placement["click_url"], headers={"accept": "text/html"}, follow_redirects=False)
        assert arrived.status_code == 302
    assert house.client.get(placement["click_url"], follow_redirects=False).status_code == 409
    assert sum(charged for _, charged in house.store.events.events()) == placement["price_micros"]


def test_t32_every_flipped_bit_is_refused_and_charges_nothing(house) -> None:
    url = first(house)["click_url"]
    token = urlsplit(url).path.removeprefix("/v1/c/")
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    for bit in range(0, len(raw) * 8, 7):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        forged = base64.urlsafe_b64encode(bytes(changed)).rstrip(b"=").decode()
        answer = house.client.get(f"/v1/c/{forged}", follow_redirects=False)
        assert answer.status_code == 403, bit
        assert answer.json()["field"] == "token"
    assert house.store.events.events() == []


@pytest.mark.parametrize("token", ["x", "AAAA", "x" * 5000, "%00", "..%2f..", "ü"])
def test_t32_a_made_up_address_is_refused(still_house, token) -> None:
    for path in ("/v1/e/", "/v1/c/", "/v1/explain/"):
        answer = still_house.client.get(path + token, follow_redirects=False)
        assert answer.status_code in {403, 404}, path
        assert answer.headers["content-type"] == "application/problem+json"


def test_t32_what_expired_is_never_billed_and_what_a_person_does_on_purpose_is_refused_then(house) -> None:
    placement = first(house)
    house.clock.pass_(timedelta(hours=24, seconds=1))
    assert house.client.post(placement["hide_url"]).status_code == 403
    assert house.client.get(placement["impression_url"]).status_code == 204
    assert house.client.get(placement["click_url"], follow_redirects=False).status_code == 302, "they still arrive"
    assert [(event.is_late, charged) for event, charged in house.store.events.events()] == [(True, 0), (True, 0)]


def test_an_address_serves_its_own_purpose_alone(house) -> None:
    placement = first(house)
    click, impression = (urlsplit(placement[f"{kind}_url"]).path.rpartition("/")[2] for kind in ("click", "impression"))
    assert house.client.get(f"/v1/e/{click}").status_code == 403
    assert house.client.get(f"/v1/c/{impression}", follow_redirects=False).status_code == 403
    assert house.client.get(f"/v1/explain/{impression}").status_code == 403
    assert house.client.get(placement["hide_url"]).status_code == 403, "hiding is posted, no browser prefetches it"
    assert house.client.post(placement["hide_url"]).status_code == 204
    assert house.client.post(placement["report_url"]).status_code == 204


def test_t36_a_crawler_is_never_billed(house) -> None:
    placement = first(house)
    taken = house.client.get(
        placement["click_url"],
        headers={"user-agent": "Googlebot/2.1 (+http://google.com/bot.html)"},
        follow_redirects=False,
    )
    assert taken.status_code == 302
    assert [(event.validity, charged) for event, charged in house.store.events.events()] == [("givt", 0)]


def test_the_explanation_names_the_advertiser_the_payer_and_the_signals(house) -> None:
    placement = first(house)
    told = house.client.get(placement["why"]["url"])
    assert told.status_code == 200
    assert told.json()["advertiser"] == "boots-ltd"
    assert told.json()["signals"] == placement["why"]["signals"]
    assert told.json()["sentence"] == placement["why"]["sentence"]
    assert house.client.get(placement["why"]["url"]).status_code == 200, "it may be asked again"


def test_t09_the_header_switches_profiling_off_for_the_request(fan_house) -> None:
    house = fan_house
    page = {"language": "en"}
    assert first(house, context=page)["ad"]["ad_id"] == "novel", "by interest"
    answer = house.client.post("/v1/decisions", json={**REQUEST, "context": page}, headers={"Sec-GPC": "1"})
    stranger = first(house, context=page, viewer={"age": "adult"})
    placement = answer.json()["placements"][0]
    assert placement["ad"] == stranger["ad"]
    assert "interests" not in placement["why"]["signals"]


@settings(max_examples=25, deadline=None)
@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=8).filter(
        lambda value: "1" not in value.split(",")
    )
)
def test_t09_no_other_value_of_the_header_changes_a_consent(fans_house, value: str) -> None:
    answer = fans_house.client.post(
        "/v1/decisions", json={**REQUEST, "context": {"language": "en"}}, headers={"Sec-GPC": value}
    )
    assert answer.json()["placements"][0]["ad"]["ad_id"] == "novel"


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["sec-gpc", "Sec-GPC", "SEC-GPC"]), st.sampled_from(["1", " 1", "1 ", "0,1", "1,0"]))
def test_t09_every_spelling_of_one_protects(fans_house, name: str, value: str) -> None:
    answer = fans_house.client.post(
        "/v1/decisions", json={**REQUEST, "context": {"language": "en"}}, headers={name: value}
    )
    assert answer.json()["placements"][0]["ad"]["ad_id"] != "novel"


def test_t09_the_absence_of_the_header_is_no_consent(fan_house) -> None:
    house = fan_house
    house.client.put("/v1/people/ana/consents", json={"interests": False})
    page = {"language": "en"}
    assert first(house, context=page)["ad"] == first(house, context=page, viewer={"age": "adult"})["ad"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({**REQUEST, "placements": [{"id": "a", "floor_micros": -1}]}, "placements[0].floor_micros"),
        ({**REQUEST, "viewer": {"stress": 1}}, "viewer.stress"),
        ({**REQUEST, "context": {"text": "x" * 2**20}}, "context.text"),
        ({**REQUEST, "context": {"zone": "../etc/passwd"}}, "context.zone"),
        ({**REQUEST, "context": {"zone": "x" * 65}}, "context.zone"),
        ({**REQUEST, "site_id": None}, "site_id"),
        ([REQUEST], None),
    ],
)
def test_a_bad_request_is_a_problem_with_its_field(still_house, body, field) -> None:
    answer = still_house.client.post("/v1/decisions", json=body)
    assert answer.status_code == 422
    assert answer.json()["field"] == field
    assert answer.json()["hint"]
    assert still_house.store.events.events() == []


def test_a_body_beyond_all_measure_is_413(still_house) -> None:
    answer = still_house.client.post("/v1/decisions", content=b" " * (2**21 + 1))
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"

    def chunks():
        for _ in range(40):
            yield b" " * 2**16

    assert still_house.client.post("/v1/decisions", content=chunks()).status_code == 413, "without a length, too"


@pytest.mark.parametrize("zone", ["", "/etc/passwd", "Europe", "Europe/Berlin\0", "EUROPE/BERLIN/../.."])
def test_a_zone_that_is_a_path_is_refused(still_house, zone) -> None:
    answer = still_house.client.post("/v1/decisions", json={**REQUEST, "context": {"zone": zone}})
    assert answer.status_code == 422
