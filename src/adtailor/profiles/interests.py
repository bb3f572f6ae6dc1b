"""What someone likes to write about, from their own unburdened posts, fading over weeks."""

from dataclasses import replace
from datetime import datetime, timedelta

from adtailor.domain.ids import TopicId
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
    topics = {str(topic): share for topic, share in topics_taught(profile, post, reading, policy).items()}
    at = learned_at(post, now)
    return replace(profile, interests=learned(profile.interests, topics, at, half_life=HALF_LIFE, keep=MOST_TOPICS))


def topics_taught(profile: Profile, post: Post, reading: Reading, policy: WellbeingPolicy) -> dict[TopicId, float]:
    """What a profile learns from a reading, as shares by topic."""
    if not may_teach(profile.person_id, post, reading, policy):
        return {}
    return {topic: share for topic, share in topic_shares(reading).items() if topic not in profile.muted_topics}


def topic_shares(reading: Reading) -> dict[TopicId, float]:
    """What a post is about, without what its author said is wrong."""
    return {topic.id: topic.confidence for topic in reading.right_topics if topic.confidence > 0.0}
