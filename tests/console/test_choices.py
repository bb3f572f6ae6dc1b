"""Choices that cannot be carried out say what was wrong and what to do, and change nothing."""

import re

import pytest

from adtailor.console.forms import token_of

REFUSED = [
    ("no-such-choice", {"viewer": "ana"}, 422, "There is no choice"),
    ("consents", {}, 422, "choose a member first"),
    ("consents", {"viewer": "ana", "interests": "on"}, 422, "no version"),
    ("consents", {"viewer": "ana", "interests": "on", "version": "-1"}, 422, "no version"),
    ("consents", {"viewer": "nobody"}, 422, "choose a member first"),
    ("consents", {"viewer": "<script>"}, 422, "&lt;script&gt;"),
    ("signal", {"viewer": "ana", "signal": "astrology", "on": "0"}, 422, "one of"),
    ("signal", {"viewer": "ana"}, 422, "one of"),
    ("mood", {"viewer": "ana", "mood": "joy"}, 422, "affect consent"),
    ("mood", {"viewer": "ana", "mood": "sadness"}, 422, "one of joy"),
    ("mute", {"viewer": "ana", "advertiser": "no-such-shop", "on": "1"}, 422, "No such advertiser"),
    ("mute", {"viewer": "ana", "topic": "no-such-topic", "on": "1"}, 422, "No such topic"),
    ("mute", {"viewer": "ana", "on": "1"}, 422, "No such topic"),
    ("hide", {"viewer": "ana", "token": "forged"}, 403, "as the decision gave"),
    ("hide", {"viewer": "ana"}, 403, "as the decision gave"),
    ("rest", {"viewer": "ana", "answer": "forever"}, 422, "one of 15min"),
    ("rest", {"viewer": "ana", "answer": "1h"}, 422, "well-being consent"),
    ("rest", {"viewer": "finn", "answer": "1h"}, 422, "well-being consent"),
]


@pytest.mark.parametrize(("choice", "form", "status", "said"), REFUSED)
def test_a_choice_that_cannot_be_is_a_page_with_a_hint(house, choice, form, status, said):
    before = house.rooms.people.export("ana", now=house.clock.now())
    answer = house.choose(choice, **form)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert said.lower() in answer.text.lower()
    assert "To the feed" in answer.text
    assert "Traceback" not in answer.text
    assert house.rooms.people.export("ana", now=house.clock.now()) == before


@pytest.mark.parametrize("path", ["/?viewer=nobody", "/operator/decisions/none", "/?viewer=a&viewer=b"])
def test_a_page_that_is_not_there_is_a_page_that_says_so(house, path):
    answer = house.client.get(path)
    assert answer.status_code in {400, 404}
    assert "To the feed" in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_a_field_given_twice_or_a_body_of_another_kind_is_refused(house):
    token = token_of(house.rooms.form_secret)
    twice = house.client.post("/choices/consents", content=f"csrf={token}&viewer=ana&viewer=finn", headers=FORM)
    assert twice.status_code in {400, 422}
    assert "To the feed" in twice.text
    other = house.client.post("/choices/consents", json=["ana"])
    assert other.status_code in {400, 403, 415, 422}
    assert not house.rooms.people.person("ana").consents.interests


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_consents_are_what_the_form_says_and_no_more(house):
    answer = house.choose(
        "consents", viewer="ana", version="1", interests="on", look="yes", admin="on", back="consent-look"
    )
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/?viewer=ana&done=consents#consent-look"
    given = house.rooms.people.person("ana").consents
    assert (given.interests, given.look, given.affect, given.wellbeing) == (True, False, False, False)


def test_t06_a_window_left_open_gives_nothing_back_that_was_withdrawn_in_another(house):
    def version() -> str:
        return re.search(r'name="version" value="(\d+)"', house.feed("ana"))[1]

    house.choose("consents", viewer="ana", version=version(), interests="on", look="on", affect="on")
    both_windows = version()
    house.choose("consents", viewer="ana", version=both_windows, interests="on", affect="on")  # look withdrawn here
    answer = house.choose("consents", viewer="ana", version=both_windows, interests="on", look="on")  # affect there
    assert answer.status_code == 409
    assert "What you switched off is off" in answer.text
    given = house.rooms.people.person("ana").consents
    assert (given.interests, given.look, given.affect) == (True, False, False)


@pytest.mark.parametrize(
    "back", ["//evil.example", "x y", "a\r\nSet-Cookie: b", "javascript:1", "é", "A" * 9, "a" * 65]
)
def test_nobody_is_sent_elsewhere_afterwards(house, back):
    answer = house.choose("objection", viewer="ana", objected="on", back=back)
    assert answer.headers["Location"] == "/?viewer=ana&done=objection"
    assert house.rooms.people.person("ana").objected


def test_a_topic_and_an_advertiser_are_muted_and_shown_again(house):
    house.choose("mute", viewer="ana", topic="483", on="1")
    house.choose("mute", viewer="ana", advertiser="boots-ltd", on="1")
    html = house.feed("ana")
    assert "<span>Sports</span>" in html
    assert "<span>boots-ltd</span>" in html
    house.choose("mute", viewer="ana", topic="483", on="0")
    house.choose("mute", viewer="ana", advertiser="boots-ltd", on="0")
    assert "Switched off" not in house.feed("ana")


def test_a_mood_is_kept_with_its_consent_and_taken_back(house):
    house.agree("ana", affect=True)
    assert house.choose("mood", viewer="ana", mood="calm").headers["Location"] == "/?viewer=ana"
    assert house.store.people.profile("ana").declared_mood.mood == "calm"
    house.choose("mood", viewer="ana", mood="")
    assert house.store.people.profile("ana").declared_mood is None


def test_a_hidden_ad_is_gone_and_cannot_be_hidden_twice_at_a_price(house):
    house.agree("ana", interests=True)
    house.feed("ana")
    page = next(page for page in house.rooms.fill_page.recent() if page.tokens)
    token = next(iter(page.tokens.values()))["hide"]
    assert house.choose("hide", viewer="ana", token=token).status_code == 303
    assert house.choose("hide", viewer="ana", token=token).status_code == 303
    assert [event.kind for event, _ in house.store.events.events()] == ["hide"]
    assert house.store.people.profile("ana").hidden_ads


def test_t16_forgetting_leaves_nothing_on_the_page(house):
    house.agree("ana", interests=True)
    house.tell("ana", "My hike, in my own words.")
    assert "My hike" in house.feed()
    assert house.choose("forget", viewer="ana").headers["Location"] == "/?viewer=ana&done=forget"
    html = house.feed("ana")
    assert "My hike" not in html
    assert "<dt>Readings kept</dt><dd>0</dd>" in html
