"""Who a bid request may speak of, and what the law in it takes away: never more than is on file."""

from collections.abc import Callable
from typing import Any

import pytest

from adtailor.service.openrtb.asking import opts_out
from adtailor.testing.bid_requests import asked, imp

from .conftest import Bidding

ANA = {"id": "ana"}
PAGE = {"site": {"id": "s1", "content": {"language": "en"}}}
BY_INTEREST, BY_THE_PAGE = "novel", "oven"
"""Ana's profile speaks for novels; to anyone else the highest bid is shown."""


Winner = Callable[..., str]


def winner_in(bidding: Any) -> Winner:
    """The ad that is offered for a request beside nothing in particular, by someone who is known to be an adult."""
    return lambda **changes: bidding.bid(**{**PAGE, "user": ANA, **changes})["crid"]


@pytest.fixture(scope="module")
def winner(fans_house) -> Winner:
    """In one house for all that only asks."""
    return winner_in(Bidding(fans_house.client))


def test_a_person_is_known_by_consent_and_by_an_id_of_ours(fan_house, bidding) -> None:
    winner = winner_in(bidding)
    assert winner() == BY_INTEREST
    own = {
        "eids": [{"source": "adtailor", "uids": [{"id": "ana"}]}, {"source": "other.example", "uids": [{"id": "bo"}]}]
    }
    assert winner(user=own) == BY_INTEREST
    assert winner(user={"ext": own}) == BY_INTEREST, "where OpenRTB 2.5 had it"
    for nobody in (
        {},
        {"id": "bo"},
        {"eids": [{"source": "other.example", "uids": [{"id": "ana"}]}]},
        {"buyeruid": "ana"},
    ):
        assert winner(user=nobody) == BY_THE_PAGE
    fan_house.client.put("/v1/people/ana/consents", json={"interests": False}, headers={"If-Match": "*"})
    assert winner() == BY_THE_PAGE


@pytest.mark.parametrize(
    "changes",
    [
        {"regs": {"gdpr": 1}},  # applies, and no string says yes
        {"regs": {"ext": {"gdpr": 1}}},
        {"user": {**ANA, "consent": "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA"}},
        {"user": {**ANA, "ext": {"consent": "whatever"}}},
        {"user": {**ANA, "consent": ""}},
        {"regs": {"gpp": "DBAA"}},
        {"regs": {"gpp_sid": [7]}},
        {"regs": {"us_privacy": "1YYN"}},
        {"regs": {"ext": {"us_privacy": "1NYN"}}},
        {"regs": {"us_privacy": "what?"}},
        {"regs": {"ext": {"gpc": "1"}}},
        {"device": {"dnt": 1}},
        {"device": {"lmt": 1}},
        {"regs": {"coppa": 1}},
        {"user": {**ANA, "yob": 2010}},
    ],
    ids=str,
)
def test_t09_t10_every_no_in_a_request_switches_profiling_off(winner, changes) -> None:
    assert winner(**changes) == BY_THE_PAGE


@pytest.mark.parametrize(
    "changes",
    [{"regs": {"gdpr": 0}}, {"regs": {"us_privacy": "1YNN"}}, {"regs": {"gpp_sid": [-1]}}, {"regs": {"coppa": 0}},
     {"device": {"dnt": 0}}, {"user": {**ANA, "yob": 1980}}],
    ids=str,
)  # fmt: skip
def test_what_does_not_apply_changes_nothing(winner, changes) -> None:
    assert winner(**changes) == BY_INTEREST


YES = "CQfAJEAQfmSeAEsACBDEB4FoALAAAEIAAAYgF5wAgAGALzAAyACAAwAA.IF5wAoAGAAaAvMA.ZgAAAAAAAAA"
NO = "CQfAJEAQfmSeAEsACBDEB4FoAAAAAEIAAAYgF5wAgAGALzAAyACAAwAA.IF5wAoAGAAaAvMA.YAAAAAAAAAA"
"""TC strings of TCF 2.3: purposes 3 and 4 agreed to for the publisher itself, or to nothing."""


@pytest.mark.parametrize(
    "changes",
    [
        {"user": {**ANA, "consent": YES}, "regs": {"gdpr": 1}},
        {"user": {**ANA, "ext": {"consent": YES}}, "regs": {"ext": {"gdpr": 1}}},
        {"regs": {"gpp": "DBABMA~" + YES, "gpp_sid": [2], "gdpr": 1}},
        {"regs": {"ext": {"gpp": "DBABTA~1YNN", "gpp_sid": [6]}}},
        {"regs": {"gpp": "DBABTA~1YYN", "gpp_sid": [-1]}},
    ],
    ids=["tcf", "tcf of 2.5", "tcf in gpp", "gpp of 2.5", "no section applies"],
)
def test_t10_a_string_that_says_yes_leaves_what_is_on_file(winner, changes) -> None:
    assert winner(**changes) == BY_INTEREST


@pytest.mark.parametrize(
    "changes",
    [
        {"user": {**ANA, "consent": NO}, "regs": {"gdpr": 1}},
        {"user": {**ANA, "consent": YES}, "regs": {"gpp": "DBABTA~1YYN"}},
        {"regs": {"ext": {"gpp": "DBABTA~1YYN", "gpp_sid": [6]}}},
        {"regs": {"gpp": "DBABTA~1YNN", "gpp_sid": [6], "gdpr": 1}},
        {"regs": {"gpp": "DBABMA~" + YES, "gpp_sid": [7]}},
    ],
    ids=["tcf", "one of two", "gpp of 2.5", "gdpr without a tc string", "a section that is not there"],
)
def test_t10_a_string_that_says_no_takes_it_away(winner, changes) -> None:
    assert winner(**changes) == BY_THE_PAGE


def test_t09_the_header_counts_here_too(fan_house, bidding) -> None:
    told = bidding.answer(asked(**PAGE, user=ANA), sec_gpc="1").json()
    assert told["seatbid"][0]["bid"][0]["crid"] == BY_THE_PAGE


def test_a_page_of_a_partner_cannot_claim_that_its_reader_is_somebody(fan_house, partnered) -> None:
    claimed = asked(**PAGE, user=ANA)
    page = {"origin": "https://news.example", "sec_fetch_site": "cross-site"}
    told = partnered.answer(claimed, **page).json()
    assert told["seatbid"][0]["bid"][0]["crid"] == BY_THE_PAGE
    server = partnered.answer(claimed, authorization="Bearer a-long-secret").json()
    assert server["seatbid"][0]["bid"][0]["crid"] == BY_INTEREST, "the operator's own server may"


def test_t12_quiet_looks_like_any_other_empty_place(fan_house, bidding) -> None:
    house = fan_house
    house.client.put("/v1/people/ana/consents", json={"wellbeing": True}, headers={"If-Match": "*"})
    body = asked(**PAGE, user=ANA, imp=[imp(), imp(id="second")])
    assert bidding.answer(body).status_code == 200
    post = {"id": "p1", "author_id": "ana", "created_at": "2026-11-20T11:59:00Z", "text": "goodbye"}
    assert house.client.post("/v1/posts", json=post).status_code == 202
    house.read_all()
    quiet = bidding.answer(body)
    nothing = bidding.answer({**body, "user": {"id": "bo"}, "badv": ["shop.example"]})
    assert (quiet.status_code, quiet.content) == (nothing.status_code, nothing.content) == (204, b"")


def test_ids_of_devices_segments_and_gender_have_no_way_in(house, bidding) -> None:
    personal = {
        "user": {"gender": "F", "data": [{"segment": [{"id": "sad"}]}], "keywords": "stressed", "buyeruid": "x"},
        "device": {"ifa": "df3a42f4-a388-43e9-a691-b0d308c963b4", "ip": "192.0.2.1", "ua": "Mozilla/5.0"},
    }
    bidding.bid(**personal)
    bidding.bid()
    with_, without = (page.request for page in house.doors.fill_page.recent())
    assert with_.viewer == without.viewer
    assert "df3a42f4" not in str(with_) + str(without)
    assert "stressed" not in str(with_) + str(without)


def test_where_it_is_read_is_told_to_about_a_kilometre_and_of_a_child_not_at_all(house, bidding) -> None:
    geo = {"country": "DEU", "region": "BE", "lat": 52.516275, "lon": 13.377704, "utcoffset": 60}
    device = {"devicetype": 4, "geo": geo}
    bidding.bid(device=device)
    context = house.doors.fill_page.recent()[0].request.context
    assert (context.country, context.region, context.lat, context.lon) == ("DE", "DE-BE", 52.52, 13.38)
    assert (context.device, context.zone) == ("mobile", "Etc/GMT-1")
    bidding.bid(device=device, regs={"coppa": 1})
    request = house.doors.fill_page.recent()[0].request
    assert (request.context.lat, request.context.lon, request.viewer.age) == (None, None, "minor")


def test_us_privacy_is_read_as_written() -> None:
    assert [opts_out(one) for one in ("1YNY", "1nyn", "2YYN", "")] == [False, True, True, False]
