"""Counting by bits is counting one by one."""

from hypothesis import given
from hypothesis import strategies as st

from adtailor.maths.reaching import Condition, count_who_meet

THINGS = st.frozensets(st.sampled_from("abcde"), max_size=3)


@given(
    people=st.lists(THINGS, max_size=40),
    asked=st.lists(st.tuples(st.lists(THINGS, max_size=3), THINGS), max_size=5),
)
def test_as_many_are_counted_as_there_are(
    people: list[frozenset[str]], asked: list[tuple[list[frozenset[str]], frozenset[str]]]
) -> None:
    conditions = [Condition(tuple(all_of), none_of) for all_of, none_of in asked]
    holders = {thing: [n for n, has in enumerate(people) if thing in has] for thing in "abcd"}
    has_not_e = [has - {"e"} for has in people]  # nobody holds what nobody was asked about
    one_by_one = [
        sum(all(has & things for things in all_of) and not has & none_of for has in has_not_e)
        for all_of, none_of in asked
    ]
    assert count_who_meet(conditions, holders, len(people)).tolist() == one_by_one
