"""The operator's page: readings, decisions and delivery; never why a decision stayed quiet."""

import re
from dataclasses import replace

import pytest


def test_an_empty_installation_says_so(make_house):
    html = make_house(is_demo=False).client.get("/operator").text
    assert "No posts yet." in html
    assert "No decisions yet: open the feed." in html
    assert "No campaigns yet" in html


def test_a_post_that_waits_is_shown_as_waiting(house):
    from adtailor.domain.post import Post

    now = house.clock.now()
    house.read_posts.accept([Post(id="p9", author_id="ben", created_at=now, text="Just now.")], now=now)
    assert "waiting to be read" in house.client.get("/operator").text


def test_feelings_and_states_are_shown_of_invented_people_alone(make_house):
    for is_demo in (True, False):
        house = make_house(is_demo=is_demo)
        house.sell()
        house.agree("ana", affect=True, wellbeing=True)
        for hours in (1, 4, 8, 12):
            house.tell("ana", "It is all so heavy.", hours_ago=hours)
        html = house.client.get("/operator").text
        assert ("joy 90 %" in html) is is_demo
        assert ("Well-being states" in html) is is_demo
        assert ("a rest is suggested" in html) is is_demo
        assert ("only the person sees this" in html) is not is_demo


@pytest.fixture
def quiet_house(make_house):
    """Ana rests; whoever looks at her decisions must not learn that."""
    house = make_house(is_demo=False)
    house.sell()
    house.agree("ana", wellbeing=True)
    for hours in (1, 4, 8, 12):
        house.tell("ana", "It is all so heavy.", hours_ago=hours)
    house.feed("ana")
    house.choose("rest", viewer="ana", answer="1h")
    house.feed("ana")
    return house


def test_a_quiet_decision_says_quiet_and_nothing_else(quiet_house):
    pages = [p for p in quiet_house.rooms.fill_page.recent() if p.decision.placements[0].no_fill]
    assert any(p.decision.placements[0].no_fill.code == "quiet" for p in pages)
    for one in pages:
        html = quiet_house.client.get(f"/operator/decisions/{one.decision.decision_id}").text
        said = re.sub(r"<[^>]+>", " ", html).replace("It is all so heavy.", "")
        assert "quiet" in said
        assert not re.search(
            r"stress|crisis|\brest\b|breather|well-?being|support|strain|veto|elevated", said, re.IGNORECASE
        )


def test_a_decision_tells_who_was_ranked_who_fell_out_and_what_each_signal_did(house):
    house.feed("ana")
    decision = house.rooms.fill_page.recent()[0].decision
    html = house.client.get(f"/operator/decisions/{decision.decision_id}").text
    for part in ("Ranked", "Turned away", "Without each signal", decision.decision_id, "Beside"):
        assert part in html


def test_delivery_adds_up_to_what_the_events_were_charged(house):
    house.feed("ana")
    page = next(page for page in house.rooms.fill_page.recent() if page.tokens)
    token = next(iter(page.tokens.values()))["click"]
    house.rooms.take_event.take(token, kinds=frozenset({"click"}), now=house.clock.now(), user_agent=None)
    [(_, charged)] = house.store.events.events()
    assert charged > 0
    html = house.client.get("/operator").text
    whole, rest = divmod(charged, 1_000_000)
    assert f"EUR {whole}.{f'{rest:06d}'.rstrip('0').ljust(2, '0')}" in html


def test_a_campaign_without_a_budget_shows_an_empty_meter(make_house):
    house = make_house()
    house.sell(lambda inv: replace(inv, campaigns=tuple(replace(c, daily_budget=0) for c in inv.campaigns)))
    assert 'value="0.0"' in house.client.get("/operator").text


def test_a_decision_that_the_process_no_longer_holds_is_told_from_its_record(house):
    from random import Random

    from adtailor.domain.ids import uuid7
    from adtailor.testing import samples

    made = uuid7(samples.NOON, Random(1))
    record = samples.record()
    house.store.events.append(replace(record, decision=replace(record.decision, decision_id=made)))
    html = house.client.get(f"/operator/decisions/{made}").text
    assert "over its cap" in html
    assert "Ana Marlowe" not in html, "a record may outlive the consent to be named"
    assert house.client.get("/operator/decisions/d1").status_code == 404
