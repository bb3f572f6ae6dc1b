"""Promises 5 to 9 and 18: without a consent nothing of a person makes a difference, and a no holds at once."""

from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

from hypothesis import strategies as st

from adtailor.domain.ids import AdId
from adtailor.domain.person import Person
from adtailor.domain.reading import PARTS
from adtailor.testing.trust import writing
from adtailor.testing.trust.installed import (
    EVERYTHING,
    NOTHING,
    PAGE,
    SPORTS,
    Installed,
    expected,
    installed,
    shown,
)
from adtailor.testing.trust.proof import Proof, Trial, holds

PLAIN_PAGE = {**PAGE, "topics": []}
"""A page that says nothing: what tells here is the profile."""
A_FEED = 8
"""So many histories are tried at a time, on average."""
PROTECTED = ("nothing", "minor", "unknown", "gpc", "objected", "tcf")


class History(NamedTuple):
    """Two histories of one person, and why neither may count."""

    one: tuple[str, ...]
    other: tuple[str, ...]
    person: str
    topic: str | None

    @property
    def age(self) -> str:
        """As the site knows it."""
        return self.person if self.person in {"minor", "unknown"} else "adult"


def _histories() -> st.SearchStrategy[History]:
    texts = st.lists(st.sampled_from(writing.EVERYTHING), max_size=5).map(tuple)
    return st.builds(
        History, one=texts, other=texts, person=st.sampled_from(PROTECTED), topic=st.sampled_from([None, "483", "42"])
    )


def _answers_to(house: Installed, histories: Sequence[History], which: int, people: Sequence[str]) -> list[bytes]:
    """What each of these people is answered, after one of their two histories."""
    posts = []
    for history, person in zip(histories, people, strict=True):
        # Well-being is a consent of its own, and shows less: here it is not given.
        consents = NOTHING if history.person == "nothing" else {**EVERYTHING, "wellbeing": False}
        house.person(person, consents=consents, age=history.age)
        if history.person == "objected":
            house.call("PUT", f"/v1/people/{person}/objection", {"objected": True})
        posts += [
            {"id": f"{person}-{n}", "author_id": person, "created_at": house.clock.now().isoformat(), "text": text}
            for n, text in enumerate((history.one, history.other)[which])
        ]
    if posts:
        house.call("POST", "/v1/posts", posts)
        house.read()
    answers = []
    for history, person in zip(histories, people, strict=True):
        house.dice.again(int(person[1:]), nonces=True)
        body = house.request(
            context={**PAGE, "topics": [] if history.topic is None else [{**SPORTS, "id": history.topic}]},
            viewer={"person_id": person, "age": history.age, "session_ads_seen": {"aperture-1": 1}},
            regs={"gpc": history.person == "gpc", "tcf": "CPXx" if history.person == "tcf" else None},
        )
        answers.append(house.call("POST", "/v1/decisions", body).body)
    return answers


def _no_history_counts(trial: Trial) -> None:
    with installed(seed=3) as one, installed(seed=3) as other:

        def alike(histories: tuple[History, ...]) -> int:
            people = [one.new() for _ in histories]
            answers = [_answers_to(house, histories, which, people) for which, house in enumerate((one, other))]
            for mine, theirs in zip(*answers, strict=True):
                holds(mine == theirs, lambda mine=mine, theirs=theirs: _difference(mine, theirs))
            return len(histories)

        # Many at a time: they are posted and read together, as a feed posts them.
        trial.over(st.lists(_histories(), min_size=1, max_size=60).map(tuple), alike, each=A_FEED)
        told, silent = one.person(consents={"interests": True}), one.person(consents={"interests": True})
        one.wrote(told, writing.FOND[:2] * 2)
        pages = [one.decide(context=PLAIN_PAGE, viewer={"person_id": who, "age": "adult"}) for who in (told, silent)]
        expected(shown(pages[0]) != shown(pages[1]), "even with consent a history makes no difference")


def _difference(one: bytes, other: bytes) -> str:
    at = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(map(len, (one, other)))
    )
    return f"byte {at} differs: {one[max(0, at - 40) : at + 20]!r} and {other[max(0, at - 40) : at + 20]!r}"


class Step(NamedTuple):
    """One thing that somebody does."""

    what: str
    which: str


def _steps(*whats: str) -> st.SearchStrategy[tuple[Step, ...]]:
    one = st.builds(Step, what=st.sampled_from(whats), which=st.sampled_from(tuple(NOTHING)))
    return st.lists(one, min_size=1, max_size=8).map(tuple)


def _page_for(house: Installed, person: str | None, **more: Any) -> dict[str, Any]:
    house.dice.again(9)
    viewer: dict[str, Any] = {"age": "adult", **({} if person is None else {"person_id": person})}
    return house.decide(context=PLAIN_PAGE, viewer=viewer, **more)


def _withdrawals_hold(trial: Trial) -> None:
    with installed(seed=trial.seed) as house:

        def hold(steps: tuple[Step, ...]) -> None:
            person, consents = house.person(), dict(NOTHING)
            for step in steps:
                if step.what == "post":
                    house.wrote(person, writing.FOND[:2])
                    continue
                consents[step.which] = step.what == "give"
                # The reader has posts in hand while the consent changes: what it finishes later may not undo it.
                waiting = f"{person}-{house.new('t')}"
                post = {"id": waiting, "author_id": person, "created_at": house.clock.now().isoformat()}
                house.call("POST", "/v1/posts", {**post, "text": writing.FOND[1]})
                house.call("PUT", f"/v1/people/{person}/consents", consents, headers={"if-match": "*"})
                house.read()
                _nothing_beyond(house, person, consents)

        trial.over(_steps("give", "withdraw", "post"), hold)
        person = house.person(consents=EVERYTHING)
        house.wrote(person, writing.FOND[:2] * 2)
        expected(shown(_page_for(house, person)) != shown(_page_for(house, None)), "the profile changes no ad")
        house.call("PUT", f"/v1/people/{person}/consents", NOTHING)
        holds(shown(_page_for(house, person)) == shown(_page_for(house, None)), "the next page still knows them")


def _nothing_beyond(house: Installed, person: str, consents: dict[str, bool]) -> None:
    """Nothing is kept, and no decision uses anything, that these consents do not cover."""
    people = house.engine.store.people
    profile, memory = people.profile(person), people.memory(person)  # type: ignore[arg-type]
    holds(consents["wellbeing"] or memory is None, "a memory of well-being without its consent")
    if profile is not None:
        for consent, kept in (
            ("interests", [profile.interests.weights, profile.history.weights, profile.seen]),
            ("look", [profile.look.weights]),
            ("affect", [profile.affect.weights, profile.declared_mood]),
        ):
            holds(consents[consent] or not any(kept), f"{consent} are kept without consent: {kept}")
    page = _page_for(house, person)
    used = {signal for one in page["placements"] if one["why"] for signal in one["why"]["signals"]}
    for consent, signals in (("interests", {"interests", "history"}), ("look", {"look"}), ("affect", {"affect"})):
        holds(consents[consent] or not used & signals, f"an ad was chosen by {used & signals} without consent")


def _consents_are_independent(trial: Trial) -> None:
    needs = {"emotions": "affect", "stress": "wellbeing", "crisis": "wellbeing", "look": "look"}
    with installed(seed=trial.seed) as house:

        def alone(given: tuple[bool, ...]) -> None:
            consents = dict(zip(NOTHING, given, strict=True))
            person = house.person(consents=consents)
            house.wrote(person, (*writing.FOND[:2], *writing.HAPPY[:2], *writing.STRESSED[:3]))
            told = house.call("GET", f"/v1/people/{person}/consents").told
            holds(told == consents, f"what was agreed to is {consents}, and what is on file is {told}")
            stored = house.call("GET", f"/v1/people/{person}/export").told
            for reading in stored["readings"]:
                withheld = {part for part, consent in needs.items() if not consents[consent]}
                holds(set(reading["withheld"]) == withheld, f"withheld {reading['withheld']}, and not {withheld}")
                for part in withheld:
                    holds(reading.get(part) is None, f"{part} was read without its consent")
            _nothing_beyond(house, person, consents)
            profile = house.engine.store.people.profile(person)  # type: ignore[arg-type]
            kept = bool(profile and profile.interests.weights)
            holds(kept == consents["interests"], f"interests were learned: {kept}, by the consent {consents}")
            moods = bool(profile and profile.affect.weights)
            holds(moods == consents["affect"], f"moods were learned: {moods}, by the consent {consents}")
            memory = house.engine.store.people.memory(person)  # type: ignore[arg-type]
            holds((memory is not None) == consents["wellbeing"], "a memory of well-being, by another consent")

        trial.each(product((False, True), repeat=4), alone)
    expected(set(needs) < set(PARTS), "the parts of a reading have other names")


class Minor(NamedTuple):
    """Somebody who may not be profiled, what they agreed to, wrote, and where they look."""

    age: str
    consents: tuple[bool, ...]
    wrote: tuple[str, ...]
    topic: str


def _minors() -> st.SearchStrategy[Minor]:
    return st.builds(
        Minor,
        age=st.sampled_from(["minor", "unknown"]),
        consents=st.tuples(*[st.booleans()] * 4),
        wrote=st.lists(st.sampled_from(writing.EVERYTHING), max_size=4).map(tuple),
        topic=st.sampled_from(["533", "483", "233", "210", "391"]),
    )


def _minors_are_strangers(trial: Trial) -> None:
    with installed(seed=trial.seed) as house:
        adult = house.engine.policy.minor_products
        products = {
            ad.id: next(c for c in inventory.creatives if c.id == ad.creative_id).products
            for inventory in [house.engine.store.catalogue.inventory()]
            for ad in inventory.ads
        }
        grown: set[str] = set()

        def is_for_adults(ad: str) -> bool:
            return not adult.keys().isdisjoint(products[AdId(ad)])

        def stranger(minor: Minor) -> None:
            person = house.person(consents=dict(zip(NOTHING, minor.consents, strict=True)), age=minor.age)
            house.wrote(person, minor.wrote)
            context, pages = {**PAGE, "topics": [{**SPORTS, "id": minor.topic}]}, []
            for viewer in ({"person_id": person, "age": minor.age}, {"age": minor.age}, {"age": "adult"}):
                house.dice.again(4)
                pages.append(shown(house.decide(context=context, viewer=viewer)))
            holds(pages[0] == pages[1], f"{minor.age}: {pages[0]}, and a stranger: {pages[1]}")
            for ad, _ in pages[0].values():
                holds(not is_for_adults(ad), f"{ad} is for adults, before {minor.age}")
            grown.update(ad for ad, _ in pages[2].values() if is_for_adults(ad))
            stored = house.call("GET", f"/v1/people/{person}/export").told
            for reading in stored["readings"]:
                for part in ("emotions", "stress", "crisis", "look"):
                    holds(reading.get(part) is None, f"{part} was read of someone whose age is {minor.age}")

        trial.over(_minors(), stranger)
        expected(grown, "no adult was shown anything for adults either")


def _headers() -> st.SearchStrategy[str]:
    words = st.text(st.sampled_from("01 ,;true\t\"'-+."), max_size=6)
    return st.one_of(
        st.sampled_from(["1", " 1", "1 ", "0", "", "true", "1,1", "0,1", "11", "1;q=0", '"1"', "on"]), words
    )


def _gpc_protects(trial: Trial) -> None:
    with installed(seed=trial.seed) as house:
        fan, nobody = house.person(consents={"interests": True}), house.person()
        for person in (fan, nobody):
            house.wrote(person, writing.FOND[:2] * 2)
        profiled, plain = shown(_page_for(house, fan)), shown(_page_for(house, None))
        expected(profiled != plain, "the profile changes no ad")
        holds(shown(_page_for(house, nobody)) == plain, "without the header, no consent is a consent")

        def judged(value: str) -> None:
            says_one = any(part.strip(" \t") == "1" for part in value.split(","))
            for name in ("sec-gpc", "Sec-GPC"):
                ads = shown(_page_for(house, fan, headers={name: value}))
                holds(ads == (plain if says_one else profiled), f"Sec-GPC: {value!r} leaves {ads}")
                still = shown(_page_for(house, nobody, headers={name: value}))
                holds(still == plain, f"Sec-GPC: {value!r} gave a consent to who has none")

        trial.over(_headers(), judged)


def _objections_stay(trial: Trial) -> None:
    with installed(seed=trial.seed) as house:
        plain = shown(_page_for(house, None))

        def stay(steps: tuple[Step, ...]) -> None:
            person, objected = house.person(), False
            consents: dict[str, bool] = dict(EVERYTHING, wellbeing=False)
            for step in steps:
                if step.what in {"object", "lift"}:
                    objected = step.what == "object"
                    house.call("PUT", f"/v1/people/{person}/objection", {"objected": objected})
                elif step.what == "give":
                    house.call("PUT", f"/v1/people/{person}/consents", consents, headers={"if-match": "*"})
                elif step.what == "post":
                    house.wrote(person, writing.FOND[:2])
                else:
                    house.clock.pass_(house.clock.now() - house.clock.now())
                on_file: Person = house.engine.store.people.person(person)  # type: ignore[arg-type]
                holds(on_file.objected == objected, f"the objection is {on_file.objected} after {step.what}")
                if objected:
                    holds(shown(_page_for(house, person)) == plain, f"after {step.what} an objection no longer counts")
                    profile = house.engine.store.people.profile(person)  # type: ignore[arg-type]
                    learned = profile and (profile.interests.weights or profile.look.weights or profile.affect.weights)
                    holds(not learned, f"after {step.what} something was learned of who objects")

        trial.over(_steps("object", "lift", "give", "post"), stay)
        person = house.person(consents=dict(EVERYTHING, wellbeing=False))
        house.wrote(person, writing.FOND[:2] * 2)
        expected(shown(_page_for(house, person)) != plain, "the profile changes no ad")


PROOFS = (
    Proof(
        number=5,
        says="Without consent the answer is the same, byte for byte, whatever somebody posted.",
        tries="two installations, one person with two histories: no consent, a minor, unknown age, GPC, an objection "
        "or a consent string; the answers compared byte by byte",
        cases=250,
        full=100_000,
        try_it=_no_history_counts,
    ),
    Proof(
        number=6,
        says="A withdrawal takes effect at the next request.",
        tries="consents given and withdrawn in any order while posts wait to be read; after each change what is kept "
        "and what the next page uses",
        cases=40,
        full=2_000,
        try_it=_withdrawals_hold,
    ),
    Proof(
        number=7,
        says="The consents to interests, look, moods and well-being are independent.",
        tries="all sixteen states: what is read, kept and used in each",
        cases=16,
        try_it=_consents_are_independent,
    ),
    Proof(
        number=8,
        says="A minor, or an unknown age, gets ads by the page alone, and none for adults; no feelings are read.",
        tries="minors of any consents and history against a stranger on the same page",
        cases=60,
        full=2_000,
        try_it=_minors_are_strangers,
    ),
    Proof(
        number=9,
        says="Sec-GPC: 1 switches profiling off; its absence is no consent.",
        tries="drawn header values, for somebody with the consent to interests and somebody with none",
        cases=80,
        full=2_000,
        try_it=_gpc_protects,
    ),
    Proof(
        number=18,
        says="An objection to profiling stays until the person lifts it.",
        tries="objecting, lifting, agreeing and posting in any order; after each step the next page, and what is known",
        cases=40,
        full=1_000,
        try_it=_objections_stay,
    ),
)
