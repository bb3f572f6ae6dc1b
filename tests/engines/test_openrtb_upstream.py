"""Another bidder, over a real socket: what it is told, what of its answer is believed, and when it is left alone."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from adtailor.domain.backfill import Blocked, OpenPlace, Surroundings
from adtailor.domain.ids import PlacementId, ProductId, TopicId
from adtailor.domain.money import Micros
from adtailor.engines.openrtb_upstream import FAILURES, OpenRtbUpstream
from adtailor.testing.stand_in_server import StandInServer, answers, breaks_off, drips, floods, hangs, no_http

PLACE = OpenPlace(id=PlacementId("imp-0"), width=300, height=250, floor=Micros(500_000))
PAGE = Surroundings(domain="news.example", topics=[TopicId("483")], language="de", country="DE", device="mobile")
BID = {
    "id": "1",
    "impid": "imp-0",
    "price": 1.234567,
    "adm": '<a href="https://shop.example/?p=${AUCTION_PRICE}">Boots</a>',
    "adomain": ["Shop.example"],
    "cat": ["IAB18-5"],
    "crid": "c1",
    "nurl": "https://dsp.example/won?p=${AUCTION_PRICE}&c=${AUCTION_CURRENCY}&x=${AUCTION_MBR}",
    "burl": "http://dsp.example/billed",
    "ext": {"dsa": {"behalf": "Boots Ltd", "paid": "Boots Group"}},
}


def told(*bids: dict[str, Any], **changes: Any) -> Any:
    body = {"id": "d1", "cur": "EUR", "seatbid": [{"seat": "x", "bid": list(bids)}], **changes}
    return answers(200, json.dumps(body).encode())


def ask(upstream: OpenRtbUpstream, *, seconds: float = 5.0) -> Any:
    blocked = Blocked(products=frozenset({ProductId("1002")}), domains=frozenset({"bad.example"}))
    return upstream.offers("d1", [PLACE], PAGE, blocked=blocked, seconds=seconds)


def offered(*bids: dict[str, Any], **changes: Any) -> Any:
    with StandInServer(told(*bids, **changes)) as server:
        return ask(OpenRtbUpstream(server.base_url, currency="EUR"))


def test_it_is_told_of_the_page_and_of_nobody() -> None:
    with StandInServer(told(BID)) as server:
        ask(OpenRtbUpstream(server.base_url, currency="EUR"))
        (call,) = server.calls
    assert call.headers["X-OpenRTB-Version"] == "2.6"
    assert "User-Agent" not in call.headers
    body = call.body
    assert set(body) == {"id", "imp", "site", "device", "at", "tmax", "cur", "bcat", "cattax", "badv"}
    assert body["site"] == {"domain": "news.example", "pagecat": ["483"], "cattax": 9}
    assert body["device"] == {"language": "de", "geo": {"country": "DEU"}, "devicetype": 4}
    assert (body["at"], body["tmax"], body["cur"]) == (1, 5000, ["EUR"])
    assert (body["bcat"], body["cattax"], body["badv"]) == (["1002"], 8, ["bad.example"])
    place = body["imp"][0]
    assert (place["bidfloor"], place["bidfloorcur"], place["secure"]) == (0.5, "EUR", 1)


def test_an_offer_is_read_with_its_price_its_names_and_its_macros_filled_in() -> None:
    (ad,) = offered(BID)
    assert (ad.price, ad.domains, ad.products) == (1_234_567, ("shop.example",), ("1059",))
    assert (ad.behalf, ad.payer, ad.creative_id) == ("Boots Ltd", "Boots Group", "c1")
    assert ad.markup == '<a href="https://shop.example/?p=1.234567">Boots</a>'
    assert ad.won_url == "https://dsp.example/won?p=1.234567&c=EUR&x="
    assert ad.billed_url is None, "not over https"


@pytest.mark.parametrize(
    "change",
    [
        {"impid": "imp-9"}, {"price": 0}, {"price": -1}, {"price": 1e9}, {"adm": None}, {"adm": ""},
        {"adm": "x" * 100_001}, {"mtype": 2},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_offer_for_this_place_is_left_out(change) -> None:
    assert offered({**BID, **change}) == []
    assert len(offered({**BID, **change}, BID)) == 1, "and costs the others nothing"


@pytest.mark.parametrize("change", [{"cur": "USD"}, {"cur": None}, {"id": "another"}], ids=str)
def test_another_currency_or_another_request_is_no_answer(change) -> None:
    assert offered(BID, **change) == []


def test_categories_that_are_not_known_are_none() -> None:
    assert offered({**BID, "cat": ["IAB18-5", "IAB99"]})[0].products == ()
    assert offered({**BID, "cat": ["1059"], "cattax": 8})[0].products == ("1059",)
    assert offered({**BID, "cat": ["483"], "cattax": 7})[0].products == ()


@pytest.mark.parametrize(
    "behaviour",
    [hangs, drips, breaks_off, no_http, floods, answers(500), answers(302, Location="https://evil.example/"),
     answers(200, b"no json"), answers(200, b'{"seatbid": 3}'), answers(200, b"[" * 100_000)],
)  # fmt: skip
def test_whatever_goes_wrong_it_offers_nothing_in_time_and_rests_after_a_few(behaviour) -> None:
    now = [0.0]
    with StandInServer(behaviour) as server:
        upstream = OpenRtbUpstream(server.base_url, currency="EUR", clock=lambda: now[0])
        for _ in range(FAILURES + 2):
            began = time.monotonic()
            assert ask(upstream, seconds=0.15) == []
            assert time.monotonic() - began < 2.0
        assert len(server.calls) <= FAILURES
        called = len(server.calls)
        now[0] = 31.0
        ask(upstream, seconds=0.15)
        ask(upstream, seconds=0.15)
        assert len(server.calls) <= called + 1, "one finds out"


def test_no_bid_is_an_answer_and_no_failure() -> None:
    with StandInServer(answers(204)) as server:
        upstream = OpenRtbUpstream(server.base_url, currency="EUR")
        for _ in range(FAILURES + 2):
            assert ask(upstream) == []
        assert len(server.calls) == FAILURES + 2


def test_nobody_there_is_nothing_offered() -> None:
    with StandInServer(hangs) as server:
        gone = server.base_url
    assert ask(OpenRtbUpstream(gone, currency="EUR"), seconds=0.5) == []


@pytest.mark.data
@pytest.mark.skipif("ADTAILOR_TEST_DATA" not in os.environ, reason="needs $ADTAILOR_TEST_DATA")
def test_the_standards_example_of_an_answer_is_read() -> None:
    file = Path(os.environ["ADTAILOR_TEST_DATA"]) / "iab" / "openrtb_examples" / "implementation_005.json"
    body = json.loads(file.read_bytes())
    bid = body["seatbid"][0]["bid"][0]
    body["id"], bid["impid"], bid["adm"] = "d1", "imp-0", "<b>Boots</b>"  # it has a picture's address, and no markup
    with StandInServer(answers(200, json.dumps(body).encode())) as server:
        (ad,) = ask(OpenRtbUpstream(server.base_url, currency="GBP"))
    assert (ad.price, ad.domains, ad.products) == (9_430_000, ("advertiserdomain.com",), ("1008",))
