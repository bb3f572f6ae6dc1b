"""What an ad that won is charged per event, by the rule of its tier and of the installation."""

from adtailor.decide.lines import Line
from adtailor.domain.decision import PriceRule, Pricing
from adtailor.domain.money import Micros
from adtailor.maths.auction import conversion_floor, vcg_price, winning_price


def least_price(line: Line, floor: Micros, conversion_rate: float) -> Micros:
    """What a floor per click (or thousand impressions) asks of one event of an ad; nothing of what does not bid."""
    if line.campaign.tier != "auction":
        return Micros(0)
    return Micros(conversion_floor(floor, conversion_rate)) if line.adset.bid.kind == "cpa" else floor


def price_of(
    line: Line,
    pricing: Pricing,
    *,
    bid: Micros,
    value: float,
    runner_up: float | None,
    externality: float,
    attention: float,
    explored: bool,
    floor: Micros,
) -> tuple[Micros, PriceRule]:
    """The price, and the rule it came by.

    `bid` is what it bids here, `value` its total value by that. `runner_up` is the next value that bids for the place,
    None where there is none; `externality` what the advertiser takes from others on the page, in micros per page;
    `floor` is per event of this ad.
    """
    tier = line.campaign.tier
    if tier == "house":
        return Micros(0), "free"
    if tier == "guaranteed":
        return line.adset.bid.amount, "promised"
    if pricing == "first":
        return bid, "first"
    if explored:
        return floor, "floor"
    if pricing == "vcg":
        return Micros(vcg_price(externality, value=value * attention, bid=bid, floor=floor)), "vcg"
    if runner_up is None:
        return floor, "floor"
    return Micros(winning_price(runner_up, value=value, bid=bid, floor=floor)), "gsp"
