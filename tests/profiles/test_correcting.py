"""A correction makes a profile what it would be, had the reading said so from the start."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from adtailor.config.policy import load_policy
from adtailor.domain.person import Consents
from adtailor.domain.post import Post
from adtailor.domain.profile import Fading, Profile
from adtailor.domain.reading import Garment, PhotoLook, Reading, Sentiment, Topic, garment_mark, topic_mark
from adtailor.profiles.affect import relearned, with_affect, without_mood
from adtailor.profiles.correcting import corrected, lesson_of, without
from adtailor.profiles.fading import FAINT, faded
from adtailor.profiles.history import with_fewer, without_fewer
from adtailor.profiles.interests import HALF_LIFE, with_interests
from adtailor.profiles.look import HALF_LIFE as LOOK_HALF_LIFE
from adtailor.profiles.look import with_look

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
POLICY = load_policy()
TOPICS = ("483", "210", "42", "653", "596")
ALL = Consents(interests=True, look=True, affect=True)


@st.composite
def readings(draw, n: int) -> tuple[Post, Reading]:
    topics = draw(st.lists(st.sampled_from(TOPICS), unique=True, max_size=3))
    garments = draw(
        st.lists(
            st.builds(
                Garment,
                type=st.sampled_from(("shirt", "dress")),
                confidence=st.floats(0.1, 1.0),
                colours=st.sampled_from((("navy",), ("navy", "white"))),
                style=st.just({"casual": 0.5}),
            ),
            max_size=2,
        )
    )
    hours = draw(st.integers(0, 24 * 20))
    return (
        Post(id=f"p{n}", author_id="ana", created_at=NOON - timedelta(hours=hours), text="x"),
        Reading(
            post_id=f"p{n}",
            sentiment=Sentiment(label="positive", valence=0.5),
            topics=tuple(Topic(id=t, name=t, confidence=draw(st.floats(0.1, 1.0))) for t in topics),
            look=(PhotoLook(photo=0, garments=tuple(garments)),),
            emotions={"joy": draw(st.floats(0.0, 1.0))},
        ),
    )


timelines = st.integers(1, 5).flatmap(lambda n: st.tuples(*(readings(i) for i in range(n))))


def learn(posts: list[tuple[Post, Reading]]) -> tuple[Profile, list[Reading]]:
    """The profile after all of them, and the readings with what each taught."""
    profile, read = Profile(person_id="ana"), []
    for post, reading in posts:
        taught = lesson_of(profile, post, reading, ALL, POLICY, now=NOON)
        profile = with_interests(profile, post, reading, POLICY, now=NOON)
        profile = with_look(profile, post, reading, POLICY, now=NOON)
        profile = with_affect(profile, post, reading, POLICY, now=NOON)
        read.append(replace(reading, taught=taught))
    return profile, read


def worth(fading: Fading, half_life: timedelta, now: datetime = NOON) -> dict[str, float]:
    """What counts of it now; what is nearly faint may or may not be there."""
    return {name: round(w, 6) for name, w in faded(fading, now, half_life).items() if abs(w) >= 2 * FAINT}


def marks_of(reading: Reading) -> list[str]:
    return [topic_mark(t.id) for t in reading.topics] + [
        garment_mark(photo.photo, n) for photo in reading.look for n in range(len(photo.garments))
    ]


@given(posts=timelines, data=st.data())
def test_a_correction_is_as_if_the_reading_had_never_said_it(posts, data):
    profile, read = learn(list(posts))
    which = data.draw(st.integers(0, len(read) - 1))
    marks = data.draw(st.lists(st.sampled_from(marks_of(read[which]) or [""]), unique=True))
    before = read[which]
    after = replace(before, wrong=tuple(marks))
    told = corrected(profile, before, after)
    never = list(posts)
    never[which] = (posts[which][0], replace(posts[which][1], wrong=tuple(marks)))
    expected, _ = learn(never)
    assert worth(told.interests, HALF_LIFE) == worth(expected.interests, HALF_LIFE)
    assert worth(told.look, LOOK_HALF_LIFE) == worth(expected.look, LOOK_HALF_LIFE)
    assert all(weight > 0 for weight in (*told.interests.weights.values(), *told.look.weights.values()))


@given(posts=timelines, data=st.data())
def test_undoing_a_correction_brings_everything_back(posts, data):
    profile, read = learn(list(posts))
    before = read[data.draw(st.integers(0, len(read) - 1))]
    after = replace(before, wrong=tuple(marks_of(before)))
    back = corrected(corrected(profile, before, after), after, before)
    assert worth(back.interests, HALF_LIFE) == worth(profile.interests, HALF_LIFE)
    assert worth(back.look, LOOK_HALF_LIFE) == worth(profile.look, LOOK_HALF_LIFE)


@given(posts=timelines)
def test_what_taught_nothing_takes_nothing(posts):
    profile, read = learn(list(posts))
    untaught = replace(read[0], taught=None)
    assert corrected(profile, untaught, replace(untaught, wrong=tuple(marks_of(untaught)))) == profile


@given(posts=timelines)
def test_a_wrong_mood_leaves_the_moods_of_the_other_posts(posts):
    profile, read = learn(list(posts))
    told = relearned(profile, [without_mood(read[0], "joy"), *read[1:]])
    others = [reading for reading in read[1:] if reading.taught and reading.taught.affect]
    assert bool(told.affect.weights) <= bool(others)
    assert told.affect.weights.get("joy", 0.0) <= profile.affect.weights.get("joy", 0.0) + 1e-9
    assert relearned(profile, read).affect.weights.keys() == profile.affect.weights.keys()


def test_no_mark_is_left_of_a_mood():
    reading = Reading(post_id="p", emotions={"joy": 0.9, "relief": 0.8, "neutral": 0.1})
    told = without_mood(reading, "joy")
    assert told.emotions == {"relief": 0.8, "neutral": 0.1}
    assert told.wrong == ()


@given(
    weights=st.dictionaries(st.sampled_from(TOPICS), st.floats(0.02, 5.0), max_size=5),
    about=st.dictionaries(st.sampled_from(TOPICS), st.just(0.0) | st.floats(1e-6, 1.0), max_size=3),
    days=st.integers(0, 10),
)
def test_fewer_halves_at_most_never_turns_negative_and_is_undone(weights, about, days):
    before = Profile(person_id="ana", interests=Fading(weights=weights, as_of=NOON))
    asked = with_fewer(before, "ad", "shop", about, now=NOON)
    for topic, weight in weights.items():
        left = asked.interests.weights.get(topic, 0.0)
        assert weight / 2 - 1e-9 <= left <= weight + 1e-9
        assert (left < weight) == (about.get(topic, 0.0) > 1e-12)
    assert asked.history.weights == {"shop": -2.0}
    assert with_fewer(asked, "ad", "shop", about, now=NOON + timedelta(days=days)) == asked
    undone = without_fewer(asked, "ad")
    assert undone.history.weights == {}
    assert undone.fewer == {}
    now = NOON + timedelta(days=days)
    assert worth(undone.interests, HALF_LIFE, now) == worth(before.interests, HALF_LIFE, now)


def test_one_name_goes_and_the_others_stay():
    profile = Profile(person_id="ana", look=Fading(weights={"colour:navy": 1.0, "colour:red": 0.5}, as_of=NOON))
    assert without(profile, "look", "colour:navy").look.weights == {"colour:red": 0.5}
    assert without(profile, "affect", "joy") == profile
