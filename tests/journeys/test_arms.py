"""Pages are served by the arm of their person: always the same, from its own budget, with nothing beyond consent."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adtailor.domain.decision import Context, Decision, DecisionRequest, Placement, Viewer
from adtailor.domain.ids import CampaignId, PersonId, PlacementId, RequestId, SiteId, TopicId, TrialId
from adtailor.domain.person import Consents, Person
from adtailor.domain.profile import Fading, Profile
from adtailor.domain.reading import Topic
from adtailor.domain.signals import SIGNALS
from adtailor.domain.trial import Arm, account_of, arm_of
from adtailor.storage import MemoryStore, SqliteStore
from adtailor.testing import samples
from adtailor.testing.stores import Store
from adtailor.testing.toy_house import ToyHouse, toy_house

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PEOPLE = [f"p{n}" for n in range(40)]
BOOTS = {"id": "boots", "topics": ["483"], "bid": "0.40"}
OVEN = {"id": "oven", "topics": ["210"], "bid": "0.41"}
HIKING = (Topic(id=TopicId("483"), name="Sports", confidence=0.9),)
BLIND = Arm(name="blind", parts=5_000, signals_off=frozenset({"context topics"}))
SEEING = Arm(name="seeing", parts=5_000)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path)
    yield store
    store.close()


def asked(person: str | None, number: int = 0) -> DecisionRequest:
    return DecisionRequest(
        request_id=RequestId(f"{person}-{number}"),
        site_id=SiteId("site"),
        placements=(Placement(id=PlacementId("feed-1")),),
        context=Context(topics=HIKING, language="en", country="DE"),
        viewer=Viewer(person_id=None if person is None else PersonId(person), age="adult"),
    )


def served(house: ToyHouse, person: str | None, number: int = 0, now: datetime = NOON) -> Decision:
    return house.fill_page.fill(asked(person, number), now=now, random=Random(number)).decision


def house_with(store: Store, *trials: Any, ads: Sequence[Mapping[str, Any]] = (BOOTS, OVEN)) -> ToyHouse:
    house = toy_house(store, ads=ads)
    for trial in trials:
        store.trials.put(trial)
    return house


def shown(decision: Decision) -> str | None:
    won = decision.placements[0].won
    return None if won is None else str(won.ad_id)


def test_without_a_trial_a_page_knows_of_none(store: Store) -> None:
    assert served(house_with(store, samples.trial()), "ana").trials == ()


def test_a_person_is_always_in_the_same_arm_and_the_record_says_which(store: Store) -> None:
    trial = samples.trial("look", design="user split", arms=(BLIND, SEEING), status="running")
    house = house_with(store, trial)
    arms: dict[str, set[int]] = {}
    for number in range(2):
        for person in PEOPLE[:10]:
            [assigned] = served(house, person, number, NOON + timedelta(hours=number)).trials
            arms.setdefault(person, set()).add(assigned.arm)
    assert arms == {person: {arm_of(trial.registration, f"person {person}")} for person in PEOPLE[:10]}
    recorded = [record.decision.trials for record in store.events.records()]
    assert len(recorded) == 20
    assert all(len(trials) == 1 for trials in recorded)


def test_an_arm_that_goes_without_a_signal_is_served_as_if_it_were_not_there(store: Store) -> None:
    # On a page about hiking the boots win by their topic; without it the oven's higher bid does.
    house = house_with(store, samples.trial("t", design="user split", arms=(BLIND, SEEING), status="running"))
    decisions = [served(house, person) for person in PEOPLE]
    assert {(decision.trials[0].arm, shown(decision)) for decision in decisions} == {(0, "oven"), (1, "boots")}
    assert all(decision.trials[0].differs for decision in decisions)


def test_where_arms_would_show_the_same_for_the_same_price_a_page_does_not_differ(store: Store) -> None:
    off = Arm(name="off", parts=5_000, signals_off=frozenset({"look"}))
    house = house_with(store, samples.trial("t", design="user split", arms=(off, SEEING), status="running"))
    assert {served(house, person).trials[0].differs for person in PEOPLE[:8]} == {False}


def test_another_price_of_the_same_ad_is_a_difference(store: Store) -> None:
    # The boots win either way; without the page's topic the runner-up is nearer, and they pay more.
    ads = ({**BOOTS, "bid": "4.00"}, OVEN)
    house = house_with(store, samples.trial("t", design="user split", arms=(BLIND, SEEING), status="running"), ads=ads)
    decisions = [served(house, person) for person in PEOPLE[:8]]
    assert {shown(decision) for decision in decisions} == {"boots"}
    assert {decision.trials[0].differs for decision in decisions} == {True}


def test_no_arm_uses_more_than_a_person_agreed_to(store: Store) -> None:
    """An arm with every signal serves someone without consents as a house without trials does."""
    plain = house_with(store)
    person = Person(person_id=PersonId("ana"), age="adult")
    store.people.put_person(person, expected_version=None)
    store.people.put_profile(Profile(person_id=person.person_id, interests=Fading(weights={"210": 1.0}, as_of=NOON)))
    before = served(plain, "ana")
    store.trials.put(samples.trial("t", design="hold-out", parts=(200, 9_800), status="running"))
    after = served(plain, "ana", now=NOON + timedelta(seconds=2))
    assert after.placements == before.placements
    store.people.put_person(replace(person, consents=Consents(interests=True)), expected_version=None)
    assert served(plain, "ana", now=NOON + timedelta(seconds=4)).account.without.keys() >= {"context topics"}


def test_an_arm_without_any_signal_shows_what_nobody_is_known_by(store: Store) -> None:
    none = Arm(name="none", parts=5_000, signals_off=frozenset(SIGNALS))
    house = house_with(store, samples.trial("t", design="hold-out", arms=(none, SEEING), status="running"))
    decisions = [served(house, person) for person in PEOPLE]
    bare = [decision for decision in decisions if decision.trials[0].arm == 0]
    assert {shown(decision) for decision in bare} == {"oven"}
    assert all(not decision.account.without for decision in bare)


def test_two_trials_draw_their_arms_apart(store: Store) -> None:
    off = Arm(name="off", parts=5_000, signals_off=frozenset({"look"}))
    trials = [
        samples.trial(name, design="user split", arms=(off, SEEING), status="running") for name in ("one", "other")
    ]
    house = house_with(store, *trials)
    pairs = Counter(tuple(one.arm for one in served(house, person).trials) for person in PEOPLE)
    assert set(pairs) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_whoever_has_no_id_is_drawn_page_by_page(store: Store) -> None:
    house = house_with(store, samples.trial("t", status="running"))
    decisions = [served(house, None, number) for number in range(20)]
    assert {decision.trials[0].arm for decision in decisions} == {0, 1}
    assert all(record.person_id is None for record in store.events.records())


def test_in_a_switchback_everybody_is_served_by_one_arm_for_a_while(store: Store) -> None:
    trial = samples.trial("t", design="switchback", arms=(BLIND, SEEING), status="running")
    house = house_with(store, trial)
    for hour in range(6):
        at = NOON + timedelta(hours=hour)
        told = [served(house, person, hour, at).trials[0] for person in PEOPLE[:5]]
        assert len({(one.arm, one.period) for one in told}) == 1
    arms = {arm_of(trial.registration, f"period {n}") for n in range(20)}
    assert arms == {0, 1}


def test_the_control_of_ghost_ads_does_not_see_them_and_the_record_says_who_would_have(store: Store) -> None:
    trial = samples.trial("t", design="ghost ads", campaign=CampaignId("boots"), status="running")
    trial = replace(
        trial, registration=replace(trial.registration, arms=(replace(BLIND, signals_off=frozenset()), SEEING))
    )
    house = house_with(store, trial)
    decisions = [served(house, person) for person in PEOPLE]
    assert {(decision.trials[0].arm, shown(decision)) for decision in decisions} == {(0, "oven"), (1, "boots")}
    assert all(decision.trials[0].differs for decision in decisions)


def test_t35_an_arm_that_spends_everything_leaves_the_others_part_alone(store: Store) -> None:
    """One arm shows boots for clicks, the other would rather show the oven: each is bounded by its half."""
    ads = ({**BOOTS, "budget": "4.00", "pacing": "asap"}, {**OVEN, "budget": "40.00", "pacing": "asap"})
    trial = samples.trial("t", arms=(BLIND, SEEING), status="running")
    house = house_with(store, trial, ads=ads)
    charged = Counter[tuple[int, str]]()
    for number in range(120):
        person = PEOPLE[number % len(PEOPLE)]
        now = NOON + timedelta(seconds=number)
        page = house.fill_page.fill(asked(person, number), now=now, random=Random(number))
        [filled] = page.decision.placements
        if filled.won is None:
            continue
        token = page.tokens[filled.placement_id]["click"]
        taken = house.take_event.take(token, kinds=frozenset({"click"}), now=now, user_agent="Mozilla/5.0")
        charged[page.decision.trials[0].arm, str(filled.won.campaign_id)] += taken.outcome.charged
    assert 1_500_000 < charged[1, "boots"] <= 2_000_000
    assert charged[0, "boots"] <= 2_000_000
    assert store.ledger.disagreements() == []
    [left] = {
        2_000_000 - spent[0]
        for campaign, spent in store.events.spent(NOON, account=account_of(TrialId("t"), 1)).items()
        if campaign == "boots"
    }
    assert left == 2_000_000 - charged[1, "boots"]


def test_an_arm_may_rank_by_another_click_model(store: Store) -> None:
    other = Arm(name="priors", parts=5_000, ranker="priors")
    house = house_with(store, samples.trial("t", design="user split", arms=(other, SEEING), status="running"))
    assert {served(house, person).trials[0].differs for person in PEOPLE[:6]} == {False}


def test_when_a_trial_is_stopped_everybody_is_served_alike_again(store: Store) -> None:
    running = samples.trial("t", arms=(BLIND, SEEING), status="running")
    house = house_with(store, running)
    assert served(house, "p1").trials
    store.trials.put(replace(running, status="stopped", stopped_at=NOON))
    later = NOON + timedelta(seconds=2)
    assert {shown(served(house, person, 1, later)) for person in PEOPLE[:10]} == {"boots"}
    assert served(house, "p1", 2, later).trials == ()
