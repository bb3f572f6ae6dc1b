"""Once a day: how many people each profile targeting reaches; those of too few do not serve until the next count.

Nothing in between moves what was counted: neither a targeting that is switched to and fro, nor one that is varied, says
anything about anybody until the day is over, and then only in steps of a fifth of k.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Literal

import numpy as np

from adtailor.decide.catalogue import lineage
from adtailor.decide.eligibility import LEAST_INTEREST
from adtailor.domain.access import Caller
from adtailor.domain.buying import AdSet, Inventory
from adtailor.domain.decision import Context, Regulations, Viewer
from adtailor.domain.ids import AdSetId, TopicId
from adtailor.domain.person import Person
from adtailor.domain.profile import Profile
from adtailor.domain.reach import LEAST_PEOPLE, ProfileTargeting, Reached, profile_targeting, reached
from adtailor.domain.wellbeing import WellbeingPolicy
from adtailor.journeys.manage import narrowed
from adtailor.maths.reaching import Condition, count_who_meet
from adtailor.ports import CatalogueSource, PeopleStore, ReachStore
from adtailor.profiles.consent import effective_consents, without_consents
from adtailor.profiles.evidence import evidence_of
from adtailor.profiles.groups import groups_on

AT_ONCE = 65_536
"""People whose traits are held in memory together."""
REST_EVERY = 256
"""People after whom somebody else may have a turn."""
KINDS = ("interests", "look", "segments")
Things = tuple[Collection[str], Collection[str], Collection[str]]
"""Topics with all above them, traits of clothes, and groups of the site."""
Answer = Literal["enough", "too few", "not counted"]
WORDS: Mapping[Answer, str] = {
    "enough": "reaches enough people",
    "too few": "reaches too few people by their profile, and does not serve: ask for more of them, or for pages",
    "not counted": "does not serve until the people it reaches are counted",
}
_PAGE, _LAW = Context(), Regulations()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetReach:
    """What was counted of one ad set that goes by people's profile."""

    adset: AdSet
    answer: Answer
    people: int | None
    """Rounded, and for the operator alone."""
    counted_on: date | None
    next_count: datetime

    @property
    def says(self) -> str:
        """In words, for the advertiser."""
        if self.answer != "not counted":
            return WORDS[self.answer]
        return f"{WORDS[self.answer]}, once a day: next at {self.next_count:%Y-%m-%d %H:%M} UTC"


class Reaches:
    """Counts, and tells what was counted."""

    def __init__(
        self,
        *,
        people: PeopleStore,
        source: CatalogueSource,
        store: ReachStore,
        parents: Mapping[TopicId, TopicId],
        policy: WellbeingPolicy,
        least: int = LEAST_PEOPLE,
    ) -> None:
        self._people = people
        self._source = source
        self._store = store
        self._parents = parents
        self._policy = policy
        self._least = least

    @property
    def least(self) -> int:
        """k."""
        return self._least

    def count(self, *, now: datetime, rest: Callable[[], None] | None = None) -> int | None:
        """Count, if nobody has counted today; how many people could be reached at all, None if it was not due.

        `rest` is called every few hundred people: whoever serves meanwhile sleeps in it.
        """
        day = now.astimezone(UTC).date()
        if not self._store.begin(day, now):
            return None
        try:
            told, people = self._counted(now, day, rest)
        except BaseException:
            self._store.give_up(day)
            raise
        self._store.finish(day, told, now)
        return people

    def version(self) -> int:
        """Grows with every count."""
        return self._store.version()

    def narrow(self, inventory: Inventory) -> frozenset[AdSetId]:
        """The ad sets that do not serve: their profile targeting reaches too few, or nobody has counted it yet."""
        is_narrow = self.is_narrow()
        return frozenset(adset.id for adset in inventory.adsets if is_narrow(adset))

    def is_narrow(self) -> Callable[[AdSet], bool]:
        """Whether an ad set does not serve for it, by what was last counted."""
        known = self._store.reached()

        def judged(adset: AdSet) -> bool:
            targeting = profile_targeting(adset)
            return targeting is not None and _answer(known.get(targeting.key)) != "enough"

        return judged

    def told(self, caller: Caller, *, now: datetime) -> list[SetReach]:
        """Each ad set that goes by profiles, as far as somebody may know: numbers are for who sees all."""
        inventory = self._source.inventory()
        if not caller.sees_all:
            inventory = narrowed(inventory, caller.organization_id)
        known = self._store.reached()
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        found: list[SetReach] = []
        for adset in inventory.adsets:
            if adset.status == "archived" or (targeting := profile_targeting(adset)) is None:
                continue
            one = known.get(targeting.key)
            found.append(
                SetReach(
                    adset=adset,
                    answer=_answer(one),
                    people=one.people if one is not None and caller.sees_all else None,
                    counted_on=one.counted_on if one is not None else None,
                    next_count=midnight,
                )
            )
        return found

    def _counted(self, now: datetime, day: date, rest: Callable[[], None] | None) -> tuple[Sequence[Reached], int]:
        wanted = {
            targeting.key: targeting
            for adset in self._source.inventory().adsets
            if adset.status != "archived" and (targeting := profile_targeting(adset)) is not None
        }
        conditions = [_condition(targeting) for targeting in wanted.values()]
        asked = [*zip(KINDS, _asked_names(wanted.values()), strict=True)]
        counts = np.zeros(len(conditions), dtype=np.int64)
        total = 0
        everyone = self._reachable(now, rest)
        while some := list(islice(everyone, AT_ONCE)):
            holders: defaultdict[Hashable, list[int]] = defaultdict(list)
            for number, things in enumerate(some):
                for (kind, names), has in zip(asked, things, strict=True):
                    for name in names.intersection(has):
                        holders[kind, name].append(number)
            counts += count_who_meet(conditions, holders, len(some))
            total += len(some)
        before = self._store.reached()
        told = [
            reached(key, int(count), before=before.get(key), day=day, least=self._least)
            for key, count in zip(wanted, counts, strict=True)
        ]
        return told, total

    def _reachable(self, now: datetime, rest: Callable[[], None] | None) -> Iterator[Things]:
        """What each person could be found by: those who consent, are known to be of age, and do not object."""
        for number, (person, profile) in enumerate(self._people.profiled(), start=1):
            if rest is not None and number % REST_EVERY == 0:
                rest()
            things = things_of(person, profile, parents=self._parents, policy=self._policy, now=now)
            if any(things):
                yield things


def things_of(
    person: Person, profile: Profile, *, parents: Mapping[TopicId, TopicId], policy: WellbeingPolicy, now: datetime
) -> Things:
    """All that an ad set may ask of this person, by kind: exactly what a decision would be made on."""
    consents = effective_consents(person, Viewer(), _LAW, policy)
    if not (consents.interests or consents.look):
        return (), (), ()
    evidence = evidence_of(
        without_consents(profile, consents),
        consents,
        page=None,
        page_is_own=False,
        context=_PAGE,
        segments=groups_on(profile, now.astimezone(UTC).date()),
        policy=policy,
        now=now,
    )
    topics = [topic for topic, weight in (evidence.interests or {}).items() if weight >= LEAST_INTEREST]
    look = [trait for trait, weight in (evidence.look or {}).items() if weight >= LEAST_INTEREST]
    return lineage(topics, parents), look, evidence.segments or ()


def _asked_names(wanted: Iterable[ProfileTargeting]) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """All that anybody asks for or excludes, by kind: nothing else of people is looked at."""
    wanted = list(wanted)
    return (
        frozenset[str]().union(*(one.interests | one.no_interests for one in wanted)),
        frozenset[str]().union(*(one.look | one.no_look for one in wanted)),
        frozenset[str]().union(*(one.segments | one.no_segments for one in wanted)),
    )


def _condition(targeting: ProfileTargeting) -> Condition:
    asks = (
        ("interests", targeting.interests),
        ("look", targeting.look),
        ("segments", targeting.segments),
    )
    excludes = (
        *_named("interests", targeting.no_interests),
        *_named("look", targeting.no_look),
        *_named("segments", targeting.no_segments),
    )
    return Condition(
        all_of=tuple(frozenset(_named(kind, names)) for kind, names in asks if names), none_of=frozenset(excludes)
    )


def _named(kind: str, names: Iterable[str]) -> list[Hashable]:
    return [(kind, name) for name in names]


def _answer(one: Reached | None) -> Answer:
    if one is None:
        return "not counted"
    return "enough" if one.serves else "too few"
