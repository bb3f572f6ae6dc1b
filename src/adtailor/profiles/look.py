"""How someone dresses, from the clothes in their own photos, fading over a month. Of clothes only."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from adtailor.domain.post import Post
from adtailor.domain.profile import Profile
from adtailor.domain.reading import Garment, Reading
from adtailor.domain.wellbeing import WellbeingPolicy
from adtailor.profiles.burden import learned_at, may_teach
from adtailor.profiles.fading import learned

HALF_LIFE = timedelta(days=30)
MOST_TRAITS = 48


def with_look(profile: Profile, post: Post, reading: Reading, policy: WellbeingPolicy, *, now: datetime) -> Profile:
    """The profile after one reading; call it only with the look consent."""
    if not reading.look or not may_teach(profile.person_id, post, reading, policy):
        return profile
    at = learned_at(post, now)
    seen = trait_shares(reading)
    return replace(profile, look=learned(profile.look, seen, at, half_life=HALF_LIFE, keep=MOST_TRAITS))


def teaches_look(profile: Profile, post: Post, reading: Reading, policy: WellbeingPolicy) -> bool:
    """Whether `with_look` learns anything from this reading."""
    return bool(reading.right_garments) and may_teach(profile.person_id, post, reading, policy)


def trait_shares(reading: Reading) -> dict[str, float]:
    """The clothes of a post as traits, without what its author said is wrong."""
    seen: dict[str, float] = {}
    for garment in reading.right_garments:
        for trait, share in traits(garment):
            # The same shirt on five photos of one post is one shirt.
            seen[trait] = max(seen.get(trait, 0.0), share)
    return seen


def traits(garment: Garment) -> Iterator[tuple[str, float]]:
    """A garment as traits with shares. Its price tier is left out: over time it would tell of an income.

    >>> dict(traits(Garment(type="shirt", confidence=0.5, colours=("navy", "white"), style={"casual": 0.8})))
    {'garment:shirt': 0.5, 'colour:navy': 0.25, 'colour:white': 0.25, 'style:casual': 0.4}
    """
    yield f"garment:{garment.type}", garment.confidence
    for colour in garment.colours:
        yield f"colour:{colour}", garment.confidence / len(garment.colours)
    if garment.pattern is not None:
        yield f"pattern:{garment.pattern}", garment.confidence
    for style, share in garment.style.items():
        yield f"style:{style}", garment.confidence * share
    for occasion, share in garment.occasion.items():
        yield f"occasion:{occasion}", garment.confidence * share
