"""The kernels against their formulas, and their steps against finite differences."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.maths import factorization, field_aware, ftrl, two_heads
from adtailor.maths.calibration import logistic
from adtailor.maths.cross_network import Moments, Network, adam, backward, first_network, forward, gather, scatter
from adtailor.maths.prefetching import prefetch_nothing

K = 3
ROWS = 12
FIELDS = 3
seeds = st.integers(0, 2**16)
TINY = 1e-3
SEED = np.uint64(9)


@pytest.fixture(autouse=True)
def _hashes_wrap_around():
    with np.errstate(over="ignore"):
        yield


def some_rows(random, examples=4):
    sizes = random.integers(1, 5, examples)
    starts = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    rows = random.integers(0, ROWS, starts[-1]).astype(np.int32)
    bare = random.random(starts[-1]) < 0.2
    values = random.normal(size=starts[-1]).astype(np.float32)
    fields = random.integers(0, FIELDS, starts[-1]).astype(np.int16)
    return starts, np.where(bare, ~rows, rows).astype(np.int32), values, fields


def by_pairs(  # noqa: PLR0917
    starts, rows, values, i, vector_of, table, linear
):
    own = range(starts[i], starts[i + 1])
    z = sum(float(linear[rows[p], 0]) * values[p] for p in own if rows[p] >= 0)
    for p in own:
        for q in own:
            if p < q:
                z += float(np.dot(*vector_of(table, p, q))) * float(values[p]) * float(values[q])
    return z


def place(row):
    return row if row >= 0 else ~row


def fm_state(random):
    table = np.abs(random.normal(0, 0.5, (ROWS, 2 * K))).astype(np.float32) + np.float32(0.1)
    table[:, :K] -= np.float32(0.5)
    linear = np.abs(random.normal(0, 0.5, (ROWS, 2))).astype(np.float32)
    return table, linear


@settings(max_examples=30)
@given(seed=seeds)
def test_a_factorisation_machine_is_the_sum_over_all_pairs(seed):
    random = np.random.default_rng(seed)
    starts, rows, values, _ = some_rows(random)
    table, linear = fm_state(random)
    logits = np.empty(4)
    factorization.fm_score(starts, rows, values, table, linear, 0.25, np.zeros((2, K), np.float32), logits)

    def vectors(some, p, q):
        return some[place(rows[p]), :K].astype(float), some[place(rows[q]), :K].astype(float)

    for i in range(4):
        assert logits[i] == pytest.approx(0.25 + by_pairs(starts, rows, values, i, vectors, table, linear), abs=1e-4)


@settings(max_examples=20)
@given(seed=seeds)
def test_a_field_aware_machine_is_the_sum_over_pairs_of_different_fields(seed):
    random = np.random.default_rng(seed)
    starts, rows, values, fields = some_rows(random)
    table = random.normal(0, 0.5, (ROWS, 2 * FIELDS * K)).astype(np.float32)
    _, linear = fm_state(random)
    logits = np.empty(4)
    sums = np.zeros((2, FIELDS, FIELDS, K), np.float32)
    field_aware.ffm_score(starts, rows, values, fields, table, linear, 0.25, sums[0], sums[1], logits)

    def vectors(some, p, q):
        if fields[p] == fields[q]:
            return np.zeros(K), np.zeros(K)
        left = some[place(rows[p])].reshape(2, FIELDS, K)[0, fields[q]]
        right = some[place(rows[q])].reshape(2, FIELDS, K)[0, fields[p]]
        return left.astype(float), right.astype(float)

    for i in range(4):
        assert logits[i] == pytest.approx(0.25 + by_pairs(starts, rows, values, i, vectors, table, linear), abs=1e-4)


def loss_of(z, y):
    return math.log1p(math.exp(z)) - y * z


def slopes_by_step(learn, table, linear, width):
    """The slope that a step used: AdaGrad's sums grow by its square, and its sign is the way it went."""
    before_table, before_linear = table.copy(), linear.copy()
    learn()
    grown = np.sqrt(np.maximum(table[:, width:] - before_table[:, width:], 0.0))
    grown_linear = np.sqrt(np.maximum(linear[:, 1:] - before_linear[:, 1:], 0.0))
    return (
        grown * -np.sign(table[:, :width] - before_table[:, :width]),
        grown_linear * -np.sign(linear[:, :1] - before_linear[:, :1]),
    )


@settings(max_examples=15)
@given(seed=seeds, field_wise=st.booleans())
def test_a_step_follows_the_slope_of_the_log_loss(seed, field_wise):
    random = np.random.default_rng(seed)
    starts, rows, values, fields = some_rows(random, examples=1)
    rows = np.unique([place(row) for row in rows]).astype(np.int32)  # each row once, or its steps would add up
    starts = np.array([0, len(rows)], dtype=np.int64)
    values, fields = values[: len(rows)], fields[: len(rows)]
    width = FIELDS * K if field_wise else K
    table = random.normal(0, 0.5, (ROWS, 2 * width)).astype(np.float32)
    table[:, width:] = 0.01
    linear = np.column_stack((random.normal(size=ROWS), np.full(ROWS, 0.01))).astype(np.float32)
    sums = np.zeros((2, FIELDS, FIELDS, K), np.float32) if field_wise else np.zeros((2, K), np.float32)
    rates = np.array([0.01, 0.01, 0.01, 0.1, 0.0, 0.0], np.float32)
    y, one, out = np.ones(1, np.float32), np.ones(1, np.float32), np.empty(1)

    def loss(some_table, some_linear):
        z = np.empty(1)
        if field_wise:
            field_aware.ffm_score(starts, rows, values, fields, some_table, some_linear, 0.0, sums[0], sums[1], z)
        else:
            factorization.fm_score(starts, rows, values, some_table, some_linear, 0.0, sums, z)
        return loss_of(z[0], 1.0)

    expected, expected_linear = np.zeros((ROWS, width)), np.zeros((ROWS, 1))
    for row in rows:
        for j in range(width):
            moved = [table.copy(), table.copy()]
            moved[0][row, j] += TINY
            moved[1][row, j] -= TINY
            step = float(moved[0][row, j]) - float(moved[1][row, j])
            expected[row, j] = (loss(moved[0], linear) - loss(moved[1], linear)) / step
        moved = [linear.copy(), linear.copy()]
        moved[0][row, 0] += TINY
        moved[1][row, 0] -= TINY
        step = float(moved[0][row, 0]) - float(moved[1][row, 0])
        expected_linear[row, 0] = (loss(table, moved[0]) - loss(table, moved[1])) / step

    def learn():
        bias = np.zeros(2)
        if field_wise:
            field_aware.ffm_learn(starts, rows, values, fields, y, one, table, linear, bias, rates, SEED,
                                  sums[0], sums[1], out)  # fmt: skip
        else:
            factorization.fm_learn(starts, rows, values, y, one, table, linear, bias, rates, SEED, sums, out)

    found, found_linear = slopes_by_step(learn, table, linear, width)
    np.testing.assert_allclose(found, expected, atol=4e-3)
    np.testing.assert_allclose(found_linear, expected_linear, atol=4e-3)


@settings(max_examples=30)
@given(z=st.tuples(st.floats(-4, 4), st.floats(-4, 4)), labels=st.sampled_from([(0, 0), (1, 0), (1, 1)]))
def test_both_heads_follow_the_slope_of_the_joint_loss(z, labels):
    def loss(a, b):
        p, r = logistic(np.array([a]))[0], logistic(np.array([b]))[0]
        y, t = labels
        return -(y * math.log(p) + (1 - y) * math.log(1 - p)) - (t * math.log(p * r) + (1 - t) * math.log(1 - p * r))

    slopes = np.empty(2)
    two_heads.heads_slopes(np.array(z), *map(float, labels), slopes)
    for n in range(2):
        up, down = list(z), list(z)
        up[n] += 1e-5
        down[n] -= 1e-5
        assert slopes[n] == pytest.approx((loss(*up) - loss(*down)) / 2e-5, abs=1e-4)


def test_a_cross_networks_slopes_are_those_of_finite_differences():
    random = np.random.default_rng(8)
    exact = first_network(6, rank=3, layers=2, random=random)
    network = Network(**{n: getattr(exact, n).astype(np.float64) for n in ("u", "v", "b", "w", "c")})
    network.b[:] = random.normal(size=network.b.shape)
    x0 = random.normal(size=(5, 6))
    slope = random.normal(size=5)

    def value():
        return float(forward(network, x0)[0] @ slope)

    z, xs = forward(network, x0)
    assert z.shape == (5,)
    found, by_x0 = backward(network, xs, slope)
    for array, slopes in [*zip(network.arrays(), found.arrays(), strict=True), (x0, by_x0)]:
        flat, expected = array.reshape(-1), slopes.reshape(-1)
        for n in range(len(flat)):
            kept = flat[n]
            flat[n] = kept + 1e-6
            up = value()
            flat[n] = kept - 1e-6
            down = value()
            flat[n] = kept
            assert expected[n] == pytest.approx((up - down) / 2e-6, abs=1e-5)


def test_adam_walks_down_a_slope():
    network = first_network(3, rank=2, layers=1, random=np.random.default_rng(0))
    zeros = [Network(**{n: np.zeros_like(getattr(network, n)) for n in ("u", "v", "b", "w", "c")}) for _ in range(2)]
    moments = Moments(first=zeros[0], second=zeros[1], steps=np.zeros(1, dtype=np.int64))
    before = network.w.copy()
    slopes = Network(**{n: np.ones_like(getattr(network, n)) for n in ("u", "v", "b", "w", "c")})
    adam(network, slopes, moments, 0.01)
    # the first step of Adam is the rate itself, whatever the slope
    np.testing.assert_allclose(before - network.w, 0.01, rtol=1e-3)


def test_gathered_vectors_are_summed_by_field_and_learned_back():
    table = np.zeros((4, 4), np.float32)
    table[:, :2] = [[1, 2], [3, 4], [5, 6], [0, 0]]
    table[:3, 2:] = 1.0
    starts, rows = np.array([0, 3], np.int64), np.array([0, ~1, 3], np.int32)
    values, fields = np.array([1.0, 2.0, 1.0], np.float32), np.array([0, 1, 1], np.int16)
    x0 = np.empty((1, 4), np.float32)
    gather(starts, rows, values, fields, table, 2, x0)
    assert x0.tolist() == [[1.0, 2.0, 6.0, 8.0]]
    scatter(
        starts, rows, values, fields, table, 2, np.ones((1, 4), np.float32), np.float32(0.1), np.float32(0.01), SEED
    )
    assert table[0, 0] == pytest.approx(1.0 - 0.1 / math.sqrt(2.0))
    assert table[1, 0] == pytest.approx(3.0 - 0.1 * 2.0 / math.sqrt(5.0))
    assert table[3, 2] == 2.0  # first met here: 1, and a slope of 1


@settings(max_examples=20)
@given(seed=seeds)
def test_ftrl_is_the_proximal_step_of_its_formula(seed):
    random = np.random.default_rng(seed)
    alpha, beta, l1, l2 = 0.3, 1.0, 0.2, 0.5
    state, bias = np.zeros((ROWS, 4), np.float32), np.zeros(2)
    z, n = np.zeros(ROWS), np.zeros(ROWS)
    weight = np.zeros(ROWS)
    for _ in range(12):
        row = random.integers(0, ROWS, 2).astype(np.int32)
        row[1] = (row[0] + 1) % ROWS
        x = random.normal(size=2).astype(np.float32)
        y = np.array([random.integers(0, 2)], np.float32)
        out = np.empty(1)
        b = bias[0]
        ftrl.ftrl_learn(np.array([0, 2], np.int64), row, x, y, np.ones(1, np.float32), state, bias,
                        np.array([alpha, beta, l1, l2], np.float32), out)  # fmt: skip
        assert out[0] == pytest.approx(b + float((weight[row] * x).sum()), abs=1e-5)
        slope = logistic(out)[0] - y[0]
        for r, v in zip(row, x, strict=True):
            g = slope * v
            sigma = (math.sqrt(n[r] + g * g) - math.sqrt(n[r])) / alpha
            z[r] += g - sigma * weight[r]
            n[r] += g * g
            kept = max(abs(z[r]) - l1, 0.0)
            weight[r] = -math.copysign(kept, z[r]) / ((beta + math.sqrt(n[r])) / alpha + l2)
    np.testing.assert_allclose(state[:, 0], weight, atol=1e-4)


def many(random, count=9):
    rows = random.integers(0, ROWS, 3 * count).astype(np.int32)
    rows[::4] = ~rows[::4]
    values = random.normal(size=3 * count).astype(np.float32)
    values[::5] = 0.0
    weights = np.ones(count, np.float32)
    weights[2] = 0.0
    fields = np.tile(np.arange(3, dtype=np.int16), count)
    return np.arange(count + 1, dtype=np.int64) * 3, rows, values, fields, weights


def test_every_kernel_learns_rows_it_never_met_and_passes_over_those_of_no_weight():
    random = np.random.default_rng(4)
    starts, rows, values, fields, weights = many(random)
    y = random.integers(0, 2, 9).astype(np.float32)
    rates = np.array([0.1, 0.1, 1.0, 0.1, 0.01, 0.01], np.float32)
    out = np.empty(9)
    table, linear = np.zeros((ROWS, 2 * K), np.float32), np.zeros((ROWS, 2), np.float32)
    sums = np.zeros((2, K), np.float32)
    factorization.fm_learn(starts, rows, values, y, weights, table, linear, np.zeros(2), rates, SEED, sums, out)
    met = np.unique([place(r) for r, x in zip(rows, values, strict=True) if x])
    assert (table[met, :K] != 0).all()
    again = out.copy()
    factorization.fm_score(starts, rows, values, table, linear, 0.0, sums, again)
    assert (again != out).any()
    wide, flat = np.zeros((ROWS, 2 * FIELDS * K), np.float32), np.zeros((ROWS, 2), np.float32)
    turned = np.zeros((2, FIELDS, FIELDS, K), np.float32)
    field_aware.ffm_learn(starts, rows, values, fields, y, weights, wide, flat, np.zeros(2), rates, SEED,
                          turned[0], turned[1], out)  # fmt: skip
    assert np.isfinite(wide).all()
    heads, four = np.zeros((ROWS, 2 * K), np.float32), np.zeros((ROWS, 4), np.float32)
    shares = np.ones((2, 2 * K), np.float32)
    both, logits, bias = np.column_stack((y, y * 0)).astype(np.float32), np.empty((9, 2)), np.zeros(4)
    two_heads.heads_learn(starts, rows, values, both, weights, heads, four, shares, bias, rates, SEED, sums, logits)
    before = logits.copy()
    two_heads.heads_score(starts, rows, values, heads, four, shares, bias, sums, logits)
    assert (before != logits).any()
    state = np.zeros((ROWS, 4), np.float32)
    ftrl.ftrl_learn(starts, rows, values, y, weights, state, np.zeros(2), np.array([0.1, 1, 0, 1], np.float32), out)
    ftrl.linear_score(starts, rows, values, state[:, 0].copy(), 0.5, out)
    assert np.isfinite(out).all()
    assert prefetch_nothing(table, 0, 0) is None


def test_sides_that_meet_are_the_whole_row_and_joint_entries_meet_both():
    random = np.random.default_rng(6)
    table, linear = fm_state(random)
    ads = np.array([1, 2, 3, 4, 5, 6], np.int32)
    joint = np.array([[7, 8], [8, 9], [9, 10]], np.int32)
    request = np.array([0, ~11], np.int32)
    ones = np.ones(10, np.float32)
    sums = np.zeros((2, K), np.float32)
    vectors, biases = np.zeros((K, 3), np.float32), np.zeros(3)
    factorization.fm_sides(np.array([0, 2, 4, 6], np.int64), ads, ones, table, linear, vectors, biases, sums)
    mine, own = np.zeros((K, 1), np.float32), np.zeros(1)
    factorization.fm_sides(np.array([0, 2], np.int64), request, ones, table, linear, mine, own, sums)
    # More ads than are asked for ahead: each has the sums it has among few.
    many, many_biases = np.zeros((K, 9), np.float32), np.zeros(9)
    starts = np.arange(0, 19, 2, dtype=np.int64)
    factorization.fm_sides(starts, np.tile(ads, 3), np.ones(18, np.float32), table, linear, many, many_biases, sums)
    np.testing.assert_array_equal(many, np.tile(vectors, (1, 3)))
    np.testing.assert_array_equal(many_biases, np.tile(biases, 3))
    logits = np.empty(3)
    factorization.fm_meet(mine[:, 0].copy(), 0.5 + own[0], vectors, biases, logits)
    padded = np.tile(joint, (3, 1))  # more rows than are asked for ahead
    long_vectors, long_logits = np.tile(vectors, (1, 3)), np.tile(logits, 3)
    factorization.fm_joint(padded, table, linear, mine[:, 0].copy(), long_vectors, long_logits)
    for n in range(3):
        whole = np.concatenate((request, ads[2 * n : 2 * n + 2], joint[n])).astype(np.int32)
        out = np.empty(1)
        factorization.fm_score(np.array([0, 6], np.int64), whole, ones, table, linear, 0.5, sums, out)
        assert long_logits[n] == pytest.approx(out[0], abs=1e-5)
