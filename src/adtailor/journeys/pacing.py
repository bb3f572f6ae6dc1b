"""Budgets last their day, promises are kept on time, costs meet their target: what bids are cut to, by the second.

Held in memory by the process that answers requests, and moved by what was won before any veto (neutral spend): whoever
is left alone moves no budget, and what a veto saved is not spent on others.
"""

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from adtailor.decide.catalogue import Catalogue
from adtailor.decide.targets import hour_of_week
from adtailor.domain.buying import Campaign
from adtailor.domain.decision import Won
from adtailor.domain.ids import AdSetId, CampaignId, PlacementId
from adtailor.domain.money import Micros
from adtailor.journeys.traffic_curve import TrafficCurve
from adtailor.maths.pacing import FIRST_STEP, SLOT_SECONDS, STEP, next_cut, target_bid, traffic_until
from adtailor.maths.scoring import AdColumns

Spent = Mapping[CampaignId, tuple[Micros, Micros]]
_OF_TODAY = ("steps", "cut_so_far", "seen")
WHOLE_DAY = 0.5
"""Share of a day's traffic from which on it tells something of the next day."""
HALF_LIFE = 180.0
"""Seconds in which half of what shown ads are still expected to cost has come, or never will."""
COUNTS_EVERY = 10.0
"""Seconds for which a count of impressions is good; what is shown meanwhile is counted here."""
CREDIT_EVENTS = 1000.0
"""A target cost looks back on about so many events."""


@dataclass(slots=True)
class _State:
    """One entry per campaign of a catalogue."""

    index: Mapping[CampaignId, int]
    campaigns: Mapping[int, Campaign]
    """Those with ads, by their places."""
    hours: Mapping[int, NDArray[np.bool_]]
    """The hours of the week at which a campaign runs, where it does not run at all of them."""
    budget: NDArray[np.float64]
    is_paced: NDArray[np.bool_]
    cut: NDArray[np.float64]
    outstanding: NDArray[np.float64]
    """Micros that shown ads are expected to cost yet."""
    vetoed: NDArray[np.float64]
    """Micros that ads which a veto took away would have cost today."""
    shown: NDArray[np.float64]
    """Impressions of ads that were shown and are not counted yet."""
    begins: NDArray[np.float64]
    ends: NDArray[np.float64]
    """The budget's day, in seconds: of the zone's, as much as the campaign runs."""
    reckoned: NDArray[np.float64]
    """Share of the budget that the last step knew of."""
    over: NDArray[np.float64]
    """Share of the day's traffic that was over then."""
    steps: NDArray[np.float64]
    """How fast each cut follows."""
    cut_so_far: NDArray[np.float64]
    """Today's cuts, each times the share of traffic it held for."""
    seen: NDArray[np.float64]
    """Share of today's traffic that there was a cut for."""
    at: float


class Pacer:
    """Threads may share it. Give it every page that was filled, and ask it for the catalogue once a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._curve = TrafficCurve()
        self._state: _State | None = None
        self._paced: AdColumns | None = None
        self._credits: dict[AdSetId, float] = {}
        self._delivered: tuple[float, Mapping[CampaignId, int]] = (-np.inf, {})

    def filled(
        self, won: Mapping[PlacementId, Won], shown: frozenset[PlacementId], *, catalogue: Catalogue, now: datetime
    ) -> None:
        """A page was filled: what was won before any veto, and which placements show it."""
        with self._lock:
            self._curve.saw(now.timestamp())
            state = self._state
            for placement, ad in won.items():
                cost, events = expected_cost(ad, catalogue.conversion_rate)
                if (n := None if state is None else state.index.get(ad.campaign_id)) is not None and state is not None:
                    (state.outstanding if placement in shown else state.vetoed)[n] += cost
                    state.shown[n] += ad.attention if placement in shown else 0.0
                self._settle(ad, events, catalogue)

    def _settle(self, ad: Won, events: float, catalogue: Catalogue) -> None:
        """What an ad costs less, or more, than it should on average is remembered, and slowly forgotten."""
        line = catalogue.lines[place] if (place := catalogue.index.get(ad.ad_id)) is not None else None
        if line is not None and (target := line.adset.bid.target) is not None:
            credit = self._credits.get(line.adset.id, 0.0) * (1.0 - min(1.0, events / CREDIT_EVENTS))
            self._credits[line.adset.id] = credit + (target - ad.price) * events

    def paced(
        self,
        catalogue: Catalogue,
        *,
        spent: Spent,
        delivered: Callable[[Sequence[CampaignId]], Mapping[CampaignId, int]],
        now: datetime,
    ) -> Catalogue:
        """The catalogue with bids cut to their pace, promises in their turn, and what vetoes saved set aside.

        Between the seconds only the budgets are looked at.
        """
        with self._lock:
            at = now.timestamp()
            state = self._aligned(catalogue, at)
            if self._paced is not catalogue.in_full or not 0.0 <= at - state.at < 1.0:
                self._step(state, spent, at)
                if catalogue.tiers.is_mixed:
                    catalogue = catalogue.with_behind(self._behind(state, delivered, at))
                catalogue = self._with_bids(catalogue, state)
                self._paced = catalogue.in_full
            return catalogue.with_spent(_with_set_aside(spent, state))

    def set_aside(self, index: Mapping[CampaignId, int]) -> NDArray[np.int64]:
        """Micros of each budget that vetoes saved today: as good as spent. Of the catalogue that was paced last."""
        with self._lock:
            state = self._state
            if state is None or state.index is not index:
                return np.zeros(max(1, len(index)), dtype=np.int64)
            return np.ceil(state.vetoed).astype(np.int64)

    def _aligned(self, catalogue: Catalogue, at: float) -> _State:
        """A state for this catalogue's campaigns, that knows what the one before knew."""
        before, index = self._state, catalogue.budgets.index
        if before is not None and before.index is index:
            return before
        state = _fresh(catalogue, at if before is None else before.at)
        for campaign in state.campaigns.values() if before is not None else ():
            if before is not None and (was := before.index.get(campaign.id)) is not None:
                n = index[campaign.id]
                for name in ("cut", "outstanding", "vetoed", "shown", "begins", "ends", "over", *_OF_TODAY):
                    getattr(state, name)[n] = getattr(before, name)[was]
                # Of a budget that was changed, the same sum is another share.
                state.reckoned[n] = min(1.0, before.reckoned[was] * before.budget[was] / state.budget[n])
        self._state = state
        return state

    def _step(self, state: _State, spent: Spent, at: float) -> None:
        fades = 0.5 ** (max(at - state.at, 0.0) / HALF_LIFE)
        state.outstanding *= fades
        state.shown *= fades
        today = np.zeros(len(state.budget))
        for campaign, (day, _) in spent.items():
            if (n := state.index.get(campaign)) is not None:
                today[n] = day
        begun = self._begin_days(state, at)
        neutral = np.minimum((today + state.outstanding + state.vetoed) / state.budget, 1.0)
        weights = self._curve.weights
        start, end, until = (
            traffic_until(t, weights) for t in (state.begins, state.ends, np.clip(at, state.begins, state.ends))
        )
        over = np.divide(until - start, end - start, out=np.ones(len(start)), where=end > start)
        for n, hours in state.hours.items():
            over[n] = _over_by_hours(state, n, hours, weights, at)
        state.reckoned[begun], state.over[begun] = neutral[begun], over[begun]
        passed = np.maximum(over - state.over, 0.0)
        state.cut = np.where(
            state.is_paced,
            next_cut(
                state.cut,
                spent=neutral - state.reckoned,
                left=1.0 - state.reckoned,
                passed=passed,
                to_come=1.0 - state.over,
                step=state.steps,
            ),
            0.0,
        )
        state.cut_so_far += state.cut * passed
        state.seen += passed
        state.reckoned, state.over, state.at = neutral, over, at

    def _begin_days(self, state: _State, at: float) -> NDArray[np.bool_]:
        """Which campaigns' days have just begun; what a veto saved yesterday is over."""
        begun = (at < state.begins) | (at >= state.ends)
        days: dict[str, tuple[float, float]] = {}
        for n in np.flatnonzero(begun).tolist():
            if (campaign := state.campaigns.get(n)) is None:
                continue
            first, last = days.setdefault(campaign.zone, day_of(at, ZoneInfo(campaign.zone)))
            starts = -np.inf if campaign.starts_at is None else campaign.starts_at.timestamp()
            ends = np.inf if campaign.ends_at is None else campaign.ends_at.timestamp()
            # A campaign that is not running today has the whole day, so that its bounds are in order.
            runs = max(first, starts) < min(last, ends)
            state.begins[n], state.ends[n] = (max(first, starts), min(last, ends)) if runs else (first, last)
            state.vetoed[n] = 0.0
            if state.seen[n] >= WHOLE_DAY:
                # What was right on average yesterday is where today begins.
                state.cut[n], state.steps[n] = state.cut_so_far[n] / state.seen[n], STEP
            state.cut_so_far[n] = state.seen[n] = 0.0
        return begun

    def _behind(
        self, state: _State, delivered: Callable[[Sequence[CampaignId]], Mapping[CampaignId, int]], at: float
    ) -> list[CampaignId]:
        """The guaranteed campaigns that have less than they were promised by now."""
        promised = [campaign for campaign in state.campaigns.values() if campaign.goal_impressions]
        if not 0.0 <= at - self._delivered[0] < COUNTS_EVERY:
            self._delivered = (at, delivered([campaign.id for campaign in promised]))
        had = self._delivered[1]
        weights = self._curve.weights
        found: list[CampaignId] = []
        for campaign in promised:
            if campaign.starts_at is None or campaign.ends_at is None or campaign.goal_impressions is None:
                continue
            times = np.array([campaign.starts_at.timestamp(), campaign.ends_at.timestamp(), at])
            start, end, now = traffic_until(times, weights).tolist()
            due = campaign.goal_impressions * min(1.0, max(0.0, (now - start) / (end - start)))
            if had.get(campaign.id, 0) + state.shown[state.index[campaign.id]] < math.floor(due + 1e-6):
                found.append(campaign.id)
        return found

    def _with_bids(self, catalogue: Catalogue, state: _State) -> Catalogue:
        shares = np.exp(-state.cut)[catalogue.budgets.campaigns]
        for ad in catalogue.targeted:
            line = catalogue.line(ad)
            bid = line.adset.bid
            if bid.target is not None:
                credit = self._credits.get(line.adset.id, 0.0)
                shares[ad] *= target_bid(float(bid.amount), float(bid.target), credit) / bid.amount
        return catalogue if shares.min(initial=1.0) == 1.0 else catalogue.with_bids(shares)


def expected_cost(won: Won, conversion_rate: float) -> tuple[float, float]:
    """What an ad is expected to cost once it is shown, in micros, and how many charged events it is to bring."""
    if won.bid_kind == "cpm":
        return won.price * won.attention / 1000.0, won.attention / 1000.0
    events = won.click_rate * won.attention * (conversion_rate if won.bid_kind == "cpa" else 1.0)
    return won.price * events, events


def day_of(at: float, zone: ZoneInfo) -> tuple[float, float]:
    """The budget's day that a time falls in, whether it has 23, 24 or 25 hours, in seconds since 1970."""
    today = datetime.fromtimestamp(at, zone).date()
    begins, ends = (
        datetime.combine(day, time(), tzinfo=zone).timestamp() for day in (today, today + timedelta(days=1))
    )
    return begins, ends


def _with_set_aside(spent: Spent, state: _State) -> Spent:
    """What was spent, and what vetoes saved, as if it had been."""
    if not state.vetoed.any():
        return spent
    kept = np.ceil(state.vetoed).astype(np.int64).tolist()
    vetoed = {name: kept[n] for name, n in state.index.items() if kept[n]}
    return {
        name: (Micros(day + vetoed.get(name, 0)), Micros(life + vetoed.get(name, 0)))
        for name in {*spent, *vetoed}
        for day, life in (spent.get(name, (0, 0)),)
    }


def _fresh(catalogue: Catalogue, at: float) -> _State:
    size = len(catalogue.budgets.daily)
    places, firsts = np.unique(catalogue.budgets.campaigns, return_index=True)
    lines = [(n, catalogue.lines[ad]) for n, ad in zip(places.tolist(), firsts.tolist(), strict=True)]
    campaigns = {n: line.campaign for n, line in lines if line is not None}
    is_paced = np.zeros(size, dtype=np.bool_)
    for n, campaign in campaigns.items():
        is_paced[n] = campaign.tier == "auction" and campaign.pacing == "even"
    return _State(
        index=catalogue.budgets.index,
        campaigns=campaigns,
        hours=_hours(catalogue, size),
        budget=np.maximum(catalogue.budgets.daily.astype(np.float64), 1.0),
        is_paced=is_paced,
        cut=np.zeros(size),
        outstanding=np.zeros(size),
        vetoed=np.zeros(size),
        shown=np.zeros(size),
        begins=np.zeros(size),
        ends=np.zeros(size),
        reckoned=np.zeros(size),
        over=np.zeros(size),
        steps=np.full(size, FIRST_STEP),
        cut_so_far=np.zeros(size),
        seen=np.zeros(size),
        at=at,
    )


def _hours(catalogue: Catalogue, size: int) -> dict[int, NDArray[np.bool_]]:
    hours, campaigns = catalogue.targets.hours, catalogue.budgets.campaigns
    if not hours:
        return {}
    always = np.zeros(size, dtype=np.bool_)
    always[campaigns[hours.schedule == 0]] = True
    limited = np.unique(campaigns[~always[campaigns]]).tolist()
    return {n: np.logical_or.reduce(hours.runs[np.unique(hours.schedule[campaigns == n])]) for n in limited}


def _over_by_hours(state: _State, n: int, hours: NDArray[np.bool_], weights: NDArray[np.float64], at: float) -> float:
    """The share of the traffic of a campaign's own hours that is over."""
    zone = ZoneInfo(state.campaigns[n].zone)
    quarters = np.arange(state.begins[n], state.ends[n], SLOT_SECONDS)
    runs = np.array([hours[hour_of_week(quarter, zone)] for quarter in quarters.tolist()])
    traffic = np.where(runs, weights[(quarters // SLOT_SECONDS).astype(np.int64) % len(weights)], 0.0)
    total = float(traffic.sum())
    passed = np.clip((at - quarters) / SLOT_SECONDS, 0.0, 1.0)
    return float((traffic * passed).sum()) / total if total > 0.0 else 1.0
