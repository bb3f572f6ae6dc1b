"""Leases never promise more than there is, and rates are what they say."""

from hypothesis import given
from hypothesis import strategies as st

from adtailor.maths.leasing import headroom, still_expected
from adtailor.maths.rates import is_allowed

MONEY = st.integers(0, 10**12)
EXPECTED = st.floats(0, 1e12)


@given(left=MONEY, promised=EXPECTED, others=EXPECTED, least=MONEY)
def test_a_lease_and_all_that_is_expected_fit_what_is_left(
    left: int, promised: float, others: float, least: int
) -> None:
    granted = headroom(left, promised=promised, others=others, least=least)
    assert granted >= 0
    if granted:
        assert granted + promised + others <= left + 1.0
        assert granted >= (left - promised - others) // 2 - 1.0


def test_an_expectation_halves_with_every_half_life_and_never_grows() -> None:
    assert [still_expected(8.0, age, 60.0) for age in (-5.0, 0.0, 60.0, 120.0)] == [8.0, 8.0, 4.0, 2.0]


@given(st.lists(st.integers(0, 900), max_size=30))
def test_of_any_arrivals_no_minute_has_two_that_are_allowed_and_no_ten_minutes_four(times: list[int]) -> None:
    limits = [(60, 1), (600, 3)]
    kept: list[int] = []
    for at in times:
        if is_allowed(kept, at, limits):
            kept.append(at)
    for seconds, most in limits:
        assert all(sum(start <= at < start + seconds for at in kept) <= most for start in kept)
