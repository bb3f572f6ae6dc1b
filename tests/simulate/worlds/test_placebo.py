"""A placebo is the same readings in other hands: value by value what they were, and of nobody what is theirs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adtailor.domain.signals import SIGNALS, Signal
from adtailor.errors import InvalidInput
from adtailor.simulate.worlds.placebo import somebody_else, with_placebo
from adtailor.simulate.worlds.public import Public
from adtailor.simulate.worlds.world import Size, make_world
from adtailor.testing.toy_reader import toy_reader

TRIED: tuple[Signal, ...] = ("look", "affect")


def public_of(seed: int) -> Public:
    return make_world(seed, size=Size(people=40, days=4, days_before=1), reader=toy_reader()).public


def rows(table: np.ndarray) -> list[tuple[int, ...]]:
    return sorted(map(tuple, table.tolist()))


@given(st.integers(2, 500), st.integers(0, 2**32 - 1))
def test_nobody_gets_their_own_and_everybody_is_had_once(people: int, seed: int) -> None:
    other = somebody_else(people, np.random.default_rng(seed))
    assert sorted(other.tolist()) == list(range(people))
    assert not (other == np.arange(people)).any()


@settings(max_examples=15)
@given(st.integers(0, 1000), st.sampled_from(TRIED), st.integers(0, 1000))
def test_what_was_read_stays_what_it_was_value_by_value(seed: int, signal: Signal, lot: int) -> None:
    before = public_of(seed)
    after = with_placebo(before, signal, np.random.default_rng(lot))
    assert rows(after.signals.look) == rows(before.signals.look)
    # Each day's moods, and each person's days together.
    for one, other in zip(after.signals.moods, before.signals.moods, strict=True):
        assert sorted(one.tolist()) == sorted(other.tolist())
    assert rows(after.signals.moods.T) == rows(before.signals.moods.T)
    # All else is as it was, and above all what reading has to be paid for.
    kept = ("posts", "photos", "interests", "moods" if signal == "look" else "look")
    assert all(np.array_equal(getattr(after.signals, name), getattr(before.signals, name)) for name in kept)
    assert (after.inventory, after.people) == (before.inventory, before.people)
    assert after.lives_in is before.lives_in


@pytest.mark.parametrize("signal", TRIED)
def test_it_is_somebody_elses(signal: Signal) -> None:
    before = public_of(7)
    after = with_placebo(before, signal, np.random.default_rng(3))
    other = somebody_else(40, np.random.default_rng(3))
    name, axis = ("look", 0) if signal == "look" else ("moods", 1)
    assert np.array_equal(getattr(after.signals, name), getattr(before.signals, name).take(other, axis=axis))
    assert not np.array_equal(getattr(after.signals, name), getattr(before.signals, name))


@pytest.mark.parametrize("signal", [signal for signal in SIGNALS if signal not in TRIED])
def test_there_is_none_of_what_is_not_tried(signal: Signal) -> None:
    with pytest.raises(InvalidInput, match="no placebo"):
        with_placebo(public_of(1), signal, np.random.default_rng(1))
