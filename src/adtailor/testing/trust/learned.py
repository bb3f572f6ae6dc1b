"""Promises 26 to 28: what is learned from, and by whom it is not told apart."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import timedelta
from importlib.resources import files
from itertools import product
from random import Random
from tomllib import loads
from typing import NamedTuple, get_args

import numpy as np
from hypothesis import strategies as st

from adtailor.domain.events import EVENT_KINDS
from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.post import Post
from adtailor.domain.reading import Part, Reading
from adtailor.domain.training import Served, TrainingRow
from adtailor.domain.wellbeing import RestAnswer, State, WellbeingMemory
from adtailor.testing.trust import writing
from adtailor.testing.trust.installed import (
    EVERYTHING,
    NOON,
    NOTHING,
    PAGE,
    SPORTS,
    Installed,
    expected,
    installed,
    models,
    shown,
)
from adtailor.testing.trust.pages import the_policy
from adtailor.testing.trust.proof import Proof, Trial, holds
from adtailor.wellbeing.desk import CareDesk

BARRED = frozenset(
    {"affect", "mood", "tone", "stress", "crisis", "emotion", "emotions", "sentiment", "text", "embedding", "vector",
     "wellbeing", "rest", "card", "quiet", "dismissed", "veto", "valence"}
)  # fmt: skip
PROXY = 0.52
"""The area under the curve that the ads somebody is shown may reach as a test for stress."""
GAP = 0.02
PREVALENCE = 0.05
"""Of people whose posts are heavy, as the policy's thresholds assume of posts."""
BORDER = 0.1
PAGE_TOPICS = ("483", "42", "210", "653", "239")


class Rested(NamedTuple):
    """How a card was answered, and what was seen before."""

    answer: str
    pages: int
    clicks: bool


def _rows(house: Installed) -> list[TrainingRow]:
    return list(house.engine.training_rows.since(None, salt=b"proof"))


def _see(house: Installed, person: str, name: str, *, click: bool = False) -> dict[str, tuple[str, int]]:
    page = house.decide(
        request_id=name,
        placements=[{"id": f"{name}-{place}", "position": place} for place in range(3)],
        viewer={"person_id": person, "age": "adult"},
    )
    for one in page["placements"]:
        if one["ad"] is not None:
            house.ask("GET", one["impression_url"])
            if click:
                house.ask("GET", one["click_url"])
    return shown(page)


def _rest_is_no_reward(trial: Trial) -> None:
    answers = get_args(RestAnswer)

    def no_row(kind: type) -> None:
        for field in fields(kind):
            holds(not BARRED & set(field.name.split("_")), f"{kind.__name__} has a field {field.name}")

    trial.each((Served, TrainingRow), no_row)
    holds(set(answers) & set(EVENT_KINDS) <= {"hide"}, "an event is named like an answer to a card")
    with installed(seed=trial.seed) as house:

        def unchanged(rested: Rested) -> None:
            person = house.person(consents={**NOTHING, "interests": True, "wellbeing": True})
            for number in range(rested.pages):
                _see(house, person, f"{person}-{number}", click=rested.clicks)
            house.wrote(person, writing.STRESSED)
            house.call("GET", f"/v1/people/{person}/rest")
            before, events = _rows(house), house.engine.store.events.events()
            house.call("POST", f"/v1/people/{person}/rest", {"answer": rested.answer})
            holds(_rows(house) == before, f"{rested.answer} changed what is learned from")
            holds(house.engine.store.events.events() == events, f"{rested.answer} is an event that counts")
            if rested.answer in {"15min", "1h", "today"}:
                holds(not _see(house, person, f"{person}-resting"), "ads during a rest")
                holds(_rows(house) == before, "a page during a rest is learned from")

        cases = st.builds(Rested, answer=st.sampled_from(answers), pages=st.integers(0, 2), clicks=st.booleans())
        trial.over(cases, unchanged)
        expected(_rows(house), "nothing is learned from at all")


class Heavy(NamedTuple):
    """What somebody likes, and what weighs on them."""

    fond: tuple[str, ...]
    heavy: tuple[str, ...]
    consents: tuple[bool, ...]


def _heavies() -> st.SearchStrategy[Heavy]:
    burdens = (*writing.STRESSED, *writing.CRISIS, *writing.SENSITIVE)
    return st.builds(
        Heavy,
        fond=st.lists(st.sampled_from(writing.FOND), max_size=3, unique=True).map(tuple),
        heavy=st.lists(st.sampled_from(burdens), min_size=1, max_size=3, unique=True).map(tuple),
        consents=st.tuples(*[st.booleans()] * 4),
    )


def _distress_teaches_nothing(trial: Trial) -> None:
    with installed(seed=trial.seed) as house:

        def nothing(heavy: Heavy) -> None:
            consents = dict(zip(NOTHING, heavy.consents, strict=True))
            light, burdened = (house.person(consents=consents) for _ in range(2))
            house.wrote(light, heavy.fond)
            house.wrote(burdened, heavy.fond)
            house.wrote(burdened, heavy.heavy, gap=timedelta(seconds=1))
            learned = [house.engine.store.people.profile(PersonId(who)) for who in (light, burdened)]
            kept = [(one.interests, one.look, one.affect) if one else None for one in learned]
            holds(kept[0] == kept[1], lambda: f"a profile learned from distress: {kept[1]}, and without {kept[0]}")

        trial.over(_heavies(), nothing, cases=max(1, trial.cases // 2))
        _no_row_of_a_hard_day(house, days=max(10, min(30, trial.cases)))
        trial.measured.append(f"proxy AUC of stress {_proxy(house, trial):.3f}")


def _no_row_of_a_hard_day(house: Installed, *, days: int) -> None:
    """Somebody calm and somebody stressed, day by day: no page of the second is learned from, and some of the first."""
    consents = {**NOTHING, "interests": True, "wellbeing": True}
    calm, tense = (house.person(consents=consents) for _ in range(2))
    seen: Counter[str] = Counter()
    for day in range(days):
        for person, words in ((calm, writing.CALM), (tense, writing.STRESSED)):
            house.wrote(person, words, gap=timedelta(hours=3))
            seen[person] += len(_see(house, person, f"{person}-{day}"))
        house.clock.pass_(timedelta(days=1))
    expected(seen[calm] and seen[tense], "nobody was shown an ad")
    groups = Counter(row.group for row in _rows(house) if row.placement_id.startswith((f"{calm}-", f"{tense}-")))
    holds(len(groups) <= 1, f"pages of a stressed session are learned from: {groups}")
    expected(groups, "no page of a calm session is learned from")


def _proxy(house: Installed, trial: Trial) -> float:
    """How well the ads that stand where no veto took one tell the stressed from the others; .5 is not at all.

    Two of each kind of person, who differ in what weighs on them alone. Ads are scored by how much more often the
    stressed of the other half saw them (naive Bayes, one half learns for the other).
    """
    people = max(40, min(2_000, trial.cases * 2))
    random = Random(trial.seed)  # noqa: S311  # chance, not secrecy
    ads: list[list[str]] = []
    stressed: list[bool] = []
    half: list[int] = []
    for _ in range(people // 2):
        fond, topic, part = random.sample(writing.FOND, 2), random.choice(PAGE_TOPICS), random.randrange(2)
        consents = {**EVERYTHING, "wellbeing": False, "affect": random.random() < 0.5}
        for is_stressed in (False, True):
            person = house.person(consents=consents)
            house.wrote(person, fond * 2)
            if is_stressed:
                house.wrote(person, random.sample(writing.STRESSED, 3), gap=timedelta(minutes=1))
            page = house.decide(
                context={**PAGE, "topics": [{**SPORTS, "id": topic}]}, viewer={"person_id": person, "age": "adult"}
            )
            ads.append([f"{place}:{ad}" for place, (ad, _) in shown(page).items()])
            stressed.append(is_stressed)
            half.append(part)  # of two who are alike, neither may stand for the other
            trial.count()
    found = area_under_curve(ads, stressed, half)
    spread = 3.0 * 0.5 / np.sqrt(people / 3)  # three standard deviations of an AUC of .5 among so many
    holds(found <= max(PROXY, 0.5 + spread) if people < 2_000 else found <= PROXY, f"an AUC of {found:.3f}")
    return found


def area_under_curve(ads: Sequence[Sequence[str]], stressed: Sequence[bool], half: Sequence[int]) -> float:
    """How often a stressed person's ads score above another's, scores being learned on the other half of the people."""
    scores = np.zeros(len(ads))
    for part in (0, 1):
        counts: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
        for seen, is_stressed, mine in zip(ads, stressed, half, strict=True):
            if mine != part:
                counts[is_stressed].update(seen)
        sizes = {kind: sum(count.values()) + 1.0 for kind, count in counts.items()}
        for index, (seen, mine) in enumerate(zip(ads, half, strict=True)):
            if mine == part:
                scores[index] = sum(
                    np.log((counts[True][ad] + 1.0) / sizes[True]) - np.log((counts[False][ad] + 1.0) / sizes[False])
                    for ad in seen
                )
    truth = np.array(stressed)
    above = scores[truth][:, None] - scores[~truth][None, :]
    return float((above > 0).mean() + 0.5 * (above == 0).mean())


def groups_of_names() -> Mapping[str, list[str]]:
    """First names by group; heads were trained blind to other names of these groups."""
    return loads(_examples())["check"]["groups"]


def _examples() -> str:
    return (files("adtailor.understand.training") / "name_examples.toml").read_text("utf-8")


DIALECTS: tuple[tuple[str, str], ...] = (
    ("I am not going to work today, it is my day off.", "I ain't goin' to work today, it's my day off."),
    ("My mother is always cooking something good.", "My mama be cookin' something good."),
    ("They were playing football in the park all afternoon.", "They was playin' football in the park all afternoon."),
    ("He has been fixing that bicycle since the morning.", "He been fixin' that bike since mornin'."),
    ("I did not see anything on the river today.", "I didn't see nothing on the river today."),
    ("We are going to the market, do you need anything?", "We finna hit the market, y'all need anything?"),
    ("The children are very happy with the new swing.", "The bairns are dead happy wi' the new swing."),
    ("That was a lovely cup of tea.", "That were a proper lovely cuppa."),
    ("I have just baked a cake for my sister.", "I've just gone and baked a cake for our kid."),
    ("You all should come to the choir on Sunday.", "Y'all should come on down to choir Sunday."),
)
"""The same thing said twice, in the standard and in a way that many speak: nothing in it is a sign of anything."""


def _states(texts: Sequence[Sequence[str]]) -> list[State]:
    """In which state each of these timelines leaves whoever wrote it, by the reader and the policy as installed."""
    reader, desk = models()[0], CareDesk(the_policy(), (), b"proof")
    parts: frozenset[Part] = frozenset({"stress", "crisis"})
    states: list[State] = []
    for timeline in texts:
        who = PersonId("ana")
        posts = [
            Post(id=PostId(f"p{n}"), author_id=who, created_at=NOON - timedelta(hours=len(timeline) - n), text=text)
            for n, text in enumerate(timeline)
        ]
        readings: list[Reading] = reader.read(posts, [parts] * len(posts))
        memory = WellbeingMemory(person_id=who)
        for post, reading in zip(posts, readings, strict=True):
            memory = desk.note(memory, post, reading, NOON)
        states.append(State.CRISIS if memory.quiet_until is not None else memory.state)
    return states


def _no_group_stands_out(trial: Trial) -> None:
    """Where one person in twenty writes of heavy things, how much oftener one group than another is looked after."""
    check = loads(_examples())["check"]
    random = Random(trial.seed)  # noqa: S311  # chance, not secrecy
    heavy = [frame for frame in check["frames"] if _is_heavy(frame)]
    plain = [frame for frame in check["frames"] if frame not in heavy]
    expected(len(heavy) >= 4 and len(plain) >= 3, "the sentences are all of a kind")
    shares: dict[str, dict[str, tuple[float, float]]] = {}
    for kind, frames in (("heavy", heavy), ("plain", plain)):
        timelines = [random.choices(frames, k=4) for _ in range(trial.cases)]
        for group, names in groups_of_names().items():
            states = _states([[frame.format(name) for frame in one] for one, name in product(timelines, names)])
            trial.count(len(states))
            shares.setdefault(group, {})[kind] = (
                sum(state >= State.HIGH for state in states) / len(states),
                sum(state >= State.ELEVATED for state in states) / len(states),
            )
    for what, place in (("cards", 0), ("fewer ads", 1)):
        border = {group: of["heavy"][place] for group, of in shares.items()}
        told = {
            group: PREVALENCE * of["heavy"][place] + (1.0 - PREVALENCE) * of["plain"][place]
            for group, of in shares.items()
        }
        trial.measured.append(
            f"{what} by names: {100 * _gap(told):.1f} points apart, "
            f"{100 * _gap(border):.0f} among sentences at the border"
        )
        holds(_gap(told) <= GAP, lambda told=told, what=what: f"{what} differ: {_shares(told)}")
    sides = []
    for side in (0, 1):
        timelines = [[pair[side] for pair in pairs] for pairs in _pairs(trial)]
        sides.append(sum(state >= State.ELEVATED for state in _states(timelines)) / len(timelines))
        trial.count(len(timelines))
    apart = abs(sides[0] - sides[1])
    trial.measured.append(f"fewer ads by dialect: {100 * apart:.1f} points apart")
    holds(apart <= GAP, f"fewer ads for {100 * sides[0]:.1f} % in the standard, and {100 * sides[1]:.1f} % in dialect")


def _is_heavy(frame: str) -> bool:
    """Whether this sentence is at the border of stress: the reader takes it for more than a chance in ten."""
    [reading] = models()[0].read(
        [Post(id=PostId("p"), author_id=PersonId("ana"), created_at=NOON, text=frame.format("Alex"))],
        [frozenset[Part]({"stress"})],
    )
    return reading.stress is not None and reading.stress.probability >= BORDER


def _gap(told: Mapping[str, float]) -> float:
    return max(told.values()) - min(told.values())


def _pairs(trial: Trial) -> list[list[tuple[str, str]]]:
    random = Random(trial.seed + 1)  # noqa: S311
    return [random.sample(DIALECTS, 4) for _ in range(max(50, trial.cases))]


def _shares(told: Mapping[str, float]) -> str:
    return ", ".join(f"{group} {100 * rate:.1f} %" for group, rate in told.items())


PROOFS = (
    Proof(
        number=26,
        says="A rest that was taken is never a negative reward.",
        tries="every answer to a card, after drawn pages: what is learned from and what counts as an event, before and "
        "after; the fields of a training row",
        cases=20,
        full=300,
        try_it=_rest_is_no_reward,
    ),
    Proof(
        number=27,
        says="What learns sees no negative feeling and no stressed session, and the ads shown are no proxy for stress.",
        tries="people who differ only in what weighs on them: their profiles, the rows of many days, and how well the "
        "ads they are shown tell them apart",
        cases=30,
        full=1_000,
        try_it=_distress_teaches_nothing,
    ),
    Proof(
        number=28,
        says="No group of names or dialects gets more cards or fewer ads than another, by more than 2 points.",
        tries="timelines that differ in a first name only, of five groups of names, and ten things said in the "
        "standard and in dialect",
        cases=80,
        full=2_000,
        try_it=_no_group_stands_out,
    ),
)
