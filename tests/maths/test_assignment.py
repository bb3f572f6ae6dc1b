"""The best page against trying all, and what makes a bid truthful."""

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adtailor.errors import InvalidInput
from adtailor.maths.assignment import NOT_HERE, best_page, externalities, page_worth

AT_EASE = settings(deadline=None, max_examples=150)


@st.composite
def pages(draw, most_candidates=5, most_slots=3):
    rows, slots = draw(st.integers(1, most_candidates)), draw(st.integers(1, most_slots))
    one = st.one_of(st.integers(0, 9).map(float), st.just(NOT_HERE))
    worth = np.array(draw(st.lists(one, min_size=rows * slots, max_size=rows * slots))).reshape(rows, slots)
    apart = np.zeros((rows, rows), dtype=np.bool_)
    for i in range(rows):
        for j in range(i):
            apart[i, j] = apart[j, i] = draw(st.integers(0, 3)) == 0
    return worth, apart


def tried(worth, apart):
    """The most that any page is worth, by trying every one."""
    rows, slots = worth.shape
    most = 0.0
    for page in product(range(-1, rows), repeat=slots):
        stand = [row for row in page if row >= 0]
        if len(set(stand)) < len(stand) or any(apart[a, b] for a in stand for b in stand):
            continue
        parts = [worth[row, slot] for slot, row in enumerate(page) if row >= 0]
        if min(parts, default=0.0) >= 0.0:
            most = max(most, sum(parts))
    return most


@AT_EASE
@given(page=pages())
def test_no_page_is_worth_more_than_the_best_and_the_best_keeps_all_rules(page):
    worth, apart = page
    chosen = best_page(worth, apart)
    stand = [row for row in chosen.tolist() if row >= 0]
    assert len(set(stand)) == len(stand)
    assert not any(apart[a, b] for a in stand for b in stand)
    assert all(worth[row, slot] >= 0.0 for slot, row in enumerate(chosen.tolist()) if row >= 0)
    assert page_worth(worth, chosen) == pytest.approx(tried(worth, apart))


@AT_EASE
@given(page=pages())
def test_nobody_pays_more_than_what_it_is_worth_to_them_and_who_stands_nowhere_pays_nothing(page):
    worth, apart = page
    chosen = best_page(worth, apart)
    paid = externalities(worth, apart, np.arange(len(worth)), chosen)
    for slot, row in enumerate(chosen.tolist()):
        assert 0.0 <= paid[slot] <= (worth[row, slot] + 1e-9 if row >= 0 else 0.0)


@AT_EASE
@given(page=pages(), who=st.integers(0, 4), said=st.lists(st.integers(0, 12), min_size=1, max_size=3))
def test_no_other_bid_ever_gains_anything(page, who, said):
    # Of a bidder, what it is worth is its value times a share for each slot: bids scale the row.
    worth, apart = page
    assume(who < len(worth))
    agents = np.arange(len(worth))

    def gained(bid):
        """What the bidder gets by its true worth, less what it pays, where it claims `bid` times its worth."""
        claimed = worth.copy()
        claimed[who] = np.where(worth[who] >= 0.0, worth[who] * bid, NOT_HERE)
        chosen = best_page(claimed, apart)
        (slots,) = np.nonzero(chosen == who)
        if not len(slots):
            return 0.0
        return worth[who, slots[0]] - externalities(claimed, apart, agents, chosen)[slots[0]]

    honest = gained(1.0)
    assert honest >= -1e-9
    for bid in said:
        assert gained(bid / 4.0) <= honest + 1e-9


def test_an_agent_with_two_candidates_does_not_push_its_own_price():
    worth = np.array([[9.0], [8.0], [2.0]])
    apart = np.zeros((3, 3), dtype=np.bool_)
    apart[0, 1] = apart[1, 0] = True
    chosen = best_page(worth, apart)
    assert chosen.tolist() == [0]
    assert externalities(worth, apart, np.array([7, 7, 8]), chosen).tolist() == [2.0]


def test_nobody_and_nothing_make_an_empty_page():
    assert best_page(np.empty((0, 2)), np.empty((0, 0), dtype=np.bool_)).tolist() == [-1, -1]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_worth_that_is_not_finite_is_refused(bad):
    with pytest.raises(InvalidInput, match="finite"):
        best_page(np.array([[bad]]), np.zeros((1, 1), dtype=np.bool_))
