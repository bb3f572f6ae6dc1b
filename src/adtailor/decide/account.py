"""The operator's account of a decision: who was ranked, who was turned away and why, and what each signal changed."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from adtailor.decide.auction import Auction
from adtailor.decide.eligibility import RULES, why_not
from adtailor.domain.buying import Tier
from adtailor.domain.decision import Account, Candidate, TurnedAway
from adtailor.domain.ids import AdId, PlacementId
from adtailor.domain.signals import Signal

RANKED = 16
FEW = 2


def account_of(auction: Auction, without: Mapping[Signal, NDArray[np.int32]]) -> Account:
    """Words for codes: the best 16, the first few turned away by each rule, and the counts."""
    answers = zip(RULES, auction.sifted.answers, strict=True)
    return Account(
        ranked=_ranked(auction),
        turned_away=_turned_away(auction),
        turned_away_counts={rule.says: said.turned_away for rule, said in answers if said},
        without={signal: _by_placement(auction, ads) for signal, ads in without.items()},
        pricing=auction.pricing,
        tiers=_tiers(auction) if auction.catalogue.tiers.is_mixed else {},
    )


def _ranked(auction: Auction) -> tuple[Candidate, ...]:
    ranking, ad_ids = auction.ranking, auction.catalogue.ad_ids
    size = min(RANKED, int(ranking.kept[0]))
    return tuple(
        Candidate(ad_id=ad_ids[ad], click_rate=rate, quality=quality, value=value)
        for ad, rate, quality, value in zip(
            ranking.ads[0, :size].tolist(),
            ranking.click_rates[0, :size].tolist(),
            ranking.qualities[0, :size].tolist(),
            ranking.values[0, :size].tolist(),
            strict=True,
        )
    )


def _tiers(auction: Auction) -> dict[AdId, Tier]:
    catalogue = auction.catalogue
    best = auction.ranking.ads[0, : min(RANKED, int(auction.ranking.kept[0]))].tolist()
    campaigns = [(catalogue.ad_ids[ad], catalogue.line(ad).campaign) for ad in best]
    return {ad_id: campaign.tier for ad_id, campaign in campaigns if campaign.tier != "auction"}


def _turned_away(auction: Auction) -> tuple[TurnedAway, ...]:
    sifted, catalogue, asked = auction.sifted, auction.catalogue, auction.asked
    ads = list(dict.fromkeys(ad for said in sifted.answers if said for ad in said.first(FEW)))
    return tuple(
        [
            TurnedAway(ad_id=catalogue.ad_ids[ad], reasons=why_not(asked, catalogue, ad, code))
            for ad, code in zip(ads, sifted.codes(ads), strict=True)
        ]
    )


def _by_placement(auction: Auction, ads: NDArray[np.int32]) -> dict[PlacementId, AdId | None]:
    placements, ad_ids = auction.asked.request.placements, auction.catalogue.ad_ids
    return {
        placements[place].id: ad_ids[ad] if ad >= 0 else None
        for place, ad in zip(auction.slots.order, ads.tolist(), strict=True)
    }
