"""What is told of suggestions to rest: by week, from k people on, and nothing can be reckoned back."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.domain.wellbeing import RestCounts
from adtailor.measure.rest import Share, rest_report

MONDAY = date(2026, 11, 16)
MANY = RestCounts(week=MONDAY, people=80, shown=100, taken=40, dismissed=30, off=5, regretted=10)
FEW = RestCounts(week=MONDAY + timedelta(days=7), people=49, shown=60, taken=1, dismissed=1, off=1, regretted=1)


def test_a_week_of_fewer_than_k_people_has_no_numbers_and_is_in_no_total() -> None:
    report = rest_report([MANY, FEW], least_people=50)
    assert [row.counts for row in report.rows] == [MANY, None]
    assert report.total.counts == MANY
    assert (report.rows[1].taken.share, report.rows[1].taken.interval) == (None, None)
    assert rest_report([FEW], least_people=50).total.counts is None
    assert rest_report([MANY, FEW], least_people=49).total.counts == RestCounts(
        week=MONDAY, people=129, shown=160, taken=41, dismissed=31, off=6, regretted=11
    )


def test_shares_are_of_what_was_shown_and_regret_of_what_was_taken() -> None:
    row = rest_report([MANY], least_people=50).rows[0]
    assert (row.taken.share, row.off.share, row.regretted.share) == (40 / 100, 5 / 100, 10 / 40)


def test_a_rest_ended_in_the_week_after_makes_no_share_above_one() -> None:
    late = RestCounts(week=MONDAY, people=60, shown=70, taken=0, regretted=3)
    assert rest_report([late], least_people=50).rows[0].regretted.share is None
    one = RestCounts(week=MONDAY, people=60, shown=70, taken=1, regretted=3)
    assert rest_report([one], least_people=50).rows[0].regretted.share == 1.0


@given(st.integers(1, 10**6), st.data())
def test_the_interval_holds_the_share_and_stays_within_0_and_1(whole: int, data: st.DataObject) -> None:
    share = Share(part=data.draw(st.integers(0, whole)), whole=whole)
    assert share.interval is not None
    assert share.share is not None
    low, high = share.interval
    assert 0.0 <= low <= share.share + 1e-12
    assert share.share - 1e-12 <= high <= 1.0


def test_the_interval_is_wilsons() -> None:
    assert Share(part=81, whole=263).interval == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998, table I
