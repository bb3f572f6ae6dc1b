"""Estimates and costs: errors that were made apart are taken together, and nothing is more certain than it is."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.domain.signals import SIGNALS
from adtailor.domain.worth import FED_BY, SAID, Estimate, ReadingCost, batch_cost
from adtailor.errors import InvalidInput


def test_only_trials_that_shield_budgets_say_lift() -> None:
    assert {grade for grade, word in SAID.items() if word == "lift"} == {"A", "B"}
    assert SAID["E"] == "simulated"


def test_every_signal_that_a_reader_feeds_is_a_signal_and_is_fed_once() -> None:
    fed = [signal for signals in FED_BY.values() for signal in signals]
    assert len(fed) == len(set(fed))
    assert set(fed) == set(SIGNALS) - {"place", "history"}


def test_a_difference_of_two_has_the_error_of_both() -> None:
    net = Estimate(value=10.0, error=3.0).less(Estimate(value=4.0, error=4.0))
    assert (net.value, net.error) == (6.0, 5.0)
    assert net.interval(2.0) == (-4.0, 16.0)
    assert Estimate(value=2.0, error=0.5).times(-2.0) == Estimate(value=-4.0, error=1.0)


@pytest.mark.parametrize(("value", "error"), [(math.nan, 1.0), (1.0, math.nan), (1.0, -1.0)])
def test_what_is_no_estimate_is_refused(value: float, error: float) -> None:
    with pytest.raises(InvalidInput, match="error"):
        Estimate(value=value, error=error)


@given(st.lists(st.tuples(st.integers(1, 64), st.floats(0.001, 2.0)), min_size=2, max_size=20))
def test_the_cost_of_a_post_is_that_of_all_batches(batches: list[tuple[int, float]]) -> None:
    total: ReadingCost | None = None
    for posts, each in batches:
        one = batch_cost(model="m", reader="text", posts=posts, seconds=posts * each)
        total = one if total is None else total.plus(one)
    assert total is not None
    posts = sum(n for n, _ in batches)
    mean = sum(n * each for n, each in batches) / posts
    spread = sum(n * (each - mean) ** 2 for n, each in batches)
    assert total.per_post.value == pytest.approx(mean)
    assert total.per_post.error == pytest.approx(math.sqrt(spread / ((len(batches) - 1) * posts)), abs=1e-6)


def test_of_one_batch_nothing_is_known_about_its_error() -> None:
    assert batch_cost(model="m", reader="text", posts=4, seconds=2.0).per_post == Estimate(value=0.5, error=math.inf)
