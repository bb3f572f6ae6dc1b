import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.maths.classification import (
    area_under_roc,
    confusion,
    f1,
    false_alarm_rate,
    precision,
    precision_at,
    recall,
)

ONE = np.ones((1, 4))
TOLD = np.array([[True], [True], [False], [False]])
TRUTH = np.array([[True], [False], [True], [False]])


def test_each_kind_of_answer_is_counted():
    counts = confusion(TOLD, TRUTH, ONE)
    assert (counts.hits, counts.false_alarms, counts.misses, counts.passes) == (1, 1, 1, 1)
    assert (f1(counts), recall(counts), precision(counts), false_alarm_rate(counts)) == (0.5, 0.5, 0.5, 0.5)


def test_a_row_drawn_twice_counts_twice():
    counts = confusion(TOLD, TRUTH, np.array([[2.0, 1.0, 0.0, 1.0], [1.0, 0.0, 3.0, 0.0]]))
    assert recall(counts).ravel().tolist() == [1.0, 0.25]
    assert precision(counts).ravel().tolist() == [pytest.approx(2 / 3), 1.0]


def test_labels_are_counted_apart():
    told = np.array([[True, False], [True, True]])
    counts = confusion(told, np.array([[True, True], [True, True]]), np.ones((1, 2)))
    assert recall(counts).tolist() == [[1.0, 0.5]]


def test_where_nothing_is_there_to_tell_f1_is_zero_and_shares_say_nothing():
    none = np.zeros((4, 1), dtype=bool)
    counts = confusion(none, none, ONE)
    assert f1(counts) == 0.0
    assert math.isnan(recall(counts).item())
    assert math.isnan(precision(counts).item())
    assert math.isnan(false_alarm_rate(confusion(~none, ~none, ONE)).item())


def test_precision_at_the_prevalence_of_the_rows_is_precision():
    counts = confusion(TOLD, TRUTH, ONE)
    assert precision_at(counts, 0.5) == precision(counts)
    # recall .5, false alarms .5: among a tenth of positives, .05 / (.05 + .45) = .1
    assert precision_at(counts, 0.1) == pytest.approx(0.1)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 3)), min_size=1, max_size=30).filter(
        lambda rows: any(t and w for _, t, w in rows) and any(not t and w for _, t, w in rows)
    )
)
def test_the_area_is_the_share_of_pairs_in_the_right_order(rows):
    scores, truth, weights = (np.array(column) for column in zip(*rows, strict=True))
    pairs = [
        (w1 * w2, 1.0 if s1 > s2 else 0.5 if s1 == s2 else 0.0)
        for s1, t1, w1 in rows
        for s2, t2, w2 in rows
        if t1 and not t2
    ]
    expected = sum(w * won for w, won in pairs) / sum(w for w, _ in pairs)
    assert area_under_roc(scores * 1.0, truth, weights[None] * 1.0) == pytest.approx(expected)


def test_the_area_says_nothing_without_both_kinds():
    assert math.isnan(area_under_roc(np.array([1.0, 2.0]), np.array([True, True]), np.ones((1, 2))).item())
