"""Weights fade by halves, never grow, and old and new add up."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.maths.decay import faded, learned, share_left

DAY = timedelta(days=1)
names = st.sampled_from(list("abcdefgh"))
weights = st.dictionaries(names, st.floats(-50, 50, allow_nan=False), max_size=8)
ages = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400))
half_lives = st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=90))


def test_after_one_half_life_half_is_left() -> None:
    assert share_left(14 * DAY, 14 * DAY) == 1 / 2
    assert faded({"a": 0.8, "b": -0.4}, elapsed=28 * DAY, half_life=14 * DAY) == {"a": 0.8 / 4, "b": -0.4 / 4}


@given(weights=weights, first=ages, then=ages, half_life=half_lives)
def test_fading_twice_is_fading_once_for_the_sum(
    weights: dict[str, float], first: timedelta, then: timedelta, half_life: timedelta
) -> None:
    twice = faded(faded(weights, elapsed=first, half_life=half_life), elapsed=then, half_life=half_life)
    assert twice == pytest.approx(faded(weights, elapsed=first + then, half_life=half_life), rel=1e-9, abs=1e-300)


@given(weights=weights, earlier=ages, more=ages, half_life=half_lives)
def test_nothing_grows_with_time_and_signs_stay(
    weights: dict[str, float], earlier: timedelta, more: timedelta, half_life: timedelta
) -> None:
    before = faded(weights, elapsed=earlier, half_life=half_life)
    after = faded(weights, elapsed=earlier + more, half_life=half_life)
    for name, weight in weights.items():
        assert abs(after[name]) <= abs(before[name]) <= abs(weight)
        assert after[name] * weight >= 0


@given(weights=weights, back=ages, half_life=half_lives)
def test_a_clock_that_goes_backwards_changes_nothing(
    weights: dict[str, float], back: timedelta, half_life: timedelta
) -> None:
    assert faded(weights, elapsed=-back, half_life=half_life) == weights


@given(every=st.integers(1, 48), half_life=st.integers(1, 400), addition=st.floats(0.01, 2), times=st.integers(1, 60))
def test_what_is_learned_again_and_again_stays_below_its_bound(
    every: int, half_life: int, addition: float, times: int
) -> None:
    """a + a q + a q^2 + ... < a / (1 - q), with q = 2^(-d/h)."""
    kept: dict[str, float] = {}
    for _ in range(times):
        kept = learned(
            kept, {"a": addition}, elapsed=timedelta(hours=every), half_life=timedelta(hours=half_life), keep=3
        )
    assert kept["a"] <= addition / (1 - 2 ** (-every / half_life)) * (1 + 1e-9)


@given(weights=weights, addition=weights, elapsed=ages, half_life=half_lives, keep=st.integers(0, 9))
def test_the_largest_by_size_are_kept(
    weights: dict[str, float], addition: dict[str, float], elapsed: timedelta, half_life: timedelta, keep: int
) -> None:
    everything = learned(weights, addition, elapsed=elapsed, half_life=half_life, keep=99)
    kept = learned(weights, addition, elapsed=elapsed, half_life=half_life, keep=keep)
    assert len(kept) == min(keep, len(everything))
    assert list(kept.items()) == list(everything.items())[:keep]
    sizes = [abs(weight) for weight in everything.values()]
    assert sizes == sorted(sizes, reverse=True)
    assert 0.0 not in everything.values()


def test_learning_adds_to_what_is_left() -> None:
    assert learned({"a": 1.0}, {"a": 0.25}, elapsed=DAY, half_life=DAY, keep=1) == {"a": 1.0 / 2 + 0.25}


@pytest.mark.parametrize("half_life", [timedelta(0), -DAY])
def test_a_half_life_is_above_zero(half_life: timedelta) -> None:
    with pytest.raises(ValueError, match="above zero"):
        share_left(DAY, half_life)
