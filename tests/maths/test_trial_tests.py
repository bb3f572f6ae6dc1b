"""What a trial's tests are made of: published numbers, SciPy's, and what must hold whatever comes in."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.maths.clusters import clustered
from adtailor.maths.confidence_sequences import always_bound, always_p_value
from adtailor.maths.distributions import (
    chi_square_tail,
    normal_cdf,
    normal_quantile,
    t_quantile_above,
    t_tail,
)
from adtailor.maths.false_discoveries import benjamini_hochberg, benjamini_yekutieli
from adtailor.maths.group_sequential import bounds, inflation, spent
from adtailor.maths.person_sums import packed_sums, person_sums
from adtailor.maths.poisson_bootstrap import MOST_GROUPS, groups, relative_interval
from adtailor.maths.power import effect_found, people_for, people_needed
from adtailor.maths.sample_ratio import always, chi_square
from adtailor.maths.two_arms import _BLOCK, Layout, compare, fieller, moments, moments_of, moments_of_arms, together

# Lan and DeMets (1983) with O'Brien and Fleming's spending, two-sided .05, five looks (as ldbounds and gsDesign print).
PUBLISHED = (4.8769, 3.3569, 2.6803, 2.2898, 2.0310)


class TestDistributions:
    @pytest.mark.parametrize("freedom", [1.0, 2.5, 10.0, 200.3, 1e5])
    @pytest.mark.parametrize("t", [-3.0, 0.0, 0.4, 2.1, 9.0])
    def test_student_as_scipy(self, t, freedom):
        stats = pytest.importorskip("scipy.stats")
        assert t_tail(t, freedom) == pytest.approx(stats.t.sf(t, freedom), rel=1e-9)

    @pytest.mark.parametrize("freedom", [1.0, 4.2, 30.0, 5_000.0])
    @pytest.mark.parametrize("tail", [0.4, 0.025, 1e-4, 1e-12])
    def test_its_quantile_is_the_inverse(self, tail, freedom):
        assert t_tail(t_quantile_above(tail, freedom), freedom) == pytest.approx(tail, rel=1e-9)

    def test_at_the_ends(self):
        assert (t_tail(math.inf, 3.0), t_tail(-math.inf, 3.0)) == (0.0, 1.0)
        assert (t_quantile_above(0.0, 3.0), t_quantile_above(0.5, 3.0)) == (math.inf, 0.0)
        assert t_quantile_above(0.025, 1e9) == pytest.approx(1.959964, abs=1e-6)
        assert t_tail(1.0, 1e9) == normal_cdf(-1.0)
        assert (normal_quantile(0.0), normal_quantile(1.0)) == (-math.inf, math.inf)
        assert normal_quantile(1e-20) == pytest.approx(-9.262340089798408)
        assert t_tail(1e200, 2.0) == 0.0
        assert chi_square_tail(0.0, 3) == 1.0

    @pytest.mark.parametrize("freedom", [1, 2, 3, 8, 21])
    def test_chi_square_as_scipy(self, freedom):
        stats = pytest.importorskip("scipy.stats")
        for x in (0.1, 3.0, 25.0):
            assert chi_square_tail(x, freedom) == pytest.approx(stats.chi2.sf(x, freedom), rel=1e-12)


class TestGroupSequential:
    def test_bounds_as_published(self):
        assert bounds([0.2, 0.4, 0.6, 0.8, 1.0], 0.05) == pytest.approx(PUBLISHED, abs=2e-4)

    def test_one_look_is_an_ordinary_test(self):
        assert bounds([1.0], 0.05) == pytest.approx([1.959964], abs=1e-6)
        assert bounds([], 0.05) == ()
        assert inflation(1, 0.05, 0.8) == 1.0

    def test_where_nothing_may_be_spent_nothing_decides(self):
        assert bounds([0.001, 1.0], 0.05)[0] == math.inf
        assert spent(0.0, 0.05) == 0.0

    def test_a_last_look_that_comes_early_spends_what_is_left(self):
        early = bounds([0.3, 0.7], 0.05, ends=True)
        assert early[1] < bounds([0.3, 0.7], 0.05)[1]
        assert early[1] == pytest.approx(1.96, abs=0.01)

    def test_information_only_grows(self):
        with pytest.raises(ValueError, match="only grows"):
            bounds([0.5, 0.5], 0.05)

    @settings(max_examples=6, deadline=None)
    @given(st.lists(st.integers(1, 40), min_size=1, max_size=5, unique=True), st.sampled_from([0.01, 0.05, 0.1]))
    def test_each_bound_lies_between_what_its_own_share_and_what_all_until_then_would_ask(self, places, alpha):
        shares = [place / 40 for place in sorted(places)]
        before = 0.0
        for share, bound in zip(shares, bounds(shares, alpha), strict=True):
            so_far = spent(share, alpha)
            assert normal_quantile(1.0 - so_far / 2.0) - 1e-3 <= bound
            assert bound == math.inf or bound <= normal_quantile(1.0 - (so_far - before) / 2.0) + 1e-3
            before = so_far

    def test_chance_crosses_them_as_often_as_they_say(self):
        rng = np.random.default_rng(11)
        looks = np.arange(1, 6) / 5
        z = np.cumsum(rng.normal(size=(40_000, 5)), axis=1) / np.sqrt(np.arange(1, 6))
        crossed = (np.abs(z) >= np.array(bounds(looks.tolist(), 0.05))).any(axis=1).mean()
        assert crossed == pytest.approx(0.05, abs=0.0035)  # 3 standard errors of 40,000 trials


class TestAlwaysValid:
    def test_it_is_narrowest_about_where_it_is_meant_to_be(self):
        widths = [always_bound(n, 0.05, narrowest_at=1000) / math.sqrt(n) for n in (10, 100, 1000, 10_000)]
        assert widths == sorted(widths, reverse=True)
        assert always_bound(1000, 0.05, narrowest_at=1000) == pytest.approx(3.0348, abs=1e-3)
        for other in (100.0, 10_000.0):
            assert always_bound(1000, 0.05, narrowest_at=other) > always_bound(1000, 0.05, narrowest_at=1000)

    @given(st.floats(0.1, 8.0), st.integers(1, 100_000))
    def test_interval_and_p_value_say_the_same(self, statistic, people):
        bound = always_bound(people, 0.05, narrowest_at=1000)
        p_value = always_p_value(statistic, people, 0.05, narrowest_at=1000)
        assert (statistic > bound) == (p_value < 0.05) or abs(statistic - bound) < 1e-9

    def test_whoever_looks_at_each_of_a_thousand_people_errs_less_than_alpha(self):
        rng = np.random.default_rng(5)
        n = np.arange(1, 1001)
        z = np.cumsum(rng.normal(size=(2000, 1000)), axis=1) / np.sqrt(n)
        wide = np.array([always_bound(int(k), 0.05, narrowest_at=500) for k in n])
        assert (np.abs(z) > wide).any(axis=1).mean() <= 0.05


class TestSampleRatio:
    def test_as_by_hand(self):
        # (5100 - 5000)^2 / 5000 twice is 4.
        assert chi_square((5100, 4900), (0.5, 0.5)) == pytest.approx(chi_square_tail(4.0, 1))
        assert chi_square((0, 0), (0.5, 0.5)) == 1.0

    def test_shares_need_not_sum_to_one(self):
        assert always((300, 100), (3.0, 1.0)) == always((300, 100), (0.75, 0.25)) == 1.0

    def test_two_percent_that_are_lost_are_found(self):
        assert always((50_000, 48_500), (1, 1)) < 0.001
        assert always((500_000, 490_000), (1, 1)) < 1e-9

    def test_looking_always_errs_less_than_one_in_a_thousand(self):
        rng = np.random.default_rng(2)
        alarms = 0
        for _ in range(300):
            of_one = np.cumsum(rng.binomial(100, 0.5, size=100))
            alarms += any(always((int(k), 100 * (n + 1) - int(k)), (1, 1)) < 0.001 for n, k in enumerate(of_one))
        assert alarms == 0


class TestFalseDiscoveries:
    @given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20))
    def test_as_scipy(self, p_values):
        stats = pytest.importorskip("scipy.stats")
        assert benjamini_hochberg(p_values) == pytest.approx(stats.false_discovery_control(p_values), abs=1e-12)
        assert benjamini_yekutieli(p_values) == pytest.approx(
            stats.false_discovery_control(p_values, method="by"), abs=1e-12
        )


def arms(seed=1, people=400, lift=0.0):
    rng = np.random.default_rng(seed)
    for n in (0, 1):
        before = rng.lognormal(size=people)
        pages = 1.0 + rng.poisson(3.0, size=people)
        yield np.stack([before * rng.lognormal(sigma=0.3, size=people) * (1.0 + lift * n), before, pages])


class TestTwoArms:
    def test_a_plain_difference_is_welchs(self):
        stats = pytest.importorskip("scipy.stats")
        control, treated = arms()
        found = compare(moments(control), moments(treated), Layout())
        welch = stats.ttest_ind(treated[0], control[0], equal_var=False)
        assert (found.statistic, found.p_value) == pytest.approx((welch.statistic, welch.pvalue), rel=1e-10)
        low, high = welch.confidence_interval(0.95)
        bound = found.bound(0.05)
        ends = (found.difference - bound * found.error, found.difference + bound * found.error)
        assert ends == pytest.approx((low, high), rel=1e-9)

    def test_a_covariate_that_explains_most_leaves_little_noise(self):
        control, treated = (moments(arm) for arm in arms(people=4000))
        plain, covered = (compare(control, treated, Layout(covariates=c)) for c in ((), (1,)))
        assert covered.difference_variance < 0.2 * plain.difference_variance

    def test_pages_that_differ_tell_the_same_with_less_noise(self):
        rng = np.random.default_rng(3)
        sides = []
        for n in (0, 1):
            elsewhere, there = rng.exponential(8.0, 5000), rng.exponential(2.0 + 0.3 * n, 5000)
            sides.append(moments(np.stack([elsewhere + there, there])))
        whole, parted = (compare(*sides, Layout(differing=d)) for d in (None, 1))
        assert parted.difference_variance < 0.1 * whole.difference_variance
        assert parted.control == whole.control
        assert parted.difference == pytest.approx(0.3, abs=4 * parted.error)

    def test_a_ratio_is_what_a_bootstrap_of_people_says(self):
        control, treated = arms(people=300, lift=0.1)
        found = compare(moments(control), moments(treated), Layout(denominator=2))
        low, high = found.relative_interval(found.bound(0.05))
        again = relative_interval((control[0], control[2]), (treated[0], treated[2]), rounds=600, seed=4)
        assert (low, high) == pytest.approx(again, abs=0.1 * (high - low))

    def test_the_variances_are_those_of_many_trials(self):
        told, differences, controls = [], [], []
        for seed in range(400):
            control, treated = arms(seed, people=100)
            found = compare(moments(control), moments(treated), Layout(denominator=2, covariates=(1,)))
            told.append((found.difference_variance, found.control_variance, found.covariance))
            differences.append(found.difference)
            controls.append(found.control)
        seen = np.cov(differences, controls)
        of_difference, of_control, both = np.mean(told, axis=0)
        assert of_difference == pytest.approx(seen[0, 0], rel=0.25)
        assert of_control == pytest.approx(seen[1, 1], rel=0.25)
        assert both == pytest.approx(seen[0, 1], rel=0.35)

    def test_together_is_as_if_all_were_one(self):
        control, treated = arms()
        both, whole = together(moments(control), moments(treated)), moments(np.hstack([control, treated]))
        assert both.means == pytest.approx(whole.means)
        assert both.covariance == pytest.approx(whole.covariance)

    @pytest.mark.parametrize("people", [2, _BLOCK - 1, _BLOCK, 2 * _BLOCK + 7])
    def test_moments_of_some_rows_are_those_of_their_copy_however_many_blocks(self, people):
        rng = np.random.default_rng(people)
        # Far from zero, where a sum of squares less a square of sums would have lost all digits.
        columns = 1e8 + rng.normal(size=(3, 2 * people))
        rows = rng.permutation(2 * people)[:people]
        found, copy = moments_of(tuple(columns), rows), columns[:, rows]
        assert found.people == people
        assert found.means == pytest.approx(copy.mean(axis=1), rel=1e-12)
        assert found.covariance == pytest.approx(np.cov(copy), rel=1e-6, abs=1e-9)
        whole = moments(copy)
        assert found.means == pytest.approx(whole.means, rel=1e-12)
        assert found.covariance == pytest.approx(whole.covariance, rel=1e-9, abs=1e-12)

    def test_arms_side_by_side_are_as_one_after_the_other(self):
        people = 2 * _BLOCK + 5
        columns = np.random.default_rng(1).normal(size=(2, 2 * people))
        arms = (np.arange(0, 2 * people, 2), np.arange(1, 2 * people, 2))
        for found, rows in zip(moments_of_arms(columns, arms), arms, strict=True):
            alone = moments_of(columns, rows)
            assert (found.people, found.means.tolist()) == (people, alone.means.tolist())
            assert found.covariance == pytest.approx(alone.covariance, rel=1e-13)

    def test_where_nothing_varies(self):
        same = moments(np.ones((2, 5)))
        none = compare(same, same, Layout(covariates=(1,)))
        assert (none.statistic, none.difference, none.p_value, none.freedom) == (0.0, 0.0, 1.0, 8.0)
        more = compare(same, moments(np.full((2, 5), 2.0)), Layout())
        assert more.statistic == math.inf
        assert math.isnan(compare(moments(np.zeros((1, 5))), same, Layout()).relative)

    def test_covariates_that_repeat_each_other_count_once(self):
        control, treated = arms()
        twice = [moments(np.vstack([arm, arm[1]])) for arm in (control, treated)]
        once = compare(*twice, Layout(covariates=(1,)))
        both = compare(*twice, Layout(covariates=(1, 3)))
        assert both.difference == pytest.approx(once.difference)
        assert both.difference_variance == pytest.approx(once.difference_variance)

    def test_a_ratio_over_nothing_is_no_number(self):
        nothing = moments(np.stack([np.arange(4.0), np.zeros(4)]))
        assert math.isnan(compare(nothing, nothing, Layout(denominator=1)).difference)

    @given(st.floats(-50, 50), st.floats(5, 100), st.floats(0.01, 4), st.floats(0.01, 4), st.floats(-0.9, 0.9))
    def test_fiellers_ends_are_where_the_test_just_does_not_reject(self, above, below, va, vb, r):
        covariance = r * math.sqrt(va * vb)
        low, high = fieller(above, below, va, vb, covariance, bound=1.96)
        if math.isinf(low):
            assert below * below <= 1.96**2 * vb + 1e-9
            return
        assert low <= above / below <= high
        for end in (low, high):
            variance = va - 2 * end * covariance + end * end * vb
            assert (above - end * below) ** 2 == pytest.approx(1.96**2 * variance, rel=1e-6, abs=1e-9)

    def test_an_infinite_bound_rules_nothing_out(self):
        assert fieller(1.0, 100.0, 1.0, 1.0, 0.0, bound=math.inf) == (-math.inf, math.inf)


class TestClusters:
    def test_people_who_come_again_are_not_taken_for_more_people(self):
        """Everybody's mean differs from period to period: rows say little, periods are the unit."""
        errors, shown = [], []
        for seed in range(150):
            rng = np.random.default_rng(seed)
            periods = np.repeat(np.arange(40), 30)
            treated = rng.permutation(np.arange(40) % 2 == 0)[periods]
            y = 10.0 + rng.normal(size=40)[periods] + rng.normal(size=1200)
            people = np.tile(np.arange(30), 40).astype(np.uint64)
            found = clustered(y, np.ones(1200), treated=treated, periods=periods, people=people)
            errors.append(abs(found.statistic) > found.bound(0.05))
            shown.append(found.freedom)
        assert np.mean(errors) <= 0.10  # 150 trials at .05: three standard errors above
        assert set(shown) == {38.0}

    def test_two_periods_say_nothing(self):
        found = clustered(
            np.array([1.0, 2.0, 4.0, 5.0]),
            np.ones(4),
            treated=np.array([False, False, True, True]),
            periods=np.array([0, 0, 1, 1]),
            people=np.arange(4).astype(np.uint64),
        )
        assert math.isnan(found.difference_variance) or math.isinf(found.difference_variance) or found.freedom == 1.0


class TestPower:
    def test_people_and_effects_are_each_others_inverse(self):
        people = people_needed(0.02, variation=2.0, looks=5, variance_left=0.5, shares=(0.2, 0.8))
        found = effect_found(people, variation=2.0, looks=5, variance_left=0.5, shares=(0.2, 0.8))
        assert found == pytest.approx(0.02, rel=1e-4)

    def test_half_the_error_needs_a_quarter_of_the_people(self):
        whole = people_for(1000, 1.0, 0.1, alpha=0.05, power=0.8, looks=1)
        assert people_for(1000, 0.5, 0.1, alpha=0.05, power=0.8, looks=1) == pytest.approx(whole / 4, abs=1)


class TestPersonSums:
    @given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2**32 - 1), st.integers(0, 15)), max_size=40))
    @settings(max_examples=25, deadline=None)
    def test_as_added_by_hand_by_however_many_threads(self, rows):
        person, charged, kinds = (
            np.array([row[n] for row in rows], dtype=kind) for n, kind in enumerate((np.uint32, np.uint32, np.uint8))
        )
        told = np.zeros((7, 5), dtype=np.int64)
        for who, paid, kind in rows:
            told[who] += (paid, *(kind >> bit & 1 for bit in range(4)))
        for threads in (1, 2, 3):
            sums = packed_sums(person, charged, kinds, 7, threads=threads)
            columns = (sums.revenue, sums.impressions, sums.clicks, sums.conversions, sums.hides)
            assert (np.stack(columns, axis=1) == told).all()
        wide = np.stack([charged.astype(np.int64), kinds.astype(np.int64)], axis=1).reshape(-1, 2)
        assert person_sums(person, wide, 7)[:, 0].tolist() == told[:, 0].tolist()

    def test_rows_of_many_blocks_are_all_added_up(self):
        rng = np.random.default_rng(4)
        rows, people = 5 * 512 + 3, 97
        person = rng.integers(0, people, rows, dtype=np.uint32)
        charged = rng.integers(0, 2**32, rows, dtype=np.uint32)
        kinds = rng.integers(0, 256, rows, dtype=np.uint8)
        sums = packed_sums(person, charged, kinds, people)
        told = np.zeros(people, dtype=np.int64)
        np.add.at(told, person, charged.astype(np.int64))
        assert sums.revenue.tolist() == told.tolist()
        for bit, column in enumerate((sums.impressions, sums.clicks, sums.conversions, sums.hides)):
            assert column.tolist() == np.bincount(person[(kinds >> bit & 1) == 1], minlength=people).tolist()

    def test_a_row_of_nobody_is_refused(self):
        nobody, one = np.array([7], dtype=np.uint32), np.ones(1, dtype=np.uint32)
        with pytest.raises(IndexError, match="beyond 7"):
            packed_sums(nobody, one, np.ones(1, dtype=np.uint8), 7)
        with pytest.raises(ValueError, match="person 7 of 7"):
            person_sums(nobody, np.ones((1, 1), dtype=np.int64), 7)


class TestBootstrap:
    def test_groups_sum_to_what_their_people_sum_to(self):
        column = np.arange(2.0 * MOST_GROUPS)
        found = groups(column, seed=1)
        assert (len(found), found.sum()) == (MOST_GROUPS, column.sum())
        assert groups(column[:10], seed=1) is not None

    def test_the_same_seed_draws_the_same(self):
        arm = (np.arange(50.0), np.ones(50))
        assert relative_interval(arm, arm, rounds=200, seed=3) == relative_interval(arm, arm, rounds=200, seed=3)
