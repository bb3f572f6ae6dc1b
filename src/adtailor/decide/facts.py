"""What click models go by of the ads of an inventory, as the columns that a stored catalogue has of itself."""

import numpy as np

from adtailor.domain.buying import Inventory
from adtailor.maths.columns import codes_of, shares_of
from adtailor.ports import AdFacts


def facts_of(inventory: Inventory) -> AdFacts:
    """One row for each of `inventory.ads`, in their order."""
    adsets = {adset.id: adset for adset in inventory.adsets}
    creatives = {creative.id: creative for creative in inventory.creatives}
    numbers = {advertiser.id: n for n, advertiser in enumerate(inventory.advertisers)}
    campaigns = {campaign.id: numbers.get(campaign.advertiser_id, -1) for campaign in inventory.campaigns}
    shown = [creatives.get(ad.creative_id) for ad in inventory.ads]
    sets = [adsets.get(ad.adset_id) for ad in inventory.ads]
    return AdFacts(
        ad_ids=[ad.id for ad in inventory.ads],
        advertisers=np.array([campaigns.get(adset.campaign_id, -1) if adset else -1 for adset in sets], dtype=np.int32),
        advertiser_ids=[advertiser.id for advertiser in inventory.advertisers],
        formats=codes_of([creative.format if creative else None for creative in shown]),
        topics=shares_of([creative.topics if creative else {} for creative in shown]),
        look=shares_of([creative.look if creative else {} for creative in shown]),
        countries=np.array([len(adset.targeting.countries) if adset else 0 for adset in sets], dtype=np.int64),
    )
