"""Whether a post may teach a profile anything: not what tells of a burden, of something sensitive, or of others.

The head for stress runs only with the well-being consent, and nobody should have to give that one to keep their
distress out of their interests. So the tone, which needs no consent, is a gate of its own; and where the words could
not be judged at all, nothing is learned.
"""

from datetime import datetime

from adtailor.domain.ids import PersonId
from adtailor.domain.post import Post
from adtailor.domain.reading import Reading
from adtailor.domain.wellbeing import WellbeingPolicy

LIKELY = 0.5
"""A post that is rather stressed than not teaches nothing, even below the threshold of a sign."""
FELT = 0.3
LOW_EMOTIONS: frozenset[str] = frozenset({
    "anger", "annoyance", "confusion", "disappointment", "disapproval", "disgust", "embarrassment", "fear", "grief",
    "nervousness", "remorse", "sadness",
})  # fmt: skip
"""Labels of GoEmotions that only ever keep a post from being learned from."""


def may_teach(person_id: PersonId, post: Post, reading: Reading, policy: WellbeingPolicy) -> bool:
    """Whether a profile may learn from this post: the person's own words, unburdened, on ordinary topics."""
    return post.is_own and post.author_id == person_id and not is_burdened(post, reading, policy)


def is_burdened(post: Post, reading: Reading, policy: WellbeingPolicy) -> bool:
    """Whether a post shows stress, crisis language, a negative tone, a sensitive topic, or cannot be judged."""
    if reading.crisis or (reading.suitability is not None and reading.suitability.risk == "floor"):
        return True
    if any(topic.id in policy.sensitive_topics for topic in reading.topics):
        return True
    if reading.stress is not None and reading.stress.probability >= min(policy.stress_threshold, LIKELY):
        return True
    if reading.sentiment is None:
        return bool(post.text.strip())
    return reading.sentiment.label == "negative" or _feels_low(reading)


def is_unsuitable(page: Reading | None) -> bool:
    """Whether no ad belongs beside this content, whoever looks: the floor of brand suitability (GARM, 2020)."""
    return page is not None and page.suitability is not None and page.suitability.risk == "floor"


def tells_of_hardship(page: Reading | None, policy: WellbeingPolicy) -> bool:
    """Whether credit, alcohol, diets and their like are out of place here: a sensitive topic or an unhappy tone.

    Judged by what needs no consent of the author: topics, tone and suitability.
    """
    if page is None:
        return False
    if is_unsuitable(page) or any(topic.id in policy.sensitive_topics for topic in page.topics):
        return True
    return page.sentiment is not None and page.sentiment.label == "negative"


def learned_at(post: Post, now: datetime) -> datetime:
    """When a post counts as written: a date ahead of the clock does not make it fresher."""
    return min(post.created_at, now)


def _feels_low(reading: Reading) -> bool:
    # "neutral" is neither: what counts is whether a low emotion is felt, and as much as any other.
    felt = {name: share for name, share in (reading.emotions or {}).items() if name != "neutral"}
    low = max((share for name, share in felt.items() if name in LOW_EMOTIONS), default=0.0)
    return low >= FELT and low >= max(felt.values())
