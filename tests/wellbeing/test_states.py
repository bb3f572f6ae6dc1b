"""States follow from three days of own posts: the arithmetic, and that they neither flicker nor outlive the posts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.config.policy import load_policy
from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.post import Post
from adtailor.domain.reading import Reading, Stress
from adtailor.domain.wellbeing import State, StressSign, WellbeingMemory
from adtailor.wellbeing import CareDesk
from adtailor.wellbeing.states import MOST_SIGNS, forgotten, levels, next_state, state_at, with_post

POLICY = load_policy()
ENTER, LEAVE = POLICY.enter_elevated, POLICY.leave_elevated
ENTER_HIGH, LEAVE_HIGH = POLICY.enter_high, POLICY.leave_high
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANA = PersonId("ana")
EMPTY = WellbeingMemory(person_id=ANA)
DESK = CareDesk(POLICY, (), b"secret")


def post(name: str, at: datetime, **changed: object) -> Post:
    return replace(Post(id=PostId(name), author_id=ANA, created_at=at, text="..."), **changed)


def sign(hours_ago: float, probability: float = 0.9, severity: float = 0.5, name: str = "p") -> StressSign:
    return StressSign(
        post_id=PostId(f"{name}{hours_ago}"), at=NOW - HOUR * hours_ago, probability=probability, severity=severity
    )


def wrote(*posts: tuple[float, float], severity: float = 0.5, memory: WellbeingMemory = EMPTY) -> WellbeingMemory:
    """The memory after posts of (hours after NOW, probability), each read when written."""
    for index, (hours, probability) in enumerate(posts):
        at = NOW + HOUR * hours
        stress = Stress(probability=probability, severity=severity)
        memory = with_post(memory, post(f"p{hours}-{index}", at), stress, POLICY, at)
    return memory


class TestLevels:
    def test_three_fresh_signs(self) -> None:
        """Weights 1, 1, 1 and the doubt of 0.5; a severity of 0.5 counts (1 + 0.5) / 2 = 0.75."""
        signs = [sign(0, name="a"), sign(0, name="b"), sign(0, name="c")]
        elevated = 3 * 0.9 / (3 + 0.5)
        assert levels(signs, POLICY, NOW) == pytest.approx((elevated, elevated * 0.75))

    def test_one_post_a_day(self) -> None:
        """Ages 0, 24 and 48 h weigh 1, 1/2 and 1/4."""
        signs = [sign(0), sign(24), sign(48)]
        elevated = (1 + 1 / 2 + 1 / 4) * 0.9 / (1.75 + 0.5)
        assert levels(signs, POLICY, NOW) == pytest.approx((elevated, elevated * 0.75))

    def test_after_72_hours_a_post_counts_no_more(self) -> None:
        assert levels([sign(72)], POLICY, NOW) == (0.0, 0.0)
        assert levels([sign(71.9)], POLICY, NOW)[0] > 0.0

    @given(
        signs=st.lists(st.builds(sign, st.floats(0, 80), st.floats(0, 1), st.floats(0, 1)), max_size=9),
        more=st.floats(0, 1),
    )
    def test_severity_raises_only_high_and_high_never_passes_elevated(
        self, signs: list[StressSign], more: float
    ) -> None:
        elevated, high = levels(signs, POLICY, NOW)
        assert 0.0 <= high <= elevated <= 1.0
        worse = [replace(one, severity=one.severity + (1 - one.severity) * more) for one in signs]
        assert levels(worse, POLICY, NOW)[0] == elevated
        assert levels(worse, POLICY, NOW)[1] >= high - 1e-12


class TestHysteresis:
    @pytest.mark.parametrize(
        ("before", "elevated", "high", "after"),
        [
            (State.NEUTRAL, ENTER - 0.01, 0.10, State.NEUTRAL),
            (State.NEUTRAL, ENTER, 0.10, State.ELEVATED),
            (State.ELEVATED, LEAVE, 0.10, State.ELEVATED),
            (State.ELEVATED, LEAVE - 0.01, 0.10, State.NEUTRAL),
            (State.ELEVATED, 0.90, ENTER_HIGH - 0.01, State.ELEVATED),
            (State.ELEVATED, 0.90, ENTER_HIGH, State.HIGH),
            (State.HIGH, 0.90, LEAVE_HIGH, State.HIGH),
            (State.HIGH, 0.90, LEAVE_HIGH - 0.01, State.ELEVATED),
            (State.SUSTAINED, 0.90, LEAVE_HIGH, State.HIGH),
            (State.SUSTAINED, 0.20, 0.10, State.NEUTRAL),
        ],
    )
    def test_a_state_is_left_lower_than_it_was_entered(
        self, before: State, elevated: float, high: float, after: State
    ) -> None:
        assert next_state(before, elevated, high, POLICY) is after

    @given(before=st.sampled_from(State), levels=st.tuples(st.floats(0, 1), st.floats(0, 1)))
    def test_asked_twice_the_state_stays(self, before: State, levels: tuple[float, float]) -> None:
        once = next_state(before, max(levels), min(levels), POLICY)
        assert next_state(once, max(levels), min(levels), POLICY) is once

    @given(before=st.sampled_from(State), low=st.floats(0, 1), more=st.floats(0, 1), high=st.floats(0, 1))
    def test_higher_levels_never_mean_a_lower_state(self, before: State, low: float, more: float, high: float) -> None:
        e = low + (1 - low) * more
        assert next_state(before, e, min(high, e), POLICY) >= next_state(before, low, min(high, low), POLICY)


class TestScenarios:
    def test_one_or_two_bad_posts_infer_nothing(self) -> None:
        assert wrote((0, 0.99)).state is State.NEUTRAL
        assert wrote((0, 0.99), (1, 0.99)).state is State.NEUTRAL

    def test_two_of_three_bad_posts_are_not_enough(self) -> None:
        """About 2 x 0.9 / 3.5 = 0.51, below 0.75; high 0.51 x 0.75 = 0.39, below 0.55."""
        assert wrote((0, 0.9), (1, 0.1), (2, 0.9)).state is State.NEUTRAL

    def test_nine_of_ten_bad_posts_are_elevated(self) -> None:
        """About 9 x 0.9 / 10.5 = 0.77, above 0.75; severity 0.3: high 0.77 x 0.65 = 0.50, below 0.55."""
        posts = [(hour / 10, 0.9) for hour in range(1, 10)]
        assert wrote((0, 0.1), *posts, severity=0.3).state is State.ELEVATED

    def test_three_bad_posts_are_high(self) -> None:
        """About 3 x 0.9 / 3.5 x 0.75 = 0.58."""
        assert wrote((0, 0.9), (1, 0.9), (2, 0.9)).state is State.HIGH

    def test_three_mild_ones_are_elevated(self) -> None:
        """Severity 0: 3 x 0.9 / 3.5 = 0.77; x 0.5 = 0.39, below 0.55."""
        assert wrote((0, 0.9), (1, 0.9), (2, 0.9), severity=0.0).state is State.ELEVATED

    def test_one_bad_post_among_many_is_neutral(self) -> None:
        """1 x 0.9 / 5.5 = 0.16."""
        assert wrote((0, 0.1), (1, 0.1), (2, 0.9), (3, 0.1), (4, 0.1)).state is State.NEUTRAL

    def test_just_below_the_threshold_is_no_sign_and_only_its_time_is_kept(self) -> None:
        below = POLICY.stress_threshold - 0.01
        memory = wrote((0, below), (1, below), (2, below))
        assert memory.state is State.NEUTRAL
        assert {(one.probability, one.severity) for one in memory.signs} == {(0.0, 0.0)}

    def test_high_fades_to_elevated_to_neutral_when_nobody_writes(self) -> None:
        """Six signs at NOW, asked t hours later, with q = 2^(-t/24): elevated = 5.82 q / (6 q + 0.5), high 0.65 of it.

        t = 48: high 0.65 x 0.73 = 0.47, stays HIGH above 0.43; t = 61: 0.65 x 0.653 = 0.42, and elevated above 0.63;
        t = 68: elevated 0.61, below it.
        """
        memory = wrote(*[(0, 0.97)] * 6, severity=0.3)
        states = [state_at(memory, POLICY, NOW + HOUR * t) for t in (0, 24, 48, 61, 63, 68, 72)]
        assert states == [State.HIGH] * 3 + [State.ELEVATED] * 2 + [State.NEUTRAL] * 2

    def test_two_high_days_are_sustained_and_midnight_alone_is_not(self) -> None:
        first = wrote((0, 0.9), (1, 0.9), (2, 0.9))
        assert first.high_days == (NOW.date(),)
        assert state_at(first, POLICY, NOW + HOUR * 20) is State.HIGH  # the next day, nothing new
        second = wrote((20, 0.9), memory=first)
        assert second.high_days == (NOW.date(), (NOW + HOUR * 20).date())
        assert second.state is State.SUSTAINED

    def test_a_calm_post_on_the_next_day_makes_no_high_day(self) -> None:
        memory = wrote((20, 0.1), memory=wrote((0, 0.9), (1, 0.9), (2, 0.9), (2, 0.9), (2, 0.9)))
        assert memory.state is State.HIGH
        assert len(memory.high_days) == 1

    def test_high_days_are_forgotten_with_the_window(self) -> None:
        memory = wrote((0, 0.9), (1, 0.9), (2, 0.9))
        assert forgotten(memory, POLICY, NOW + HOUR * 100).high_days == ()


class TestWhatCounts:
    def note(self, memory: WellbeingMemory, *posts: Post, crisis: bool = False) -> WellbeingMemory:
        for one in posts:
            reading = Reading(post_id=one.id, stress=Stress(probability=0.95, severity=0.9), crisis=crisis)
            memory = DESK.note(memory, one, reading, NOW)
        return memory

    @pytest.mark.parametrize("crisis", [False, True])
    @pytest.mark.parametrize(
        "changed",
        [{"is_repost": True}, {"author_id": PersonId("bo")}, {"created_at": NOW - HOUR * 72}],
        ids=["a repost", "another's post", "an old post"],
    )
    def test_only_own_recent_words_count(self, changed: dict[str, object], crisis: bool) -> None:
        posts = [post(f"p{n}", NOW, **changed) for n in range(5)]
        assert self.note(EMPTY, *posts, crisis=crisis) == EMPTY

    def test_a_post_read_twice_counts_once(self) -> None:
        assert len(self.note(EMPTY, post("p", NOW), post("p", NOW)).signs) == 1

    def test_a_post_dated_ahead_is_dated_now(self) -> None:
        assert self.note(EMPTY, post("p", NOW + HOUR * 999)).signs[0].at == NOW

    def test_a_language_that_was_not_measured_tells_nothing(self) -> None:
        one = post("p", NOW)
        assert DESK.note(EMPTY, one, Reading(post_id=one.id, abstained=("stress", "crisis")), NOW) == EMPTY

    def test_a_script_cannot_fill_the_memory(self) -> None:
        posts = (post(f"p{n}", NOW - HOUR + timedelta(seconds=n)) for n in range(MOST_SIGNS + 5))
        memory = self.note(EMPTY, *posts)
        assert len(memory.signs) == MOST_SIGNS
        assert memory.signs[0].post_id == "p5"

    @given(order=st.permutations(range(5)))
    def test_the_order_of_reading_does_not_matter_for_the_signs(self, order: list[int]) -> None:
        posts = [post(f"p{n}", NOW - HOUR * n) for n in range(5)]
        assert self.note(EMPTY, *(posts[n] for n in order)).signs == self.note(EMPTY, *posts).signs


def test_t19_signs_are_gone_after_72_hours_whatever_the_clock_does() -> None:
    memory = wrote((0, 0.9), (1, 0.9), (2, 0.9))
    after = DESK.forgotten(memory, NOW + HOUR * 74)
    assert after == EMPTY
    assert DESK.forgotten(memory, NOW - HOUR * 999).signs == memory.signs
