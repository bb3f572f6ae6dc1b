"""Prices: never more than the bid, never less than the floor, no more than it takes to win; and what theory says."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adtailor.errors import InvalidInput
from adtailor.maths.assignment import best_page, externalities
from adtailor.maths.auction import conversion_floor, floor_of, vcg_price, winning_price

bids = st.integers(1, 10**9)
per_micro = st.floats(1e-6, 2.0)
values = st.floats(0.0, 1e9)
PRICES = (winning_price, vcg_price)


@given(price=st.sampled_from(PRICES), against=values, worth=per_micro, bid=bids, floor=st.integers(0, 10**9))
def test_a_price_is_a_whole_number_from_the_floor_to_the_bid(price, against, worth, bid, floor):
    assume(floor <= bid)
    paid = price(against, value=bid * worth, bid=bid, floor=floor)
    assert isinstance(paid, int)
    assert floor <= paid <= bid


@given(runner_up=st.integers(1, 2**30), power=st.integers(-9, 0), more=st.integers(0, 10**6), floor=st.integers(0, 99))
def test_a_price_is_the_least_bid_that_wins_whatever_was_bid(runner_up, power, more, floor):
    worth = Fraction(2) ** power
    least = math.ceil(runner_up / worth)
    bid = max(least, floor) + more
    price = winning_price(float(runner_up), value=float(bid * worth), bid=bid, floor=floor)
    # A quotient of floats may lie a hair above the exact one, and is then rounded up to the next micro.
    assert price - max(least, floor) in {0, 1}
    assert price * worth >= runner_up


@given(price=st.sampled_from(PRICES), first=values, second=values, worth=per_micro, bid=bids)
def test_a_stronger_rival_never_makes_it_cheaper(price, first, second, worth, bid):
    low, high = sorted((first, second))
    cheap, dear = (price(against, value=bid * worth, bid=bid, floor=0) for against in (low, high))
    assert cheap <= dear


@given(runner_up=st.integers(1, 10**6), bid=st.integers(1, 10**6), times=st.integers(2, 1000))
def test_prices_scale_with_the_bids(runner_up, bid, times):
    assume(runner_up <= bid)
    one = winning_price(float(runner_up), value=float(bid), bid=bid, floor=0)
    many = winning_price(float(runner_up * times), value=float(bid * times), bid=bid * times, floor=0)
    # Each is rounded up to a whole micro.
    assert abs(many - one * times) <= times


def test_prices_show_their_arithmetic():
    # Worth 0.1 of what it bids per impression: to be worth 40 000 it takes 400 000
    assert winning_price(40_000.0, value=90_000.0, bid=900_000, floor=0) == 400_000
    # 1000 / 0.003 = 333 333.3..., rounded up
    assert winning_price(1_000.0, value=2_700.0, bid=900_000, floor=0) == 333_334
    # 10 % better by quality: 40 000 / 0.11 = 363 636.4
    assert winning_price(40_000.0, value=99_000.0, bid=900_000, floor=0) == 363_637
    # 5 000 a click, at 2 conversions in 100 clicks, is 250 000 a conversion
    assert conversion_floor(5_000, 0.02) == 250_000
    # Two fifths of what the place is worth to it are taken from others: 100 000 + 2/5 x 900 000
    assert vcg_price(36_000.0, value=90_000.0, bid=900_000, floor=100_000) == 460_000


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_is_refused(bad):
    with pytest.raises(InvalidInput, match="runner_up"):
        winning_price(bad, value=1.0, bid=1, floor=0)
    with pytest.raises(InvalidInput, match="externality"):
        vcg_price(bad, value=1.0, bid=1, floor=0)
    with pytest.raises(InvalidInput, match="value that wins"):
        winning_price(1.0, value=bad, bid=1, floor=0)


@pytest.mark.parametrize("bad", [math.nan, 0.0, -0.1, 1.1])
def test_a_rate_outside_its_range_is_refused(bad):
    with pytest.raises(InvalidInput, match="conversion_rate"):
        conversion_floor(1, bad)


@pytest.mark.parametrize("bad", [math.nan, 0.0, 1.1])
def test_a_floor_for_a_thousand_needs_a_rate(bad):
    with pytest.raises(InvalidInput, match="events"):
        floor_of(1, events=bad)


@pytest.mark.parametrize(("bid", "floor"), [(5, 6), (5, -1)])
def test_what_bids_below_the_floor_has_no_price(bid, floor):
    with pytest.raises(InvalidInput, match="bid"):
        winning_price(1.0, value=1.0, bid=bid, floor=floor)


def second_price_revenue(draws, reserve):
    """What one place earns: the runner-up's bid or the reserve, where anybody bids that much."""
    high, low = draws.max(axis=1), draws.min(axis=1)
    return float(np.where(high >= reserve, np.maximum(low, reserve), 0.0).mean())


def test_two_uniform_bidders_pay_a_third_and_with_myersons_reserve_five_twelfths():
    # Myerson (1981): of values uniform on [0, 1] the best reserve is 1/2, where v - (1 - F(v)) / f(v) = 0.
    draws = np.random.default_rng(1981).random((400_000, 2))
    pages = draws[:2_000]
    for reserve, expected in ((0.0, 1 / 3), (0.5, 5 / 12)):
        # The standard error of the mean is below 0.24 / sqrt(400 000) = .0004; four of them are allowed.
        assert second_price_revenue(draws, reserve) == pytest.approx(expected, abs=0.0016)
        # And the prices here are those of the formula, to a micro.
        million = int(reserve * 10**6)
        paid = [
            winning_price(low * 1e6, value=int(high * 1e6), bid=int(high * 1e6), floor=million)
            for low, high in np.sort(pages, axis=1)
            if int(high * 1e6) >= max(million, 1)
        ]
        assert sum(paid) / len(pages) / 1e6 == pytest.approx(second_price_revenue(pages, reserve), abs=1e-5)
    assert second_price_revenue(draws, 0.4) < second_price_revenue(draws, 0.5) > second_price_revenue(draws, 0.6)


ATTENTION = (1.0, 0.8)


def utility_by(rule, true_value, said, others):
    """What a bidder for two places of different attention gains per page, by what a click is worth to it."""
    claims = np.array([said, *others])
    worth = claims[:, None] * np.array(ATTENTION)
    if rule == "vcg":
        apart = np.zeros((len(claims), len(claims)), dtype=np.bool_)
        chosen = best_page(worth, apart)
        slots = np.flatnonzero(chosen == 0)
        if not len(slots):
            return 0.0
        taken = externalities(worth, apart, np.arange(len(claims)), chosen)[slots[0]]
        return true_value * ATTENTION[slots[0]] - taken
    order = [int(who) for who in np.argsort(-claims, kind="stable")]
    place = order.index(0)
    if place >= len(ATTENTION):
        return 0.0
    price = claims[order[place + 1]] if place + 1 < len(order) else 0.0
    return (true_value - price) * ATTENTION[place]


@given(others=st.lists(st.integers(1, 20), min_size=1, max_size=4), true=st.integers(1, 20), said=st.integers(1, 30))
def test_by_vcg_nothing_is_gained_by_another_bid_than_the_truth(others, true, said):
    assert utility_by("vcg", true, said, others) <= utility_by("vcg", true, true, others) + 1e-9


def test_the_generalised_second_price_is_not_truthful_so_the_test_above_can_fail():
    # Bids of 10, 9 and 2: at the truth the top place costs 9 and gains 1, the lower at a bid of 5 gains (10 - 2) x .8.
    assert utility_by("gsp", 10, 10, [9, 2]) == pytest.approx(1.0)
    assert utility_by("gsp", 10, 5, [9, 2]) == pytest.approx(6.4)


@given(others=st.lists(st.integers(1, 20), min_size=1, max_size=4), bids=st.lists(st.integers(1, 30), min_size=2))
def test_who_bids_more_never_stands_lower(others, bids):
    places = []
    for said in sorted(bids):
        worth = np.array([said, *others], dtype=float)[:, None] * np.array(ATTENTION)
        chosen = best_page(worth, np.zeros((len(worth), len(worth)), dtype=np.bool_))
        places.append(int(np.flatnonzero(chosen == 0)[0]) if (chosen == 0).any() else len(ATTENTION))
    assert places == sorted(places, reverse=True)


@pytest.mark.parametrize("events", [0.0, -0.1, 1.1, float("nan")])
def test_a_floor_for_a_thousand_asks_something_only_of_what_can_happen(events):
    with pytest.raises(InvalidInput) as refused:
        floor_of(2_000_000, events=events)
    assert refused.value.field == "events"
