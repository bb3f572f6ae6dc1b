"""What people decide about themselves, over HTTP."""

from dataclasses import replace

import pytest

from adtailor.domain.profile import Fading

ALL = {"interests": True, "look": True, "affect": True, "wellbeing": True}
NONE = dict.fromkeys(ALL, False)
PAGE = {"language": "en"}


def shown(house, **viewer: object) -> str:
    placement = house.decide(context=PAGE, viewer={"age": "adult", **viewer})["placements"][0]
    return placement["ad"]["ad_id"]


def test_everyone_starts_without_a_single_consent(house) -> None:
    answer = house.client.get("/v1/people/ana/consents")
    assert (answer.status_code, answer.json(), answer.headers["etag"]) == (200, NONE, '"0"')
    assert list(answer.json()) == ["interests", "look", "affect", "wellbeing"]


def test_a_consent_is_given_and_read_back(house) -> None:
    given = house.client.put("/v1/people/ana/consents", json={"interests": True})
    assert (given.status_code, given.json()) == (200, {**NONE, "interests": True}), "what is left out is no"
    read = house.client.get("/v1/people/ana/consents")
    assert (read.json(), read.headers["etag"]) == (given.json(), given.headers["etag"])


def test_a_stale_version_is_409_and_changes_nothing(house) -> None:
    first = house.client.put("/v1/people/ana/consents", json={"interests": True}).headers["etag"]
    house.client.put("/v1/people/ana/consents", json={"interests": True, "look": True}, headers={"if-match": first})
    stale = house.client.put("/v1/people/ana/consents", json=ALL, headers={"if-match": first})
    assert stale.status_code == 409
    assert stale.headers["content-type"] == "application/problem+json"
    assert stale.json()["field"] == "If-Match"
    assert stale.json()["hint"]
    assert house.client.get("/v1/people/ana/consents").json() == {**NONE, "interests": True, "look": True}


def test_who_is_on_file_gains_a_consent_only_on_top_of_what_was_read(house) -> None:
    house.client.put("/v1/people/ana/consents", json={"interests": True})
    blind = house.client.put("/v1/people/ana/consents", json=ALL)
    assert (blind.status_code, blind.json()["field"]) == (428, "If-Match")
    assert house.client.put("/v1/people/ana/consents", json=ALL, headers={"if-match": "*"}).status_code == 200


def test_withdrawing_never_needs_a_version(house) -> None:
    house.client.put("/v1/people/ana/consents", json=ALL)
    assert house.client.put("/v1/people/ana/consents", json={"look": True}).json() == {**NONE, "look": True}
    assert house.client.put("/v1/people/ana/consents", json={}).json() == NONE


@pytest.mark.parametrize("tag", ["three", '"3', "", '"1", "2"', "-1"])
def test_a_version_that_is_none_is_refused_by_name(still_house, tag) -> None:
    answer = still_house.client.put("/v1/people/ana/consents", json=NONE, headers={"if-match": tag})
    assert answer.status_code in {409, 422}
    assert answer.json()["field"] == "If-Match"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("consents", {"interest": True}, "interest"),
        ("consents", {"interests": "yes"}, "interests"),
        ("consents", {"interests": None}, "interests"),
        ("mood", {"mood": "sadness"}, "mood"),
        ("mood", {"mood": "stressed"}, "mood"),
        ("mood", {}, "mood"),
        ("objection", {"objected": 1}, "objected"),
        ("signals", {"signals": {"stress": True}}, "signals"),
        ("signals", {"signals": {"look": "off"}}, "signals.*"),
        ("mutes", {}, "advertiser_id"),
        ("mutes", {"advertiser_id": "a", "topic_id": "1"}, "advertiser_id"),
        ("mutes", {"topic_id": "a b"}, "topic_id"),
        ("", {"country": "Germany"}, "country"),
        ("", {"age": 14}, "age"),
    ],
)
def test_a_bad_choice_is_a_problem_with_its_field(still_house, path, body, field) -> None:
    answer = still_house.client.put(f"/v1/people/bea/{path}".rstrip("/"), json=body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["field"] == field
    assert answer.json()["hint"]
    assert still_house.client.get("/v1/people/bea").json()["version"] == 0, "nothing was stored"


@pytest.mark.parametrize("person_id", ["a b", "x" * 65, "ana%00", "%C3%A4na"])
def test_an_id_that_is_none_is_refused_by_name(still_house, person_id) -> None:
    for method, path in (("GET", ""), ("GET", "/consents"), ("GET", "/export"), ("GET", "/rest"), ("DELETE", "")):
        answer = still_house.client.request(method, f"/v1/people/{person_id}{path}")
        assert (answer.status_code, answer.json()["field"]) == (422, "person_id")


def test_t18_an_objection_outweighs_every_consent_until_it_is_lifted(fan_house) -> None:
    assert shown(fan_house, person_id="ana") == "novel"
    assert fan_house.client.put("/v1/people/ana/objection", json={"objected": True}).json()["objected"]
    assert shown(fan_house, person_id="ana") == shown(fan_house)
    again = fan_house.client.get("/v1/people/ana/consents")
    fan_house.client.put("/v1/people/ana/consents", json=ALL, headers={"if-match": again.headers["etag"]})
    assert shown(fan_house, person_id="ana") == shown(fan_house), "a consent does not lift it"
    assert fan_house.store.people.profile("ana").interests.weights == {}, "and what had been learned is gone"
    assert not fan_house.client.put("/v1/people/ana/objection", json={"objected": False}).json()["objected"]
    profile = fan_house.store.people.profile("ana")
    weights = Fading(weights={"42": 5.0}, as_of=fan_house.clock.now())
    fan_house.store.people.put_profile(replace(profile, interests=weights))
    assert shown(fan_house, person_id="ana") == "novel"


def test_t06_a_withdrawal_holds_at_the_next_request(fan_house) -> None:
    assert shown(fan_house, person_id="ana") == "novel"
    fan_house.client.put("/v1/people/ana/consents", json={})
    assert shown(fan_house, person_id="ana") == shown(fan_house) != "novel"


def test_t15_the_switch_that_an_explanation_names_changes_the_next_result(fan_house) -> None:
    placement = fan_house.decide(context=PAGE)["placements"][0]
    assert placement["why"]["signals"] == ["interests"]
    assert fan_house.client.put("/v1/people/ana/signals", json={"signals": {"interests": False}}).status_code == 204
    after = fan_house.decide(context=PAGE)["placements"][0]
    assert after["ad"]["ad_id"] != placement["ad"]["ad_id"]
    assert "interests" not in after["why"]["signals"]
    fan_house.client.put("/v1/people/ana/signals", json={"signals": {"interests": True}})
    assert fan_house.decide(context=PAGE)["placements"][0]["ad"]["ad_id"] == placement["ad"]["ad_id"]


def test_a_muted_advertiser_stays_away(fan_house) -> None:
    assert fan_house.client.put("/v1/people/ana/mutes", json={"advertiser_id": "novel-ltd"}).status_code == 204
    assert shown(fan_house, person_id="ana") != "novel"
    fan_house.client.put("/v1/people/ana/mutes", json={"advertiser_id": "novel-ltd", "on": False})
    assert shown(fan_house, person_id="ana") == "novel"


def test_a_muted_topic_stays_away(fan_house) -> None:
    assert fan_house.client.put("/v1/people/ana/mutes", json={"topic_id": "42"}).status_code == 204
    assert shown(fan_house, person_id="ana") != "novel"


def test_a_mood_needs_the_affect_consent(house) -> None:
    refused = house.client.put("/v1/people/ana/mood", json={"mood": "joy"})
    assert (refused.status_code, refused.json()["field"]) == (422, "mood")
    house.client.put("/v1/people/ana/consents", json={"affect": True})
    assert house.client.put("/v1/people/ana/mood", json={"mood": "joy"}).status_code == 422  # an unknown age
    house.client.put("/v1/people/ana", json={"age": "adult", "country": None})
    assert house.client.put("/v1/people/ana/mood", json={"mood": "joy"}).json() == {"mood": "joy"}
    assert house.client.put("/v1/people/ana/mood", json={"mood": None}).json() == {"mood": None}


def test_the_country_for_a_helpline_is_declared(house) -> None:
    told = house.client.put("/v1/people/ana", json={"age": "adult", "country": "DE"}).json()
    assert (told["age"], told["country"], told["version"]) == ("adult", "DE", 1)
    assert house.client.get("/v1/people/ana").json() == told


def _bad_week(house) -> None:
    house.client.put("/v1/people/ana", json={"age": "adult", "country": "DE"})
    tag = house.client.get("/v1/people/ana").headers["etag"]
    house.client.put("/v1/people/ana/consents", json={"wellbeing": True}, headers={"if-match": tag})
    posts = [
        {"id": f"p{n}", "author_id": "ana", "created_at": f"2026-11-20T0{n}:00:00Z", "text": "so stressed"}
        for n in range(5)
    ]
    assert house.client.post("/v1/posts", json=posts).status_code == 202
    house.read_all()


def test_a_bad_week_brings_a_card_once_and_one_tap_leaves_it(house) -> None:
    assert house.client.get("/v1/people/ana/rest").json() == {"rest_suggestion": None}
    _bad_week(house)
    card = house.client.get("/v1/people/ana/rest", params={"zone": "Europe/Berlin", "language": "en"}).json()
    assert card["rest_suggestion"]["kind"] == "rest"
    assert {"15min", "1h", "today"} <= {option["id"] for option in card["rest_suggestion"]["options"]}
    assert house.client.get("/v1/people/ana/rest").json() == {"rest_suggestion": None}, "not twice"
    assert house.client.post("/v1/people/ana/rest", json={"answer": "1h"}).status_code == 204
    placement = house.decide()["placements"][0]
    assert placement["no_fill"]["code"] == "quiet", "a rest is free of ads"


def test_a_card_can_come_with_the_page(house) -> None:
    _bad_week(house)
    told = house.decide(viewer={"person_id": "ana", "age": "adult"})
    assert told["rest_suggestion"]["kind"] == "rest"
    assert house.decide()["rest_suggestion"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"answer": "maybe"}, "answer"),
        ({}, "answer"),
        ({"answer": "1h", "zone": "Mars"}, "zone"),
        ({"answer": "1h", "zone": "Europe"}, "zone"),
        ({"answer": "1h"}, "answer"),
    ],
)
def test_an_answer_to_no_card_is_refused_by_name(still_house, body, field) -> None:
    answer = still_house.client.post("/v1/people/bea/rest", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_an_unknown_zone_is_refused_by_name(still_house) -> None:
    answer = still_house.client.get("/v1/people/bea/rest", params={"zone": "Europe"})
    assert (answer.status_code, answer.json()["field"]) == (422, "zone")


def test_the_export_holds_what_was_stored_and_the_forgotten_have_none(fan_house) -> None:
    post = {"id": "p1", "author_id": "ana", "created_at": "2026-11-20T12:00:00Z", "text": "zanzibar-canary"}
    fan_house.client.post("/v1/posts", json=post)
    export = fan_house.client.get("/v1/people/ana/export")
    assert export.status_code == 200
    assert "zanzibar-canary" in export.text
    assert "attachment" in export.headers["content-disposition"]
    assert fan_house.client.delete("/v1/people/ana").status_code == 204
    assert "zanzibar-canary" not in fan_house.client.get("/v1/people/ana/export").text
    assert fan_house.client.get("/v1/people/ana/consents").json() == NONE
    assert fan_house.client.get("/v1/posts/p1/reading").status_code == 404


def test_t16_the_addresses_of_a_forgotten_persons_page_open_no_more(fan_house) -> None:
    placement = fan_house.decide(context=PAGE)["placements"][0]
    fan_house.client.delete("/v1/people/ana")
    assert fan_house.client.get(placement["why"]["url"]).status_code == 403
    assert fan_house.client.get(placement["click_url"], follow_redirects=False).status_code == 403


def test_there_is_nothing_to_forget_about_a_stranger(still_house) -> None:
    answer = still_house.client.delete("/v1/people/nobody")
    assert (answer.status_code, answer.json()["field"]) == (404, "person_id")


def test_t08_a_minor_is_treated_like_a_stranger(fan_house) -> None:
    assert shown(fan_house, person_id="ana") == "novel"
    assert shown(fan_house, person_id="ana", age="minor") == shown(fan_house, age="minor") != "novel"


@pytest.mark.parametrize("narrowed", [{}, {"look": True}, {"interests": False}])
def test_a_request_may_narrow_what_is_on_file(fan_house, narrowed) -> None:
    assert shown(fan_house, person_id="ana", consents=narrowed) == shown(fan_house)


def test_a_request_may_not_widen_what_is_on_file(fan_house) -> None:
    fan_house.client.put("/v1/people/ana/consents", json={})
    assert shown(fan_house, person_id="ana", consents=ALL) == shown(fan_house)
