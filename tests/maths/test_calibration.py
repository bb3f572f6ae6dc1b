"""Calibrated chances are true on average, and their order is kept."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.maths.calibration import (
    apply_isotonic,
    fit_isotonic,
    fit_platt,
    fit_shifts,
    logistic,
    logit,
)

score = st.integers(-16, 16).map(lambda n: n / 4)
scored = st.lists(st.tuples(score, st.sampled_from([0.0, 1.0])), min_size=1, max_size=30)


@settings(max_examples=80)
@given(rows=scored)
def test_isotonic_never_falls_and_keeps_the_sum(rows):
    scores, labels = (np.array(column) for column in zip(*rows, strict=True))
    places, chances = fit_isotonic(scores, labels)
    assert (np.diff(places) > 0).all()
    assert (np.diff(chances) >= 0).all()
    line = apply_isotonic(np.linspace(-5, 5, 50), places, chances)
    assert (np.diff(line) >= 0).all()
    assert ((line >= 0) & (line <= 1)).all()


@settings(max_examples=60)
@given(rows=scored)
def test_isotonic_is_the_min_max_of_means(rows):
    scores, labels = (np.array(column) for column in zip(*rows, strict=True))
    places, chances = fit_isotonic(scores, labels)
    different = np.unique(scores)
    sums = np.array([[labels[scores == x].sum(), (scores == x).sum()] for x in different])

    def mean(first, last):
        total = sums[first : last + 1].sum(axis=0)
        return total[0] / total[1]

    n = len(different)
    expected = [max(min(mean(a, b) for b in range(i, n)) for a in range(i + 1)) for i in range(n)]
    assert chances == pytest.approx(np.unique(np.round(expected, 12)))
    assert ((places >= different[0]) & (places <= different[-1])).all()


def test_isotonic_takes_weights_and_passes_over_rows_of_none():
    places, chances = fit_isotonic(
        np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 1.0]), weights=np.array([1.0, 0.0, 3.0])
    )
    assert places.tolist() == [0.0, 2.0]
    assert chances.tolist() == [0.0, 1.0]


def test_platt_finds_the_line_that_made_the_labels():
    random = np.random.default_rng(3)
    z = random.normal(0, 2, 60_000)
    y = (random.random(60_000) < logistic(0.5 * z - 1.0)).astype(np.float64)
    slope, shift = fit_platt(z, y)
    # standard errors are about .007 and .011 here
    assert slope == pytest.approx(0.5, abs=0.03)
    assert shift == pytest.approx(-1.0, abs=0.04)
    assert logistic(slope * z + shift).mean() == pytest.approx(y.mean(), rel=0.002)


def test_platt_of_scores_that_point_the_wrong_way_is_the_mean():
    z = np.linspace(-2, 2, 400)
    y = (z < 0).astype(np.float64)
    slope, shift = fit_platt(z, y)
    assert slope == 0.0
    assert logistic(np.array([shift]))[0] == pytest.approx(0.5, abs=0.01)


def test_platt_stays_finite_where_scores_separate_the_labels_or_are_all_one():
    z = np.array([-1.0, -2.0, 3.0, 4.0])
    assert np.isfinite(fit_platt(z, (z > 0).astype(np.float64))).all()
    assert np.isfinite(fit_platt(np.zeros(4), (z > 0).astype(np.float64), weights=np.ones(4), rounds=3)).all()
    assert np.isfinite(fit_platt(np.full(4, 1e9), (z > 0).astype(np.float64))).all()


def test_platt_takes_targets_that_are_not_0_and_1():
    random = np.random.default_rng(4)
    z = random.normal(-1, 1, 20_000)
    seen = (random.random(20_000) < logistic(z) * 0.5).astype(np.float64)
    slope, shift = fit_platt(z, seen / 0.5)  # half of the labels have come
    assert logistic(slope * z + shift).mean() == pytest.approx(logistic(z).mean(), rel=0.05)


def test_shifts_go_to_what_a_group_shows_and_stay_home_where_it_shows_little():
    random = np.random.default_rng(5)
    groups = np.array([0] * 20_000 + [1] * 5, dtype=np.int64)
    z = np.full(len(groups), -2.0)
    y = (random.random(len(groups)) < logistic(z + 0.6)).astype(np.float64)
    y[-5:] = 1.0
    shifts = fit_shifts(z, y, groups, spread=0.3)
    assert shifts[0] == pytest.approx(0.6, abs=0.06)
    assert 0.0 < shifts[1] < 0.6
    assert fit_shifts(np.empty(0), np.empty(0), np.empty(0, dtype=np.int64), spread=0.3).size == 0
    assert fit_shifts(z, y, groups, spread=0.3, weights=np.zeros(len(z))).tolist() == [0.0, 0.0]


def test_a_shift_that_would_run_away_stops_after_forty_steps_of_at_most_one():
    shifts = fit_shifts(np.full(5, -90.0), np.ones(5), np.zeros(5, dtype=np.int64), spread=1e6)
    assert shifts.tolist() == [40.0]


@given(p=st.floats(1e-6, 1 - 1e-6))
def test_logit_undoes_the_logistic_function(p):
    assert logistic(logit(np.array([p])))[0] == pytest.approx(p)
