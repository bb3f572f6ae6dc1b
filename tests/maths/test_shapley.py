"""What all earn together is divided without rest, and who adds nothing gets nothing."""

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.maths.shapley import shapley_weights

PLAYERS = "abcd"
COALITIONS = [frozenset(who) for who in chain.from_iterable(combinations(PLAYERS, n) for n in range(5))]


@given(st.lists(st.integers(-1000, 1000), min_size=16, max_size=16))
def test_the_shares_come_to_what_all_earn_together(worths: list[int]) -> None:
    worth = dict(zip(COALITIONS, worths, strict=True))
    shares = [
        sum(weight * worth[who] for who, weight in shapley_weights(PLAYERS, player).items()) for player in PLAYERS
    ]
    assert sum(shares) == pytest.approx(worth[frozenset(PLAYERS)] - worth[frozenset()], abs=1e-9)


@given(st.lists(st.integers(-1000, 1000), min_size=8, max_size=8), st.integers(-50, 50))
def test_who_adds_the_same_to_everybody_gets_just_that(worths: list[int], adds: int) -> None:
    others = [who for who in COALITIONS if "d" not in who]
    worth = dict(zip(others, worths, strict=True))
    worth |= {who | {"d"}: value + adds for who, value in worth.items()}
    assert sum(weight * worth[who] for who, weight in shapley_weights(PLAYERS, "d").items()) == pytest.approx(adds)


def test_the_glove_game() -> None:
    """One left glove, two right ones: 2/3 and 1/6 each (Shapley 1953; worked by hand over the six orders)."""
    worth = {frozenset(who): float("l" in who and len(who) > 1) for n in range(4) for who in combinations("lrs", n)}
    shares = {p: sum(w * worth[who] for who, w in shapley_weights("lrs", p).items()) for p in "lrs"}
    assert shares == pytest.approx({"l": 2 / 3, "r": 1 / 6, "s": 1 / 6})
