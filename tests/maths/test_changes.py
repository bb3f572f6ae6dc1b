"""Rows that differ are found to the bit, and no other."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from adtailor.maths.changes import changed_rows


@given(
    st.integers(1, 20), st.integers(1, 5), st.sets(st.integers(0, 19)), st.sampled_from(["f4", "f8", "i8", "u1", "i4"])
)
def test_exactly_the_rows_that_differ_are_found(rows, width, places, kind):
    before = np.arange(rows * width, dtype=kind).reshape(rows, width)
    now = before.copy()
    wanted = sorted(place for place in places if place < rows)
    now[wanted, width - 1] += 1
    assert changed_rows(now, before).tolist() == wanted
    doubled = np.concatenate((now, now), axis=1)
    assert changed_rows(doubled[:, :width], before).tolist() == wanted, "a view of a wider table"


def test_nan_equals_itself_and_the_two_zeros_differ():
    assert changed_rows(np.array([np.nan, 0.0]), np.array([np.nan, -0.0])).tolist() == [1]
