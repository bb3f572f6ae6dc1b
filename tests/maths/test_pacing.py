"""What bids are cut to, and shares of a day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.maths.pacing import MOST_CUT, SLOTS, next_cut, target_bid, traffic_until

shares = st.floats(0.0, 1.0)


@given(cut=st.floats(0.0, MOST_CUT), spent=shares, left=shares, passed=shares, to_come=shares)
def test_a_cut_stays_in_its_bounds_and_more_spending_never_raises_a_bid(cut, spent, left, passed, to_come):
    def after(spending):
        one = [np.array([x]) for x in (cut, spending, left, passed, to_come)]
        return next_cut(one[0], spent=one[1], left=one[2], passed=one[3], to_come=one[4])[0]

    assert 0.0 <= after(spent) <= MOST_CUT
    assert after(spent) <= after(1.0)
    assert after(0.0) <= cut


def test_who_spends_along_the_curve_keeps_the_cut():
    # A quarter of what is left, in a quarter of what is to come.
    cut = next_cut(np.array([0.7]), spent=np.array([0.1]), left=np.array([0.4]), passed=np.array([0.2]),
                   to_come=np.array([0.8]))  # fmt: skip
    assert cut[0] == pytest.approx(0.7)


@given(day=st.integers(0, 20_000), at=st.integers(0, 86_399), seed=st.integers(0, 99))
def test_traffic_is_the_sum_of_quarters_of_an_hour(day, at, seed):
    weights = np.random.default_rng(seed).random(SLOTS)
    start, now = float(day * 86_400), float(day * 86_400 + at)
    whole, rest = divmod(at, 900)
    expected = weights[:whole].sum() + weights[whole] * rest / 900
    until = traffic_until(np.array([start, now]), weights)
    assert until[1] - until[0] == pytest.approx(expected, rel=1e-6, abs=1e-6)


def test_a_day_of_23_hours_has_the_traffic_of_its_hours():
    zone = ZoneInfo("Europe/Berlin")
    begins = datetime(2026, 3, 29, tzinfo=zone).astimezone(UTC)
    ends = datetime(2026, 3, 30, tzinfo=zone).astimezone(UTC)
    assert ends - begins == timedelta(hours=23)
    until = traffic_until(np.array([begins.timestamp(), ends.timestamp()]), np.ones(SLOTS))
    assert until[1] - until[0] == 23 * 4


@given(
    amount=st.integers(100, 1000),
    share=st.floats(0.1, 1.0),
    few=st.lists(st.floats(0.0, 2000.0), min_size=1, max_size=12),
    seed=st.integers(0, 2**32),
)
def test_the_average_cost_follows_its_target_and_no_bid_exceeds_the_amount(amount, share, few, seed):
    # A few drawn values, which come back in any order: to draw hundreds takes Hypothesis most of its time.
    rivals = np.random.default_rng(seed).choice(few, 300).tolist()
    target, credit, paid, events = amount * share, 0.0, 0.0, 0
    for rival in rivals:
        bid = target_bid(amount, target, credit)
        assert 0.0 <= bid <= amount
        if bid > rival:  # by the second price
            paid, events, credit = paid + rival, events + 1, credit + target - rival
    # A debt is never larger than one event can make it: the average lies above the target by that at most.
    assert paid <= target * events + amount
