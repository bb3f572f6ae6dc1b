"""How someone answered an advertiser: a click raises, hiding lowers, and both fade. Needs the interests consent."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from adtailor.domain.ids import AdId, AdvertiserId, TopicId
from adtailor.domain.profile import Fewer, Profile
from adtailor.profiles import interests
from adtailor.profiles.fading import faded, learned

HALF_LIFE = timedelta(days=30)
MOST_ADVERTISERS = 64
MOST_FEWER = 64
CLICKED = 1.0
HIDDEN = -2.0
"""Hiding is deliberate and rare, a click often a slip: one hide outweighs two clicks."""


def with_click(profile: Profile, advertiser_id: AdvertiserId, *, now: datetime) -> Profile:
    """The profile after a click on one of their ads."""
    return _answered(profile, advertiser_id, CLICKED, now)


def with_hide(profile: Profile, advertiser_id: AdvertiserId, ad_id: AdId, *, now: datetime) -> Profile:
    """The profile after one of their ads was hidden; that ad does not come again."""
    return replace(_answered(profile, advertiser_id, HIDDEN, now), hidden_ads=profile.hidden_ads | {ad_id})


def with_fewer(
    profile: Profile, ad_id: AdId, advertiser_id: AdvertiserId, topics: Mapping[TopicId, float], *, now: datetime
) -> Profile:
    """The profile after "fewer like this": its advertiser counts less, and what it is about is halved as an interest.

    Interests are halved by how much the ad is about them, so they never turn negative; what was taken is kept for
    `without_fewer`. Asking twice for one ad is asking once.
    """
    if ad_id in profile.fewer:
        return profile
    now_worth = faded(profile.interests, now, interests.HALF_LIFE)
    taken = {
        topic: weight * min(share, 1.0) / 2
        for topic, share in topics.items()
        if share > 0.0 and (weight := now_worth.get(topic, 0.0)) > 0.0
    }
    profile = _answered(profile, advertiser_id, HIDDEN, now)
    profile = _interested(profile, {topic: -weight for topic, weight in taken.items()}, now)
    asked = Fewer(at=now, advertiser_id=advertiser_id, taken=taken)
    kept = dict(sorted({**profile.fewer, ad_id: asked}.items(), key=lambda item: item[1].at)[-MOST_FEWER:])
    return replace(profile, fewer=kept)


def without_fewer(profile: Profile, ad_id: AdId) -> Profile:
    """The profile as if "fewer like this" had never been asked: what it took comes back, faded as it would have."""
    asked = profile.fewer.get(ad_id)
    if asked is None:
        return profile
    profile = _answered(profile, asked.advertiser_id, -HIDDEN, asked.at)
    profile = _interested(profile, asked.taken, asked.at)
    return replace(profile, fewer={other: one for other, one in profile.fewer.items() if other != ad_id})


def _interested(profile: Profile, change: Mapping[TopicId, float], at: datetime) -> Profile:
    after = learned(
        profile.interests,
        {str(topic): weight for topic, weight in change.items()},
        at,
        half_life=interests.HALF_LIFE,
        keep=interests.MOST_TOPICS,
    )
    return replace(profile, interests=after)


def _answered(profile: Profile, advertiser_id: AdvertiserId, weight: float, now: datetime) -> Profile:
    history = learned(profile.history, {advertiser_id: weight}, now, half_life=HALF_LIFE, keep=MOST_ADVERTISERS)
    return replace(profile, history=history)
