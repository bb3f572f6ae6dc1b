"""Where nothing of ours fits, a bidder behind a real socket is asked, and what it sends runs nothing."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from litestar.testing import TestClient

from adtailor.config.policy import load_policy
from adtailor.domain.money import Micros
from adtailor.domain.person import Consents, Person
from adtailor.engines.openrtb_upstream import OpenRtbUpstream
from adtailor.journeys.backfill import Backfill
from adtailor.service.app import build_app
from adtailor.service.openrtb.exchange import Exchange
from adtailor.testing.bid_requests import asked, imp
from adtailor.testing.stand_in_server import Call, StandInServer, hangs

NOTHING_FITS = {
    "imp": [imp(bidfloor=900.0, bidfloorcur="EUR"), imp(id="low", bidfloor=1.5, bidfloorcur="EUR")],
    "badv": ["shop.example"],
}


def bids(call: Call) -> None:
    """Offers cake at 2.50 for each place that would take it."""
    body = call.body
    told = [
        {
            "id": "1",
            "impid": place["id"],
            "price": 2.5,
            "adm": "<script>parent.broken = 1</script><a href='https://cake.example/'>Cake</a>",
            "adomain": ["cake.example"],
            "cat": ["1143"],
            "cattax": 8,
            "burl": "https://dsp.example/billed?p=${AUCTION_PRICE}",
        }
        for place in body["imp"]
    ]
    call.send(200, json.dumps({"id": body["id"], "cur": "EUR", "seatbid": [{"bid": told}]}).encode())


class Market:
    """The exchange's door with a bidder behind it."""

    def __init__(self, client: TestClient[Any], server: StandInServer, house: Any) -> None:
        self.client, self.server, self.house = client, server, house

    def bids(self, **changes: Any) -> list[dict[str, Any]]:
        answer = self.client.post("/openrtb2/auction", json=asked(**changes))
        assert answer.status_code in {200, 204}, answer.text
        return [bid for seat in answer.json()["seatbid"] for bid in seat["bid"]] if answer.content else []


@pytest.fixture
def market(house) -> Iterator[Market]:
    with StandInServer(bids) as server:
        upstream = OpenRtbUpstream(server.base_url, currency="EUR")
        backfill = Backfill(upstream, policy=load_policy(), floor=Micros(0), seconds=0.3)
        doors = replace(house.doors, exchange=Exchange(backfill=backfill))
        with TestClient(build_app(doors), base_url="http://127.0.0.1:8765") as client:
            yield Market(client, server, house)


def test_a_bidder_elsewhere_fills_what_stays_empty_at_its_price_and_under_its_name(market) -> None:
    (bid,) = market.bids(**NOTHING_FITS)
    assert (bid["impid"], bid["price"], bid["adomain"]) == ("low", 2.5, ["cake.example"]), "the other asks for more"
    assert (bid["w"], bid["h"], bid["cat"], bid["cattax"]) == (300, 250, ["1143"], 8)
    assert bid["burl"] == "https://dsp.example/billed?p=2.50"
    assert "/openrtb2/seen/" not in bid["adm"], "nothing of ours is counted or charged"
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in bid["adm"]
    assert "<script" not in bid["adm"]
    assert "cake.example - paid for by cake.example" in bid["adm"]
    assert "not for you" in market.client.get("/openrtb2/elsewhere").text


def test_our_own_ads_come_first_and_a_test_asks_nobody(market) -> None:
    assert market.bids()[0]["crid"] == "boots"
    assert market.bids(**NOTHING_FITS, test=1) == []
    assert market.bids(**NOTHING_FITS, acat=["IAB8"]) == []
    assert market.bids(**NOTHING_FITS, bcat=["a word of their own"]) == []
    assert market.server.calls == []


def test_nothing_that_says_who_looks_is_sent_on(market) -> None:
    known = {
        "user": {"id": "ana", "consent": "CPXxRfA", "eids": [{"source": "adtailor", "uids": [{"id": "ana"}]}]},
        "device": {"ua": "Mozilla/5.0 (secret)", "ip": "192.0.2.7", "ifa": "df3a42f4", "language": "de",
                   "geo": {"country": "DEU", "lat": 52.51, "lon": 13.37, "city": "Berlin"}},
    }  # fmt: skip
    market.bids(**NOTHING_FITS, **known)
    (call,) = market.server.calls
    sent = json.dumps([call.body, dict(call.headers)])
    for personal in ("ana", "CPXx", "192.0.2.7", "df3a42f4", "secret", "52.5", "Berlin"):
        assert personal not in sent, personal
    assert call.body["device"] == {"language": "en", "geo": {"country": "DEU"}}
    assert call.body["badv"] == ["shop.example"]
    assert {"1002", "1361"} <= set(call.body["bcat"]), "alcohol and gambling, whoever looks"


def test_t02_t12_whoever_is_left_alone_gets_nothing_from_elsewhere_either(market) -> None:
    house = market.house
    ana = Person(person_id="ana", consents=Consents(wellbeing=True), age="adult")
    house.store.people.put_person(ana, expected_version=None)
    post = {"id": "p1", "author_id": "ana", "created_at": "2026-11-20T11:59:00Z", "text": "goodbye"}
    assert house.client.post("/v1/posts", json=post).status_code == 202
    house.read_all()
    assert market.bids(**NOTHING_FITS, user={"id": "ana"}) == []
    assert market.server.calls == []
    assert market.bids(**NOTHING_FITS, user={"id": "bo"}) != []


def test_a_page_waits_for_nobody_beyond_its_time(market) -> None:
    market.server.behaviour = hangs
    began = time.monotonic()
    assert market.client.post("/openrtb2/auction", json=asked(**NOTHING_FITS, tmax=1000)).status_code in {200, 204}
    assert time.monotonic() - began < 10, "it hangs for half a minute, and may take 0.3 s"
    assert len(market.server.calls) == 1
