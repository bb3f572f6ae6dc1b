"""Promises 1 and 2: stress only takes ads away, at the same prices, and what it takes away is not refilled."""

from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from hypothesis import strategies as st

from adtailor.domain.wellbeing import State
from adtailor.testing.trust.installed import EVERYTHING, Installed, codes, expected, installed, shown
from adtailor.testing.trust.pages import Visit, visits, won
from adtailor.testing.trust.proof import Proof, Trial, holds
from adtailor.testing.trust.writing import CALM, STRESSED

AUCTIONS_A_DAY = 600
"""So many are tried on pages for each day that is lived through: a day is that much dearer."""
MOST_DAYS = 200


def more_stress_only_takes_away(visit: Visit) -> int:
    """Each state shows a part of what the milder one shows, at the same prices; so many auctions were held."""
    for page in visit.pages:
        ladder = [won(visit.under(state, page)) for state in State]
        for state, (milder, harder) in zip(State, pairwise(ladder), strict=False):
            more = dict(harder.items() - milder.items())
            holds(not more, f"{State(state + 1).name} shows {more}, which {state.name} does not")
            paid = [sum(price for _, price in one.values()) for one in (milder, harder)]
            holds(paid[1] <= paid[0], f"{State(state + 1).name} brings {paid[1]} micros, and {state.name} {paid[0]}")
    return len(visit.places) * len(visit.known)


def a_veto_leaves_a_gap(visit: Visit) -> None:
    """Whatever a state blanks is an empty place of the same name, and the others are as they were."""
    for page in visit.pages:
        free = visit.under(State.NEUTRAL, page)
        for state in State:
            decision = visit.under(state, page)
            asked = [one.id for one in page.request.placements]
            holds(
                [one.placement_id for one in decision.placements] == asked, "the places are not those that were asked"
            )
            for before, after in zip(free.placements, decision.placements, strict=True):
                name = after.placement_id
                if after.no_fill is not None and after.no_fill.code == "quiet":
                    holds(after.won is None and after.why is None, f"{name} is quiet, and holds an ad")
                else:
                    holds(after == before, f"{name} changed in {state.name}, and was not blanked")


class Day(NamedTuple):
    """What somebody does on one day: for each page, whether its ads are clicked."""

    clicks: tuple[bool, ...]
    minutes: int


def _days() -> st.SearchStrategy[Day]:
    clicks = st.lists(st.booleans(), min_size=1, max_size=10).map(tuple)
    return st.builds(Day, clicks=clicks, minutes=st.integers(2, 90))


def _over_a_day(day: Day) -> int:
    """A day of a calm person, and the same day of a stressed one, in two installations that are alike."""
    spent: list[int] = []
    for words in (CALM, STRESSED):
        with installed(seed=1) as house:
            person = house.person("ana", consents={"wellbeing": True})
            house.wrote(person, words[:4])
            for number, click in enumerate(day.clicks):
                _visit(house, person, number, click=click)
                house.clock.pass_(timedelta(minutes=day.minutes))
            spent.append(sum(charged for _, charged in house.engine.store.events.events()))
    holds(spent[1] <= spent[0], f"a stressed day brought {spent[1]} micros, and a calm one {spent[0]}")
    return len(day.clicks)


def _visit(house: Installed, person: str, number: int, *, click: bool) -> None:
    house.dice.again(number)
    places = [{"id": f"{number}-{place}", "position": place} for place in range(3)]
    page = house.decide(placements=places, viewer={"person_id": person, "age": "adult"})
    for one in page["placements"]:
        if one["ad"] is not None:
            house.ask("GET", one["impression_url"])
            if click:
                house.ask("GET", one["click_url"])


def _stress_takes_away(trial: Trial) -> None:
    trial.over(visits(), more_stress_only_takes_away)
    trial.over(_days(), _over_a_day, cases=min(MOST_DAYS, 1 + trial.cases // AUCTIONS_A_DAY))


def _never_refilled(trial: Trial) -> None:
    trial.over(visits(), a_veto_leaves_a_gap)
    with installed(seed=trial.seed) as house:
        person = house.person(consents=EVERYTHING)
        answers = []
        for words in ((), STRESSED):
            house.wrote(person, words)
            house.dice.again(2)
            answers.append(house.decide(viewer={"person_id": person, "age": "adult"}))
        calm, tense = answers
        expected("quiet" in codes(tense), "nothing of a stressed person's page is quiet")
        holds([one["id"] for one in tense["placements"]] == [one["id"] for one in calm["placements"]], "places moved")
        holds(shown(tense).items() <= shown(calm).items(), f"{shown(tense)} is no part of {shown(calm)}")
        for one in tense["placements"]:
            if one["ad"] is None:
                left = [name for name, value in one.items() if name.endswith("_url") and value is not None]
                holds(not left and one["why"] is None, f"an empty place has {left}")
        trial.count()


PROOFS = (
    Proof(
        number=1,
        says="More stress never raises the ads shown, any price or the revenue.",
        tries="pages under every state in turn, by every pricing rule, each against the milder one; and whole days of "
        "a calm and a stressed person, clicks and budgets included, in two installations",
        cases=2_500,
        full=1_000_000,
        try_it=_stress_takes_away,
    ),
    Proof(
        number=2,
        says="A placement that was vetoed is never filled by another ad.",
        tries="pages under every state against the same page without a veto, place by place; one stressed person's "
        "page over HTTP",
        cases=150,
        full=50_000,
        try_it=_never_refilled,
    ),
)
