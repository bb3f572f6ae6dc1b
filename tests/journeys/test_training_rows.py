"""What a click model may learn from: valid impressions of neutral days, by the consents of then and of today."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from adtailor.config.policy import load_policy
from adtailor.domain.decision import Context, DecisionRequest, Placement, Viewer
from adtailor.domain.ids import PersonId, PlacementId, PostId, RequestId, SiteId
from adtailor.domain.person import Consents, Person
from adtailor.domain.post import Post
from adtailor.domain.training import Served, TrainingRow
from adtailor.journeys.fill_page import Page
from adtailor.journeys.training_rows import TrainingRows
from adtailor.storage import MemoryStore
from adtailor.testing.toy_house import ToyHouse, toy_house
from adtailor.wellbeing.teaching import LEFT_OUT_OF

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANA = PersonId("ana")
PLAIN = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
TAUGHT = 30
"""Days: enough that some are left out by chance, and most are not."""


def house_of(consents: Consents) -> ToyHouse:
    house = toy_house(MemoryStore())
    person = Person(person_id=ANA, consents=consents, age="adult", country="DE")
    house.store.people.put_person(person, expected_version=None)
    return house


def page_at(house: ToyHouse, now: datetime, *, viewer: PersonId | None = ANA) -> Page:
    request = DecisionRequest(
        request_id=RequestId(f"r-{now:%d-%H-%M}"),
        site_id=SiteId("site"),
        placements=(Placement(id=PlacementId("top"), position=4), Placement(id=PlacementId("low"), position=9)),
        context=Context(text="A hike in the hills", language="en", country="DE", zone="Europe/Berlin"),
        viewer=Viewer(person_id=viewer, age="adult"),
    )
    return house.fill_page.fill(request, now=now, random=Random(1))


def saw(house: ToyHouse, page: Page, now: datetime, *kinds: str, agent: str = PLAIN) -> None:
    for tokens in page.tokens.values():
        for kind in kinds:
            house.take_event.take(tokens[kind], kinds=frozenset({kind}), now=now, user_agent=agent)


def days(house: ToyHouse, *kinds: str, viewer: PersonId | None = ANA) -> None:
    for day in range(TAUGHT):
        now = NOON + timedelta(days=day)
        saw(house, page_at(house, now, viewer=viewer), now, *kinds)


def rows_of(house: ToyHouse, salt: bytes = b"salt") -> list[TrainingRow]:
    store = house.store
    rows = TrainingRows(events=store.events, people=store.people, source=store.catalogue, policy=load_policy())
    return list(rows.since(None, salt=salt))


def test_a_row_is_what_was_served_and_what_came_of_it() -> None:
    house = house_of(Consents())
    now = NOON + timedelta(hours=11, minutes=30)
    page = page_at(house, now, viewer=None)
    saw(house, page, now, "impression")
    clicked = page.tokens[PlacementId("top")]["click"]
    house.take_event.take(clicked, kinds=frozenset({"click"}), now=now + timedelta(minutes=1), user_agent=PLAIN)
    top, low = rows_of(house)
    assert (top.clicked, low.clicked) == (True, False)
    assert top.clicked_at == now + timedelta(minutes=1)
    assert (top.position, low.position) == (4, 9)
    assert top.served.context_topics == {"483": 0.9}
    # 23:30 in London's winter is half past midnight on Saturday in Berlin.
    moment = top.served.moment
    assert (moment.hour, moment.weekday, moment.position, top.served.country) == (0, 5, 4, "DE")
    won = {filled.placement_id: filled.won for filled in page.decision.placements}
    assert top.ad_id == won[PlacementId("top")].ad_id
    assert top.propensity == won[PlacementId("top")].propensity
    assert top.group is None


def test_an_ad_that_nobody_saw_is_no_row() -> None:
    house = house_of(Consents())
    page_at(house, NOON, viewer=None)
    assert rows_of(house) == []


def test_t36_nothing_is_learned_from_a_decision_that_a_bot_touched() -> None:
    house = house_of(Consents())
    page = page_at(house, NOON, viewer=None)
    saw(house, page, NOON, "impression")
    assert len(rows_of(house)) == 2
    saw(house, page, NOON, "click", agent="curl/8.0")
    assert rows_of(house) == []


def test_t27_no_page_of_a_stressed_session_is_a_row_and_no_row_says_that_one_is_missing() -> None:
    consents = Consents(interests=True, wellbeing=True)
    calm, tense = house_of(consents), house_of(consents)
    for day in range(TAUGHT):
        now = NOON + timedelta(days=day)
        for house, text in ((calm, "Just a day"), (tense, "I am so stressed")):
            posts = [
                Post(id=PostId(f"{day}-{n}"), author_id=ANA, created_at=now - timedelta(hours=n + 1), text=text)
                for n in range(4)
            ]
            house.read_posts.accept(posts, now=now)
            while house.read_posts.work(now=now):
                pass
            saw(house, page_at(house, now), now, "impression")
    assert rows_of(tense) == []
    # The days of someone calm are left out too, by chance: nobody can tell them from hard ones.
    taught = {row.decided_at.date() for row in rows_of(calm)}
    assert 0 < TAUGHT - len(taught) < TAUGHT / 2
    assert LEFT_OUT_OF == 5


def test_t27_a_row_has_no_field_for_a_mood_a_tone_or_anybodys_words() -> None:
    barred = {"affect", "mood", "tone", "stress", "crisis", "emotion", "sentiment", "text", "embedding", "wellbeing"}
    for kind in (Served, TrainingRow):
        for field in fields(kind):
            assert barred.isdisjoint(field.name.split("_"))


def test_t26_a_rest_taken_is_neither_reward_nor_row() -> None:
    assert not {"rest", "card", "dismissed"} & {field.name for field in fields(TrainingRow)}


@pytest.mark.parametrize("change", ["withdrew", "objected", "forgotten"])
def test_what_someone_takes_back_is_learned_from_no_more(change: str) -> None:
    house = house_of(Consents(interests=True))
    days(house, "impression")
    assert rows_of(house)
    person = house.store.people.person(ANA)
    if change == "withdrew":
        house.store.people.put_person(replace(person, consents=Consents()), expected_version=None)
    elif change == "objected":
        house.store.people.put_person(replace(person, objected=True), expected_version=None)
    else:
        house.store.people.forget(ANA)
    assert rows_of(house) == []


def test_the_look_goes_with_its_own_consent() -> None:
    house = house_of(Consents(interests=True, look=True))
    profile = house.store.people.profile(ANA)
    assert profile is None
    days(house, "impression")
    rows = rows_of(house)
    person = house.store.people.person(ANA)
    house.store.people.put_person(replace(person, consents=Consents(interests=True)), expected_version=None)
    assert [replace(row, served=replace(row.served, look=None)) for row in rows] == rows_of(house)


def test_viewers_who_agreed_to_no_history_are_nobody_in_particular() -> None:
    house = house_of(Consents(look=True))
    days(house, "impression")
    rows = rows_of(house)
    assert rows
    assert {(row.group, row.served.interests, row.served.look, row.served.history) for row in rows} == {
        (None, None, None, None)
    }


def test_groups_of_two_hand_outs_cannot_be_joined() -> None:
    house = house_of(Consents(interests=True))
    days(house, "impression")
    first, second = ({row.group for row in rows_of(house, salt)} for salt in (b"one", b"two"))
    assert len(first) == len(second) == 1
    assert first.isdisjoint(second)
    assert ANA not in first
