"""The cards never nag: caps and cool-downs hold whatever is tapped, across daylight saving and restarts."""

import re
from dataclasses import astuple, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from adtailor.config.helplines import load_helplines
from adtailor.config.policy import load_policy
from adtailor.domain.events import EVENT_KINDS
from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.person import Consents, Person
from adtailor.domain.post import Post
from adtailor.domain.reading import Reading, Stress
from adtailor.domain.wellbeing import (
    CardMemory,
    Care,
    Helpline,
    HelplineCheck,
    RestAnswer,
    RestSuggestion,
    RestTold,
    State,
    StressSign,
    WellbeingMemory,
)
from adtailor.wellbeing import CareDesk
from adtailor.wellbeing.helplines import EMERGENCY, checked, emergency_number, is_fresh, lines_for
from adtailor.wellbeing.rest import after_answer, is_due, rest_card, support_card
from adtailor.wellbeing.words import WORDS

POLICY = load_policy()
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANA = Person(person_id=PersonId("ana"), consents=Consents(wellbeing=True), country="DE")
HELPLINES = load_helplines()
DIRECTORY = HELPLINES[-1]


def high(now: datetime) -> WellbeingMemory:
    signs = tuple(StressSign(post_id=PostId(f"s{n}"), at=now, probability=0.95, severity=0.9) for n in range(4))
    return WellbeingMemory(person_id=ANA.person_id, signs=signs, state=State.HIGH)


def care(memory: WellbeingMemory, now: datetime, language: str | None = "en") -> Care:
    return CareDesk(POLICY, HELPLINES, b"secret").care(memory, ANA, now=now, day=now.date(), language=language)


class TestWhen:
    def test_high_brings_the_card_elevated_does_not(self) -> None:
        assert care(high(NOW), NOW).suggestion is not None
        mild = replace(high(NOW), signs=tuple(replace(s, severity=0.0) for s in high(NOW).signs), state=State.ELEVATED)
        assert care(mild, NOW).state is State.ELEVATED
        assert care(mild, NOW).suggestion is None

    def test_t24_once_in_24_hours(self) -> None:
        card = CardMemory(last_shown_at=NOW)
        assert not is_due(card, POLICY, NOW + 24 * HOUR - timedelta(seconds=1))
        assert is_due(card, POLICY, NOW + 24 * HOUR)

    @pytest.mark.parametrize(("dismissals", "hours"), [(1, 72), (2, 168), (3, 168), (9, 168)])
    def test_t24_a_dismissal_stretches_the_cool_down(self, dismissals: int, hours: int) -> None:
        card = CardMemory(last_shown_at=NOW, last_dismissed_at=NOW, dismissals=dismissals)
        assert not is_due(card, POLICY, NOW + (hours - 1) * HOUR)
        assert is_due(card, POLICY, NOW + hours * HOUR)

    def test_t24_after_the_second_dismissal_it_offers_to_stop_and_then_stops(self) -> None:
        card = CardMemory()
        offers: list[bool] = []
        for _ in range(3):
            offers.append("stop" in [option.id for option in rest_card(State.HIGH, card, POLICY, None).options])
            card = after_answer(card, "dismiss", now=NOW, day_ends_at=NOW)
        assert offers == [False, False, True]
        stopped = after_answer(card, "stop", now=NOW, day_ends_at=NOW)
        assert not is_due(stopped, POLICY, NOW + 9999 * HOUR)

    @pytest.mark.parametrize(
        ("shown", "hours"),
        [
            (datetime(2026, 3, 28, 20, tzinfo=ZoneInfo("Europe/Berlin")), 25),  # 20:00 is 23 h on, 21:00 is 24 h on
            (datetime(2026, 10, 24, 20, tzinfo=ZoneInfo("Europe/Berlin")), 23),
        ],
        ids=["a day of 23 hours", "a day of 25 hours"],
    )
    def test_t24_daylight_saving_neither_shortens_nor_lengthens_it(self, shown: datetime, hours: int) -> None:
        wall_clock = (shown + timedelta(hours=hours)).astimezone(UTC)  # arithmetic on the wall clock
        card = CardMemory(last_shown_at=shown.astimezone(UTC))
        assert wall_clock - shown.astimezone(UTC) == 24 * HOUR
        assert is_due(card, POLICY, wall_clock)
        assert not is_due(card, POLICY, wall_clock - timedelta(seconds=1))


class TestRest:
    @pytest.mark.parametrize(
        ("answer", "lasts"), [("15min", HOUR / 4), ("1h", HOUR), ("today", 5 * HOUR)], ids=["15 min", "1 h", "today"]
    )
    def test_a_rest_and_half_an_hour_after_it_are_free_of_ads(self, answer: RestAnswer, lasts: timedelta) -> None:
        desk = CareDesk(POLICY, HELPLINES, b"secret")
        memory = desk.answered(high(NOW), answer, now=NOW, day_ends_at=NOW + 5 * HOUR)
        assert memory.card.rest_until == NOW + lasts
        assert care(memory, NOW).suggestion is None
        assert care(memory, NOW + lasts + timedelta(minutes=29)).quiet
        assert not care(memory, NOW + lasts + timedelta(minutes=30)).quiet

    def test_a_rest_taken_forgets_the_dismissals(self) -> None:
        dismissed = CardMemory(dismissals=2, last_dismissed_at=NOW)
        rested = after_answer(dismissed, "1h", now=NOW, day_ends_at=NOW)
        assert (rested.dismissals, rested.last_dismissed_at) == (0, None)

    def test_t26_no_event_that_is_learned_from_or_billed_knows_of_a_rest(self) -> None:
        # "hide" is in both by name: hiding a card is an answer, hiding an ad is an event.
        assert set(get_args(RestAnswer)) & set(EVENT_KINDS) == {"hide"}
        assert not any("rest" in kind or "card" in kind for kind in EVENT_KINDS)

    def test_hide_is_no_dismissal(self) -> None:
        assert after_answer(CardMemory(), "hide", now=NOW, day_ends_at=NOW) == CardMemory()
        assert CareDesk(POLICY, (), b"s").answered(high(NOW), "hide", now=NOW, day_ends_at=NOW) == high(NOW)


class CardsNeverNag(RuleBasedStateMachine):
    """Somebody writes, looks, taps and waits, in any order, over daylight saving days, with restarts between."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 3, 27, 22, tzinfo=UTC)  # two days before the clocks change in Berlin
        self.memory = WellbeingMemory(person_id=ANA.person_id)
        self.desk = CareDesk(POLICY, HELPLINES, b"secret")
        self.rests: list[datetime] = []
        self.supports: list[tuple[datetime, datetime]] = []
        """When each support card came, and the crisis language that it came after."""
        self.crises: list[datetime] = []
        self.dismissed: list[datetime] = []
        self.stopped = False
        self.hidden = False
        self.posts = 0

    @rule(probability=st.sampled_from([0.1, 0.95]), crisis=st.sampled_from([False, False, False, True]))
    def write(self, probability: float, crisis: bool) -> None:
        self.posts += 1
        post = Post(id=PostId(f"p{self.posts}"), author_id=ANA.person_id, created_at=self.now, text="...")
        stress = Stress(probability=probability, severity=0.9)
        reading = Reading(post_id=post.id, stress=stress, crisis=crisis)
        self.memory = self.desk.note(self.memory, post, reading, self.now)
        if crisis:
            self.crises.append(self.now)

    @rule()
    def look(self) -> None:
        day = self.now.astimezone(ZoneInfo("Europe/Berlin")).date()
        seen = self.desk.care(self.memory, ANA, now=self.now, day=day, language="de")
        if seen.suggestion is None:
            return
        if seen.suggestion.kind == "support":
            assert self.crises, "nothing was written that it could answer"
            self.supports.append((self.now, self.crises[-1]))
            assert seen.suggestion.pause_seconds == 0
            assert [option.id for option in seen.suggestion.options] == ["hide"]
        else:
            assert not self.stopped
            if self.dismissed:
                hours = (72, 168)[min(len(self.dismissed), 2) - 1]
                assert self.now >= self.dismissed[-1] + timedelta(hours=hours)
            # A support card passes the cap, also in the very moment of a rest card; nothing passes it the other way.
            assert all(self.now - support >= 24 * HOUR for support, _ in self.supports)
            self.rests.append(self.now)
        self.memory = self.desk.shown(self.memory, seen.suggestion, self.now)

    @rule(answer=st.sampled_from(["15min", "1h", "today", "dismiss", "hide"]))
    def tap(self, answer: RestAnswer) -> None:
        ends = datetime.combine(
            self.now.astimezone(ZoneInfo("Europe/Berlin")).date() + timedelta(days=1),
            datetime.min.time(),
            ZoneInfo("Europe/Berlin"),
        ).astimezone(UTC)
        self.memory = self.desk.answered(self.memory, answer, now=self.now, day_ends_at=ends)
        if answer == "dismiss":
            self.dismissed.append(self.now)
        elif answer == "hide":
            self.hidden = True
        else:
            self.dismissed.clear()
            looked = self.desk.care(self.memory, ANA, now=self.now, day=self.now.date(), language=None)
            assert looked.quiet

    @rule(stop=st.sampled_from([False, False, False, True]))
    def stop(self, stop: bool) -> None:
        if stop:
            self.memory = self.desk.answered(self.memory, "stop", now=self.now, day_ends_at=self.now)
            self.stopped = True

    @rule(hours=st.sampled_from([0.1, 1, 8, 23, 24, 25, 73, 170]))
    def wait(self, hours: float) -> None:
        self.now += timedelta(hours=hours)

    @rule()
    def restart(self) -> None:
        self.desk = CareDesk(load_policy(), load_helplines(), b"secret")

    @invariant()
    def t24_at_most_one_card_in_24_hours(self) -> None:
        for earlier, later in pairwise(self.rests):
            assert later - earlier >= 24 * HOUR

    @invariant()
    def support_passes_the_cap_once_for_each_crisis(self) -> None:
        """Between two such cards lies crisis language, a day or more after that of the earlier card."""
        for (earlier, reason), (later, _) in pairwise(self.supports):
            assert any(max(earlier, reason + 24 * HOUR) <= crisis <= later for crisis in self.crises)

    @invariant()
    def after_crisis_language_it_is_quiet_and_the_card_is_owed(self) -> None:
        looked = self.desk.care(self.memory, ANA, now=self.now, day=self.now.date(), language=None)
        if any(self.now - crisis < 72 * HOUR for crisis in self.crises):
            assert looked.quiet
            assert looked.state is State.CRISIS or self.supports or self.hidden
        assert self.memory.state is not State.CRISIS


CardsNeverNag.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
test_t24_caps_and_cool_downs_hold_over_any_days = CardsNeverNag.TestCase


class TestHelplines:
    def line(self, verified_at: date | None, country: str = "DE", source: str = "https://example.org") -> Helpline:
        return Helpline(
            country=country, name="Someone", phone="1", url=None, hours=None, source=source, verified_at=verified_at
        )

    @pytest.mark.parametrize(("days_ago", "shown"), [(None, False), (0, True), (180, True), (181, False), (-1, False)])
    def test_t25_a_number_is_shown_only_while_its_check_is_fresh(self, days_ago: int | None, shown: bool) -> None:
        verified = None if days_ago is None else NOW.date() - timedelta(days=days_ago)
        line = self.line(verified)
        lines = lines_for("de", (DIRECTORY, line), today=NOW.date(), fresh_days=180)
        assert lines == ((line,) if shown else (DIRECTORY,))

    def test_t25_no_source_no_number(self) -> None:
        assert not is_fresh(self.line(NOW.date(), source=""), NOW.date(), 180)

    @pytest.mark.parametrize("country", [None, "DE", "US", "ZZ", "*"])
    def test_t25_as_shipped_everyone_gets_the_directory(self, country: str | None) -> None:
        assert lines_for(country, HELPLINES, today=NOW.date(), fresh_days=180) == (DIRECTORY,)

    def test_t25_another_countrys_number_is_not_shown(self) -> None:
        lines = (DIRECTORY, self.line(NOW.date(), country="AT"))
        assert lines_for("DE", lines, today=NOW.date(), fresh_days=180) == (DIRECTORY,)

    def test_the_emergency_number_is_that_of_the_declared_country_or_none(self) -> None:
        assert [emergency_number(c) for c in ("DE", "us", "GB", None, "ZZ")] == ["112", "911", "999", None, None]
        assert {line.country for line in HELPLINES} - {"*"} <= set(EMERGENCY)


class TestWords:
    @pytest.mark.parametrize("language", sorted(WORDS))
    def test_no_diagnosis_no_guilt_no_haste(self, language: str) -> None:
        copy = " ".join(astuple(WORDS[language])).lower()
        for word in (
            r"stress", r"estr[eé]s", r"you are", r"du bist", r"est[aá]s", r"depress", r"deprim", r"suicid", r"suizid",
            r"must", r"should", r"musst", r"solltest", r"debes", r"only", r"miss out", r"verpass",
            r"addict", r"süchtig",
        ):  # fmt: skip
            assert not re.search(rf"\b{word}", copy), word

    def test_t23_the_card_holds_neither_sponsor_nor_ad_nor_link(self) -> None:
        fields = set(RestSuggestion.__dataclass_fields__)
        assert fields == {"kind", "title", "body", "options", "helplines", "emergency_number", "pause_seconds"}
        for language in WORDS:
            card = rest_card(State.HIGH, CardMemory(), POLICY, language)
            assert card.helplines == ()
            assert not re.search(r"https?:|www\.|@", f"{card.title} {card.body}")

    def test_leaving_takes_one_tap(self) -> None:
        assert "dismiss" in [option.id for option in rest_card(State.HIGH, CardMemory(), POLICY, "en").options]
        support = support_card("DE", HELPLINES, POLICY, "en", NOW)
        assert [option.id for option in support.options] == ["hide"]

    def test_the_support_card_sells_no_limit_and_no_pause(self) -> None:
        for language in WORDS:
            support = support_card("DE", HELPLINES, POLICY, language, NOW)
            assert support.pause_seconds == 0
            assert not re.search(r"limit|pause|rest\b|breather|respiro", f"{support.title} {support.body}".lower())
            assert support.emergency_number == "112"

    def test_the_language_is_followed_and_english_stands_in(self) -> None:
        titles = {tag: rest_card(State.HIGH, CardMemory(), POLICY, tag).title for tag in ("en", "de-AT", "es_MX", "fi")}
        assert titles["de-AT"].startswith("Anstrengende Tage")
        assert titles["es_MX"].startswith("¿Unos días")
        assert titles["fi"] == titles["en"] == "A heavy few days? A breather is an option."

    def test_sustained_speaks_of_a_limit_for_the_day(self) -> None:
        assert "limit" in rest_card(State.SUSTAINED, CardMemory(), POLICY, "en").body.lower()


class TestWhatATapChanges:
    """Everything that one tap changes, and nothing else."""

    before = CardMemory(last_shown_at=NOW - HOUR, dismissals=1, last_dismissed_at=NOW - 100 * HOUR, awaits=True)
    ends = NOW + 5 * HOUR

    @pytest.mark.parametrize(
        ("answer", "until"), [("15min", NOW + HOUR / 4), ("1h", NOW + HOUR), ("today", NOW + 5 * HOUR)]
    )
    def test_a_rest(self, answer: RestAnswer, until: datetime) -> None:
        after = after_answer(self.before, answer, now=NOW, day_ends_at=self.ends)
        assert after == CardMemory(last_shown_at=NOW - HOUR, rest_until=until, was_suggested=True)
        asked_for = after_answer(replace(self.before, awaits=False), answer, now=NOW, day_ends_at=self.ends)
        assert asked_for == replace(after, was_suggested=False)

    def test_a_dismissal(self) -> None:
        after = after_answer(self.before, "dismiss", now=NOW, day_ends_at=self.ends)
        assert after == replace(self.before, last_dismissed_at=NOW, dismissals=2, awaits=False)

    def test_stopping_hiding_and_ending_early(self) -> None:
        def tapped(card: CardMemory, answer: RestAnswer) -> CardMemory:
            return after_answer(card, answer, now=NOW, day_ends_at=self.ends)

        assert tapped(self.before, "stop") == replace(self.before, off=True, awaits=False)
        assert tapped(self.before, "hide") == replace(self.before, awaits=False)
        assert tapped(self.before, "resume") == self.before
        resting = replace(self.before, rest_until=NOW + HOUR, was_suggested=True)
        assert tapped(resting, "resume") == replace(resting, rest_until=NOW, was_suggested=False)

    def test_a_memory_after_a_rest_card_still_owes_the_support_card(self) -> None:
        owed = WellbeingMemory(person_id=ANA.person_id, quiet_until=NOW + 70 * HOUR)
        desk = CareDesk(POLICY, HELPLINES, b"secret")
        seen = desk.shown(owed, rest_card(State.HIGH, owed.card, POLICY, "en"), NOW)
        assert seen == replace(owed, card=CardMemory(last_shown_at=NOW, awaits=True))


class TestWhatIsCounted:
    """Of nobody in particular: shown, taken, dismissed, switched off, regretted."""

    desk = CareDesk(POLICY, HELPLINES, b"secret")

    def shown(self, at: datetime, memory: WellbeingMemory | None = None) -> WellbeingMemory:
        memory = memory or high(at)
        suggestion = rest_card(State.HIGH, memory.card, POLICY, "en")
        return self.desk.shown(memory, suggestion, at)

    def tapped(self, memory: WellbeingMemory, answer: RestAnswer, at: datetime) -> WellbeingMemory:
        return self.desk.answered(memory, answer, now=at, day_ends_at=at + 5 * HOUR)

    def test_a_suggestion_counts_and_its_first_of_the_week_counts_a_person(self) -> None:
        card = rest_card(State.HIGH, CardMemory(), POLICY, "en")
        assert self.desk.told_by_showing(high(NOW), card, NOW) == RestTold(event="shown", at=NOW, is_first=True)
        again = NOW + 24 * HOUR  # NOW is a Friday
        assert self.desk.told_by_showing(self.shown(NOW), card, again) == RestTold(event="shown", at=again)
        monday = NOW + 72 * HOUR
        assert self.desk.told_by_showing(self.shown(NOW), card, monday) == RestTold(
            event="shown", at=monday, is_first=True
        )

    def test_a_support_card_is_never_counted(self) -> None:
        card = support_card("DE", HELPLINES, POLICY, "en", NOW)
        memory = high(NOW)
        assert self.desk.told_by_showing(memory, card, NOW) is None
        seen = self.desk.shown(memory, card, NOW)
        hidden = self.tapped(seen, "hide", NOW)
        for answer in get_args(RestAnswer):
            assert self.desk.told_by_answer(hidden, answer, NOW) is None

    @pytest.mark.parametrize(
        ("answer", "event"),
        [("15min", "taken"), ("1h", "taken"), ("today", "taken"), ("dismiss", "dismissed"), ("stop", "off")],
    )
    def test_an_answer_counts_once_and_only_to_a_card_that_was_shown(self, answer: RestAnswer, event: str) -> None:
        assert self.desk.told_by_answer(high(NOW), answer, NOW) is None  # nobody asked
        seen = self.shown(NOW)
        told = self.desk.told_by_answer(seen, answer, NOW + HOUR)
        assert told is not None
        assert (told.event, told.at, told.is_first) == (event, NOW + HOUR, False)
        assert self.desk.told_by_answer(self.tapped(seen, answer, NOW), answer, NOW) is None

    def test_hiding_tells_nothing(self) -> None:
        seen = self.shown(NOW)
        assert self.desk.told_by_answer(seen, "hide", NOW) is None
        assert self.tapped(seen, "hide", NOW) == replace(seen, card=replace(seen.card, awaits=False))

    def test_a_rest_from_a_card_that_is_ended_early_is_regretted(self) -> None:
        resting = self.tapped(self.shown(NOW), "1h", NOW)
        told = self.desk.told_by_answer(resting, "resume", NOW + HOUR / 2)
        assert told is not None
        assert told.event == "regretted"
        over = self.tapped(resting, "resume", NOW + HOUR / 2)
        assert over.card.rest_until == NOW + HOUR / 2
        assert self.desk.told_by_answer(over, "resume", NOW + HOUR / 2) is None
        # The half hour without ads after a rest stays theirs.
        assert self.desk.care(over, ANA, now=NOW + HOUR * 0.99, day=NOW.date(), language="en").quiet
        assert not self.desk.care(over, ANA, now=NOW + HOUR, day=NOW.date(), language="en").quiet

    def test_a_rest_that_ended_by_itself_or_was_taken_unasked_is_not(self) -> None:
        resting = self.tapped(self.shown(NOW), "1h", NOW)
        assert self.desk.told_by_answer(resting, "resume", NOW + HOUR) is None
        assert self.tapped(resting, "resume", NOW + HOUR) == resting
        unasked = self.tapped(high(NOW), "1h", NOW)
        assert self.desk.told_by_answer(unasked, "resume", NOW) is None
        later = self.tapped(resting, "1h", NOW + 9 * HOUR)  # unasked, long after one that was suggested
        assert self.desk.told_by_answer(later, "resume", NOW + 9 * HOUR) is None

    def test_a_rest_that_is_prolonged_is_still_the_suggested_one(self) -> None:
        longer = self.tapped(self.tapped(self.shown(NOW), "15min", NOW), "today", NOW + HOUR / 10)
        told = self.desk.told_by_answer(longer, "resume", NOW + HOUR)
        assert told is not None
        assert told.event == "regretted"


class TestChecks:
    """An operator's check switches a line on from the next card, and only that very line."""

    line = next(line for line in HELPLINES if line.country == "AT")

    def check(self, day: date, line: Helpline | None = None) -> dict[str, HelplineCheck]:
        key = (line or self.line).fingerprint
        return {key: HelplineCheck(line=key, checked_at=day, by="ana")}

    def card(self, checks: dict[str, HelplineCheck]) -> RestSuggestion:
        desk = CareDesk(POLICY, HELPLINES, b"secret", checks=lambda: checks)
        owed = WellbeingMemory(person_id=ANA.person_id, quiet_until=NOW + 72 * HOUR)
        card = desk.care(owed, replace(ANA, country="AT"), now=NOW, day=NOW.date(), language="en").suggestion
        assert card is not None
        return card

    def test_t25_a_check_counts_for_180_days(self) -> None:
        assert self.card({}).helplines == (DIRECTORY,)
        for days, is_on in ((0, True), (180, True), (181, False), (-1, False)):
            lines = self.card(self.check(NOW.date() - timedelta(days=days))).helplines
            assert [line.country for line in lines] == (["AT"] if is_on else ["*"]), days

    def test_t25_a_line_that_was_changed_since_is_off(self) -> None:
        for field in ("country", "name", "phone", "url", "hours", "source"):
            was = replace(self.line, **{field: "XX" if field == "country" else f"{getattr(self.line, field)}."})
            assert self.card(self.check(NOW.date(), was)).helplines == (DIRECTORY,), field
        assert replace(self.line, verified_at=NOW.date()).fingerprint == self.line.fingerprint

    def test_the_later_of_two_checks_counts(self) -> None:
        old, new = NOW.date() - timedelta(days=300), NOW.date()
        in_file = replace(self.line, verified_at=new)
        assert checked([in_file], self.check(old))[0].verified_at == new
        assert checked([replace(in_file, verified_at=old)], self.check(new))[0].verified_at == new
