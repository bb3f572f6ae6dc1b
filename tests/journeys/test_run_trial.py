"""A trial from its registration to its end, on a house that really serves, and people whose truth is known."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from adtailor.domain.audit import Author
from adtailor.domain.decision import Context, DecisionRequest, Placement, Viewer
from adtailor.domain.ids import PersonId, PlacementId, RequestId, SiteId, TopicId, TrialId
from adtailor.domain.person import Consents, Person
from adtailor.domain.reading import Topic
from adtailor.errors import InvalidInput, StaleVersion, UnknownId
from adtailor.journeys.run_trial import RunTrial
from adtailor.storage import MemoryStore
from adtailor.testing.toy_house import ToyHouse, toy_house

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CLICK = frozenset({"click"})
FILE = """\
id = "topics"
question = "Do signals earn anything?"
design = "{design}"
people = {people}
effect = 0.5
looks = 4
days = 10
before_days = 5
arms = [{{ name = "blind", share = 0.5, signals_off = ["all"] }}, {{ name = "seeing", share = 0.5 }}]
metrics = [{{ metric = "revenue", role = "primary" }}, {{ metric = "hide rate", role = "guardrail", margin = 0.5 }}]
"""


def author(at: datetime = NOON) -> Author:
    return Author(by="ana", at=at)


class World:
    """People who click on what fits the page about half of the time, and on nothing else."""

    def __init__(self, people: int = 60) -> None:
        self.store = MemoryStore()
        every = {"daily_cap": 50, "session_cap": 50, "budget": "900", "pacing": "asap"}
        boots = {"id": "boots", "topics": ["483"], "bid": "0.40", **every}
        oven = {"id": "oven", "topics": ["210"], "bid": "0.41", **every}
        self.house: ToyHouse = toy_house(self.store, ads=(boots, oven))
        self.run = RunTrial(
            trials=self.store.trials, events=self.store.events, audit=self.store.audit, catalogue=self.house.catalogue
        )
        self.people = [PersonId(f"p{n}") for n in range(people)]
        for person in self.people:
            known = Person(person_id=person, age="adult", consents=Consents(interests=True))
            self.store.people.put_person(known, expected_version=None)

    def day(self, at: datetime, *, pages: int = 3, nameless: int = 0) -> None:
        viewers = [*self.people, *[None] * nameless]
        for number, person in enumerate(viewers * pages):
            now = at + timedelta(seconds=number)
            luck = Random(f"{person} {number} {at}")
            request = DecisionRequest(
                request_id=RequestId(f"r{number}-{at:%d%H}"),
                site_id=SiteId("site"),
                placements=(Placement(id=PlacementId("feed-1")),),
                context=Context(topics=(Topic(id=TopicId("483"), name="Sports", confidence=0.9),), country="DE"),
                viewer=Viewer(person_id=person, age="adult"),
            )
            page = self.house.fill_page.fill(request, now=now, random=luck)
            [filled] = page.decision.placements
            if filled.won is None:
                continue
            tokens, take = page.tokens[filled.placement_id], self.house.take_event.take
            take(tokens["impression"], kinds=frozenset({"impression"}), now=now, user_agent="Mozilla/5.0")
            if filled.won.ad_id == "boots" and luck.random() < 0.5:
                take(tokens["click"], kinds=CLICK, now=now, user_agent="Mozilla/5.0")


@pytest.fixture
def world() -> World:
    return World()


def begun(world: World, *, design: str = "budget split", people: int = 60) -> TrialId:
    trial = world.run.register(FILE.format(design=design, people=people), author())
    world.run.start(trial.registration.id, author())
    return trial.registration.id


def test_a_signal_that_earns_is_found_with_its_grade(world: World) -> None:
    world.day(NOON - timedelta(days=1), pages=1)
    trial = begun(world)
    world.day(NOON + timedelta(seconds=5), nameless=5)
    found = world.run.read(trial, now=NOON + timedelta(hours=1)).findings
    primary = found.findings[0]
    assert (found.evidence, found.grade, found.hash) == ("sufficient", "A", world.run.trial(trial).hash)
    assert (primary.verdict, primary.is_word_lift, primary.control) == ("better", True, pytest.approx(0, abs=2e5))
    assert sum(found.people) == 60
    assert any(note.startswith("15 pages are nobody's") for note in found.notes)
    events = world.store.events.events(NOON + timedelta(seconds=1))
    assert {event.account for event, _ in events} == {"topics/0", "topics/1"}
    assert world.store.ledger.disagreements() == []


def test_the_same_by_a_user_split_is_no_lift(world: World) -> None:
    trial = begun(world, design="user split")
    world.day(NOON + timedelta(seconds=5))
    primary = world.run.read(trial, now=NOON + timedelta(hours=1)).findings.findings[0]
    assert (primary.verdict, primary.is_word_lift) == ("better", False)
    assert "pages that differ" in primary.method


def test_watching_never_tells_the_primary_metric_and_costs_no_look(world: World) -> None:
    trial = begun(world)
    world.day(NOON + timedelta(seconds=5), pages=1)
    seen = world.run.watch(trial, now=NOON + timedelta(hours=1))
    assert {one.role for one in seen.findings} == {"guardrail"}
    assert world.run.looks(trial) == []


def test_each_reading_is_a_look_until_one_decides(world: World) -> None:
    trial = begun(world, people=400)
    world.day(NOON + timedelta(seconds=5), pages=1)
    first = world.run.read(trial, now=NOON + timedelta(hours=1))
    assert (first.number, first.findings.evidence) == (1, "insufficient")
    assert first.findings.needed is None or first.findings.needed > 60
    world.day(NOON + timedelta(days=1), pages=2)
    second = world.run.read(trial, now=NOON + timedelta(days=2))
    assert second.number == 2
    # Time is up: what is left of alpha is spent, and no further look is taken.
    last = world.run.read(trial, now=NOON + timedelta(days=11))
    assert last.findings.is_over
    assert world.run.read(trial, now=NOON + timedelta(days=12)) == last
    [listed] = world.run.listed()
    assert (listed.looks, listed.last) == (last.number, last)


def test_what_was_registered_is_fixed_when_it_begins(world: World) -> None:
    text = FILE.format(design="budget split", people=60)
    world.run.register(text, author())
    world.run.register(text.replace("0.5\nlooks", "0.4\nlooks"), author())
    world.run.start(TrialId("topics"), author())
    with pytest.raises(StaleVersion, match="has begun as"):
        world.run.register(text, author())
    with pytest.raises(StaleVersion, match="is running"):
        world.run.start(TrialId("topics"), author())
    actions = [(entry.action, entry.kind) for entry in world.store.audit.entries(kind="trials")]
    assert actions == [("changed", "trials"), ("changed", "trials"), ("created", "trials")]


def test_a_trial_stops_for_a_reason_once(world: World) -> None:
    trial = begun(world)
    with pytest.raises(InvalidInput, match="no reason"):
        world.run.stop(trial, " ", author())
    stopped = world.run.stop(trial, "enough", author(NOON + timedelta(days=1)))
    assert (stopped.status, stopped.stopped_because) == ("stopped", "enough")
    with pytest.raises(StaleVersion, match="is stopped"):
        world.run.stop(trial, "again", author())


def test_trials_that_would_disturb_each_other_do_not_run_together(world: World) -> None:
    begun(world)
    text = FILE.format(design="budget split", people=60).replace('"topics"', '"other"', 1)
    world.run.register(text, author())
    with pytest.raises(StaleVersion, match="splits the budgets already"):
        world.run.start(TrialId("other"), author())


def test_what_is_not_there_is_named(world: World) -> None:
    with pytest.raises(UnknownId, match="no trial 'none'"):
        world.run.trial(TrialId("none"))
    world.run.register(FILE.format(design="user split", people=60), author())
    with pytest.raises(StaleVersion, match="has not begun"):
        world.run.read(TrialId("topics"), now=NOON)


def test_whoever_is_forgotten_counts_no_more(world: World) -> None:
    trial = begun(world)
    world.day(NOON + timedelta(seconds=5), pages=1)
    before = sum(world.run.watch(trial, now=NOON + timedelta(hours=1)).people)
    world.store.people.forget(world.people[0])
    assert sum(world.run.watch(trial, now=NOON + timedelta(hours=1)).people) == before - 1


def test_what_the_site_knows_itself_is_read_with_the_rest(world: World) -> None:
    trial = begun(world)
    world.day(NOON + timedelta(seconds=5), pages=1)
    told = {person: {"seconds": 60.0 + n} for n, person in enumerate(world.people)}
    found = world.run.read(trial, now=NOON + timedelta(hours=1), told=told).findings
    [seconds] = [one for one in found.findings if one.metric == "time on site"]
    assert (seconds.verdict, seconds.people) == ("exploratory", 60)
    with pytest.raises(InvalidInput, match="the log tells this by itself"):
        world.run.watch(trial, now=NOON, told={world.people[0]: {"clicks": 9.0}})


def test_how_people_differ_is_learned_from_the_log(world: World) -> None:
    big = World(people=120)
    for days in (1, 8):
        big.day(NOON - timedelta(days=days), pages=1)
    site = big.run.variance(now=NOON, days=14)
    assert site.people == 120
    assert site.variation > 0.5
    with pytest.raises(InvalidInput, match="people in the log"):
        world.run.variance(now=NOON, days=14)


def test_a_trial_that_is_reread_after_its_words_changed_would_not_have_its_hash(world: World) -> None:
    trial = world.run.trial(begun(world))
    assert trial.hash != replace(trial, text=trial.text + " ").text
