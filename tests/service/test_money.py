"""Conversions, reversals and reports over HTTP: each order once, each micro back once, no line about too few people."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from litestar import Request

from adtailor.domain.person import Consents, Person
from adtailor.journeys.traffic import Sender
from adtailor.measure.traffic import Networks, address_of
from adtailor.service.senders import sender_of
from adtailor.testing.toy_ads import toy_inventory

ADS = ({"id": "boots", "topics": ["483"], "bid": "40.00", "pays": "cpa"},)


def token(placement: dict, kind: str) -> str:
    return urlsplit(placement[f"{kind}_url"]).path.rpartition("/")[2]


def shown(house, number: int = 1, **changes: object) -> dict:
    [placement] = house.decide(
        request_id=f"r{number}", placements=[{"id": "feed-1", "position": 3, "floor_micros": 100_000}], **changes
    )["placements"]
    return placement


@pytest.fixture
def cpa(house):
    """A house that sells conversions, known to ana, who agrees to a history."""
    house.store.catalogue.replace(toy_inventory(ADS))
    ana = Person(person_id="ana", consents=Consents(interests=True), age="adult")
    house.store.people.put_person(ana, expected_version=None)
    return house


def converted(house, **changes: object) -> dict:
    answer = house.client.post("/v1/conversions", json={"campaign_id": "boots", "order_id": "o1", **changes})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_order_is_put_down_to_the_last_click_and_charged_once_however_often_it_is_told(cpa) -> None:
    first = shown(cpa, 1)
    cpa.client.get(first["click_url"], follow_redirects=False)
    cpa.clock.pass_(timedelta(hours=1))
    second = shown(cpa, 2)
    cpa.client.post(second["viewable_url"])
    cpa.clock.pass_(timedelta(hours=1))
    told = converted(cpa, person_id="ana", value_micros=25_000_000)
    assert (told["status"], told["by"], told["ad_id"]) == ("taken", "click", "boots")
    assert told["charged_micros"] > 0
    again = converted(cpa, person_id="ana")
    assert (again["status"], again["charged_micros"]) == ("duplicate", 0)
    assert converted(cpa, order_id="o2", person_id="ana")["status"] == "taken", "another order counts"
    kept = [(event.decision_id, event.value) for event, _ in cpa.store.events.events() if event.kind == "conversion"]
    clicked = next(event.decision_id for event, _ in cpa.store.events.events() if event.kind == "click")
    assert kept == [(clicked, 25_000_000), (clicked, None)]
    assert "ana" not in repr(cpa.store.events.events())
    assert "'o1'" not in repr(cpa.store.events.events()), "an order is known by a keyed hash"


def test_without_a_click_the_last_view_within_its_window_led_to_the_order(cpa) -> None:
    placement = shown(cpa)
    cpa.client.post(placement["viewable_url"])
    cpa.clock.pass_(timedelta(hours=23))
    assert converted(cpa, person_id="ana")["by"] == "view"
    cpa.clock.pass_(timedelta(hours=1))
    assert converted(cpa, order_id="o2", person_id="ana")["status"] == "unattributed", "views have a day"


def test_addresses_that_the_site_kept_tell_of_those_who_agree_to_no_history(cpa) -> None:
    placement = shown(cpa, viewer={"person_id": None, "age": "adult"})
    cpa.client.get(placement["click_url"], follow_redirects=False)
    cpa.clock.pass_(timedelta(days=6, hours=23))
    assert converted(cpa, person_id="ana")["status"] == "unattributed"
    kept = [token(placement, "click")]
    assert converted(cpa, tokens=kept)["status"] == "taken"
    cpa.clock.pass_(timedelta(hours=2))
    assert converted(cpa, order_id="o3", tokens=kept)["status"] == "unattributed", "clicks have a week"


def test_who_withdrew_is_not_looked_for_and_a_reversed_click_led_to_nothing(cpa) -> None:
    placement = shown(cpa)
    cpa.client.get(placement["click_url"], follow_redirects=False)
    cpa.store.people.put_person(
        Person(person_id="ana", consents=Consents(interests=True), age="adult", objected=True), expected_version=None
    )
    assert converted(cpa, person_id="ana")["status"] == "unattributed"
    body = {"campaign_id": "boots", "kind": "click", "reason": "a farm"}
    assert cpa.client.post("/v1/reversals", json=body).json()["events"] == 1
    assert converted(cpa, tokens=[token(placement, "click")])["status"] == "unattributed"


def test_the_same_order_by_address_and_by_server_counts_once(cpa) -> None:
    placement = shown(cpa)
    cpa.client.get(placement["click_url"], follow_redirects=False)
    pixel = placement["conversion_url"]  # what a page of thanks calls
    answer = cpa.client.get(pixel, params={"order_id": "o1", "value_micros": "5"})
    assert answer.status_code == 204
    assert cpa.client.get(pixel, params={"value_micros": "-5"}).status_code == 422
    assert converted(cpa, person_id="ana")["status"] == "duplicate"
    assert [event.value for event, _ in cpa.store.events.events() if event.kind == "conversion"] == [5]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"campaign_id": "unheard-of", "person_id": "ana"}, 404, "campaign_id"),
        ({"campaign_id": "boots"}, 422, "tokens"),
        ({"campaign_id": "boots", "tokens": ["forged"]}, 403, "tokens"),
        ({"campaign_id": "boots", "person_id": "ana", "at": "2026-11-20T13:00:00Z"}, 422, "at"),
        ({"campaign_id": "boots", "person_id": "ana", "order_id": "no id"}, 422, "order_id"),
        ({"campaign_id": "boots", "person_id": "ana", "mood": "sad"}, 422, "mood"),
    ],
)
def test_a_postback_that_says_too_little_or_lies_is_refused(cpa, body, status, field) -> None:
    answer = cpa.client.post("/v1/conversions", json={"order_id": "o1", **body})
    assert (answer.status_code, answer.json()["field"]) == (status, field), answer.text


def test_reports_are_exact_for_the_operator_and_name_no_ad_of_few_people_to_an_advertiser(house) -> None:
    for number in range(3):
        placement = shown(house, number)
        house.client.post(placement["impression_url"])
        house.client.get(placement["click_url"], follow_redirects=False)
        house.clock.pass_(timedelta(minutes=11))
    exact = house.client.get("/v1/reports", params={"audience": "operator", "by": "campaign,ad,day"}).json()
    assert sum(row["tally"]["clicks"] for row in exact["rows"]) == exact["total"]["clicks"] == 3
    assert exact["total"]["net_micros"] == sum(charged for _, charged in house.store.events.events()) > 0
    assert {row["key"]["day"] for row in exact["rows"]} == {"2026-11-20"}
    few = house.client.get("/v1/reports", params={"by": "ad"}).json()
    assert few["least_people"] == 50
    assert {row["key"]["ad"] for row in few["rows"]} == {None}
    assert few["total"] == exact["total"], "what is billed is exact"
    for query, field in (("by=mood", "by"), ("by=ad,site", "by"), ("since=now", "since"), ("mood=sad", "mood")):
        answer = house.client.get(f"/v1/reports?{query}")
        assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_a_reversal_returns_the_money_and_shows_in_the_report(house) -> None:
    placement = shown(house)
    house.client.post(placement["impression_url"])
    house.client.get(placement["click_url"], follow_redirects=False)
    body = {"site_id": "s1", "since": "2026-11-20T11:00:00Z", "reason": "a click farm"}
    done = house.client.post("/v1/reversals", json=body).json()
    assert (done["events"], done["returned_micros"] > 0) == (2, True)
    assert house.client.post("/v1/reversals", json=body).json() == {"events": 0, "returned_micros": 0}
    (entry,) = house.store.audit.entries(kind="events")
    assert (entry.action, entry.item_id, entry.after["reason"], entry.after["events"]) == (
        "reversed",
        "s1",
        "a click farm",
        2,
    )
    total = house.client.get("/v1/reports").json()["total"]
    assert (total["gross_micros"], total["reversed_micros"]) == (done["returned_micros"],) * 2
    assert (total["net_micros"], total["clicks"], total["invalid"]) == (0, 0, 2)
    assert house.client.post("/v1/reversals", json={"reason": "all of it"}).status_code == 422
    assert house.doors.reports.disagreements() == []


def test_events_told_together_count_as_if_told_alone_and_a_forgery_among_them_stops_nothing(house) -> None:
    placement = shown(house)
    tokens = [token(placement, kind) for kind in ("click", "impression", "viewable", "click")]
    answer = house.client.post("/v1/e/batch", json={"tokens": [*tokens, "forged"]})
    assert answer.json() == {"events": ["taken", "taken", "taken", "duplicate", "refused"]}
    assert [event.kind for event, _ in house.store.events.events()] == ["click", "impression", "viewable"]
    assert house.client.post("/v1/e/batch", json={"tokens": []}).status_code == 422


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("198.51.100.7", "203.0.113.1", "198.51.100.7"),  # whoever calls may write what they like
        ("127.0.0.1", "203.0.113.1, 198.51.100.7", "198.51.100.7"),
        ("127.0.0.1", "198.51.100.7, 10.1.1.1", "198.51.100.7"),
        ("127.0.0.1", "nonsense", None),
        ("127.0.0.1", "", "127.0.0.1"),
        ("a socket", "198.51.100.7", None),
    ],
)
def test_t36_behind_proxies_of_ours_the_address_that_they_name_is_judged(peer, forwarded, address) -> None:
    scope = {"type": "http", "client": (peer, 1), "headers": [(b"x-forwarded-for", forwarded.encode())]}
    sender = sender_of(Request(scope), Networks(("127.0.0.0/8", "10.0.0.0/8")))
    assert sender == Sender(address=address_of(address))


def test_t36_a_crowd_behind_a_proxy_that_nobody_named_is_not_taken_for_one_viewer(house) -> None:
    for number in range(3):
        placement = shown(house, number, viewer={"person_id": None, "age": "adult"})
        assert house.client.post(placement["impression_url"], headers={"User-Agent": "Firefox"}).status_code == 204
    assert [event.validity for event, _ in house.store.events.events()] == ["valid"] * 3


def test_the_script_for_sites_is_served_to_any_page(house) -> None:
    answer = house.client.get("/adtailor.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    for word in ("cookie =", "localStorage", "eval", "innerHTML"):
        assert word not in answer.text
