"""Prices: never more than the bid, never less than the floor, and no more than it takes to win."""

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adtailor.errors import InvalidInput
from adtailor.maths.auction import click_price, conversion_floor, conversion_price, thousand_price

bids = st.integers(0, 10**9)
rates = st.floats(1e-6, 1.0)
values = st.floats(0.0, 1e9)
qualities = st.floats(-1e8, 1e8)


@given(runner_up=values, quality=qualities, rate=rates, bid=bids, floor=bids)
def test_a_click_costs_at_least_the_floor_and_at_most_the_bid(runner_up, quality, rate, bid, floor):
    assume(floor <= bid)
    price = click_price(runner_up, quality=quality, click_rate=rate, bid=bid, floor=floor)
    assert isinstance(price, int)
    assert floor <= price <= bid


@given(runner_up=values, quality=qualities, rate=rates, more=st.integers(1, 10**9), share=st.floats(0.0, 1.0))
def test_the_price_does_not_depend_on_the_winners_own_bid(runner_up, quality, rate, more, share):
    price = click_price(runner_up, quality=quality, click_rate=rate, bid=10**18, floor=0)
    assume(price < 10**18)
    for bid in (price + more, price + int(share * more), price):
        assert click_price(runner_up, quality=quality, click_rate=rate, bid=bid, floor=0) == price


@given(first=values, second=values, quality=qualities, rate=rates, bid=bids)
def test_a_stronger_runner_up_never_makes_it_cheaper(first, second, quality, rate, bid):
    low, high = sorted((first, second))
    cheap, dear = (click_price(v, quality=quality, click_rate=rate, bid=bid, floor=0) for v in (low, high))
    assert cheap <= dear


@given(runner_up=st.integers(1, 10**6), rate=st.sampled_from([0.5, 0.25, 0.125, 2**-9]))
def test_the_price_is_the_least_whole_micro_at_which_the_winner_still_wins(runner_up, rate):
    price = click_price(float(runner_up), quality=0.0, click_rate=rate, bid=10**12, floor=0)
    assert price * Fraction(rate) >= runner_up
    assert (price - 1) * Fraction(rate) < runner_up


def test_prices_show_their_arithmetic():
    # (40 000 - 0) / 0.1 = 400 000 micros: 0.40 a click
    assert click_price(40_000.0, quality=0.0, click_rate=0.1, bid=900_000, floor=0) == 400_000
    # 1000 / 0.003 = 333 333.3..., rounded up
    assert click_price(1_000.0, quality=0.0, click_rate=0.003, bid=900_000, floor=0) == 333_334
    # 412.5 micros per impression are 412 500 per thousand
    assert thousand_price(412.5, quality=0.0, bid=900_000, floor=0) == 412_500
    # 40 / (0.01 x 0.02) = 200 000 per conversion, below the floor of 5 000 / 0.02 = 250 000
    floored = conversion_price(40.0, quality=0.0, click_rate=0.01, conversion_rate=0.02, bid=10**6, floor=5_000)
    assert floored == conversion_floor(5_000, 0.02) == 250_000


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_not_finite_is_refused(bad):
    with pytest.raises(InvalidInput, match="runner_up"):
        click_price(bad, quality=0.0, click_rate=0.1, bid=1, floor=0)
    with pytest.raises(InvalidInput, match="quality"):
        thousand_price(1.0, quality=bad, bid=1, floor=0)


@pytest.mark.parametrize("bad", [math.nan, 0.0, -0.1, 1.1])
def test_a_rate_outside_its_range_is_refused(bad):
    with pytest.raises(InvalidInput, match="click_rate"):
        click_price(1.0, quality=0.0, click_rate=bad, bid=1, floor=0)
    with pytest.raises(InvalidInput, match="conversion_rate"):
        conversion_price(1.0, quality=0.0, click_rate=0.1, conversion_rate=bad, bid=1, floor=0)


@pytest.mark.parametrize(("bid", "floor"), [(5, 6), (5, -1)])
def test_what_bids_below_the_floor_has_no_price(bid, floor):
    with pytest.raises(InvalidInput, match="bid"):
        click_price(1.0, quality=0.0, click_rate=0.1, bid=bid, floor=floor)
