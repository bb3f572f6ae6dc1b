"""The promises, over whole journeys: posts are read, pages filled, events taken; real rooms, a toy reader."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.domain.decision import Context, Decision, DecisionRequest, Placement, Regulations, Viewer
from adtailor.domain.ids import PersonId, PlacementId, PostId, RequestId, SiteId
from adtailor.domain.person import Consents, Person
from adtailor.domain.post import Post
from adtailor.domain.wellbeing import State
from adtailor.errors import InvalidInput, TokenRefused
from adtailor.journeys.take_event import price_of
from adtailor.storage import MemoryStore
from adtailor.testing.toy_house import ADS, ToyHouse, toy_house

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANA, BO = PersonId("ana"), PersonId("bo")
EVERYTHING = Consents(interests=True, look=True, affect=True, wellbeing=True)
SENTENCES = ("I hike every day", "We bake bread", "I read a novel", "Just a day", "I am so stressed", "goodbye all")
histories = st.lists(st.sampled_from(SENTENCES), max_size=6)
PAGES = ("A hike in the hills", "Let us bake", "Things to read", "Nothing much")


RULES: tuple[dict[str, Any], ...] = (
    {},
    {"pricing": "vcg"},
    {"pricing": "first", "spacing": 2},
)
TIERS = (
    *ADS,
    {"id": "festival", "tier": "guaranteed", "goal": 3, "bid": "0.30", "pays": "cpm", "separation": ["out"],
     "starts": NOON - timedelta(days=9), "ends": NOON + timedelta(days=1)},
    {"id": "rafting", "separation": ["out"], "bid": "0.35", "budget": "0.70", "tone": ["energetic"]},
    {"id": "choir", "tier": "house", "bid": "0"},
)  # fmt: skip


def house_of(
    consents: Consents, *, seed: int = 5, rule: Mapping[str, Any] | None = None, ads: Any = ADS, **person: object
) -> ToyHouse:
    house = toy_house(MemoryStore(), seed=seed, ads=ads, **(rule or {}))
    known = Person(person_id=ANA, consents=consents, age="adult", country="DE")
    house.store.people.put_person(replace(known, **person), expected_version=None)
    return house


def wrote(house: ToyHouse, texts: list[str], *, author: PersonId = ANA, now: datetime = NOON) -> None:
    posts = [
        Post(id=PostId(f"{author}-{n}"), author_id=author, created_at=now - timedelta(hours=len(texts) - n), text=text)
        for n, text in enumerate(texts)
    ]
    house.read_posts.accept(posts, now=now)
    while house.read_posts.work(now=now):
        pass


def page_of(number: int, text: str = PAGES[0], *, placements: int = 3, **changes: object) -> DecisionRequest:
    request = DecisionRequest(
        request_id=RequestId(f"r{number}"),
        site_id=SiteId("site"),
        placements=tuple(Placement(id=PlacementId(f"f{number}-{n}"), position=n) for n in range(placements)),
        context=Context(text=text, language="en", country="DE"),
        viewer=Viewer(person_id=ANA, age="adult"),
    )
    return replace(request, **changes)


def decided(house: ToyHouse, request: DecisionRequest, *, seed: int = 1, now: datetime = NOON) -> Decision:
    return house.fill_page.fill(request, now=now, random=Random(seed)).decision


def shown(decision: Decision) -> dict[PlacementId, tuple[str, int]]:
    return {f.placement_id: (f.won.ad_id, f.won.price) for f in decision.placements if f.won is not None}


@settings(deadline=None, max_examples=40)
@given(stressed=st.integers(0, 6), crisis=st.booleans(), seed=st.integers(0, 99), rule=st.sampled_from(RULES))
def test_t01_more_stress_only_takes_ads_away_at_the_same_prices(
    stressed: int, crisis: bool, seed: int, rule: dict[str, Any]
) -> None:
    consents = Consents(wellbeing=True)
    calm, tense = (house_of(consents, rule=rule, ads=TIERS) for _ in range(2))
    wrote(calm, ["Just a day"] * stressed + ["Just a day"])
    wrote(tense, ["I am so stressed"] * stressed + (["goodbye all"] if crisis else ["Just a day"]))
    for number, text in enumerate(PAGES):
        as_usual = shown(decided(calm, page_of(number, text), seed=seed))
        fewer = shown(decided(tense, page_of(number, text), seed=seed))
        assert fewer.items() <= as_usual.items()
    if crisis:
        assert not fewer


@settings(deadline=None, max_examples=25)
@given(clicks=st.lists(st.booleans(), min_size=12, max_size=12), rule=st.sampled_from(RULES))
def test_t01_over_a_day_stress_never_raises_the_revenue(clicks: list[bool], rule: dict[str, Any]) -> None:
    spent = []
    for word in ("calm", "stressed"):
        house = house_of(Consents(wellbeing=True), rule=rule, ads=TIERS)
        wrote(house, [f"I am so {word}"] * 5)
        total = 0
        for number, click in enumerate(clicks):
            now = NOON + timedelta(minutes=5 * number)
            page = house.fill_page.fill(page_of(number, PAGES[number % 4]), now=now, random=Random(number))
            for tokens in page.tokens.values():
                kinds = ("impression", "click") if click else ("impression",)
                for kind in kinds:
                    taken = house.take_event.take(tokens[kind], kinds=frozenset({kind}), now=now, user_agent=None)
                    total += taken.outcome.charged
        spent.append(total)
    calm, tense = spent
    assert tense <= calm


@settings(deadline=None, max_examples=40)
@given(one=histories, other=histories, person=st.sampled_from(["nothing", "minor", "gpc", "unknown age"]))
def test_t05_without_consent_no_history_of_posts_makes_a_difference(
    one: list[str], other: list[str], person: str
) -> None:
    answers = []
    for texts in (one, other):
        age = {"minor": "minor", "unknown age": "unknown"}.get(person, "adult")
        given_ = Consents() if person == "nothing" else replace(EVERYTHING, wellbeing=person != "gpc")
        house = house_of(given_, age=age)
        wrote(house, texts)
        request = page_of(1, viewer=Viewer(person_id=ANA, age=age), regs=Regulations(gpc=person == "gpc"))
        page = house.fill_page.fill(request, now=NOON, random=Random(3))
        answers.append((page.decision, page.tokens))
    assert answers[0] == answers[1]


def test_consent_makes_a_difference_or_the_promise_above_would_prove_nothing() -> None:
    told, silent = house_of(Consents(interests=True)), house_of(Consents(interests=True))
    wrote(told, ["I read a novel"] * 4)
    assert decided(told, page_of(1, "Nothing much")) != decided(silent, page_of(1, "Nothing much"))


def test_t06_a_withdrawal_holds_from_the_next_request_on_and_deletes_what_was_learned() -> None:
    house = house_of(Consents(interests=True))
    wrote(house, ["I read a novel"] * 4)
    before = decided(house, page_of(1, "Nothing much"))
    assert any("interests" in f.why.signals for f in before.placements if f.why is not None)
    house.people.set_consents(ANA, Consents(), expected_version=None)
    assert shown(decided(house, page_of(1, "Nothing much"))) == shown(
        decided(house_of(Consents()), page_of(1, "Nothing much"))
    )
    profile = house.store.people.profile(ANA)
    assert profile is None or not profile.interests.weights


@pytest.mark.parametrize("consents", [Consents(), Consents(interests=True, look=True, affect=True)])
def test_t07_without_the_wellbeing_consent_nothing_is_kept_of_stress(consents: Consents) -> None:
    house = house_of(consents)
    wrote(house, ["I am so stressed"] * 5)
    assert house.store.people.memory(ANA) is None
    reading = house.store.posts.reading(PostId("ana-0"), NOON)
    assert reading is not None
    assert reading.stress is None
    assert "stress" in reading.withheld
    assert house.people.care(ANA, now=NOON, zone="UTC", language="en").state is State.NEUTRAL


def test_t19_feelings_are_gone_after_three_days_and_a_crisis_leaves_only_an_expiry() -> None:
    house = house_of(EVERYTHING)
    wrote(house, ["I am so stressed"] * 3 + ["goodbye all"])
    fresh = house.store.posts.reading(PostId("ana-0"), NOON)
    assert fresh is not None
    assert fresh.stress is not None
    crisis = house.store.posts.reading(PostId("ana-3"), NOON)
    assert crisis is not None
    assert crisis.crisis is None
    later = NOON + timedelta(hours=72)
    house.store.purge(later)
    faded = house.store.posts.reading(PostId("ana-0"), later)
    assert faded is not None
    assert (faded.stress, faded.emotions) == (None, None)


def test_an_authors_feelings_choose_nobody_elses_ads() -> None:
    answers = []
    for consents in (Consents(), EVERYTHING):
        house = house_of(Consents())
        bo = Person(person_id=BO, consents=consents, age="adult")
        house.store.people.put_person(bo, expected_version=None)
        wrote(house, ["I am so stressed, let us bake"], author=BO)
        context = Context(post_id=PostId("bo-0"), language="en", country="DE")
        answers.append(decided(house, page_of(1, context=context)))
    assert answers[0] == answers[1]


def test_an_own_post_is_no_surrounding_content() -> None:
    house = house_of(Consents())
    wrote(house, ["I hike every day"])
    beside_own = page_of(1, context=Context(post_id=PostId("ana-0"), language="en", country="DE"))
    assert all(f.why is None or "context topics" not in f.why.signals for f in decided(house, beside_own).placements)


def test_no_ad_stands_beside_a_post_of_crisis_nor_beside_the_answers_to_it() -> None:
    house = house_of(Consents())
    wrote(house, ["goodbye all"], author=BO)
    answer = Post(
        id=PostId("kind"), author_id=PersonId("cy"), created_at=NOON, text="Let us bake", reply_to=PostId("bo-0")
    )
    house.read_posts.accept([answer], now=NOON)
    house.read_posts.work(now=NOON)
    for post in ("bo-0", "kind"):
        context = Context(post_id=PostId(post), language="en", country="DE")
        assert not shown(decided(house, page_of(1, context=context)))


def test_t32_a_token_serves_its_own_purpose_once_and_until_its_hour() -> None:
    house = house_of(Consents())
    page = house.fill_page.fill(page_of(1), now=NOON, random=Random(1))
    placement, tokens = next(iter(page.tokens.items()))
    won = next(f.won for f in page.decision.placements if f.placement_id == placement)
    with pytest.raises(TokenRefused, match="something else"):
        house.take_event.take(tokens["impression"], kinds=frozenset({"click"}), now=NOON, user_agent=None)
    late = NOON + timedelta(hours=24, seconds=1)
    with pytest.raises(TokenRefused, match="expired"):
        house.take_event.take(tokens["hide"], kinds=frozenset({"hide"}), now=late, user_agent=None)
    first, second = (
        house.take_event.take(tokens["click"], kinds=frozenset({"click"}), now=NOON, user_agent=None) for _ in range(2)
    )
    assert (first.outcome.status, first.outcome.charged) == ("taken", price_of("click", won))
    assert (second.outcome.status, second.outcome.charged) == ("duplicate", 0)
    assert first.landing_url == page.creatives[placement].landing_url


def test_t36_a_bot_that_says_so_is_stored_and_not_billed() -> None:
    house = house_of(Consents(interests=True))
    page = house.fill_page.fill(page_of(1), now=NOON, random=Random(1))
    tokens = next(iter(page.tokens.values()))
    bot = "Mozilla/5.0 (compatible; Examplebot/2.1)"
    taken = house.take_event.take(tokens["click"], kinds=frozenset({"click"}), now=NOON, user_agent=bot)
    assert taken.outcome.charged == 0
    assert [event.validity for event, _ in house.store.events.events()] == ["givt"]
    profile = house.store.people.profile(ANA)
    assert profile is None or not profile.history.weights


def test_a_click_and_a_hide_teach_only_who_agreed_to_interests() -> None:
    for consents, learns in ((Consents(), False), (Consents(interests=True), True)):
        house = house_of(consents)
        page = house.fill_page.fill(page_of(1), now=NOON, random=Random(1))
        for tokens in page.tokens.values():
            house.take_event.take(tokens["impression"], kinds=frozenset({"impression"}), now=NOON, user_agent=None)
            house.take_event.take(tokens["click"], kinds=frozenset({"click"}), now=NOON, user_agent=None)
        profile = house.store.people.profile(ANA)
        assert (profile is not None and bool(profile.history.weights) and profile.seen is not None) == learns


def test_what_is_explained_is_what_was_decided() -> None:
    house = house_of(Consents(interests=True))
    wrote(house, ["I read a novel"] * 4)
    page = house.fill_page.fill(page_of(1, "Nothing much"), now=NOON, random=Random(1))
    for filled in page.decision.placements:
        if filled.won is None:
            continue
        told = house.explain.why(page.tokens[filled.placement_id]["why"], now=NOON)
        assert (told.ad_id, told.signals) == (filled.won.ad_id, filled.why.signals)
        assert told.advertiser
        assert told.payer


@pytest.mark.parametrize("person", [{"age": "minor"}, {"age": "unknown"}, {"objected": True}])
def test_t08_a_mood_is_taken_only_from_those_whose_mood_may_be_used(person: dict[str, object]) -> None:
    house = house_of(EVERYTHING, **person)
    with pytest.raises(InvalidInput, match="affect consent"):
        house.people.declare_mood(ANA, "joy", now=NOON)
    assert house.store.people.profile(ANA) is None


def test_t16_the_last_pages_name_nobody_who_withdrew_or_was_forgotten_and_hold_no_text() -> None:
    def named(house: ToyHouse) -> list[str | None]:
        return [page.request.viewer.person_id for page in house.fill_page.recent()]

    for consents, before in ((Consents(wellbeing=True), None), (EVERYTHING, ANA)):
        house = house_of(consents)
        decided(house, page_of(1))
        assert named(house) == [before]
        assert [page.request.context.text for page in house.fill_page.recent()] == [None]
    house.people.set_objection(ANA, True)
    assert named(house) == [None]
    house.people.set_objection(ANA, False)
    assert named(house) == [ANA]
    house.people.forget(ANA)
    assert named(house) == [None]


@pytest.mark.parametrize(
    ("agent", "validity"),
    [
        ("Mozilla/5.0 (Linux; Android 10; CUBOT X20 PRO) AppleWebKit/537.36 Mobile Safari/537.36", "valid"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "givt"),
        ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "givt"),
        ("Go-http-client/2.0", "givt"),
    ],
)
def test_t36_a_phone_is_no_bot_by_its_makers_name_and_a_link_preview_is_one(agent: str, validity: str) -> None:
    house = house_of(Consents())
    tokens = next(iter(house.fill_page.fill(page_of(1), now=NOON, random=Random(1)).tokens.values()))
    house.take_event.take(tokens["click"], kinds=frozenset({"click"}), now=NOON, user_agent=agent)
    assert [event.validity for event, _ in house.store.events.events()] == [validity]
