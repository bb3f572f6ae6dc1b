"""A positive mood, stated or told of by the last posts, and gone within 72 h. A low mood has no place here."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from adtailor.domain.person import Mood
from adtailor.domain.post import Post
from adtailor.domain.profile import Fading, Profile
from adtailor.domain.reading import Reading
from adtailor.domain.wellbeing import WellbeingPolicy
from adtailor.profiles.burden import learned_at, may_teach
from adtailor.profiles.fading import faded, learned

HALF_LIFE = timedelta(hours=12)
KEPT = timedelta(hours=72)
STATED_LASTS = timedelta(hours=24)
FULL = 1.0
LEAST_FELT = 0.3
MOODS: Mapping[str, Mood] = {
    "joy": "joy",
    "excitement": "excitement",
    "amusement": "amusement",
    "curiosity": "curiosity",
    "relief": "calm",
}
"""Label of GoEmotions to mood. No label of a low emotion is here."""
SPENT = 2.0 ** -((KEPT - HALF_LIFE) / HALF_LIFE)
"""1/32: what is left, 60 h on, of a mood in full. A mood is learned at most 12 h late and never above full, so
whatever stands above this tells of a post from the last 72 h."""


def with_affect(profile: Profile, post: Post, reading: Reading, policy: WellbeingPolicy, *, now: datetime) -> Profile:
    """The profile after one reading; call it only with the affect consent. `declared` policies infer nothing."""
    at = learned_at(post, now)
    if policy.affect_source == "declared" or reading.emotions is None or _is_late(profile.affect, at, now):
        return profile
    if not may_teach(profile.person_id, post, reading, policy):
        return profile
    return replace(profile, affect=_after(profile.affect, moods_of(reading), at))


def teaches_affect(profile: Profile, post: Post, reading: Reading, policy: WellbeingPolicy, *, now: datetime) -> bool:
    """Whether `with_affect` learns a mood from this reading."""
    if policy.affect_source == "declared" or _is_late(profile.affect, learned_at(post, now), now):
        return False
    return bool(moods_of(reading)) and may_teach(profile.person_id, post, reading, policy)


def moods_of(reading: Reading) -> dict[Mood, float]:
    """The moods that a post tells of, as shares."""
    emotions = reading.emotions or {}
    return {mood: share for label, mood in MOODS.items() if (share := emotions.get(label, 0.0)) >= LEAST_FELT}


def relearned(profile: Profile, readings: Sequence[Reading]) -> Profile:
    """The profile with the moods of these readings alone: of all that taught it one, and still hold it."""
    affect = Fading()
    for taught, reading in sorted(
        ((reading.taught, reading) for reading in readings if reading.taught and reading.taught.affect),
        key=lambda lesson: lesson[0].at,
    ):
        affect = _after(affect, moods_of(reading), taught.at)
    return replace(profile, affect=affect)


def without_mood(reading: Reading, mood: Mood) -> Reading:
    """The reading without what told of a mood. No mark stays: it would outlive the 72 h that a mood has."""
    emotions = {label: share for label, share in (reading.emotions or {}).items() if MOODS.get(label) != mood}
    return replace(reading, emotions=emotions if reading.emotions is not None else None)


def _after(affect: Fading, felt: Mapping[Mood, float], at: datetime) -> Fading:
    affect = learned(
        affect, {str(mood): share for mood, share in felt.items()}, at, half_life=HALF_LIFE, keep=len(MOODS)
    )
    return replace(affect, weights={mood: min(w, FULL) for mood, w in affect.weights.items() if w > SPENT})


def mood_of(profile: Profile, policy: WellbeingPolicy, now: datetime) -> dict[Mood, float] | None:
    """The mood now, as shares that sum to at most 1; a stated one stands alone until it lapses after a day."""
    stated = profile.declared_mood
    if stated is not None and now - stated.declared_at < STATED_LASTS:
        return {stated.mood: 1.0} if stated.mood is not None else None
    if policy.affect_source == "declared" or profile.affect.as_of is None or now - profile.affect.as_of >= KEPT:
        return None
    weights = {mood: w for mood, w in faded(profile.affect, now, HALF_LIFE).items() if w > SPENT}
    whole = max(1.0, sum(weights.values()))
    return {cast("Mood", mood): weight / whole for mood, weight in weights.items()} or None


def _is_late(affect: Fading, at: datetime, now: datetime) -> bool:
    newest = max(now, affect.as_of) if affect.as_of else now
    return newest - at > HALF_LIFE
