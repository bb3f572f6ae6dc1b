"""Promise 22: an ad that goes by people's profiles serves only where it reaches enough of them, by a daily count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st

from adtailor.domain.access import Caller
from adtailor.domain.ids import OrganizationId, PersonId, SegmentId
from adtailor.domain.profile import Fading, Profile
from adtailor.domain.reach import LEAST_PEOPLE
from adtailor.testing.toy_ads import toy_inventory
from adtailor.testing.trust.installed import EVERYTHING, NOTHING, Installed, expected, installed, shown
from adtailor.testing.trust.proof import Proof, Trial, holds

STEP = LEAST_PEOPLE // 5
CROWD = LEAST_PEOPLE + STEP + 4
"""People that live in the installation: so few that most targetings reach about as many as it takes."""
SIZES: Mapping[tuple[str, str], int] = {
    ("interests", "483"): CROWD,
    ("interests", "42"): LEAST_PEOPLE + STEP,
    ("interests", "210"): LEAST_PEOPLE + STEP - 1,
    ("interests", "653"): LEAST_PEOPLE,
    ("interests", "239"): LEAST_PEOPLE - 1,
    ("interests", "1"): 1,
    ("look", "colour:navy"): LEAST_PEOPLE + STEP + 1,
    ("look", "style:casual"): LEAST_PEOPLE + 1,
    ("segments", "club"): LEAST_PEOPLE + STEP + 2,
    ("segments", "staff"): LEAST_PEOPLE - STEP,
}
"""How many of the crowd have each thing."""
THINGS = tuple(SIZES)
KINDS = ("interests", "look", "segments")
RENEWED = timedelta(days=20)
"""What people like fades, and is given anew before it has."""
Targeted = tuple[frozenset[int], frozenset[int]]
"""What an ad set asks for and what it excludes: places in THINGS."""
SETTLED = timedelta(seconds=2)
"""After which what was changed serves."""
ADS = (
    {"id": "personal", "asks_interests": ["483"], "bid": "9.00"},
    {"id": "page", "bid": "0.10"},
)


class Move(NamedTuple):
    """Something that is done while the ads run."""

    what: str
    asks: frozenset[int]
    excludes: frozenset[int]
    person: int


class Days(NamedTuple):
    """What is asked for at first, and what is done on the days that follow."""

    first: Targeted
    moves: tuple[Move, ...]


def _days() -> st.SearchStrategy[Days]:
    one = st.integers(0, len(THINGS) - 1).map(lambda thing: frozenset({thing}))
    asks = st.one_of(one, one, st.frozensets(st.integers(0, len(THINGS) - 1), max_size=2))
    nothing = st.just(frozenset[int]())
    excludes = st.one_of(nothing, nothing, one)
    moves = st.builds(
        Move,
        what=st.sampled_from(("target", "day", "day", "withdraw", "object", "minor", "forget", "join")),
        asks=asks,
        excludes=excludes,
        person=st.integers(0, CROWD - 1),
    )
    return st.builds(
        Days,
        first=st.tuples(asks, excludes),
        moves=st.lists(moves, min_size=1, max_size=7).map(tuple),
    )


@dataclass
class Village:
    """The crowd, as this file knows it: who has what, and who may be found by it."""

    house: Installed
    there: set[int] = field(default_factory=set[int])
    given_at: datetime | None = None
    has: Mapping[int, frozenset[int]] = field(
        default_factory=lambda: {
            # From both ends in turn, so that there are more and fewer who have two of them.
            number: frozenset(
                thing for thing, size in enumerate(SIZES.values())
                if (number if thing % 2 else CROWD - 1 - number) < size
            )
            for number in range(CROWD)
        }
    )  # fmt: skip

    def person(self, number: int) -> str:
        """An id."""
        return f"p{number}"

    def settle(self) -> None:
        """Everybody is there, of age, agrees, and has what they have."""
        now = self.house.clock.now()
        is_old = self.given_at is None or now - self.given_at > RENEWED
        for number in range(CROWD):
            if number not in self.there:
                self.join(number)
            elif is_old:
                self.give(number)
        if is_old:
            self.given_at = now

    def join(self, number: int) -> None:
        """Somebody agrees to all of it, and objects to nothing; who was forgotten comes anew."""
        person = self.person(number)
        self.house.person(person, consents={**EVERYTHING, "wellbeing": False})
        if number not in self.there and self.given_at is not None:
            self.house.call("PUT", f"/v1/people/{person}/objection", {"objected": False})
        self.there.add(number)
        self.give(number)

    def leave(self, number: int, how: str) -> None:
        """Somebody is not to be found any more, in one of the ways there are; what was learned of them goes too."""
        person = self.person(number)
        match how:
            case "withdraw":
                self.house.call("PUT", f"/v1/people/{person}/consents", NOTHING, headers={"if-match": "*"})
            case "object":
                self.house.call("PUT", f"/v1/people/{person}/objection", {"objected": True})
            case "minor":
                self.house.call("PUT", f"/v1/people/{person}", {"age": "minor", "country": "GB"})
            case _:
                self.house.call("DELETE", f"/v1/people/{person}")
        self.there.discard(number)

    def give(self, number: int) -> None:
        """Somebody is known to have what they have."""
        people, now = self.house.engine.store.people, self.house.clock.now()
        person = PersonId(self.person(number))
        named: dict[str, list[str]] = {kind: [] for kind in KINDS}
        for thing in self.has[number]:
            named[THINGS[thing][0]].append(THINGS[thing][1])
        people.put_profile(
            replace(
                people.profile(person) or Profile(person_id=person),
                interests=Fading(weights=dict.fromkeys(named["interests"], 50.0), as_of=now),
                look=Fading(weights=dict.fromkeys(named["look"], 50.0), as_of=now),
                groups=dict.fromkeys(map(SegmentId, named["segments"]), now.date()),
            )
        )

    def meet(self, targeted: Targeted) -> list[int]:
        """Who is there and meets it: one of each kind that is asked for, and nothing that is excluded."""
        asks, excludes = targeted
        kinds = {THINGS[thing][0] for thing in asks}
        return [
            number for number in sorted(self.there)
            if kinds <= {THINGS[thing][0] for thing in asks & self.has[number]} and not excludes & self.has[number]
        ]  # fmt: skip


def _target(house: Installed, targeted: Targeted) -> None:
    """The advertiser asks for this from now on."""
    asks, excludes = (
        {kind: sorted(THINGS[n][1] for n in part if THINGS[n][0] == kind) for kind in KINDS} for part in targeted
    )
    body = {"targeting": asks, "exclusions": excludes}
    house.call("PATCH", "/v1/adsets/personal", body, headers={"if-match": "*"})


def _ad_of(house: Installed, person: str, segments: Sequence[str]) -> str | None:
    viewer: dict[str, Any] = {"person_id": person, "age": "adult"}
    if segments:
        viewer["segments"] = segments
    page = house.decide(placements=[{"id": "feed-0", "position": 0}], context={"language": "en"}, viewer=viewer)
    return next((ad for ad, _ in shown(page).values()), None)


class Watching:
    """What may serve, by what was counted: the rule as it is promised, and nothing of how it is kept."""

    def __init__(self, village: Village) -> None:
        self.village, self.house = village, village.house
        self.may: dict[Targeted, bool] = {}
        self.counted: dict[Targeted, int] = {}
        self.targeted: Targeted = (frozenset(), frozenset())

    def target(self, targeted: Targeted) -> None:
        """Another one from now on."""
        self.targeted = targeted
        _target(self.house, targeted)
        self.house.clock.pass_(SETTLED)

    def day(self) -> None:
        """A day passes, and it is counted."""
        house = self.house
        house.clock.pass_(timedelta(days=1))
        holds(house.engine.reaches.count(now=house.clock.now()) is not None, "on a new day nobody is counted")
        reach, before = len(self.village.meet(self.targeted)), self.may.get(self.targeted, False)
        # What was not asked for on a day is not counted, and begins again.
        self.counted = {self.targeted: reach}
        self.may = {self.targeted: reach >= (LEAST_PEOPLE if before else LEAST_PEOPLE + STEP)}
        house.clock.pass_(SETTLED)

    def look(self) -> bool:
        """Whoever is meant looks at a page: it is an ad for them only if enough people are; whether it was."""
        asks, _ = self.targeted
        holds(self.house.engine.reaches.count(now=self.house.clock.now()) is None, "one day is counted twice")
        for number in self.village.meet(self.targeted)[:: CROWD // 2]:
            groups = [THINGS[n][1] for n in sorted(self.village.has[number]) if THINGS[n][0] == "segments"]
            ad = _ad_of(self.house, self.village.person(number), groups)
            reach = self.counted.get(self.targeted)
            if ad == "personal" and asks:
                holds(reach is not None, "a targeting serves before anybody has counted whom it reaches")
                holds(self.may[self.targeted], f"a targeting serves that reaches {reach} people")
                return True
            exempt = ad == "personal" or bool(asks)
            holds(exempt, f"an ad that goes by the page alone does not serve: {ad} does")
            holds(not (asks and self.may.get(self.targeted)), f"a targeting that reaches {reach} people does not serve")
        return False

    def told(self) -> None:
        """The advertiser is told no number, and the operator a round one."""
        caller = Caller(role="advertiser", organization_id=OrganizationId("toys"))
        now = self.house.clock.now()
        holds(
            all(one.people is None for one in self.house.engine.reaches.told(caller, now=now)),
            "an advertiser is told how many people a targeting reaches",
        )
        for row in self.house.call("GET", "/v1/reach").told:
            reach = self.counted.get(self.targeted)
            if row["people"] is not None and reach is not None:
                holds(row["people"] % STEP == 0, f"a reach of {row['people']} is told")
                holds(row["people"] <= reach < row["people"] + STEP, f"{row['people']} are told, {reach} are reached")


def _few_are_not_served(trial: Trial) -> None:
    served: list[bool] = []
    with installed(seed=trial.seed, inventory=toy_inventory(ADS)) as house:
        village = Village(house)

        def tried(days: Days) -> None:
            village.settle()
            watching = Watching(village)
            # A day of something else, so that nothing is left of a case before.
            watching.target((frozenset({0}), frozenset({0})))
            watching.day()
            watching.target(days.first)
            served.append(watching.look())
            watching.day()
            for move in days.moves:
                served.append(watching.look())
                match move.what:
                    case "day":
                        watching.day()
                    case "target":
                        watching.target((move.asks, move.excludes))
                    case "join":
                        village.join(move.person)
                    case how:
                        meant = village.meet(watching.targeted)
                        if meant:
                            village.leave(meant[move.person % len(meant)], how)
            served.append(watching.look())
            watching.told()

        trial.over(_days(), tried)
        tried(Days((frozenset({0}), frozenset()), ()))
        expected(any(served), "no targeting serves, however many people it reaches")


PROOFS = (
    Proof(
        number=22,
        says="Profile targeting that reaches fewer than 50 people does not serve.",
        tries="a crowd that most targetings reach about 50 of: days on which targetings change and people join, "
        "withdraw, object or are forgotten; what serves to those who are meant, by a count of this file's own",
        cases=20,
        full=500,
        try_it=_few_are_not_served,
    ),
)
