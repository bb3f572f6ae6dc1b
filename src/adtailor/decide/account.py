"""The operator's account of a decision: who was ranked, who was turned away and why, and what each signal changed."""

from collections.abc import Mapping, Sequence

from adtailor.decide.auction import Auction
from adtailor.decide.eligibility import RULES, why_not
from adtailor.domain.buying import Tier
from adtailor.domain.decision import Account, Ranked, TurnedAway
from adtailor.domain.ids import AdId, PlacementId
from adtailor.domain.signals import Signal

RANKED = 16


def account_of(auction: Auction, without: Mapping[Signal, Sequence[int]], *, in_words: bool) -> Account:
    """The best 16, the first few turned away by each rule, and the counts; `in_words` also all that speaks against.

    Words take longer than the whole decision does. What is kept without them is what a log needs.
    """
    counts: dict[str, int] = {}
    first: dict[str, tuple[AdId, ...]] = {}
    ad_ids = auction.catalogue.ad_ids
    for rule, said in zip(RULES, auction.sifted.answers, strict=True):
        if said is not None:
            counts[rule.says] = said.turned_away
            first[rule.says] = tuple([ad_ids[ad] for ad in said.first])
    return Account(
        best=_best(auction),
        first_turned_away=first,
        turned_away=_turned_away(auction) if in_words else (),
        turned_away_counts=counts,
        without={signal: _by_placement(auction, ads) for signal, ads in without.items()},
        pricing=auction.pricing,
        tiers=_tiers(auction) if auction.catalogue.tiers.is_mixed else {},
    )


def _best(auction: Auction) -> Ranked:
    ranking, ad_ids = auction.ranking, auction.catalogue.ad_ids
    size = min(RANKED, int(ranking.kept[0]))
    return Ranked(
        ad_ids=tuple([ad_ids[ad] for ad in ranking.ads[0, :size].tolist()]),
        click_rates=tuple(ranking.click_rates[0, :size].tolist()),
        qualities=tuple(ranking.qualities[0, :size].tolist()),
        values=tuple(ranking.values[0, :size].tolist()),
    )


def _tiers(auction: Auction) -> dict[AdId, Tier]:
    catalogue = auction.catalogue
    best = auction.ranking.ads[0, : min(RANKED, int(auction.ranking.kept[0]))].tolist()
    campaigns = [(catalogue.ad_ids[ad], catalogue.line(ad).campaign) for ad in best]
    return {ad_id: campaign.tier for ad_id, campaign in campaigns if campaign.tier != "auction"}


def _turned_away(auction: Auction) -> tuple[TurnedAway, ...]:
    sifted, catalogue, asked = auction.sifted, auction.catalogue, auction.asked
    ads = list(dict.fromkeys(ad for said in sifted.answers if said for ad in said.first))
    return tuple(
        [
            TurnedAway(ad_id=catalogue.ad_ids[ad], reasons=why_not(asked, catalogue, ad, code))
            for ad, code in zip(ads, sifted.codes(ads), strict=True)
        ]
    )


def _by_placement(auction: Auction, ads: Sequence[int]) -> dict[PlacementId, AdId | None]:
    placements, ad_ids = auction.asked.request.placements, auction.catalogue.ad_ids
    return {
        placements[place].id: ad_ids[ad] if ad >= 0 else None
        for place, ad in zip(auction.slots.order, ads, strict=True)
    }
