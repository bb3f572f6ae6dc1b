"""What a profile learns, from whose words, and what it never learns from."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adtailor.config.policy import load_policy
from adtailor.domain.ids import PersonId, PostId, TopicId
from adtailor.domain.person import DeclaredMood
from adtailor.domain.post import Post
from adtailor.domain.profile import Profile
from adtailor.domain.reading import EMOTIONS, Garment, PhotoLook, Reading, Sentiment, Stress, Suitability, Topic
from adtailor.profiles.affect import KEPT, MOODS, SPENT, mood_of, with_affect
from adtailor.profiles.burden import LIKELY, LOW_EMOTIONS
from adtailor.profiles.interests import MOST_TOPICS, with_interests
from adtailor.profiles.look import with_look

POLICY, STRICT = load_policy("standard"), load_policy("eu_strict")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ANA = PersonId("ana")
EMPTY = Profile(person_id=ANA)
POST = Post(id=PostId("p"), author_id=ANA, created_at=NOW, text="new shirt, first ride of the year")
READING = Reading(
    post_id=PostId("p"),
    sentiment=Sentiment(label="positive", valence=0.8),
    emotions={"joy": 0.9, "relief": 0.1},
    stress=Stress(probability=0.05, severity=0.1),
    crisis=False,
    topics=(Topic(id=TopicId("483"), name="Sports", confidence=0.8),),
    suitability=Suitability(),
    look=(
        PhotoLook(
            photo=0,
            garments=(
                Garment(type="shirt", confidence=0.9, colours=("navy",), pattern="plain", style={"casual": 0.5}),
            ),
        ),
    ),
)
Learn = Callable[..., Profile]
LESSONS: list[Learn] = [with_interests, with_look, with_affect]


def learned(reading: Reading = READING, post: Post = POST, profile: Profile = EMPTY, now: datetime = NOW) -> Profile:
    for lesson in LESSONS:
        profile = lesson(profile, post, reading, POLICY, now=now)
    return profile


def test_an_ordinary_post_teaches_all_three() -> None:
    profile = learned()
    assert profile.interests.weights == {"483": 0.8}
    assert profile.look.weights == {
        "garment:shirt": 0.9, "colour:navy": 0.9, "pattern:plain": 0.9, "style:casual": 0.9 * 0.5,
    }  # fmt: skip
    assert profile.affect.weights == {"joy": 0.9}
    assert profile.interests.as_of == profile.look.as_of == profile.affect.as_of == NOW


def test_two_weeks_on_an_interest_is_worth_half_and_a_new_post_adds_to_it() -> None:
    later = replace(POST, created_at=NOW + 14 * DAY)
    profile = with_interests(learned(), later, READING, POLICY, now=NOW + 14 * DAY)
    assert profile.interests.weights == pytest.approx({"483": 0.8 / 2 + 0.8})


BURDENED = {
    "stress": replace(READING, stress=Stress(probability=0.9, severity=0.5)),
    "rather stressed than not": replace(READING, stress=Stress(probability=0.5, severity=0.0)),
    "crisis": replace(READING, crisis=True),
    "a low tone, stress not read": replace(READING, stress=None, sentiment=Sentiment(label="negative", valence=-0.6)),
    "a tone that was not judged": replace(READING, sentiment=None),
    "unsuitable": replace(READING, suitability=Suitability(risk="floor")),
    "sadness": replace(READING, emotions={"joy": 0.4, "sadness": 0.5, "neutral": 0.9}),
    **{
        f"topic {name}": replace(READING, topics=(*READING.topics, Topic(id=TopicId(key), name=name, confidence=0.1)))
        for key, name in POLICY.sensitive_topics.items()
    },
}


@pytest.mark.parametrize("reading", BURDENED.values(), ids=BURDENED.keys())
def test_t27_a_burdened_or_sensitive_post_teaches_nothing(reading: Reading) -> None:
    assert learned(reading) == EMPTY
    taught = learned()
    assert learned(reading, profile=taught) == taught


@pytest.mark.parametrize(
    "post",
    [replace(POST, is_repost=True), replace(POST, author_id=PersonId("bo"))],
    ids=["a repost", "somebody else's"],
)
def test_only_own_words_teach(post: Post) -> None:
    assert learned(post=post) == EMPTY


@given(
    probability=st.floats(0, 1),
    label=st.sampled_from(["negative", "neutral", "positive"]),
    low=st.sampled_from(sorted(LOW_EMOTIONS)),
    felt=st.floats(0, 1),
)
def test_t27_more_distress_never_teaches_more(probability: float, label: str, low: str, felt: float) -> None:
    reading = replace(
        READING,
        sentiment=Sentiment(label=label, valence=0.0),
        stress=Stress(probability=probability, severity=0.5),
        emotions={"joy": 0.4, low: felt},
    )
    profile = learned(reading)
    assert profile in (EMPTY, replace(learned(), affect=replace(learned().affect, weights={"joy": 0.4})))
    burdened = probability >= min(POLICY.stress_threshold, LIKELY) or label == "negative" or felt >= 0.4
    assert (profile == EMPTY) == burdened


def test_unknown_parts_do_not_stand_in_the_way_of_ordinary_words() -> None:
    bare = replace(READING, emotions=None, stress=None, crisis=None, suitability=None, look=None)
    assert learned(bare).interests.weights == {"483": 0.8}
    photos_only = replace(POST, text=" ")
    assert learned(replace(bare, sentiment=None), post=photos_only).interests.weights == {"483": 0.8}


def test_a_muted_topic_is_not_learned() -> None:
    muted = replace(EMPTY, muted_topics=frozenset({TopicId("483")}))
    assert with_interests(muted, POST, READING, POLICY, now=NOW) == muted


@given(days=st.lists(st.integers(0, 60), min_size=1, max_size=8), data=st.data())
def test_the_order_of_reading_does_not_matter(days: list[int], data: st.DataObject) -> None:
    posts = [replace(POST, id=PostId(f"p{n}"), created_at=NOW - DAY * age) for n, age in enumerate(days)]
    one, other = EMPTY, EMPTY
    for post in posts:
        one = with_interests(one, post, READING, POLICY, now=NOW)
    for post in data.draw(st.permutations(posts)):
        other = with_interests(other, post, READING, POLICY, now=NOW)
    assert one.interests.weights == pytest.approx(other.interests.weights)
    assert one.interests.as_of == other.interests.as_of == max(post.created_at for post in posts)


def test_a_profile_keeps_a_limited_number_of_topics() -> None:
    many = tuple(Topic(id=TopicId(f"x{n}"), name="", confidence=(n + 1) / 100) for n in range(MOST_TOPICS + 8))
    profile = with_interests(EMPTY, POST, replace(READING, topics=many), POLICY, now=NOW)
    assert len(profile.interests.weights) == MOST_TOPICS
    assert "x0" not in profile.interests.weights


def test_a_post_dated_ahead_counts_from_now() -> None:
    assert learned(post=replace(POST, created_at=NOW + 99 * DAY)).interests.as_of == NOW


def test_the_same_shirt_on_two_photos_is_one_shirt_and_its_price_is_left_out() -> None:
    shirt = Garment(type="shirt", confidence=0.6, colours=("navy", "white"), price_tier="luxury")
    better = replace(shirt, confidence=0.8)
    reading = replace(READING, look=(PhotoLook(photo=0, garments=(shirt,)), PhotoLook(photo=1, garments=(better,))))
    weights = with_look(EMPTY, POST, reading, POLICY, now=NOW).look.weights
    assert weights == {"garment:shirt": 0.8, "colour:navy": 0.4, "colour:white": 0.4}


class TestMood:
    def test_no_label_of_a_low_emotion_is_a_mood(self) -> None:
        assert set(MOODS) | LOW_EMOTIONS <= set(EMOTIONS)
        assert not set(MOODS) & LOW_EMOTIONS

    def test_relief_is_calm_and_faint_feelings_are_left_out(self) -> None:
        reading = replace(READING, emotions={"relief": 0.7, "curiosity": 0.29, "admiration": 0.9})
        assert mood_of(with_affect(EMPTY, POST, reading, POLICY, now=NOW), POLICY, NOW) == {"calm": 0.7}

    def test_half_a_day_on_a_mood_is_half_as_strong(self) -> None:
        assert mood_of(learned(), POLICY, NOW + 12 * HOUR) == pytest.approx({"joy": 0.45})

    def test_a_mixture_sums_to_at_most_one(self) -> None:
        reading = replace(READING, emotions={"joy": 0.9, "amusement": 0.6})
        mood = mood_of(with_affect(EMPTY, POST, reading, POLICY, now=NOW), POLICY, NOW)
        assert mood == pytest.approx({"joy": 0.9 / 1.5, "amusement": 0.6 / 1.5})

    @given(
        written=st.lists(st.tuples(st.floats(0, 100), st.floats(0, 30), st.sampled_from(sorted(MOODS))), max_size=12),
        asked=st.floats(0, 200),
    )
    def test_t19_a_mood_is_always_backed_by_a_post_of_the_last_72_hours(
        self, written: list[tuple[float, float, str]], asked: float
    ) -> None:
        """Posts written and read at any times, read up to 30 h late; then the clock jumps."""
        profile, backing = EMPTY, {}
        for hours, late, label in sorted(written, key=lambda post: post[0] + post[1]):
            at = NOW + HOUR * hours
            reading = replace(READING, emotions={label: 1.0})
            profile = with_affect(profile, replace(POST, created_at=at), reading, POLICY, now=at + HOUR * late)
            backing.setdefault(MOODS[label], []).append(at)
        now = NOW + HOUR * asked
        for mood in mood_of(profile, POLICY, now) or {}:
            assert any(now - at < KEPT for at in backing[mood])

    def test_t19_after_72_hours_nothing_is_left(self) -> None:
        assert mood_of(learned(), POLICY, NOW + KEPT) is None
        assert mood_of(learned(), POLICY, NOW + KEPT - 15 * HOUR) is not None  # 0.9 / 2^(57/12) = 0.033 > 1/32
        assert SPENT == 1 / 32

    def test_t19_many_posts_on_one_evening_do_not_outlast_it(self) -> None:
        """Twenty joyful posts, and one amused post three days on: without a cap 20 x 0.9 / 2^6 = 0.28 were left."""
        profile = EMPTY
        for _ in range(20):
            profile = learned(profile=profile)
        later = NOW + KEPT
        amused = replace(READING, emotions={"amusement": 0.8})
        profile = with_affect(profile, replace(POST, created_at=later), amused, POLICY, now=later)
        assert mood_of(profile, POLICY, later) == {"amusement": 0.8}

    def test_an_old_post_says_nothing_of_todays_mood(self) -> None:
        old = replace(POST, created_at=NOW - 13 * HOUR)
        assert with_affect(EMPTY, old, READING, POLICY, now=NOW) == EMPTY

    def test_a_mood_that_was_not_read_changes_nothing(self) -> None:
        assert with_affect(EMPTY, POST, replace(READING, emotions=None), POLICY, now=NOW) == EMPTY
        assert mood_of(EMPTY, POLICY, NOW) is None

    def test_the_strict_policy_infers_nothing_and_uses_nothing_inferred(self) -> None:
        assert with_affect(EMPTY, POST, READING, STRICT, now=NOW) == EMPTY
        assert mood_of(learned(), STRICT, NOW) is None

    @pytest.mark.parametrize("policy", [POLICY, STRICT], ids=["standard", "eu_strict"])
    def test_a_stated_mood_overrides_an_inferred_one_for_a_day(self, policy: object) -> None:
        stated = replace(learned(), declared_mood=DeclaredMood(mood="calm", declared_at=NOW))
        assert mood_of(stated, policy, NOW + 23 * HOUR) == {"calm": 1.0}
        lapsed = mood_of(stated, policy, NOW + 24 * HOUR)
        assert lapsed == (pytest.approx({"joy": 0.9 / 4}) if policy is POLICY else None)

    def test_stating_no_mood_takes_the_inferred_one_away(self) -> None:
        stated = replace(learned(), declared_mood=DeclaredMood(mood=None, declared_at=NOW))
        assert mood_of(stated, POLICY, NOW) is None
