"""The ledger: net is what was earned less what it cost, no grade is added to another, and doubt is said."""

import math
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from adtailor.domain.ids import TrialId
from adtailor.domain.person_table import PersonTable
from adtailor.domain.trial import Arm, Measured, Registration
from adtailor.domain.worth import Earned, Estimate, ReadingCost
from adtailor.measure.earned import earned
from adtailor.measure.experiments.read import read
from adtailor.measure.ledger import LedgerRow, Prices, ledger

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LOOK = Earned(
    signals=frozenset({"look"}),
    contrast="without",
    grade="A",
    source="trial look-1",
    revenue=Estimate(value=5000.0, error=1000.0),
    baseline=200_000.0,
    people=10_000,
    is_decided=True,
    at=NOON,
)
SECOND = 40_000 / 3600
"""Micros a second, at 0.04 an hour."""
# 1000 photos at .09 s each, in 10 batches that agree; 2000 impressions meanwhile.
SEES = ReadingCost(model="look@1", reader="look", posts=1000, seconds=90.0, squares=1000 * 0.09**2, batches=10)
READS = ReadingCost(model="text@1", reader="text", posts=4000, seconds=8.0, squares=4000 * 0.002**2, batches=10)
PRICES = Prices(hour=40_000.0, impressions=2000)


def row(rows: list[LedgerRow], name: str, grade: str | None = "A") -> LedgerRow:
    return next(one for one in rows if one.name == name and one.grade == grade)


def test_net_is_what_was_earned_less_what_reading_cost() -> None:
    found = row(ledger([LOOK], [SEES, READS], PRICES), "look")
    assert found.cost is not None
    assert found.net is not None
    assert found.cost_per_posts.value == pytest.approx(1000 * 0.09 * SECOND)
    assert found.posts_per_mille == 500.0
    assert found.cost.value == pytest.approx(500 * 0.09 * SECOND)
    assert found.net.value == pytest.approx(5000.0 - 500 * 0.09 * SECOND)
    assert found.break_even == pytest.approx(500 * 0.09 * SECOND / 200_000.0)
    assert (found.says, found.said, found.models) == ("earns", "lift", ("look@1",))


def test_the_interval_of_the_net_is_of_both_errors() -> None:
    uneven = replace(SEES, squares=1000 * 0.09**2 + 9.0)  # sigma = sqrt(9 / (9 x 1000)) s a post
    found = row(ledger([LOOK], [uneven], PRICES), "look")
    assert found.net is not None
    cost_error = math.sqrt(9.0 / 9000) * SECOND * 500
    assert found.net.error == pytest.approx(math.hypot(1000.0, cost_error))


def test_a_signal_whose_reading_others_need_costs_nothing_by_itself_and_its_model_is_charged() -> None:
    rows = ledger([], [SEES, READS], PRICES, baseline=100_000.0)
    for signal in ("interests", "affect", "context topics", "context tone", "place", "history"):
        found = row(rows, signal, None)
        assert found.models == ()
        assert found.cost is not None
        assert found.cost.value == 0.0
    model = row(rows, "text@1", None)
    assert model.cost is not None
    assert model.cost.value == pytest.approx(2000 * 0.002 * SECOND)
    assert model.break_even == pytest.approx(model.cost.value / 100_000.0)
    assert (model.says, model.earned, model.net) == ("no evidence", None, None)


def test_grades_stand_in_rows_of_their_own_and_only_a_and_b_say_lift() -> None:
    told = [LOOK, replace(LOOK, grade="E", source="simulation", revenue=Estimate(value=9000.0, error=1.0))]
    rows = [one for one in ledger(told, [], PRICES) if one.name == "look"]
    assert [(one.grade, one.said, one.net.value if one.net else None) for one in rows] == [
        ("A", "lift", 5000.0), ("E", "simulated", 9000.0),
    ]  # fmt: skip
    said = {grade: row(ledger([replace(LOOK, grade=grade)], [], PRICES), "look", grade).said for grade in "ABCDE"}
    assert {grade for grade, word in said.items() if word == "lift"} == {"A", "B"}


@pytest.mark.parametrize(
    ("value", "is_decided", "says"),
    [
        (5000.0, True, "earns"),
        (-5000.0, True, "costs"),
        (1000.0, True, "insufficient data"),
        (5000.0, False, "insufficient data"),
    ],
)
def test_nothing_is_said_that_the_data_do_not_say(value: float, is_decided: bool, says: str) -> None:
    told = replace(LOOK, revenue=Estimate(value=value, error=1000.0), is_decided=is_decided)
    assert row(ledger([told], [], PRICES), "look").says == says


def test_while_nothing_was_shown_there_is_no_net() -> None:
    found = row(ledger([LOOK], [SEES], replace(PRICES, impressions=0)), "look")
    assert (found.cost, found.net, found.posts_per_mille, found.says) == (None, None, None, "nothing shown yet")


def test_the_newest_of_two_trials_counts_and_neither_twice() -> None:
    older = replace(LOOK, source="trial look-0", at=NOON.replace(day=1), revenue=Estimate(value=1.0, error=1.0))
    rows = [one for one in ledger([LOOK, older], [], PRICES) if one.name == "look"]
    assert [one.earned for one in rows] == [LOOK]


def test_what_was_tried_beside_stands_beside() -> None:
    placebo = replace(LOOK, contrast="placebo", revenue=Estimate(value=10.0, error=900.0))
    assert row(ledger([LOOK, placebo], [], PRICES), "look").beside == {"placebo": placebo}


@pytest.mark.parametrize(
    ("value", "says"), [(0.0, "nothing"), (1500.0, "nothing"), (-1500.0, "nothing"), (2000.0, "earns"), (-2e3, "costs")]
)
def test_a_placebo_has_to_hold_zero(value: float, says: str) -> None:
    placebo = replace(LOOK, contrast="placebo", revenue=Estimate(value=value, error=900.0))  # 1.96 x 900 is 1764
    assert row(ledger([LOOK, placebo], [], PRICES), "look").placebo_says == says
    assert row(ledger([LOOK], [], PRICES), "look").placebo_says is None


def test_a_placebo_of_other_worlds_stands_beside_nothing() -> None:
    placebo = replace(LOOK, contrast="placebo", source="other worlds")
    assert row(ledger([LOOK, placebo], [], PRICES), "look").beside == {}


def trial(*off: frozenset[str], n: int = 4000, effects: dict[frozenset[str], float], seed: int = 3):
    """A table in which each arm earns what `effects` says of the signals it has on, 20 impressions a person."""
    arms = tuple(Arm(name=f"arm{k}", parts=10_000 // len(off), signals_off=one) for k, one in enumerate(off))
    registration = Registration(
        id=TrialId("t"), question="?", design="user split", arms=arms, people=n, effect=0.05, looks=1,
        metrics=(
            Measured(metric="revenue", role="primary"), Measured(metric="hide rate", role="guardrail", margin=0.5),
        ),
    )  # fmt: skip
    random = np.random.default_rng(seed)
    arm = np.arange(n) % len(off)
    taste = random.normal(0.0, 30.0, n)
    every = frozenset().union(*off)
    means = np.array([effects[every - one] for one in off])
    table = PersonTable(
        person=np.arange(n, dtype=np.uint64),
        arm=arm.astype(np.int64),
        before=taste + 100.0,
        sums={
            "revenue": means[arm] + taste + random.normal(0.0, 5.0, n),
            "impressions": np.full(n, 20.0),
            "hides": np.ones(n),
        },
    )
    return table, registration, read(table, registration, is_last=True)


def test_what_a_signal_earned_is_what_the_arm_without_it_lacks() -> None:
    look = frozenset({"look"})
    (found,) = earned(*trial(frozenset(), look, effects={look: 110.0, frozenset(): 100.0}))
    assert (found.signals, found.contrast, found.grade, found.is_decided) == (look, "without", "C", True)
    assert found.revenue.value == pytest.approx(10.0 * 50, abs=4 * found.revenue.error)
    assert 0.0 < found.revenue.error < 15.0  # CUPED takes the taste out: 2 x 5 / sqrt(4000) x 50 = 7.9
    assert found.baseline == pytest.approx(100.0 * 50, rel=0.03)
    assert [one.metric for one in found.guardrails] == ["hide rate"]


def test_an_arm_with_one_signal_beside_one_with_none_tells_of_it_alone() -> None:
    look, both = frozenset({"look"}), frozenset({"look", "interests"})
    table, registration, findings = trial(
        both, both - look, effects={frozenset(): 100.0, look: 107.0, frozenset({"interests"}): 0.0, both: 0.0}
    )
    (found,) = earned(table, registration, findings)
    assert (found.signals, found.contrast) == (look, "alone")
    assert found.revenue.value == pytest.approx(7.0 * 50, abs=4 * found.revenue.error)


def test_a_factorial_divides_what_all_earn_together() -> None:
    a, b = frozenset({"look"}), frozenset({"interests"})
    effects = {frozenset(): 100.0, a: 104.0, b: 106.0, a | b: 118.0}  # together 8 more than apart
    table, registration, findings = trial(frozenset(), a, b, a | b, effects=effects, n=8000)
    shares = {one.signals: one for one in earned(table, registration, findings) if one.contrast == "share"}
    assert shares[a].revenue.value == pytest.approx(8.0 * 50, abs=4 * shares[a].revenue.error)  # 4 + 8 / 2
    assert shares[b].revenue.value == pytest.approx(10.0 * 50, abs=4 * shares[b].revenue.error)
    assert all(one.revenue.error < 20.0 for one in shares.values())


def test_arms_that_differ_in_a_ranker_say_nothing_of_a_signal() -> None:
    look = frozenset({"look"})
    table, registration, findings = trial(frozenset(), look, effects={look: 110.0, frozenset(): 100.0})
    control, other = registration.arms
    registration = replace(registration, arms=(control, replace(other, ranker="priors")))
    assert earned(table, registration, findings) == []


def test_a_broken_trial_says_nothing() -> None:
    look = frozenset({"look"})
    table, registration, findings = trial(frozenset(), look, effects={look: 110.0, frozenset(): 100.0})
    assert earned(table, registration, replace(findings, evidence="broken")) == []
