"""Single items of the buying side, by their ids."""

from adtailor.domain.buying import Ad, Advertiser, Campaign
from adtailor.domain.creative import Creative
from adtailor.domain.ids import AdvertiserId
from adtailor.domain.profile import Profile
from adtailor.ports import ItemSource


def advertiser_of(source: ItemSource, advertiser_id: str) -> Advertiser | None:
    """The advertiser, if there is one."""
    kept = source.item("advertisers", advertiser_id)
    return kept.item if kept is not None and isinstance(kept.item, Advertiser) else None


def campaign_of(source: ItemSource, campaign_id: str) -> Campaign | None:
    """The campaign, if there is one."""
    kept = source.item("campaigns", campaign_id)
    return kept.item if kept is not None and isinstance(kept.item, Campaign) else None


def creative_of(source: ItemSource, ad_id: str) -> Creative | None:
    """What an ad shows, if both are there."""
    ad = source.item("ads", ad_id)
    if ad is None or not isinstance(ad.item, Ad):
        return None
    kept = source.item("creatives", ad.item.creative_id)
    return kept.item if kept is not None and isinstance(kept.item, Creative) else None


def muted_names(source: ItemSource, profile: Profile | None) -> dict[AdvertiserId, str]:
    """The names of the advertisers that somebody muted, as far as they are still there."""
    ids = () if profile is None else profile.muted_advertisers
    return {id_: one.name for id_ in ids if (one := advertiser_of(source, id_)) is not None}
