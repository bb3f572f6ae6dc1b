"""Which pages a click model may learn from."""

from datetime import date, timedelta

import pytest

from adtailor.domain.ids import PersonId
from adtailor.domain.wellbeing import Care, RestSuggestion, State
from adtailor.wellbeing.teaching import LEFT_OUT_OF, teaches

ANA = PersonId("ana")
DAY = date(2026, 11, 20)
CARD = RestSuggestion(kind="rest", title="A breather", body="is an option", options=())
HARD = [Care(state=state) for state in State if state is not State.NEUTRAL]


@pytest.mark.parametrize("care", [*HARD, Care(quiet=True), Care(suggestion=CARD)])
@pytest.mark.parametrize("person_id", [ANA, None])
def test_t27_a_hard_day_teaches_nothing_whatever_the_day(care: Care, person_id: PersonId | None) -> None:
    days = [DAY + timedelta(days=n) for n in range(50)]
    assert not any(teaches(care, person_id=person_id, day=day, secret=b"s") for day in days)


def test_t27_a_fifth_of_a_persons_calm_days_teaches_nothing_either() -> None:
    days = [DAY + timedelta(days=n) for n in range(1000)]
    left_out = sum(not teaches(Care(), person_id=ANA, day=day, secret=b"s") for day in days)
    # 1000 draws at 1 in 5: 200, and 4 standard deviations are 4 * sqrt(1000 * .2 * .8) = 51.
    assert abs(left_out - 1000 / LEFT_OUT_OF) < 51


def test_which_days_are_left_out_only_the_secret_tells() -> None:
    days = [DAY + timedelta(days=n) for n in range(60)]
    one, two = ([teaches(Care(), person_id=ANA, day=day, secret=secret) for day in days] for secret in (b"a", b"b"))
    assert one != two


def test_a_page_for_nobody_in_particular_always_teaches() -> None:
    assert all(teaches(Care(), person_id=None, day=DAY + timedelta(days=n), secret=b"s") for n in range(60))


def test_the_days_left_out_stay_the_same_from_version_to_version() -> None:
    """Drawn anew, a row that was left out could be learned from a second time it is asked for."""
    days = [DAY.replace(day=n) for n in range(1, 31)]
    left_out = [day.day for day in days if not teaches(Care(), person_id=ANA, day=day, secret=b"secret")]
    assert left_out == [13, 14, 16, 17, 21, 29]
