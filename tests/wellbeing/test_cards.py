"""What cards say, word by word, and whose limit brings which: nothing is on them that nobody wrote down here."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from adtailor.config.helplines import load_helplines
from adtailor.config.policy import load_policy
from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.person import Consents, Person, RestChoice
from adtailor.domain.post import Post
from adtailor.domain.profile import DayUse
from adtailor.domain.reading import Reading
from adtailor.domain.wellbeing import CardMemory, Care, RestSuggestion, State, StressSign, WellbeingMemory
from adtailor.wellbeing import CareDesk
from adtailor.wellbeing.own_rest import is_used_up, limit_card, limited, takes_break
from adtailor.wellbeing.rest import rest_card, support_card
from adtailor.wellbeing.words import WORDS

POLICY = load_policy()
HELPLINES = load_helplines()
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BONUS = timedelta(minutes=POLICY.rest_bonus_minutes)


def options(card: RestSuggestion) -> list[tuple[str, str]]:
    return [(option.id, option.label) for option in card.options]


@pytest.mark.parametrize("language", ["en", "de", "es"])
class TestWhatTheySay:
    def test_a_rest_card(self, language: str) -> None:
        words = WORDS[language]
        card = rest_card(State.HIGH, CardMemory(), POLICY, language)
        assert (card.kind, card.title, card.body) == ("rest", words.rest_title, words.rest_body)
        assert card.pause_seconds == POLICY.pause_seconds > 0
        assert options(card) == [
            ("15min", words.quarter),
            ("1h", words.hour),
            ("today", words.today),
            ("dismiss", words.dismiss),
        ]
        assert rest_card(State.SUSTAINED, CardMemory(), POLICY, language).body == words.sustained_body

    def test_one_that_was_dismissed_as_often_as_it_can_wait_offers_to_stop(self, language: str) -> None:
        often = len(POLICY.dismissed_cooldown_hours)
        last = [
            options(rest_card(State.HIGH, CardMemory(dismissals=n), POLICY, language))[-1] for n in (often - 1, often)
        ]
        assert last == [("dismiss", WORDS[language].dismiss), ("stop", WORDS[language].stop)]

    def test_a_support_card(self, language: str) -> None:
        words = WORDS[language]
        card = support_card("DE", HELPLINES, POLICY, language, NOW)
        assert (card.kind, card.title, card.body) == ("support", words.support_title, words.support_body)
        assert options(card) == [("hide", words.hide)]
        assert card.pause_seconds == 0

    def test_the_card_of_ones_own_limit(self, language: str) -> None:
        words = WORDS[language]
        card = limit_card(language)
        assert (card.kind, card.title, card.body) == ("rest", words.limit_title, words.limit_body)
        assert options(card) == [("today", words.today), ("dismiss", words.dismiss)]
        assert card.pause_seconds == 0

    def test_the_desk_speaks_the_language_that_it_is_asked_in(self, language: str) -> None:
        desk = CareDesk(POLICY, HELPLINES, b"secret")
        ana = Person(person_id=PersonId("ana"), consents=Consents(wellbeing=True), country="DE")
        signs = tuple(StressSign(post_id=PostId(f"s{n}"), at=NOW, probability=0.95, severity=0.9) for n in range(4))
        high = WellbeingMemory(person_id=ana.person_id, signs=signs, state=State.HIGH)
        post = Post(id=PostId("p1"), author_id=ana.person_id, created_at=NOW, text="...")
        owed = desk.note(WellbeingMemory(person_id=ana.person_id), post, Reading(post_id=post.id, crisis=True), NOW)
        for memory, title in ((high, WORDS[language].rest_title), (owed, WORDS[language].support_title)):
            found = desk.care(memory, ana, now=NOW, day=NOW.date(), language=language).suggestion
            assert found is not None
            assert found.title == title


def test_when_a_support_card_was_shown_is_kept_to_the_hour() -> None:
    at = NOW.replace(minute=34, second=56, microsecond=789)
    card = support_card("DE", HELPLINES, POLICY, "en", at)
    memory = CareDesk(POLICY, HELPLINES, b"secret").shown(WellbeingMemory(person_id=PersonId("ana")), card, at)
    assert memory.card.support_shown_at == NOW


class TestOnesOwnRest:
    @pytest.mark.parametrize(
        ("after", "rests"), [(-timedelta(hours=1), True), (BONUS - timedelta(seconds=1), True), (BONUS, False)]
    )
    def test_a_break_and_half_an_hour_after(self, after: timedelta, rests: bool) -> None:
        assert takes_break(RestChoice(until=NOW), POLICY, NOW + after) is rests
        ana = Person(person_id=PersonId("ana"), rest=RestChoice(until=NOW))
        quiet = CareDesk(POLICY, HELPLINES, b"s").care(None, ana, now=NOW + after, day=NOW.date(), language="en").quiet
        assert quiet is rests

    def test_without_a_choice_nobody_rests(self) -> None:
        assert not takes_break(RestChoice(), POLICY, NOW)

    @pytest.mark.parametrize(("seconds", "used_up"), [(1799.9, False), (1800.0, True), (4000.0, True)])
    def test_a_limit_is_reached_at_its_minute(self, seconds: float, used_up: bool) -> None:
        assert is_used_up(RestChoice(daily_minutes=30), use(seconds)) is used_up
        assert not is_used_up(RestChoice(), use(seconds))
        assert not is_used_up(RestChoice(daily_minutes=30), None)

    def test_below_the_limit_nothing_changes(self) -> None:
        care = Care(state=State.NEUTRAL)
        assert limited(care, RestChoice(daily_minutes=30), use(10.0), language="de") is care

    def test_at_the_limit_it_is_quiet_and_says_so_once_a_day(self) -> None:
        care, rest = Care(state=State.NEUTRAL), RestChoice(daily_minutes=30)
        told = limited(care, rest, use(1800.0), language="de")
        assert told == replace(care, quiet=True, suggestion=limit_card("de"))
        assert CareDesk(POLICY, HELPLINES, b"s").limited(care, rest, use(1800.0), language="de") == told
        again = limited(care, rest, replace(use(1900.0), told=True), language="de")
        assert again == replace(care, quiet=True)

    def test_what_is_due_already_comes_first_and_a_quiet_person_is_told_nothing(self) -> None:
        rest, due = RestChoice(daily_minutes=30), rest_card(State.HIGH, CardMemory(), POLICY, "de")
        waiting = limited(Care(state=State.HIGH, suggestion=due), rest, use(1800.0), language="de")
        assert (waiting.quiet, waiting.suggestion) == (True, due)
        resting = Care(state=State.NEUTRAL, quiet=True)
        assert limited(resting, rest, use(1800.0), language="de") == resting


def use(seconds: float) -> DayUse:
    return DayUse(day=date(2026, 11, 20), seconds=seconds, last_at=NOW)
