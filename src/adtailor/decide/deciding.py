"""One request becomes one explained decision: eligible, ranked, allocated and priced, explained, then vetoed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from random import Random
from typing import Final

from adtailor.decide.account import account_of
from adtailor.decide.allocate import draw, slots_of
from adtailor.decide.auction import Auction, hold
from adtailor.decide.catalogue import Catalogue, build_catalogue
from adtailor.decide.eligibility import Asked
from adtailor.decide.explain import explain
from adtailor.decide.lines import Line
from adtailor.decide.price import least_price, price_of
from adtailor.domain.buying import Inventory
from adtailor.domain.decision import (
    Decision,
    DecisionRequest,
    Evidence,
    Filled,
    Limits,
    NoFill,
    Placement,
    Pricing,
    Why,
    Won,
)
from adtailor.domain.ids import AdId, DecisionId, PlacementId, RequestId, SiteId, uuid7
from adtailor.domain.money import Micros, written
from adtailor.maths.auction import floor_of
from adtailor.ports import Ranker, Veto

EXPLORATION = 0.02
Note = Callable[[Mapping[PlacementId, Won]], None]
QUIET: Final = NoFill(code="quiet", hint="No ad here this time.")


class NoVeto:
    """Blanks nothing."""

    @property
    def needs_plain(self) -> bool:
        """No."""
        return False

    def blanks(
        self,
        won: Mapping[PlacementId, Won],  # noqa: ARG002  # the port's shape
        placements: Sequence[PlacementId],  # noqa: ARG002
        plain: frozenset[AdId] | None,  # noqa: ARG002
    ) -> frozenset[PlacementId]:
        """None of them."""
        return frozenset()


def decide(
    request: DecisionRequest,
    evidence: Evidence,
    limits: Limits,
    *,
    catalogue: Catalogue,
    ranker: Ranker,
    veto: Veto | None = None,
    policy_name: str,
    now: datetime,
    random: Random,
    exploration: float = EXPLORATION,
    pricing: Pricing = "gsp",
    spacing: int = 0,
    note: Note | None = None,
    in_words: bool = True,
) -> Decision:
    """An ad or a reason for each placement of a page, in the order asked.

    Chance is drawn before anything is looked at, so neither profile nor veto shifts it. A veto sees what was won and
    may only blank: prices, winners, explanations and the account are what they would have been without it. A protected
    viewer is answered as somebody who has consented to nothing, whatever evidence came along. `note` is told what was
    won before any veto: budgets keep their pace by that. `in_words` writes the account in full.
    """
    if limits.protected:
        evidence = evidence.impersonal()
    decision_id = DecisionId(uuid7(now, random))
    drawn = draw(random, len(request.placements), exploration)
    slots = slots_of(request.placements, conversion_rate=catalogue.conversion_rate, spacing=spacing)
    asked = Asked(request=request, evidence=evidence, limits=limits, at=now.timestamp())

    auction = hold(asked, slots, drawn, catalogue=catalogue, ranker=ranker, pricing=pricing)
    explained = explain(auction)
    won: dict[PlacementId, Won] = {}
    answers: dict[PlacementId, Filled] = {}
    for slot, place in enumerate(slots.order):
        placement = request.placements[place]
        answers[placement.id] = _answer(auction, slot, placement, explained.whys[slot])
        if (winner := answers[placement.id].won) is not None:
            won[placement.id] = winner
    if note is not None:
        note(won)

    for quiet in _blanked(auction, ranker, veto or NoVeto(), won):
        answers[quiet] = Filled(placement_id=quiet, no_fill=QUIET)
    return Decision(
        decision_id=decision_id,
        request_id=request.request_id,
        site_id=request.site_id,
        decided_at=now,
        policy=policy_name,
        ranker=ranker.name,
        catalogue_version=catalogue.version,
        placements=tuple(answers[placement.id] for placement in request.placements),
        account=account_of(auction, explained.without, in_words=in_words),
    )


def warm_up(ranker: Ranker) -> None:
    """Compile, or load from the cache, all that a decision runs, by making one with no ads."""
    decide(
        DecisionRequest(
            request_id=RequestId("warm-up"), site_id=SiteId("warm-up"), placements=(Placement(id=PlacementId("one")),)
        ),
        Evidence(context_topics={}),
        Limits(),
        catalogue=build_catalogue(Inventory(), ranker=ranker, parents={}, adult_products=frozenset()),
        ranker=ranker,
        policy_name="warm-up",
        now=datetime(2026, 1, 1, tzinfo=UTC),
        random=Random(0),  # noqa: S311  # chance, not secrecy
    )


def _blanked(auction: Auction, ranker: Ranker, veto: Veto, won: Mapping[PlacementId, Won]) -> frozenset[PlacementId]:
    placements = [placement.id for placement in auction.asked.request.placements]
    plain = _plain_ads(auction, ranker) if veto.needs_plain else None
    return veto.blanks(won, placements, plain) & frozenset(placements)


def _plain_ads(auction: Auction, ranker: Ranker) -> frozenset[AdId]:
    """What someone without any consent would have been shown, on the same snapshot and the same chance."""
    asked = auction.asked
    plain = hold(
        Asked(request=asked.request, evidence=asked.evidence.impersonal(), limits=asked.limits, at=asked.at),
        auction.slots,
        auction.drawn,
        catalogue=auction.catalogue,
        ranker=ranker,
        pricing=auction.pricing,
        explains=False,
    )
    return frozenset(auction.catalogue.ad_ids[ad] for ad in plain.winners.tolist() if ad >= 0)


def _answer(auction: Auction, slot: int, placement: Placement, why: Why | None) -> Filled:
    chosen = int(auction.allocation.chosen[0, slot])
    if chosen < 0:
        return Filled(placement_id=placement.id, no_fill=_no_fill(auction, slot, placement))
    ad = int(auction.ranking.ads[0, chosen])
    line = auction.catalogue.line(ad)
    own = least_price(line, placement.floor, auction.catalogue.conversion_rate)
    least = max(own, _thousandth(auction, line, chosen, placement))
    if least > (0 if line.campaign.tier == "house" else auction.catalogue.bids[ad]):
        hint = f"what won bids less than {written(placement.thousand_floor)} for 1000 impressions"
        return Filled(placement_id=placement.id, no_fill=NoFill(code="below_floor", hint=hint))
    return Filled(placement_id=placement.id, won=_won(auction, slot, chosen, own, least=least), why=why)


def _thousandth(auction: Auction, line: Line, chosen: int, placement: Placement) -> Micros:
    """What the floor for 1000 impressions asks of one event of the winner, whatever its tier."""
    if not placement.thousand_floor or line.adset.bid.kind == "cpm":
        return placement.thousand_floor
    return Micros(floor_of(placement.thousand_floor, events=_events(auction, line, chosen)))


def _events(auction: Auction, line: Line, chosen: int) -> float:
    """The charged events that one impression is expected to bring."""
    if line.adset.bid.kind == "cpm":
        return 0.001
    click_rate = float(auction.ranking.click_rates[0, chosen])
    return click_rate if line.adset.bid.kind == "cpc" else click_rate * auction.catalogue.conversion_rate


def _won(auction: Auction, slot: int, chosen: int, floor: Micros, *, least: Micros) -> Won:
    ranking, allocation, catalogue = auction.ranking, auction.allocation, auction.catalogue
    ad = int(ranking.ads[0, chosen])
    line = catalogue.line(ad)
    runner_up = int(allocation.runner_up[0, slot])
    value = float(ranking.values[0, chosen])
    runner_up_value = float(ranking.values[0, runner_up]) if runner_up >= 0 else 0.0
    bid = Micros(int(catalogue.bids[ad]))
    attention = float(auction.slots.attention[slot])
    price, rule = price_of(
        line,
        auction.pricing,
        bid=bid,
        value=value,
        # What does not bid is beaten by any bid.
        runner_up=runner_up_value if runner_up >= 0 and not _is_house(auction, runner_up) else None,
        externality=0.0 if allocation.externality is None else float(allocation.externality[0, slot]),
        attention=attention,
        explored=chosen != allocation.best[0, slot],
        floor=floor,
    )
    return Won(
        ad_id=line.ad.id,
        campaign_id=line.campaign.id,
        advertiser_id=line.advertiser.id,
        bid_kind=line.adset.bid.kind,
        bid=line.adset.bid.amount,
        price=max(least, price),
        click_rate=float(ranking.click_rates[0, chosen]),
        quality=float(ranking.qualities[0, chosen]),
        value=value,
        runner_up=catalogue.ad_ids[ranking.ads[0, runner_up]] if runner_up >= 0 else None,
        runner_up_value=runner_up_value,
        propensity=float(auction.propensities[slot]),
        products=line.creative.products,
        is_urgent=line.creative.is_urgent,
        energy=line.creative.tone.get("energetic", 0.0),
        tier=line.campaign.tier,
        priced_by=rule,
        bid_here=None if bid == line.adset.bid.amount else bid,
        attention=attention,
        events=_events(auction, line, chosen),
        adset_id=line.adset.id,
    )


def _is_house(auction: Auction, place: int) -> bool:
    return bool(auction.catalogue.tiers.is_house[auction.ranking.ads[0, place]])


def _no_fill(auction: Auction, slot: int, placement: Placement) -> NoFill:
    if not placement.formats:
        return NoFill(code="closed", hint="this placement, or its site, is not active on file")
    if auction.allocation.too_near[0, slot]:
        return NoFill(
            code="too_near", hint=f"ads stand at least {auction.slots.spacing} positions apart on this installation"
        )
    if auction.allocation.floor_kept_out[0, slot]:
        return NoFill(code="below_floor", hint=f"what fits bids less than the floor of {written(placement.floor)}")
    if not auction.sifted.any_stays:
        return NoFill(code="no_eligible_ad", hint="no ad may stand on this page now; the account says why")
    if not auction.ranking.eligible[0]:
        return NoFill(code="below_floor", hint="no ad that may stand here bids more than nothing")
    return NoFill(
        code="no_eligible_ad", hint="no ad of this format is left that may stand beside those already on the page"
    )
