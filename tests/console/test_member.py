"""The member's own page: what it shows, what each form does, and who may not see it."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adtailor.console.member.choices import CHOICES
from adtailor.domain.reading import Garment, PhotoLook

from .member_visit import Member

ALL = {"interests": True, "look": True, "affect": True, "wellbeing": True}


@pytest.fixture
def ana(house) -> Member:
    """Ana with every consent, two posts read, and her page open."""
    return at_her_page(house)


@pytest.fixture(scope="module")
def still_ana(still_house) -> Member:
    """The same, in the house of all that is refused."""
    return at_her_page(still_house)


def at_her_page(house) -> Member:
    house.agree("ana", **ALL)
    house.tell("ana", "My hike along the river.", name="a1", hours_ago=2)
    house.tell("ana", "Another hike.", name="a2", hours_ago=1)
    member = Member(house, "ana")
    member.enter()
    return member


def saved(house, person_id="ana"):
    return house.rooms.people.export(person_id, now=house.clock.now())


# Reaching it


def test_a_link_opens_the_page_once_and_leaves_no_secret_in_the_address(house):
    member = Member(house, "ana")
    offered = house.client.get("/me/enter", params={"ticket": member.ticket})
    assert offered.status_code == 200
    assert "Open my page" in offered.text
    answer = member.enter()
    assert (answer.status_code, answer.headers["location"]) == (303, "/me")
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/me", "max-age=3600"))
    assert "ana" not in member.cookie
    assert "ana" not in member.ticket
    assert "What is known about you" in member.page()
    again = house.client.post("/me/enter", data={"ticket": member.ticket}, follow_redirects=False)
    assert again.status_code == 403
    assert "set-cookie" not in again.headers
    assert "used already" in again.text


def test_looking_ahead_at_a_link_does_not_use_it_up(house):
    member = Member(house, "ana")
    for _ in range(3):
        house.client.get("/me/enter", params={"ticket": member.ticket})
    assert member.enter().status_code == 303


def test_a_link_is_too_old_after_five_minutes_and_a_session_after_an_hour(house):
    late, in_time = Member(house, "ana"), Member(house, "ana")
    house.clock.at += timedelta(minutes=4, seconds=59)
    assert in_time.enter().status_code == 303
    house.clock.at += timedelta(seconds=1)
    assert late.enter().status_code == 403
    house.clock.at += timedelta(minutes=59, seconds=58)
    assert in_time.get().status_code == 200
    house.clock.at += timedelta(seconds=1)
    assert in_time.get("/me/forget").status_code == 403


@pytest.mark.parametrize("cookie", ["", "x", "AA", "AQ" * 40, "é", "A" * 2000])
def test_without_a_session_the_page_says_how_to_get_here(house, cookie):
    member = Member(house, "ana")
    member.cookie = cookie.encode("ascii", "replace").decode()
    for path in ("/me", "/me/export.json", "/me/export.html", "/me/forget"):
        answer = member.get(path)
        assert answer.status_code == (200 if path == "/me" else 403), "a demo lets one choose"
        assert "Open this page from your account" in answer.text
        assert "www-authenticate" not in answer.headers


@given(at=st.integers(0, 10**6), flip=st.integers(1, 255))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_changed_bit_of_a_link_or_a_cookie_opens_anything(house, at, flip):
    from base64 import urlsafe_b64decode, urlsafe_b64encode

    sessions, now = house.member.sessions, house.clock.now()
    link = sessions.link("ana", now=now).ticket
    session = sessions.begin("ana", now=now, zone="UTC", language=None)
    for text in (link, session):
        raw = bytearray(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        raw[at % len(raw)] ^= flip
        changed = urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()
        assert sessions.session(changed, now=now) is None
        answer = house.client.post("/me/enter", data={"ticket": changed})
        assert answer.status_code == 403
    # Nor is the one the other.
    assert sessions.session(link, now=now) is None
    assert house.client.post("/me/enter", data={"ticket": session}).status_code == 403


def test_in_a_demo_anybody_may_be_picked_and_elsewhere_nobody(make_house):
    demo, real = make_house(), make_house(is_demo=False)
    answer = demo.client.post("/me/pick", data={"viewer": "ana"}, follow_redirects=False)
    assert answer.status_code == 303
    assert demo.client.post("/me/pick", data={"viewer": "nobody"}, follow_redirects=False).status_code == 422
    refused = real.client.post("/me/pick", data={"viewer": "ana"}, follow_redirects=False)
    assert refused.status_code == 422
    assert "set-cookie" not in refused.headers
    assert "Ana Marlowe" not in real.client.get("/me").text
    assert real.client.get("/me").status_code == 403


def test_closing_ends_the_session_for_whoever_has_its_cookie(ana):
    answer = ana.post("/me/leave")
    assert answer.status_code == 303
    assert "Closed." in ana.page(answer.headers["location"])
    assert ana.get("/me/forget").status_code == 403


# Forms


@pytest.mark.parametrize("choice", sorted(CHOICES))
@pytest.mark.parametrize("csrf", ["", "wrong", "of another session"])
def test_a_form_without_its_own_sessions_token_changes_nothing(still_house, still_ana, choice, csrf):
    if csrf.startswith("of"):
        other = Member(still_house, "finn")
        other.enter()
        csrf = other.csrf()
    before = saved(still_house)
    answer = still_ana.choose(choice, csrf=csrf, **FORMS[choice])
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text
    assert saved(still_house) == before


FORMS = {
    "consent": {"name": "interests", "on": "0"},
    "objection": {"on": "1"},
    "mood": {"mood": "calm"},
    "correct": {"post": "a1", "mark": "topic:483", "wrong": "1"},
    "not-me": {"kind": "interests", "name": "483"},
    "fewer": {"ad": "boots", "on": "1"},
    "mute": {"topic": "483", "on": "1"},
    "signal": {"signal": "interests", "on": "0"},
    "break": {"answer": "1h"},
    "limit": {"minutes": "30"},
    "suggestions": {"on": "0"},
    "language": {"language": "de"},
}


@pytest.mark.parametrize("choice", sorted(CHOICES))
def test_each_form_changes_what_is_stored_and_comes_back_saying_so(house, ana, choice):
    before = saved(house)
    answer = ana.choose(choice, back="known", **FORMS[choice])
    assert answer.status_code == 303
    assert re.fullmatch(r"/me\?done=[a-z_]+#known", answer.headers["location"])
    assert saved(house) != before
    html = ana.page(answer.headers["location"])
    assert re.search(r'role="status"><span class="done">[^<]{5,}<', html)


BAD = [
    ("consent", {"name": "everything", "on": "1"}, 422),
    ("consent", {"name": "look", "on": "maybe"}, 422),
    ("mood", {"mood": "sadness"}, 422),
    ("correct", {"post": "ben-2", "mark": "topic:483", "wrong": "1"}, 404),
    ("correct", {"post": "a1", "mark": "topic:1", "wrong": "1"}, 404),
    ("correct", {"post": "a1", "mark": "mood:sadness", "wrong": "1"}, 404),
    ("correct", {"post": "a1", "mark": "stress", "wrong": "1"}, 404),
    ("correct", {"post": "", "mark": "", "wrong": "1"}, 404),
    ("not-me", {"kind": "stress", "name": "x"}, 422),
    ("fewer", {"ad": "no-such-ad", "on": "1"}, 404),
    ("mute", {"topic": "no-such-topic", "on": "1"}, 422),
    ("mute", {"advertiser": "no-such-shop", "on": "1"}, 422),
    ("signal", {"signal": "astrology", "on": "0"}, 422),
    ("break", {"answer": "forever"}, 422),
    ("break", {"answer": "stop"}, 422),
    ("limit", {"minutes": "7"}, 422),
    ("limit", {"minutes": "-15"}, 422),
    ("limit", {"minutes": "9" * 400}, 422),
    ("language", {"language": "xx"}, 422),
    ("no-such-choice", {}, 422),
]


@pytest.mark.parametrize(("choice", "form", "status"), BAD)
def test_a_choice_that_cannot_be_is_said_kindly_and_changes_nothing(still_house, still_ana, choice, form, status):
    before = saved(still_house)
    answer = still_ana.choose(choice, **form)
    assert answer.status_code == status
    assert "Back to your page" in answer.text
    assert saved(still_house) == before


def test_nobody_is_sent_elsewhere_afterwards(ana):
    for back in ("//evil.example", "x y", "a\r\nSet-Cookie: b", "é", "<b>", "a" * 81):
        assert ana.choose("objection", on="1", back=back).headers["location"] == "/me?done=objected"


# What is known, and correcting it


def test_each_interest_names_the_posts_that_taught_it_and_when_it_will_be_gone(ana):
    html = ana.page()
    assert "Sports" in html
    assert "from 2 posts" in html
    assert 'href="#post-a1"' in html
    assert "gone by" in html
    assert "quite sure" in html


def test_a_correction_takes_what_was_learned_and_the_next_decision_is_made_without_it(house, ana):
    house.tell("ben", "Nothing in particular.", name="page")
    before = house.store.people.profile("ana").interests.weights["483"]
    ana.choose("correct", post="a1", mark="topic:483", wrong="1")
    half = house.store.people.profile("ana").interests.weights["483"]
    assert half == pytest.approx(before / 2, rel=0.01), "two posts taught it alike, an hour apart"
    ana.choose("correct", post="a2", mark="topic:483", wrong="1")
    assert "483" not in house.store.people.profile("ana").interests.weights
    house.feed("ana")
    page = house.rooms.fill_page.recent()[0]
    assert "interests" not in page.decision.account.without, "there is no interest left to decide by"
    # And back again, with its undo.
    assert "you said: wrong" in ana.page()
    ana.choose("correct", post="a1", mark="topic:483", wrong="0")
    ana.choose("correct", post="a2", mark="topic:483", wrong="0")
    assert house.store.people.profile("ana").interests.weights["483"] == pytest.approx(before)


def test_one_tap_on_an_interest_takes_it_out_of_every_post_that_taught_it(house, ana):
    ana.choose("not-me", kind="interests", name="483")
    assert "483" not in house.store.people.profile("ana").interests.weights
    assert all(
        reading.wrong == ("topic:483",) for _, reading in house.store.posts.readings_of("ana", house.clock.now())
    )


def test_a_wrong_mood_is_gone_and_leaves_no_mark(house, ana):
    assert house.store.people.profile("ana").affect.weights
    ana.choose("not-me", kind="affect", name="joy")
    assert not house.store.people.profile("ana").affect.weights
    assert "mood" not in str([reading.wrong for _, reading in house.store.posts.readings_of("ana", house.clock.now())])


def test_a_stated_mood_goes_before_what_was_inferred(house, ana):
    assert "Happy" in ana.page().partition('id="known-affect"')[2].partition("</section>")[0]
    ana.choose("mood", mood="calm")
    said = ana.page().partition('id="known-affect"')[2].partition("</section>")[0]
    assert "You said: Calm." in said
    assert "Happy" not in said
    ana.choose("mood", mood="")
    assert "Happy" in ana.page().partition('id="known-affect"')[2].partition("</section>")[0]


def test_clothes_are_named_in_plain_words_and_corrected_garment_by_garment(house, ana):
    post, reading = house.store.posts.readings_of("ana", house.clock.now())[0]
    shirt = Garment(type="shirt", confidence=0.9, colours=("navy",), pattern="striped")
    profile = house.store.people.profile("ana")
    worn = replace(reading, look=(PhotoLook(photo=0, garments=(shirt,)),), taught=replace(reading.taught, look=True))
    look = replace(profile.look, weights={"garment:shirt": 0.9, "colour:navy": 0.9}, as_of=reading.taught.at)
    house.store.posts.correct(worn, profile=replace(profile, look=look))
    assert "shirt (navy, striped)" in ana.page()
    ana.choose("correct", post=post.id, mark="garment:0:0", wrong="1")
    assert house.store.people.profile("ana").look.weights == {}


def test_t19_nothing_on_the_page_tells_of_strain_or_a_low_mood(house):
    house.agree("ana", **ALL)
    for hours in range(1, 6):
        house.tell("ana", "A heavy day.", hours_ago=hours)
    assert house.store.people.memory("ana").signs
    member = Member(house, "ana")
    member.enter()
    for language in ("en", "de", "es"):
        html = re.sub(
            r'<p class="quote".*?</p>|<a href="#post.*?</a>|aria-label="[^"]*"',
            "",
            member.page(accept_language=language),
        )
        assert not re.search(r"stress|gestresst|estrés|elevated|sad\b|traurig|triste|negativ", html, re.IGNORECASE)


# Consents, objection, minors, unknown people


def test_t07_each_consent_is_its_own_and_the_others_stay(house, ana):
    for name in ALL:
        ana.choose("consent", name=name, on="0")
        given = house.rooms.people.person("ana").consents
        assert [other for other in ALL if getattr(given, other)] == [other for other in ALL if other != name]
        ana.choose("consent", name=name, on="1")


def test_t06_a_withdrawn_consent_takes_what_it_had_allowed_from_the_next_request_on(house, ana):
    ana.choose("consent", name="interests", on="0")
    assert "You have not agreed, so nothing is kept." in ana.page()
    assert not house.store.people.profile("ana").interests.weights
    assert "interests" not in str(
        saved(house)["readings"][0]["taught"] and saved(house)["readings"][0]["taught"]["interests"]
    )


def test_t18_an_objection_stays_until_it_is_lifted(house, ana):
    ana.choose("objection", on="1")
    assert house.rooms.people.person("ana").objected
    html = ana.page()
    assert "You object to profiling" in html
    assert "outweighed by your objection" in html
    assert not house.store.people.profile("ana").interests.weights
    ana.choose("consent", name="wellbeing", on="0")
    assert house.rooms.people.person("ana").objected
    ana.choose("objection", on="0")
    assert not house.rooms.people.person("ana").objected


def test_t08_a_minors_page_says_that_ads_go_by_the_page_alone(house):
    house.tell("finn", "We won!", name="f1")
    member = Member(house, "finn")
    member.enter()
    html = member.page()
    assert "You are under age" in html
    assert 'id="consents"' not in html
    assert 'id="mood"' not in html
    assert 'id="rest"' in html
    assert 'id="forget"' in html


def test_somebody_unknown_finds_a_page_that_says_so(house):
    member = Member(house, "nobody-yet")
    member.enter()
    html = member.page()
    assert "Nothing is on file about you yet." in html
    assert "Your age is not known here" in html
    assert member.get("/me/export.json").status_code == 200


def test_without_consents_the_page_is_kind_and_says_that_this_is_fine(house):
    member = Member(house, "ana")
    member.enter()
    assert "You said yes to nothing, and that is fine" in member.page()


def test_the_browsers_signal_is_named_while_it_is_sent(ana):
    assert "Global Privacy Control" in ana.page(sec_gpc="1")
    assert "Global Privacy Control" not in ana.page(sec_gpc="0")


# Ads


def opened(house, person_id="ana") -> Member:
    member = Member(house, person_id)
    member.enter()
    return member


def shown_ad(house) -> str:
    page = next(page for page in house.rooms.fill_page.recent() if page.decision.placements[0].won)
    return page.decision.placements[0].won.ad_id


def test_recent_ads_stand_with_their_reason_and_their_controls(house, ana):
    house.feed("ana")
    html = ana.page()
    assert "You saw this because of" in html
    assert "paid for by" in html
    assert "Fewer like this" in html
    german = ana.page(accept_language="de")
    assert "Du hast das gesehen wegen" in german
    assert "Weniger davon" in german


def test_fewer_like_this_lowers_advertiser_and_topic_and_is_undone(house, ana):
    house.feed("ana")
    ad, before = shown_ad(house), house.store.people.profile("ana")
    ana.choose("fewer", ad=ad, on="1")
    after = house.store.people.profile("ana")
    assert min(after.history.weights.values()) == -2.0
    assert 0 < after.interests.weights["483"] < before.interests.weights["483"]
    assert "You asked for fewer like this." in ana.page()
    ana.choose("fewer", ad=ad, on="1")
    assert house.store.people.profile("ana").history.weights == after.history.weights, "twice is once"
    house.clock.at += timedelta(days=3)
    member = Member(house, "ana")
    member.enter()
    member.choose("fewer", ad=ad, on="0")
    undone = house.store.people.profile("ana")
    assert undone.history.weights == {}
    assert undone.fewer == {}


def test_mutes_hold_without_any_consent_and_are_undone(house):
    member = Member(house, "ana")
    member.enter()
    member.choose("mute", topic="483", on="1")
    member.choose("mute", advertiser="boots-ltd", on="1")
    profile = house.store.people.profile("ana")
    assert (profile.muted_topics, profile.muted_advertisers) == ({"483"}, {"boots-ltd"})
    member.choose("mute", topic="483", on="0")
    member.choose("mute", advertiser="boots-ltd", on="0")
    profile = house.store.people.profile("ana")
    assert not profile.muted_topics
    assert not profile.muted_advertisers


# Rest


@pytest.mark.parametrize("person", ["ana", "finn"])
def test_a_break_is_free_of_ads_for_everybody_with_half_an_hour_on_return(house, person):
    member = Member(house, person)
    member.enter()
    assert "article" in house.feed(person)
    assert 'class="card ad"' in house.feed(person)
    member.choose("break", answer="15min")
    assert "You are taking a break until 12:15" in member.page()
    assert 'class="card ad"' not in house.feed(person)
    house.clock.at += timedelta(minutes=44)
    assert 'class="card ad"' not in house.feed(person)
    house.clock.at += timedelta(minutes=1)
    assert 'class="card ad"' in house.feed(person)


def test_a_break_can_be_ended(house, ana):
    ana.choose("break", answer="today")
    ana.choose("break", answer="")
    assert "End the break" not in ana.page()
    assert 'class="card ad"' in house.feed("ana")


def test_a_limit_for_the_day_ends_the_ads_and_says_so_once(house, ana):
    ana.choose("limit", minutes="15")
    cards = []
    for _ in range(6):
        html = house.feed("ana")
        cards.append("That is the time you set yourself for today." in html)
        ads = 'class="card ad"' in html
        house.clock.at += timedelta(minutes=4)
    assert not ads
    assert cards == [False, False, False, False, True, False]
    assert "Today so far: " in opened(house).page()
    house.clock.at += timedelta(days=1)
    assert 'class="card ad"' in house.feed("ana")


def test_without_a_limit_no_time_is_kept(house, ana):
    house.feed("ana")
    assert house.store.people.profile("ana").use is None
    ana.choose("limit", minutes="15")
    house.feed("ana")
    assert house.store.people.profile("ana").use is not None
    ana.choose("limit", minutes="")
    assert house.store.people.profile("ana").use is None


def test_suggestions_are_switched_off_and_on_again(house, ana):
    memory = house.store.people.memory("ana")
    house.store.people.put_memory(replace(memory, card=replace(memory.card, dismissals=3)))
    ana.choose("suggestions", on="0")
    assert house.store.people.memory("ana").card.off
    ana.choose("suggestions", on="1")
    card = house.store.people.memory("ana").card
    assert (card.off, card.dismissals) == (False, 0)


# Export, forgetting, languages


class Texts(HTMLParser):
    """The words of a page, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.found.append(data)


def leaves(value) -> list[str]:
    if isinstance(value, dict):
        return [text for key, inner in value.items() for text in (key, *leaves(inner))]
    if isinstance(value, list | tuple):
        return [text for inner in value for text in leaves(inner)]
    return [value if isinstance(value, str) else json.dumps(value)]


def test_t17_both_exports_equal_the_store(house, ana):
    house.feed("ana")
    ana.choose("mute", topic="483", on="1")
    ana.choose("correct", post="a1", mark="topic:483", wrong="1")
    answer = ana.get("/me/export.json")
    stored = json.loads(json.dumps(saved(house)))
    assert answer.json() == stored
    assert "attachment" in answer.headers["content-disposition"]
    html = ana.get("/me/export.html")
    assert "attachment" in html.headers["content-disposition"]
    reader = Texts()
    reader.feed(html.text)
    shown = iter(reader.found)
    for leaf in leaves(stored):
        if leaf.strip():
            assert any(text == leaf for text in shown), f"{leaf!r} is not there, or out of order"


@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=80))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_t17_whatever_somebody_wrote_stands_in_the_readable_export(house, text):
    house.rooms.people.forget("cara")
    house.tell("cara", text, name="c1")
    member = Member(house, "cara")
    member.enter()
    reader = Texts()
    reader.feed(member.get("/me/export.html").text)
    if text.strip():
        assert text in reader.found


def test_t16_forgetting_asks_first_then_ends_the_session_and_leaves_nothing(house, ana):
    asked = ana.page("/me/forget")
    assert "2 posts as they are kept here" in asked
    assert "No, keep it" in asked
    assert house.rooms.people.person("ana").version > 0
    answer = ana.post("/me/forget")
    assert answer.status_code == 303
    said = ana.page(answer.headers["location"])
    assert "Done. You are forgotten." in said
    assert ana.get("/me/forget").status_code == 403
    assert saved(house)["posts"] == []
    assert saved(house)["person"]["version"] == 0
    later = Member(house, "ana")
    later.enter()
    assert "Nothing is on file about you yet." in later.page()


def test_the_language_is_their_choice_then_their_browsers_then_the_sites(house):
    member = Member(house, "ana", language="es")
    member.enter()
    assert '<html lang="es">' in member.page(accept_language="")
    assert '<html lang="de">' in member.page(accept_language="fr, de;q=0.5")
    member.choose("language", language="en")
    answer = member.get(accept_language="de")
    assert '<html lang="en">' in answer.text
    assert answer.headers["content-language"] == "en"


def test_what_people_and_advertisers_wrote_is_never_markup(hostile_house):
    hostile_house.agree("ana", **ALL)
    hostile_house.tell("ana", "<script>window.broken=7</script><img src=x onerror=alert(1)>", name="bad")
    hostile_house.feed("ana")
    member = Member(hostile_house, "ana")
    member.enter()
    for path in ("/me", "/me?posts=all", "/me/export.html"):
        text = member.get(path).text
        assert not re.search(r"<script(?! src=\"/static/)", text)
        assert not re.search(r"<(iframe|svg|base|img src=x)|onerror='", text.replace("&#39;", ""))
    assert "script-src 'self'" in member.get().headers["content-security-policy"]
