"""What several models count together, and what an id's clicks so far say."""

import numpy as np
import pytest

from adtailor.maths.calibration import fit_level, fit_platt, logistic
from adtailor.maths.click_rates import PRIOR, rates_learned, rates_said
from adtailor.maths.hashing import salted, salted_rows
from adtailor.maths.lanes import LANES
from adtailor.maths.stacking import fit_stack


def test_the_true_model_counts_one_and_noise_counts_nothing():
    random = np.random.default_rng(0)
    z = random.normal(-1.0, 1.5, 20_000)
    labels = (random.random(20_000) < logistic(z)).astype(np.float64)
    ones = np.ones(20_000)
    wrong_way = -z + random.normal(0.0, 1.0, 20_000)
    found = fit_stack(np.column_stack((z, random.normal(size=20_000), wrong_way)), labels, ones)
    assert found[0] == pytest.approx(1.0, abs=0.08)
    assert found[1] < 0.1
    assert found[2] < 0.1
    assert (found[:-1] >= 0.0).all()


def test_with_few_rows_models_count_alike():
    logits = np.array([[1.0, -1.0], [-1.0, 1.0]])
    found = fit_stack(logits, np.array([1.0, 0.0]), np.ones(2))
    assert found[:2] == pytest.approx([0.5, 0.5], abs=0.15)


def test_a_shift_gives_the_chances_their_mean():
    chances = logistic(np.random.default_rng(0).normal(-2.0, 1.0, 1000))
    weights = np.random.default_rng(1).random(1000)
    shift = fit_level(chances, 0.3, weights)
    moved = logistic(np.log(chances / (1.0 - chances)) + shift)
    assert float((weights * moved).sum() / weights.sum()) == pytest.approx(0.3)


def test_a_line_held_firmly_stays_where_it_was_and_one_with_many_rows_does_not():
    z = np.random.default_rng(0).normal(size=4000)
    labels = (np.random.default_rng(1).random(4000) < logistic(0.5 * z - 1.0)).astype(np.float64)
    free, held = fit_platt(z, labels), fit_platt(z, labels, prior=1e6)
    assert free == pytest.approx((0.5, -1.0), abs=0.15)
    assert held == pytest.approx((1.0, 0.0), abs=0.01)


def test_a_field_of_one_value_a_row_gets_the_keys_it_gets_alone():
    raws = np.arange(300, dtype=np.uint64).reshape(3, 100)
    salts = np.array([7, 8, 9], dtype=np.uint64)
    together, alone = np.empty(300, dtype=np.uint64), np.empty(300, dtype=np.uint64)
    with np.errstate(over="ignore"):
        salted_rows(raws, salts, together)
        for f in range(3):
            salted(raws[f], salts[f], np.arange(f, 300, 3), alone)
    assert (together == alone).all()


def test_an_id_says_what_came_of_the_rows_before_and_never_of_its_own():
    # Rows of the same id in field 0; field 1 is a number, and 2 a history that is read and not counted.
    starts = np.arange(0, 16, 3)
    rows = np.array([4, 9, ~4] * 5, dtype=np.int32)
    values = np.ones(15, dtype=np.float32)
    fields = np.array([0, 1, 2] * 5, dtype=np.int16)
    place = np.array([0, -1, 1], dtype=np.int16)
    seen, base = np.zeros((16, 2), dtype=np.float32), np.zeros(2)
    labels, weights = np.array([1, 1, 0, 0, 0], dtype=np.float32), np.array([1, 0, 1, 0, 0], dtype=np.float32)
    out = np.empty((5, 2), dtype=np.float32)
    rates_learned(starts, rows, values, fields, place, seen, base, labels, weights, out)
    # Nothing known: the mean of nothing is a half. Then one click in one row: (1 + 20 m) / (1 + 20), m = 2/3.
    assert out[0].tolist() == [0.5, 0.5]
    said = (1.0 + PRIOR * 2.0 / 3.0) / (1.0 + PRIOR)
    assert out[1:3].ravel().tolist() == pytest.approx([said] * 4)  # the second row weighs nothing
    assert seen[4].tolist() == [1.0, 2.0]
    assert seen[9].tolist() == [0.0, 0.0]
    before = seen.copy()
    rates_said(starts, rows, values, fields, place, seen, base, out)
    assert (seen == before).all()
    assert out[0, 0] == out[2, 0] == pytest.approx((1.0 + PRIOR * 0.5) / (2.0 + PRIOR))


def test_sums_in_registers_are_those_in_memory():
    from adtailor.maths.factorization import fm_sums

    random = np.random.default_rng(0)
    table = random.normal(size=(8, 4 * LANES)).astype(np.float32)
    linear = random.normal(size=(8, 2)).astype(np.float32)
    rows, values = np.array([1, ~3, 5], dtype=np.int32), np.array([1.0, 0.5, 2.0], dtype=np.float32)
    sums = np.empty((2, 2 * LANES), dtype=np.float32)
    z = fm_sums(0, 3, rows, values, table, linear, sums)
    own = table[[1, 3, 5], : 2 * LANES] * values[:, None]
    np.testing.assert_allclose(sums[0], own.sum(axis=0), rtol=1e-5)
    np.testing.assert_allclose(sums[1], (own * own).sum(axis=0), rtol=1e-5)
    assert z == pytest.approx(float(linear[1, 0] + 2.0 * linear[5, 0]))
