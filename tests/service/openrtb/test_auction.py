"""Bids over OpenRTB: what is offered, at what price, to whom, and what becomes of the addresses in it."""

import gzip
import json
import os
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.service.openrtb.asking import topics_of
from adtailor.service.wire.openrtb import BidRequest, Site, decode_bid_request
from adtailor.testing.bid_requests import NATIVE, asked, imp
from adtailor.testing.toy_ads import toy_inventory

EXAMPLES = Path(os.environ.get("ADTAILOR_TEST_DATA", "nowhere")) / "iab" / "openrtb_examples"
"""OpenRTB 2.6's own examples: whole messages, and parts of them."""


def path(url: str) -> str:
    return url.removeprefix("http://127.0.0.1:8765")


def kinds(house: Any) -> list[str]:
    return [event.kind for event, _ in house.store.events.events()]


def test_a_banner_gets_a_bid_with_all_that_an_exchange_asks_for(bidding) -> None:
    answer = bidding.answer(asked())
    told = answer.json()
    assert (answer.status_code, told["id"], told["cur"]) == (200, "req-1", "EUR")
    assert [seat["seat"] for seat in told["seatbid"]] == ["adtailor"]
    bid = told["seatbid"][0]["bid"][0]
    assert (bid["impid"], bid["w"], bid["h"], bid["mtype"], bid["exp"]) == ("top", 300, 250, 1, 3600)
    assert (bid["cid"], bid["crid"], bid["adomain"]) == ("boots", "boots", ["shop.example"])
    assert bid["attr"] == [12], "it has no picture, and says so"
    assert bid["ext"]["prebid"] == {
        "type": "banner",
        "meta": {"advertiserDomains": ["shop.example"], "advertiserName": "boots-ltd"},
    }
    assert bid["ext"]["dsa"] == {"behalf": "boots-ltd", "paid": "boots-ltd", "adrender": 1}


def test_t14_a_banner_says_that_it_is_an_ad_whose_it_is_who_pays_and_where_to_ask_why(bidding) -> None:
    markup = bidding.bid()["adm"]
    assert ">Ad</span> boots-ltd - paid for by boots-ltd" in markup
    assert "<script" not in markup
    why = re.search(r'href="([^"]+/openrtb2/why/[^"]+)"', markup)
    page = bidding.client.get(path(why.group(1).replace("&amp;", "&")))
    assert page.status_code == 200
    for words in ("You see this ad because", "boots-ltd", "Never show me this ad again", "Report this ad"):
        assert words in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]
    bent = bidding.client.get(path(why.group(1).split("?")[0]) + "?hide=../../v1/people/ana/consents&report=x%22y")
    assert (bent.status_code, "<form" in bent.text) == (200, False), "a button sends what was minted here, or is none"


def test_t32_markup_and_billing_tell_of_one_impression_and_one_is_counted(house, bidding) -> None:
    bid = bidding.bid()
    shown = re.search(r'<img src="([^"]+/seen/[^"]+)"', bid["adm"]).group(1)
    assert shown == bid["burl"]
    first = bidding.client.get(path(shown), headers={"user-agent": "Mozilla/5.0"})
    assert (first.status_code, first.headers["cross-origin-resource-policy"]) == (204, "cross-origin")
    assert bidding.client.get(path(bid["burl"]), headers={"user-agent": "Go-http-client/1.1"}).status_code == 204
    assert kinds(house) == ["impression"]
    assert bidding.client.get(path(bid["burl"])[:-2] + "AA").status_code == 403
    house.clock.pass_(timedelta(hours=2))
    assert bidding.client.get(path(bid["burl"])).status_code == 204
    assert kinds(house) == ["impression"]
    late = bidding.bid()
    house.clock.pass_(timedelta(hours=2))
    assert bidding.client.get(path(late["burl"])).status_code == 204
    assert [(event.is_late, charged) for event, charged in house.store.events.events()][1:] == [(True, 0)]


def test_a_server_that_bills_is_no_bot_and_a_browser_that_is_one_is(house, bidding) -> None:
    for agent in ("Go-http-client/1.1", "Mozilla/5.0 (compatible; Somebot/1.0)"):
        bid = bidding.bid(id=f"req-{len(agent)}")
        assert bidding.client.get(path(bid["burl"]), headers={"user-agent": agent}).status_code == 204
    assert [event.validity for event, _ in house.store.events.events()] == ["valid", "givt"]


def test_what_wins_and_loses_elsewhere_is_counted_and_told(bidding) -> None:
    bid = bidding.bid()
    assert bidding.client.get(path(bid["nurl"])).status_code == 204
    assert bidding.client.get(path(bid["lurl"]).replace("${AUCTION_LOSS}", "102")).status_code == 204
    assert bidding.client.get(path(bid["lurl"])).status_code == 204, "an exchange that fills in no macro"
    assert bidding.client.get("/openrtb2/won/forged").status_code == 403
    told = bidding.client.get("/v1/openrtb").json()
    assert told == {
        "requests": 1, "bids": 1, "won": 1, "lost": 2, "lost_by_reason": {"102": 1, "unknown": 1},
    }  # fmt: skip


@pytest.mark.parametrize("as_text", [True, False], ids=["text", "object"])
def test_native_parts_come_by_the_ids_that_were_asked_for(bidding, as_text: bool) -> None:
    request = json.dumps({"native": NATIVE}) if as_text else NATIVE
    bid = bidding.bid(imp=[{"id": "n", "native": {"request": request, "ver": "1.2"}}])
    assert (bid["mtype"], bid["ext"]["prebid"]["type"], "w" in bid) == (4, "native", False)
    told = json.loads(bid["adm"])
    assert [asset["id"] for asset in told["assets"]] == [1, 2, 7, 9]
    assert told["assets"][0]["title"]["text"] == "boots"
    assert told["assets"][1]["data"]["value"] == "Ad: boots-ltd, paid for by boots-ltd"
    assert told["assets"][3]["data"]["value"] == "Learn more"
    assert "/v1/c/" in told["link"]["url"]
    assert "/openrtb2/why/" in told["privacy"]
    assert [(one["event"], one["method"]) for one in told["eventtrackers"]] == [(1, 1), (2, 1)]
    assert "/openrtb2/seen/" in told["eventtrackers"][0]["url"]
    assert "/v1/e/" in told["eventtrackers"][1]["url"]


@pytest.mark.parametrize(
    "assets",
    [
        [{"id": 1, "title": {"len": 60}}],  # no room for whose ad it is
        [{"id": 1, "data": {"type": 1}}, {"id": 2, "required": 1, "video": {"mimes": ["video/mp4"]}}],
        [{"id": 1, "data": {"type": 1}}, {"id": 2, "required": 1, "data": {"type": 3}}],  # a rating
        [{"id": 1, "data": {"type": 1}}, {"id": 2, "required": 1, "img": {"type": 3}}],  # none has a picture
    ],
)
def test_native_parts_that_cannot_be_filled_get_no_bid(still, assets) -> None:
    assert still.bids(imp=[{"id": "n", "native": {"request": json.dumps({"ver": "1.2", "assets": assets})}}]) == []


def test_a_place_for_both_gets_parts_and_one_without_room_gets_nothing(still) -> None:
    both = {"banner": {"w": 300, "h": 250}, "native": {"request": NATIVE}}
    assert still.bid(imp=[{"id": "n", **both}])["mtype"] == 4
    for banner in (
        {"w": 88, "h": 31},
        {"w": 300, "h": 250, "mimes": ["image/png"]},
        {"w": 300, "h": 250, "btype": [1, 2]},
    ):
        assert still.bids(imp=[imp(banner=banner)]) == []
    assert still.bids(imp=[{"id": "v", "video": {"mimes": ["video/mp4"]}}]) == []


def test_prices_are_for_a_thousand_impressions_and_exact(house, bidding) -> None:
    """Per thousand: what it costs. Per click: price x click rate x 1000, never more than what is expected."""
    house.store.catalogue.replace(toy_inventory([{"id": "wall", "topics": ["483"], "bid": "2.345678", "pays": "cpm"}]))
    assert bidding.bid(imp=[imp(bidfloor=1.234567, bidfloorcur="EUR")])["price"] == 1.234567, "nobody to beat"
    ads = [{"id": "boots", "topics": ["483"], "bid": "0.40"}, {"id": "oven", "topics": ["210"], "bid": "0.30"}]
    house.store.catalogue.replace(toy_inventory(ads))
    bid = bidding.bid()
    won = next(iter(house.store.events.records())).decision.placements[0].won
    last = [record.decision.placements[0].won for record in house.store.events.records()][-1]
    assert (won.bid_kind, last.bid_kind) == ("cpm", "cpc")
    assert bid["price"] == last.thousand_worth / 1_000_000 > 0.01
    assert 0 <= last.price * last.click_rate * 1000 - last.thousand_worth < 1


@given(st.integers(0, 12_000_000))
def test_a_bid_meets_the_floor_or_is_not_made(still, floor: int) -> None:
    bids = still.bids(imp=[imp(bidfloor=floor / 1_000_000, bidfloorcur="EUR")])
    assert [bid["price"] * 1_000_000 >= floor for bid in bids] in ([], [True])
    if floor == 0:
        assert bids


def test_a_winner_with_nobody_to_beat_is_offered_for_the_least_that_is_ever_bid(house, bidding) -> None:
    house.store.catalogue.replace(toy_inventory([{"id": "boots", "topics": ["483"], "bid": "0.40"}]))
    bid = bidding.bid()
    won = next(iter(house.store.events.records())).decision.placements[0].won
    assert bid["price"] >= 0.01
    assert bid["price"] < 0.01 + 1000 * won.click_rate / 1_000_000, "the next micro of a click would be more"


def test_a_second_price_is_asked_the_same_for_more_would_cost_more_than_the_advertiser_pays(still) -> None:
    assert still.bid(at=1)["price"] == still.bid(at=2)["price"]


@pytest.mark.parametrize(
    "changes",
    [
        {"imp": [imp(bidfloor=0.01)]},  # in USD, as nothing else is said
        {"imp": [imp(bidfloor=0.01, bidfloorcur="GBP")]},
        {"imp": [imp(pmp={"private_auction": 1, "deals": []})]},
        {"imp": [imp(qty={"multiplier": 14.2})]},
        {"cur": ["USD", "GBP"]},
        {"wseat": ["somebody"]},
        {"bseat": ["adtailor"]},
        {"badv": ["shop.example"]},
        {"badv": ["example"]},
        {"wlang": ["de", "fr"]},
        {"bcat": ["IAB8-5"]},  # none of the four says what it advertises
        {"bcat": ["653"], "cattax": 4},  # of an audience taxonomy
        {"bcat": ["no such"], "cattax": 8},
        {"acat": ["1002"], "cattax": 8},
        {"imp": [imp(banner={"w": 300, "h": 250, "battr": [12]})]},  # none has a picture
        {"imp": [imp(banner={"w": 300, "h": 250, "btype": [1]})]},
    ],
    ids=str,
)
def test_what_a_request_rules_out_is_not_offered(still, changes) -> None:
    assert still.bids(**changes) == []


def test_categories_and_apps_are_blocked_whatever_taxonomy_they_are_written_in(house, bidding) -> None:
    ads = [
        {"id": "gin", "topics": ["210"], "bid": "3.00", "products": ["1006"]},
        {"id": "app", "topics": ["483"], "bid": "2.00", "products": ["1120"]},
        {"id": "boots", "topics": ["483"], "bid": "0.40", "products": ["1059"]},
    ]
    inventory = toy_inventory(ads)
    store = "https://play.google.com/store/apps/details?id=com.game"
    creatives = tuple(replace(one, landing_url=store) if one.id == "app" else one for one in inventory.creatives)
    house.store.catalogue.replace(replace(inventory, creatives=creatives))

    def winner(**changes: Any) -> str:
        return bidding.bid(user={"yob": 1980}, **changes)["crid"]

    assert winner() == "app", "gin is not for an unknown age"
    assert winner(bapp=["com.game"]) == "boots"
    assert winner(bapp=["com.other"]) == "app"
    assert winner(badv=["www.play.google.com"]) == "boots"
    assert winner(bcat=["1120"], cattax=8) == "boots"
    assert winner(bcat=["1097"], cattax=8) == "boots", "electronics, of which games are some"
    assert winner(bcat=["IAB9-30"]) == "boots", "IAB's mapping: video and computer games"
    assert winner(bcat=["IAB8-5"]) == "app"
    assert winner(bcat=["IAB17"], badv=["other.example"]) == "app"
    assert winner(acat=["1059"], cattax=8) == "boots"


def test_prebid_is_answered_under_the_code_that_it_asked_by_and_never_with_nothing(still) -> None:
    place = imp(ext={"prebid": {"bidder": {"ourads": {"anything": 1}}}})
    told = still.answer(asked(imp=[place], ext={"prebid": {"channel": {"name": "pbjs"}}})).json()
    assert [seat["seat"] for seat in told["seatbid"]] == ["ourads"]
    both = imp(ext={"prebid": {"bidder": {"other": {}, "adtailor": {}}}})
    assert still.answer(asked(imp=[both])).json()["seatbid"][0]["seat"] == "adtailor"
    nothing = still.answer(asked(imp=[place], ext={"prebid": {}}, badv=["shop.example"]))
    assert (nothing.status_code, nothing.json()) == (200, {"id": "req-1"})


def test_several_places_get_ads_of_several_advertisers(still) -> None:
    bids = still.bids(imp=[{"id": f"p{n}", "banner": {"w": 300, "h": 250}} for n in range(3)])
    assert [bid["impid"] for bid in bids] == ["p0", "p1", "p2"]
    assert len({bid["crid"] for bid in bids}) == 3


def test_a_test_is_answered_and_leaves_no_trace(house, bidding) -> None:
    bid = bidding.bid(test=1)
    assert bid["price"] > 0
    assert not {"burl", "nurl", "lurl"} & set(bid)
    assert 'href="https://shop.example/"' in bid["adm"]
    assert "127.0.0.1" not in bid["adm"]
    assert list(house.store.events.records()) == []


def test_too_little_time_is_said_and_a_screen_in_the_street_is_no_device_of_ours(still) -> None:
    assert still.answer(asked(tmax=0)).json()["nbr"] == 15
    assert still.answer(asked(tmax=0.000001)).json()["nbr"] == 15, "decided, but nobody waits any more"
    wall = asked(dooh={"id": "15790"})
    del wall["site"]
    assert still.answer(wall).json()["nbr"] == 6


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"\xff", b"[" * 5000, b'{"id":"1"}', b'{"imp":[{"id":"1"}]}', b'{"id":"1","imp":[]}',
        b'{"id":"1","imp":[{}]}', b'{"id":"1","imp":[{"id":"a"},{"id":"a"}]}', b'{"id":1,"imp":[{"id":"1"}]}',
        b'{"id":"1","imp":[{"id":"a","banner":{"w":300,"h":250},"bidfloor":-1}]}',
        b'{"id":"1","imp":[{"id":"a","banner":{"w":300,"h":250},"bidfloor":1e300}]}',
        b'{"id":"1","imp":[{"id":"a","banner":{"w":300,"h":250}}],"site":{},"app":{}}',
    ],
)  # fmt: skip
def test_what_is_no_bid_request_is_400_with_a_reason(still, body: bytes) -> None:
    answer = still.answer(body)
    assert answer.status_code == 400
    told = answer.json()
    assert told["nbr"] == 2
    assert told["ext"]["problem"]
    assert told["ext"]["hint"]


def test_a_packed_body_is_unpacked_and_a_bomb_is_not(still) -> None:
    packed = gzip.compress(json.dumps(asked()).encode())
    assert still.answer(packed, content_encoding="gzip").status_code == 200
    for body in (b"no gzip", packed[:-9], gzip.compress(b" " * (3 * 2**20))):
        assert still.answer(body, content_encoding="gzip").json()["nbr"] == 2
    assert still.answer(packed, content_encoding="br").status_code == 400


@pytest.mark.data
@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="needs $ADTAILOR_TEST_DATA")
def test_every_example_of_the_standard_is_read(still) -> None:
    files = sorted(EXAMPLES.glob("*.json"))
    assert len(files) == 10
    for file in files:
        example = json.loads(file.read_bytes())
        if "seatbid" in example:
            continue  # an answer: the bidder that is asked in turn reads it, see tests/engines
        if "title" in example:
            example = {"site": {"content": example}}
        assert isinstance(decode_bid_request(json.dumps(example).encode()), BidRequest), file.name
        answer = still.answer({"id": file.stem, "imp": [imp()], **example})
        assert answer.status_code in {200, 204}, (file.name, answer.text)


def test_categories_are_topics_where_they_mean_the_same(bidding) -> None:
    def told(**site: Any) -> dict[str, float]:
        return {topic.id: topic.confidence for topic in topics_of(Site(**site)) or ()}

    assert told(pagecat=("483",), sectioncat=("42",), cat=("210", "483"), cattax=7) == {
        "483": 1.0,
        "42": 0.7,
        "210": 0.4,
    }
    assert told(pagecat=("647", "483"), cattax=6) == {"483": 1.0}, "647 was drama on TV, and is drama at all"
    assert told(pagecat=("647",), cattax=9) == {"647": 1.0}
    assert told(pagecat=("IAB17",)) == {}, "the Content Taxonomy 1.0 has no exact equal"


def test_a_post_of_ours_speaks_for_itself_whatever_the_labels_say(house, bidding) -> None:
    post = {"id": "p1", "author_id": "bo", "created_at": "2026-11-20T11:00:00Z", "text": "we bake bread"}
    assert house.client.post("/v1/posts", json=post).status_code == 202
    house.read_all()
    site = {"pagecat": ["483"], "cattax": 7, "content": {"id": "p1", "language": "en"}}
    assert bidding.bid(site=site)["crid"] == "oven"
    assert bidding.bid(site={**site, "content": {"id": "unheard-of", "language": "en"}})["crid"] == "boots"


def test_a_place_that_is_closed_on_file_gets_no_bid(house, bidding) -> None:
    for kind, item in (
        ("sites", {"id": "news", "name": "News"}),
        ("placements", {"id": "top", "site_id": "news", "name": "Top", "status": "active"}),
    ):
        assert house.client.post(f"/v1/{kind}", json=item).status_code == 201
    asks = {"site": {"id": "news"}, "imp": [imp(tagid="top"), {**imp(tagid="side"), "id": "other"}]}
    assert len(bidding.bids(**asks)) == 2
    for kind, one, left in (("placements", "top", 1), ("sites", "news", 0)):
        closed = house.client.patch(f"/v1/{kind}/{one}", json={"status": "paused"}, headers={"if-match": "*"})
        assert closed.status_code == 200
        assert len(bidding.bids(**asks)) == left
