"""Quiet is quiet: its end is blurred, its reason is not kept, and the support card comes exactly once for it."""

from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.config.helplines import load_helplines
from adtailor.config.policy import load_policy
from adtailor.domain.ids import PersonId, PlacementId, PostId
from adtailor.domain.person import Consents, Person
from adtailor.domain.post import Post
from adtailor.domain.reading import Reading, Stress
from adtailor.domain.wellbeing import Care, State, WellbeingMemory
from adtailor.wellbeing import CareDesk
from adtailor.wellbeing.quiet import blurred

POLICY = load_policy()
NOW = datetime(2026, 11, 20, 12, 34, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANA = Person(person_id=PersonId("ana"), consents=Consents(wellbeing=True), country="DE")
EMPTY = WellbeingMemory(person_id=ANA.person_id)
DESK = CareDesk(POLICY, load_helplines(), b"secret")


def care(memory: WellbeingMemory | None, now: datetime = NOW, person: Person | None = ANA) -> Care:
    return DESK.care(memory, person, now=now, day=now.date(), language="en")


def noted(memory: WellbeingMemory, now: datetime = NOW, *, crisis: bool, stressed: bool = False) -> WellbeingMemory:
    post = Post(id=PostId(f"p{now.timestamp():.0f}"), author_id=ANA.person_id, created_at=now, text="...")
    stress = Stress(probability=0.95 if stressed else 0.05, severity=0.9)
    return DESK.note(memory, post, Reading(post_id=post.id, stress=stress, crisis=crisis), now)


def sustained() -> WellbeingMemory:
    memory = EMPTY
    for hours in (-30, -29, -28, -2, -1, 0):
        memory = noted(memory, NOW + HOUR * hours, crisis=False, stressed=True)
    assert memory.state is State.SUSTAINED
    return memory


class TestCrisis:
    def test_one_own_post_is_enough(self) -> None:
        due = care(noted(EMPTY, crisis=True))
        assert (due.state, due.quiet) == (State.CRISIS, True)
        assert due.suggestion is not None
        assert due.suggestion.kind == "support"

    def test_no_ads_for_at_least_72_hours_and_not_for_ever(self) -> None:
        memory = noted(EMPTY, crisis=True)
        assert care(memory, NOW + HOUR * 71.99).quiet
        assert not care(memory, NOW + HOUR * 76).quiet

    def test_t19_of_crisis_language_only_the_end_of_the_quiet_is_kept(self) -> None:
        memory = noted(EMPTY, crisis=True)
        assert replace(memory, quiet_until=None) == noted(EMPTY, crisis=False)
        assert memory.state is State.NEUTRAL
        assert not any("crisis" in field.name for field in fields(memory))
        assert DESK.forgotten(memory, NOW + HOUR * 76) == EMPTY

    def test_it_comes_once_although_another_card_was_just_shown(self) -> None:
        memory = noted(EMPTY, crisis=True)
        memory = replace(memory, card=replace(memory.card, last_shown_at=NOW, off=True, rest_until=NOW + HOUR))
        due = care(memory).suggestion
        assert due is not None
        after = care(DESK.shown(memory, due, NOW))
        assert (after.suggestion, after.quiet, after.state) == (None, True, State.NEUTRAL)

    def test_hide_works_even_when_the_showing_was_lost(self) -> None:
        memory = DESK.answered(noted(EMPTY, crisis=True), "hide", now=NOW, day_ends_at=NOW)
        assert care(memory).suggestion is None
        assert care(memory).quiet

    def test_more_of_it_on_the_same_day_prolongs_the_quiet_without_another_card(self) -> None:
        first = noted(EMPTY, crisis=True)
        due = care(first).suggestion
        assert due is not None
        second = noted(DESK.shown(first, due, NOW), NOW + HOUR * 10, crisis=True)
        assert care(second, NOW + HOUR * 10).suggestion is None
        assert care(second, NOW + HOUR * 81).quiet

    def test_a_card_not_handed_out_yet_stays_owed(self) -> None:
        twice = noted(noted(EMPTY, crisis=True), NOW + HOUR, crisis=True)
        assert care(twice, NOW + HOUR).suggestion is not None

    def test_more_of_it_days_later_brings_the_card_again(self) -> None:
        first = noted(EMPTY, crisis=True)
        due = care(first).suggestion
        assert due is not None
        later = noted(DESK.shown(first, due, NOW), NOW + HOUR * 30, crisis=True)
        assert care(later, NOW + HOUR * 30).suggestion is not None

    def test_a_time_of_quiet_for_other_reasons_does_not_hold_the_card_back(self) -> None:
        assert care(noted(sustained(), crisis=True)).state is State.CRISIS

    def test_two_high_days_do_not_settle_a_card_that_is_owed(self) -> None:
        memory = EMPTY
        for hours in (-30, -29, -28, -2, -1, 0):
            memory = noted(memory, NOW + HOUR * hours, crisis=hours == -2, stressed=True)
        assert memory.state is State.SUSTAINED
        assert care(memory).state is State.CRISIS


class TestConsent:
    @pytest.mark.parametrize(
        "person",
        [
            None,
            replace(ANA, consents=Consents(interests=True, look=True, affect=True)),
            Person(person_id=PersonId("bo")),
        ],
        ids=["nobody", "no well-being consent", "somebody else"],
    )
    def test_without_the_consent_there_is_no_state_and_no_card(self, person: Person | None) -> None:
        assert care(noted(EMPTY, crisis=True), person=person) == Care()

    def test_another_persons_memory_is_not_used(self) -> None:
        assert care(noted(EMPTY, crisis=True), person=replace(ANA, person_id=PersonId("bo"))) == Care()

    def test_without_a_memory_there_is_nothing_to_do(self) -> None:
        assert care(None) == Care()


class TestQuietTellsNothing:
    @given(
        minutes=st.integers(0, 10**6),
        seconds=st.integers(0, 59),
        name=st.text("abc", min_size=1, max_size=5),
    )
    def test_the_end_is_a_full_hour_up_to_four_hours_later(self, minutes: int, seconds: int, name: str) -> None:
        until = NOW + timedelta(minutes=minutes, seconds=seconds)
        end = blurred(until, PersonId(name), b"secret")
        assert until <= end < until + 4 * HOUR
        assert (end.minute, end.second, end.microsecond) == (0, 0, 0)

    def test_asking_again_within_the_hour_gives_the_same_end(self) -> None:
        ends = {blurred(NOW + timedelta(minutes=m), ANA.person_id, b"secret") for m in range(25)}
        assert len(ends) == 1

    def test_the_jitter_takes_every_value_and_needs_the_secret(self) -> None:
        hours = [blurred(NOW.replace(minute=0) + HOUR * n, ANA.person_id, b"secret") - HOUR * n for n in range(200)]
        assert {(at - NOW.replace(minute=0)) // HOUR for at in hours} == {0, 1, 2, 3}
        others = [blurred(NOW.replace(minute=0) + HOUR * n, ANA.person_id, b"other") - HOUR * n for n in range(200)]
        assert hours != others

    def test_once_the_card_was_handed_out_both_reasons_leave_the_same_traces(self) -> None:
        crisis = noted(EMPTY, crisis=True)
        due = care(crisis).suggestion
        assert due is not None
        after_crisis, after_sustained = DESK.shown(crisis, due, NOW), sustained()
        rest = care(after_sustained).suggestion
        assert rest is not None
        after_sustained = DESK.shown(after_sustained, rest, NOW)
        assert asdict(after_crisis.card) == asdict(after_sustained.card)
        for memory in (after_crisis, after_sustained):
            assert memory.quiet_until is not None
            assert memory.quiet_until.minute == 0

    def test_every_quiet_blanks_the_same_and_everything(self) -> None:
        placements = [PlacementId(f"feed-{n}") for n in range(5)]
        resting = DESK.answered(EMPTY, "1h", now=NOW, day_ends_at=NOW)
        cares = [care(memory) for memory in (noted(EMPTY, crisis=True), sustained(), resting)]
        vetoes = [DESK.veto(one, person_id=ANA.person_id, day=NOW.date()) for one in cares]
        assert {veto.blanks({}, placements, None) for veto in vetoes} == {frozenset(placements)}
        assert not any(veto.needs_plain for veto in vetoes)
        assert len({repr(veto) for veto in vetoes}) == 1


def test_two_high_days_keep_quiet_for_a_day() -> None:
    memory = sustained()
    assert memory.quiet_until is not None
    assert 24 * HOUR <= memory.quiet_until - NOW < 28 * HOUR
    assert care(memory).state is State.SUSTAINED
