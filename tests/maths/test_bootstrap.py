import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.maths.bootstrap import _CELLS, draw, resamples
from adtailor.maths.reliability import calibration_error


def mean_of(values):
    return lambda weights: weights @ values / weights.sum(axis=1)


def estimate(metric, rows, *, rounds, rng):
    (found,) = draw(metric, rows, rounds=rounds, rng=rng).estimates()
    return found


def test_an_interval_of_a_mean_is_that_of_the_normal_law():
    values = np.random.default_rng(1).normal(2.0, 1.0, 400)
    found = estimate(mean_of(values), 400, rounds=2_000, rng=np.random.default_rng(2))
    # 1.96 standard errors of 1 / sqrt(400) to either side, within a tenth.
    half = 1.96 * values.std() / math.sqrt(400)
    assert found.value == pytest.approx(values.mean())
    assert found.high - found.value == pytest.approx(half, rel=0.1)
    assert found.value - found.low == pytest.approx(half, rel=0.1)


def test_the_same_seed_gives_the_same_interval_and_another_another():
    values = np.arange(50.0)
    one, again, other = (
        estimate(mean_of(values), 50, rounds=100, rng=np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other


@given(rows=st.integers(1, 40), rounds=st.integers(0, 30))
def test_every_draw_has_as_many_rows_as_there_are(rows, rounds):
    drawn = np.vstack([*resamples(rows, rounds=rounds, rng=np.random.default_rng(0)), np.empty((0, rows))])
    assert drawn.shape == (rounds, rows)
    assert (drawn.sum(axis=1) == rows).all()


def test_many_rows_are_drawn_a_few_rounds_at_a_time():
    rows = _CELLS // 3
    assert [len(some) for some in resamples(rows, rounds=7, rng=np.random.default_rng(0))] == [3, 3, 1]


def test_several_labels_are_estimated_from_the_same_draws():
    values = np.array([[0.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    drawn = draw(
        lambda weights: weights @ values / weights.sum(axis=1)[:, None], 3, rounds=50, rng=np.random.default_rng(3)
    )
    one, other = drawn.estimates()
    assert one == other
    assert drawn.mean().estimates() == [one]


def test_a_mean_over_labels_leaves_out_those_that_say_nothing():
    half = lambda weights: np.stack([np.full(len(weights), np.nan), np.full(len(weights), 0.5)], axis=1)  # noqa: E731
    assert draw(half, 3, rounds=4, rng=np.random.default_rng(0)).mean().whole.tolist() == [0.5]


def test_an_interval_of_a_calibration_error_holds_the_error_though_noise_only_adds_to_it():
    rng = np.random.default_rng(5)
    chances = rng.random(300)
    truth = rng.random(300) < chances
    drawn = draw(lambda weights: calibration_error(chances, truth, weights), 300, rounds=300, rng=rng)
    assert (drawn.drawn > drawn.whole).mean() > 0.9
    [found] = drawn.estimates(within=(0.0, 1.0))
    assert 0.0 <= found.low < found.value < found.high


def test_a_metric_that_no_round_can_tell_has_no_interval():
    found = estimate(lambda weights: np.full(len(weights), np.nan), 3, rounds=5, rng=np.random.default_rng(0))
    assert all(math.isnan(value) for value in (found.value, found.low, found.high))


def test_without_rounds_there_is_a_value_alone():
    found = estimate(mean_of(np.array([1.0, 3.0])), 2, rounds=0, rng=np.random.default_rng(0))
    assert found.value == 2.0
    assert math.isnan(found.low)


def test_no_rows_measure_nothing():
    with pytest.raises(ValueError, match="0 rows"):
        estimate(mean_of(np.empty(0)), 0, rounds=5, rng=np.random.default_rng(0))
