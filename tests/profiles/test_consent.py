"""Consents are independent, only ever narrowed, and nothing of them is left for a minor."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from adtailor.config.policy import load_policy
from adtailor.domain.decision import Regulations, Viewer
from adtailor.domain.ids import AdId, AdvertiserId, PersonId, TopicId
from adtailor.domain.person import Consents, DeclaredMood, Person
from adtailor.domain.profile import AdsSeen, Fading, Profile
from adtailor.domain.reading import CONTEXT_PARTS
from adtailor.domain.wellbeing import WellbeingMemory
from adtailor.profiles.consent import effective_consents, memory_without_consents, parts_allowed, without_consents

POLICY = load_policy()
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ANA = PersonId("ana")
ALL = Consents(interests=True, look=True, affect=True, wellbeing=True)
EVERY = [Consents(interests=i, look=l, affect=a, wellbeing=w) for i, l, a, w in product((False, True), repeat=4)]
consents = st.sampled_from(EVERY)
PROFILE = Profile(
    person_id=ANA,
    interests=Fading(weights={"483": 1.0}, as_of=NOW),
    look=Fading(weights={"colour:navy": 1.0}, as_of=NOW),
    affect=Fading(weights={"joy": 0.9}, as_of=NOW),
    history=Fading(weights={"acme": 1.0}, as_of=NOW),
    declared_mood=DeclaredMood(mood="calm", declared_at=NOW),
    signals_off=frozenset({"place"}),
    muted_topics=frozenset({TopicId("181")}),
    muted_advertisers=frozenset({AdvertiserId("slots")}),
    hidden_ads=frozenset({AdId("a9")}),
    seen=AdsSeen(day=NOW.date(), counts={AdId("a1"): 2}),
)


def effective(given: Consents = ALL, *, objected: bool = False, age: str = "adult", **regs: object) -> Consents:
    person = Person(person_id=ANA, consents=given, objected=objected)
    return effective_consents(person, Viewer(person_id=ANA, age=age), Regulations(**regs), POLICY)


def test_nothing_is_allowed_until_it_is_given() -> None:
    assert effective(Consents()) == Consents()
    assert effective_consents(None, Viewer(age="adult"), Regulations(), POLICY) == Consents()


@pytest.mark.parametrize("given", EVERY)
def test_t07_each_consent_stands_for_itself_in_all_16_states(given: Consents) -> None:
    assert effective(given) == given
    parts = parts_allowed(given)
    assert parts >= CONTEXT_PARTS
    assert ("emotions" in parts) == given.affect
    assert ("stress" in parts) == ("crisis" in parts) == given.wellbeing
    assert ("look" in parts) == given.look
    kept = without_consents(PROFILE, given)
    assert kept.interests == (PROFILE.interests if given.interests else Fading())
    assert kept.history == (PROFILE.history if given.interests else Fading())
    assert kept.seen == (PROFILE.seen if given.interests else None)
    assert kept.look == (PROFILE.look if given.look else Fading())
    assert kept.affect == (PROFILE.affect if given.affect else Fading())
    assert kept.declared_mood == (PROFILE.declared_mood if given.affect else None)
    memory = WellbeingMemory(person_id=ANA)
    assert memory_without_consents(memory, given) == (memory if given.wellbeing else None)


@given(given=consents)
def test_what_the_person_chose_against_ads_stays_without_any_consent(given: Consents) -> None:
    kept = without_consents(PROFILE, given)
    for name in ("signals_off", "muted_topics", "muted_advertisers", "hidden_ads"):
        assert getattr(kept, name) == getattr(PROFILE, name)


@given(on_file=consents, asked=consents)
def test_a_request_can_only_narrow(on_file: Consents, asked: Consents) -> None:
    person = Person(person_id=ANA, consents=on_file)
    viewer = Viewer(person_id=ANA, age="adult", consents=asked)
    result = effective_consents(person, viewer, Regulations(), POLICY)
    for field in fields(Consents):
        assert getattr(result, field.name) == (getattr(on_file, field.name) and getattr(asked, field.name))


@pytest.mark.parametrize(
    ("on_file", "in_request"), [("minor", "adult"), ("adult", "minor"), ("unknown", "minor"), ("unknown", "unknown")]
)
@given(given=consents)
def test_t08_nothing_is_used_of_a_minor_or_of_an_unknown_age(on_file: str, in_request: str, given: Consents) -> None:
    person = Person(person_id=ANA, consents=given, age=on_file)
    result = effective_consents(person, Viewer(person_id=ANA, age=in_request), Regulations(), POLICY)
    assert result == Consents()
    assert parts_allowed(result) == CONTEXT_PARTS


def test_t08_where_no_age_is_required_an_unknown_one_is_an_adults() -> None:
    lenient = replace(POLICY, age_required=False)
    person = Person(person_id=ANA, consents=ALL)
    assert effective_consents(person, Viewer(age="unknown"), Regulations(), lenient) == ALL
    assert effective_consents(person, Viewer(age="minor"), Regulations(), lenient) == Consents()


@given(given=consents, tcf=st.none() | st.text(), gpp=st.none() | st.text())
def test_t09_gpc_disables_profiling_and_its_absence_is_no_consent(
    given: Consents, tcf: str | None, gpp: str | None
) -> None:
    with_it, without_it = (effective(given, gpc=gpc, tcf=tcf, gpp=gpp) for gpc in (True, False))
    assert with_it == Consents(wellbeing=given.wellbeing)
    assert without_it.narrowed(given) == without_it


@given(given=consents, text=st.text() | st.sampled_from(["", "CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA", "DBAA"]))
def test_t10_a_string_that_is_not_decoded_means_no(given: Consents, text: str) -> None:
    assert effective(given, tcf=text) == effective(given, gpp=text) == Consents(wellbeing=given.wellbeing)


class Objecting(RuleBasedStateMachine):
    """Consents come and go in any order; the objection alone decides until it is lifted."""

    def __init__(self) -> None:
        super().__init__()
        self.person = Person(person_id=ANA)
        self.objected = False

    @rule(given=consents)
    def consent(self, given: Consents) -> None:
        self.person = replace(self.person, consents=given)

    @rule(yes=st.booleans())
    def object(self, yes: bool) -> None:
        self.person = replace(self.person, objected=yes)
        self.objected = yes

    @invariant()
    def t18_an_objection_outweighs_every_consent(self) -> None:
        result = effective_consents(self.person, Viewer(age="adult"), Regulations(), POLICY)
        profiled = result.interests or result.look or result.affect
        assert result.wellbeing == self.person.consents.wellbeing
        assert not (self.objected and profiled)
        assert self.objected or result == self.person.consents


test_t18_an_objection_holds_until_it_is_lifted = Objecting.TestCase
