import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.maths.reliability import brier_skill, calibration_error, reliability

ROWS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


def columns(rows):
    chances, truth = zip(*rows, strict=True)
    return np.array(chances), np.array(truth)


def test_chances_that_come_true_have_no_error():
    chances, truth = np.full(4, 0.25), np.array([True, False, False, False])
    assert calibration_error(chances, truth, np.ones((1, 4))) == 0.0
    # And no skill: it is the share itself.
    assert brier_skill(chances, truth, np.ones((1, 4))) == 0.0


def test_errors_of_one_bin_cancel_and_those_of_two_do_not():
    chances, truth = np.array([0.2, 0.8]), np.array([True, False])
    assert calibration_error(chances, truth, np.ones((1, 2))) == pytest.approx(0.8)
    assert calibration_error(chances, truth, np.ones((1, 2)), bins=1) == pytest.approx(0.0)


def test_a_row_drawn_more_often_counts_more():
    chances, truth = np.array([0.15, 0.95]), np.array([False, True])
    # gaps .15 and .05; three draws of the second: (.15 + 3 x .05) / 4
    assert calibration_error(chances, truth, np.array([[1.0, 3.0]])) == pytest.approx(0.3 / 4)


def test_skill_is_measured_against_the_share_for_each_label():
    chances = np.array([[1.0, 0.0], [0.0, 1.0]])
    truth = np.array([[True, True], [False, False]])
    # Loss 0 beside 2 x .25; loss 2 beside 2 x .25.
    assert brier_skill(chances, truth, np.ones((1, 2))).tolist() == [[1.0, -3.0]]


def test_skill_says_nothing_where_all_rows_are_of_one_kind():
    assert math.isnan(brier_skill(np.array([0.5, 0.5]), np.array([True, True]), np.ones((1, 2))).item())


@given(ROWS)
def test_the_bins_of_the_diagram_add_up_to_the_error(rows):
    chances, truth = columns(rows)
    bins = reliability(chances, truth)
    assert sum(one.rows for one in bins) == len(rows)
    error = sum(one.rows * abs(one.said - one.seen) for one in bins) / len(rows)
    assert calibration_error(chances, truth, np.ones((1, len(rows)))) == pytest.approx(error, abs=1e-9)


@given(ROWS)
def test_every_bin_holds_its_chances_and_its_share_lies_in_the_interval(rows):
    for one in reliability(*columns(rows)):
        assert one.low - 1e-9 <= one.said <= one.high + 1e-9
        assert -1e-9 <= one.seen_low <= one.seen + 1e-9
        assert one.seen - 1e-9 <= one.seen_high <= 1.0


def test_the_interval_is_wilsons():
    (one,) = reliability(np.full(10, 0.55), np.array([True] * 5 + [False] * 5))
    # n = 10, share .5, z = 1.96: .5 -+ .2634 (Wilson, 1927)
    assert one.seen_low == pytest.approx(0.2366, abs=1e-4)
    assert one.seen_high == pytest.approx(0.7634, abs=1e-4)
