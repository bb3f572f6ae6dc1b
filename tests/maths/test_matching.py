"""Two sides that meet: against sums written out, and slopes against differences."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.maths.matching import ALONE, matching_learn, matching_score

ROWS, K = 16, 3
RATES = np.array([0.1, 0.2, 1.0, 0.1, 0.01, 0.02], dtype=np.float32)


def world(seed: int):
    random = np.random.default_rng(seed)
    table = np.zeros((ROWS, 2 * K), dtype=np.float32)
    table[:, :K] = random.normal(size=(ROWS, K))
    table[:, K:] = 1.0
    linear = np.zeros((ROWS, 2), dtype=np.float32)
    linear[:, 0] = random.normal(size=ROWS)
    counts = random.integers(1, 5, 6)
    starts = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts)))
    rows = random.integers(0, ROWS, starts[-1]).astype(np.int32)
    values = random.normal(size=starts[-1]).astype(np.float32)
    sides = random.integers(-1, 2, starts[-1]).astype(np.int8)
    return starts, rows, values, sides, table, linear


def logits_of(starts, rows, values, sides, table, linear, *, bias=0.3):  # noqa: PLR0917 - as the kernel
    logits = np.empty(len(starts) - 1)
    matching_score(starts, rows, values, sides, table, linear, bias, np.zeros((2, K), dtype=np.float32), logits)
    return logits


def written_out(starts, rows, values, sides, table, linear, *, bias=0.3):  # noqa: PLR0917 - as the kernel
    found = []
    for first, last in pairwise(starts):
        z = bias
        for p in range(first, last):
            z += float(linear[rows[p], 0]) * float(values[p])
            for q in range(first, last):
                if (sides[p], sides[q]) == (0, 1):
                    pair = table[rows[p], :K].astype(float) @ table[rows[q], :K].astype(float)
                    z += pair * float(values[p]) * float(values[q])
        found.append(z)
    return np.array(found)


@given(st.integers(0, 2**32))
def test_a_logit_is_weights_and_every_pair_across_the_sides(seed):
    given_ = world(seed)
    np.testing.assert_allclose(logits_of(*given_), written_out(*given_), rtol=2e-4, atol=2e-4)


@given(st.integers(0, 2**32))
def test_what_meets_nothing_adds_its_weight_alone(seed):
    starts, rows, values, _, table, linear = world(seed)
    alone = np.full(len(rows), ALONE, dtype=np.int8)
    sums = [0.3 + float(np.sum(linear[rows[a:b], 0] * values[a:b])) for a, b in pairwise(starts)]
    np.testing.assert_allclose(logits_of(starts, rows, values, alone, table, linear), sums, rtol=1e-4, atol=1e-4)


@given(st.integers(0, 2**32), st.booleans())
def test_a_step_goes_down_the_slope_of_the_loss(seed, clicked):
    starts, rows, values, sides, table, linear = world(seed)
    # One row whose entries are all different, so that each coordinate has one slope.
    rows = np.arange(4, dtype=np.int32)
    starts = np.array([0, 4], dtype=np.int64)
    values, sides = np.array([1.0, 0.5, 2.0, 1.0], dtype=np.float32), np.array([0, 1, 0, -1], dtype=np.int8)
    label = np.array([float(clicked)], dtype=np.float32)

    def loss(table, linear):
        z = written_out(starts, rows, values, sides, table, linear, bias=0.0)[0]
        return np.logaddexp(0.0, z) - label[0] * z

    after_table, after_linear, bias = table.copy(), linear.copy(), np.zeros(2)
    logits = np.empty(1)
    no_l2 = RATES * np.array([1, 1, 1, 1, 0, 0], dtype=np.float32)
    matching_learn(
        starts,
        rows,
        values,
        sides,
        label,
        np.ones(1, dtype=np.float32),
        after_table,
        after_linear,
        bias,
        no_l2,
        np.uint64(1),
        np.zeros((2, K), dtype=np.float32),
        logits,
    )
    step = 1e-4
    for row in range(4):
        for j in range(K):
            up, down = table.astype(float), table.astype(float)
            up[row, j] += step
            down[row, j] -= step
            slope = (loss(up, linear.astype(float)) - loss(down, linear.astype(float))) / (2 * step)
            moved = -0.1 * slope / np.sqrt(1.0 + slope**2)
            assert float(after_table[row, j] - table[row, j]) == pytest.approx(moved, abs=2e-3)
        up, down = linear.astype(float), linear.astype(float)
        up[row, 0] += step
        down[row, 0] -= step
        slope = (loss(table.astype(float), up) - loss(table.astype(float), down)) / (2 * step)
        assert float(after_linear[row, 0] - linear[row, 0]) == pytest.approx(
            -0.2 * slope / np.sqrt(1.0 + slope**2), abs=2e-3
        )


def test_a_row_of_weight_0_teaches_nothing_and_is_believed_all_the_same():
    starts, rows, values, sides, table, linear = world(5)
    before = table.copy(), linear.copy()
    logits, bias = np.empty(len(starts) - 1), np.array([0.3, 0.0])
    matching_learn(
        starts,
        rows,
        values,
        sides,
        np.ones(len(logits), dtype=np.float32),
        np.zeros(len(logits), dtype=np.float32),
        table,
        linear,
        bias,
        RATES,
        np.uint64(1),
        np.zeros((2, K), dtype=np.float32),
        logits,
    )
    assert (table == before[0]).all()
    assert (linear == before[1]).all()
    np.testing.assert_allclose(logits, logits_of(starts, rows, values, sides, table, linear))


def test_a_row_that_was_never_learned_gets_its_first_numbers_from_the_seed_and_weights_shrink():
    starts, rows = np.array([0, 2], dtype=np.int64), np.array([3, 7], dtype=np.int32)
    values, sides = np.ones(2, dtype=np.float32), np.array([0, 1], dtype=np.int8)
    tables = []
    for seed in (1, 1, 2):
        table, linear = np.zeros((ROWS, 2 * K), dtype=np.float32), np.zeros((ROWS, 2), dtype=np.float32)
        with np.errstate(over="ignore"):
            matching_learn(
                starts,
                rows,
                values,
                sides,
                np.ones(1, dtype=np.float32),
                np.ones(1, dtype=np.float32),
                table,
                linear,
                np.zeros(2),
                RATES,
                np.uint64(seed),
                np.zeros((2, K), dtype=np.float32),
                np.empty(1),
            )
        tables.append(table)
    assert (tables[0] == tables[1]).all()
    assert (tables[0] != tables[2]).any()
    assert (np.abs(tables[0][[3, 7], :K]) > 0).any()
    assert not tables[0][0].any()
