"""What a site may do for a member on its own pages, and the link to ours."""

from dataclasses import replace
from datetime import timedelta

import pytest

from adtailor.config.policy import load_policy
from adtailor.console.member.session import COOKIE
from adtailor.domain.decision import Context
from adtailor.domain.person import Consents, Person
from adtailor.domain.reading import Topic
from adtailor.journeys.fill_page import as_corrected
from adtailor.service.guard import Rules, judge

AT = "/v1/people/ana"


@pytest.fixture
def ana(house):
    """Ana, who agreed to everything, and whose two posts were read."""
    everything = Consents(interests=True, look=True, affect=True, wellbeing=True)
    house.store.people.put_person(Person(person_id="ana", age="adult", consents=everything), expected_version=None)
    posts = [
        {"id": name, "author_id": "ana", "created_at": "2026-11-20T10:00:00Z", "text": text}
        for name, text in (("p1", "A hike."), ("p2", "We bake."))
    ]
    assert house.client.post("/v1/posts", json=posts).status_code == 202
    house.read_all()
    return house


def interests(house) -> dict[str, float]:
    return dict(house.store.people.profile("ana").interests.weights)


def decided(house):
    """A decision by what is known of her alone."""
    house.decide(context={"language": "en", "country": "DE"})
    return house.doors.fill_page.recent()[0].decision


def value_of(ad: str, decision) -> float:
    return next(candidate.value for candidate in decision.account.ranked if candidate.ad_id == ad)


def test_a_correction_changes_the_profile_and_the_next_decision(ana):
    before = decided(ana)
    assert set(interests(ana)) == {"483", "210"}
    for post, topic in (("p1", "483"), ("p2", "210")):
        told = {"post_id": post, "mark": f"topic:{topic}"}
        assert ana.client.put(f"{AT}/corrections", json=told).status_code == 204
    assert interests(ana) == {}
    after = decided(ana)
    assert "interests" in before.account.without
    assert "interests" not in after.account.without
    assert value_of("oven", after) < value_of("oven", before)
    undone = {"post_id": "p1", "mark": "topic:483", "wrong": False}
    assert ana.client.put(f"{AT}/corrections", json=undone).status_code == 204
    assert set(interests(ana)) == {"483"}


def test_a_corrected_topic_chooses_no_ad_beside_that_post_but_a_sensitive_one_still_keeps_them_away(ana):
    fill = ana.doors.fill_page
    reading, _, _ = fill._page_reading(fill_context("p1"), ana.clock.now())
    assert [topic.id for topic in reading.topics] == ["483"]
    ana.client.put(f"{AT}/corrections", json={"post_id": "p1", "mark": "topic:483"})
    reading, _, _ = fill._page_reading(fill_context("p1"), ana.clock.now())
    assert reading.topics == ()
    policy = load_policy()
    sensitive = next(iter(policy.sensitive_topics))
    touchy = replace(reading, topics=(Topic(id=sensitive, name="", confidence=0.9),), wrong=(f"topic:{sensitive}",))
    assert as_corrected(touchy, policy).topics == touchy.topics


def fill_context(post_id: str):
    return Context(post_id=post_id)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("corrections", {"post_id": "p1", "mark": "topic:1"}, 404),
        ("corrections", {"post_id": "nowhere", "mark": "topic:483"}, 404),
        ("corrections", {"post_id": "p1", "mark": "stress"}, 422),
        ("corrections", {"post_id": "p1", "mark": "mood:Sadness"}, 422),
        ("corrections", {"post_id": "p1", "mark": "mood:sadness"}, 404),
        ("corrections", {"post_id": "no id", "mark": "topic:483"}, 422),
        ("corrections", {"post_id": "p1"}, 422),
        ("fewer", {"ad_id": "nowhere"}, 404),
        ("fewer", {"ad_id": "boots", "of": 3}, 422),
        ("rest", {"daily_minutes": 7}, 422),
        ("rest", {"take_break": "forever"}, 422),
        ("rest", {"zone": "Mars/Olympus"}, 422),
    ],
)
def test_what_cannot_be_is_refused_with_a_hint_and_changes_nothing(ana, path, body, status):
    before = ana.doors.people.export("ana", now=ana.clock.now())
    answer = ana.client.put(f"{AT}/{path}", json=body)
    assert answer.status_code == status
    assert answer.json()["hint"]
    assert ana.doors.people.export("ana", now=ana.clock.now()) == before


def test_nobody_corrects_anothers_posts(ana):
    answer = ana.client.put("/v1/people/ben/corrections", json={"post_id": "p1", "mark": "topic:483"})
    assert answer.status_code == 404
    assert set(interests(ana)) == {"483", "210"}


def test_fewer_needs_the_interests_consent_and_says_what_does_not(ana):
    assert ana.client.put(f"{AT}/fewer", json={"ad_id": "boots"}).status_code == 204
    assert ana.store.people.profile("ana").fewer.keys() == {"boots"}
    ana.client.put(f"{AT}/fewer", json={"ad_id": "boots", "on": False})
    assert not ana.store.people.profile("ana").fewer
    ana.client.put(f"{AT}/consents", json={})
    refused = ana.client.put(f"{AT}/fewer", json={"ad_id": "boots"})
    assert refused.status_code == 422
    assert "mute" in refused.json()["hint"]


def test_rest_is_set_field_by_field(ana):
    assert ana.client.put(f"{AT}/rest", json={"daily_minutes": 30, "take_break": "1h"}).status_code == 204
    assert ana.client.put(f"{AT}/rest", json={"suggestions": False}).status_code == 204
    person = ana.client.get(AT).json()
    assert person["daily_minutes"] == 30
    assert ana.store.people.memory("ana").card.off
    assert ana.decide()["placements"][0]["no_fill"]["code"] == "quiet"
    ana.client.put(f"{AT}/rest", json={"take_break": None, "daily_minutes": 0})
    assert ana.client.get(AT).json()["daily_minutes"] is None
    assert ana.decide(request_id="r2")["placements"][0]["no_fill"] is None


def test_t08_a_minor_may_rest_too_and_only_suggestions_need_the_consent(house):
    house.store.people.put_person(Person(person_id="ana", age="minor"), expected_version=None)
    assert house.client.put(f"{AT}/rest", json={"take_break": "15min"}).status_code == 204
    assert house.decide(viewer={"person_id": "ana", "age": "minor"})["placements"][0]["no_fill"]["code"] == "quiet"
    refused = house.client.put(f"{AT}/rest", json={"suggestions": True, "daily_minutes": 30})
    assert refused.status_code == 422
    assert house.client.get(AT).json()["daily_minutes"] is None, "nothing of a refused change is kept"


def test_a_link_is_made_for_anybody_the_site_names_and_holds_no_name(house):
    answer = house.client.post(f"{AT}/page", json={"zone": "Europe/Berlin", "language": "de-AT"})
    assert answer.status_code == 201
    told = answer.json()
    assert told["url"].startswith("/me/enter?ticket=")
    assert "ana" not in told["url"]
    assert told["expires_at"] == "2026-11-20T12:05:00Z"
    cookie = house.doors.member_sessions.enter(told["url"].partition("=")[2], now=house.clock.now())
    session = house.doors.member_sessions.session(cookie, now=house.clock.now())
    assert (session.person_id, session.zone, session.language) == ("ana", "Europe/Berlin", "de-AT")
    house.clock.pass_(timedelta(hours=1))
    assert house.doors.member_sessions.session(cookie, now=house.clock.now()) is None
    for bad in ({"zone": "Mars"}, {"language": "<script>"}, {"language": "x" * 50}, {"person": "ben"}):
        assert house.client.post(f"{AT}/page", json=bad).status_code == 422


def test_the_members_page_needs_no_token_of_the_installation_and_opens_nothing_else():
    locked = Rules(token="secret", hosts=None)
    headers = [(b"host", b"ads.example")]
    for path in ("/me", "/me/enter", "/me/choices/consent", "/static/member.css"):
        assert judge("GET", path, headers, locked) is None, path
    for path in ("/metrics", "/mex", "/m", "/", "/operator", "/v1/people/ana/export", "/staticx"):
        assert judge("GET", path, headers, locked) is not None, path
    foreign = [*headers, (b"origin", b"https://evil.example"), (b"cookie", f"{COOKIE}=x".encode())]
    assert judge("POST", "/me/forget", foreign, locked).status == 403
    assert judge("POST", "/me/forget", [*headers, (b"origin", b"https://ads.example")], locked) is None
