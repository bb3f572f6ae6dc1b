"""A reading was wrong: the profile becomes what it would be, had the reading said so from the start."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from adtailor.domain.ids import TopicId
from adtailor.domain.person import Consents
from adtailor.domain.post import Post
from adtailor.domain.profile import Fading, Profile
from adtailor.domain.reading import Reading, Taught
from adtailor.domain.wellbeing import WellbeingPolicy
from adtailor.profiles import interests, look
from adtailor.profiles.affect import teaches_affect
from adtailor.profiles.burden import learned_at
from adtailor.profiles.fading import FAINT, learned

Kind = Literal["interests", "look", "affect"]
"""A part of a profile that is learned from posts."""


def lesson_of(
    profile: Profile, post: Post, reading: Reading, consents: Consents, policy: WellbeingPolicy, *, now: datetime
) -> Taught | None:
    """What the profile, as it stands before, is about to learn from a reading; None for nothing."""
    topics = interests.topics_taught(profile, post, reading, policy) if consents.interests else {}
    taught = Taught(
        at=learned_at(post, now),
        interests=tuple(topics),
        look=consents.look and look.teaches_look(profile, post, reading, policy),
        affect=consents.affect and teaches_affect(profile, post, reading, policy, now=now),
    )
    return taught if taught.interests or taught.look or taught.affect else None


def corrected(profile: Profile, before: Reading, after: Reading) -> Profile:
    """The profile after a reading that taught it changed from `before` to `after`; undoing is the same, backwards.

    What readings say is a sum of fading weights, so the difference of the two, faded alike, is all there is to add. But
    for what the limits on a profile's size left out, that is as if `after` had been read: see `decay.learned`. Moods
    are learned anew by `affect.relearned`, for a mood in full hides how much went into it.
    """
    taught = before.taught
    if taught is None:
        return profile
    topics = {
        topic: change
        for topic, change in _change(
            _by_name(interests.topic_shares(before)), _by_name(interests.topic_shares(after))
        ).items()
        if topic in taught.interests
    }
    profile = replace(
        profile,
        interests=_moved(
            profile.interests, topics, taught.at, half_life=interests.HALF_LIFE, keep=interests.MOST_TOPICS
        ),
    )
    if not taught.look:
        return profile
    traits = _change(look.trait_shares(before), look.trait_shares(after))
    return replace(
        profile, look=_moved(profile.look, traits, taught.at, half_life=look.HALF_LIFE, keep=look.MOST_TRAITS)
    )


def without(profile: Profile, kind: Kind, name: str) -> Profile:
    """The profile without one interest, trait or mood."""
    fading = {"interests": profile.interests, "look": profile.look, "affect": profile.affect}[kind]
    left = replace(fading, weights={other: weight for other, weight in fading.weights.items() if other != name})
    match kind:
        case "interests":
            return replace(profile, interests=left)
        case "look":
            return replace(profile, look=left)
        case "affect":
            return replace(profile, affect=left)


def _by_name(shares: Mapping[TopicId, float]) -> dict[str, float]:
    return {str(topic): share for topic, share in shares.items()}


def _change(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    changes = {name: after.get(name, 0.0) - before.get(name, 0.0) for name in {*before, *after}}
    return {name: change for name, change in sorted(changes.items()) if change}


def _moved(fading: Fading, changes: Mapping[str, float], at: datetime, *, half_life: timedelta, keep: int) -> Fading:
    after = learned(fading, changes, at, half_life=half_life, keep=keep)
    # What a correction leaves of a weight is either something, or was nothing but rounding.
    left = {name: weight for name, weight in after.weights.items() if weight >= FAINT or changes.get(name, 0.0) >= 0.0}
    return replace(after, weights=left)
