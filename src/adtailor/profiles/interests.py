"""What someone likes to write about, from their own unburdened posts, fading over weeks."""

from dataclasses import replace
from datetime import datetime, timedelta

from adtailor.domain.post import Post
from adtailor.domain.profile import Profile
from adtailor.domain.reading import Reading
from adtailor.domain.wellbeing import WellbeingPolicy
from adtailor.profiles.burden import learned_at, may_teach
from adtailor.profiles.fading import learned

HALF_LIFE = timedelta(days=14)
MOST_TOPICS = 32


def with_interests(
    profile: Profile, post: Post, reading: Reading, policy: WellbeingPolicy, *, now: datetime
) -> Profile:
    """The profile after one reading; call it only with the interests consent. Muted topics are not learned."""
    if not may_teach(profile.person_id, post, reading, policy):
        return profile
    topics: dict[str, float] = {
        topic.id: topic.confidence
        for topic in reading.topics
        if topic.confidence > 0.0 and topic.id not in profile.muted_topics
    }
    at = learned_at(post, now)
    return replace(profile, interests=learned(profile.interests, topics, at, half_life=HALF_LIFE, keep=MOST_TOPICS))
