"""How someone answered an advertiser: a click raises, hiding lowers, and both fade. Needs the interests consent."""

from dataclasses import replace
from datetime import datetime, timedelta

from adtailor.domain.ids import AdId, AdvertiserId
from adtailor.domain.profile import Profile
from adtailor.profiles.fading import learned

HALF_LIFE = timedelta(days=30)
MOST_ADVERTISERS = 64
CLICKED = 1.0
HIDDEN = -2.0
"""Hiding is deliberate and rare, a click often a slip: one hide outweighs two clicks."""


def with_click(profile: Profile, advertiser_id: AdvertiserId, *, now: datetime) -> Profile:
    """The profile after a click on one of their ads."""
    return _answered(profile, advertiser_id, CLICKED, now)


def with_hide(profile: Profile, advertiser_id: AdvertiserId, ad_id: AdId, *, now: datetime) -> Profile:
    """The profile after one of their ads was hidden; that ad does not come again."""
    return replace(_answered(profile, advertiser_id, HIDDEN, now), hidden_ads=profile.hidden_ads | {ad_id})


def _answered(profile: Profile, advertiser_id: AdvertiserId, weight: float, now: datetime) -> Profile:
    history = learned(profile.history, {advertiser_id: weight}, now, half_life=HALF_LIFE, keep=MOST_ADVERTISERS)
    return replace(profile, history=history)
