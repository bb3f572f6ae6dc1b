"""Measures against their definitions, row by row."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.maths.ranking_metrics import (
    Ordered,
    auc,
    bootstrap,
    calibration_error,
    calibration_ratio,
    grouped_auc,
    log_loss,
    normalised_entropy,
)

one = st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([0.1, 0.2, 0.5, 0.9]), st.integers(0, 3))
rows = st.lists(one, min_size=1, max_size=30)


def pairs(labels, scores):
    won = [
        1.0 if s > t else 0.5 if s == t else 0.0
        for y, s in zip(labels, scores, strict=True)
        for x, t in zip(labels, scores, strict=True)
        if y == 1.0 and x == 0.0
    ]
    return sum(won) / len(won) if won else float("nan")


def unzip(some):
    y, s, g = (np.array(column) for column in zip(*some, strict=True))
    return y, s, g.astype(np.int64)


@settings(max_examples=80)
@given(some=rows)
def test_auc_is_the_share_of_pairs_in_order(some):
    y, s, _ = unzip(some)
    assert auc(y, s) == pytest.approx(pairs(y, s), nan_ok=True)


@settings(max_examples=80)
@given(some=rows)
def test_grouped_auc_is_the_mean_of_the_groups_that_have_one(some):
    y, s, g = unzip(some)
    each = [(pairs(y[g == n], s[g == n]), (g == n).sum()) for n in range(4)]
    known = [(value, size) for value, size in each if not math.isnan(value)]
    expected = sum(v * n for v, n in known) / sum(n for _, n in known) if known else float("nan")
    assert grouped_auc(y, s, g) == pytest.approx(expected, nan_ok=True)


@settings(max_examples=60)
@given(some=rows, seed=st.integers(0, 99))
def test_weights_count_rows_as_often_as_they_say(some, seed):
    y, s, g = unzip(some)
    times = np.random.default_rng(seed).integers(0, 3, len(y))
    again = np.repeat(np.arange(len(y)), times)
    w = times.astype(np.float64)
    for measure in (auc, log_loss, normalised_entropy, calibration_ratio):
        assert measure(y, s, w) == pytest.approx(measure(y[again], s[again]), nan_ok=True)
    group_times = np.array([0.0, 1.0, 2.0, 1.0])
    whole = np.repeat(np.arange(len(y)), group_times[g].astype(int))
    if len(whole):
        copies = np.concatenate([np.arange(int(group_times[n])) for n in g]) if len(g) else np.empty(0)
        parted = g[whole] * 10 + copies.astype(int)
        assert grouped_auc(y, s, g, group_times[: g.max() + 1]) == pytest.approx(
            grouped_auc(y[whole], s[whole], np.unique(parted, return_inverse=True)[1].astype(np.int64)), nan_ok=True
        )


def test_always_saying_the_mean_has_normalised_entropy_1_and_calibration_1():
    y = np.array([1.0, 0.0, 0.0, 0.0])
    p = np.full(4, 0.25)
    assert normalised_entropy(y, p) == pytest.approx(1.0)
    assert calibration_ratio(y, p) == 1.0
    # -(ln .25 + 3 ln .75) / 4
    assert log_loss(y, p) == pytest.approx(-(math.log(0.25) + 3 * math.log(0.75)) / 4)


def test_the_calibration_error_is_the_mean_gap_of_its_bins():
    y = np.array([0.0, 0.0, 1.0, 1.0])
    p = np.array([0.1, 0.2, 0.6, 0.9])
    # bins {.1, .2} and {.6, .9}: |0 - .3| + |2 - 1.5|, over 4 rows
    assert calibration_error(y, p, bins=2) == pytest.approx((0.3 + 0.5) / 4)


def test_nothing_and_labels_of_one_kind_say_nothing():
    none = np.empty(0)
    for value in (
        auc(none, none),
        grouped_auc(none, none, none.astype(np.int64)),
        calibration_error(none, none),
        calibration_ratio(none, none),
        normalised_entropy(np.ones(3), np.full(3, 0.5)),
        calibration_ratio(np.zeros(3), np.full(3, 0.5)),
        log_loss(np.ones(2), np.ones(2), np.zeros(2)),
    ):
        assert math.isnan(value)
    assert math.isnan(Ordered(none, none).auc())
    assert all(
        math.isnan(v)
        for v in bootstrap(lambda w: 1.0, none.astype(np.int64), random=np.random.default_rng(0), rounds=0)
    )


def test_resampled_groups_spread_as_the_mean_of_groups_does():
    random = np.random.default_rng(1)
    groups = np.repeat(np.arange(400), 5)
    y = np.repeat((random.random(400) < 0.3).astype(np.float64), 5)
    low, high = bootstrap(lambda w: float((w * y).sum() / w.sum()), groups, random=np.random.default_rng(2), rounds=400)
    # 1.96 standard errors of a mean over 400 groups, not over 2,000 rows
    half = 1.96 * math.sqrt(0.3 * 0.7 / 400)
    assert (high - low) / 2 == pytest.approx(half, rel=0.2)
