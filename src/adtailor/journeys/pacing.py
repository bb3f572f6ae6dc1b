"""Budgets last their day, promises are kept on time, costs meet their target: what bids are cut to, by the second.

Held in memory by the process that answers requests, and moved by what was won before any veto (neutral spend): whoever
is left alone moves no budget, and what a veto saved is not spent on others.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from adtailor.decide.budgets import Flights
from adtailor.decide.catalogue import Catalogue
from adtailor.decide.targets import hour_of_week
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
    flights: Flights
    """When they run, and what was promised of them."""
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
        """The catalogue with bids cut to their pace, and promises in their turn; looked at once a second.

        What of a budget may still be promised is for the leases to say, and `set_aside` what is not to be.
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
            return catalogue

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
        if before is not None:
            pairs = [(n, was) for name, n in index.items() if (was := before.index.get(name)) is not None]
            here, there = np.array(pairs, dtype=np.int64).reshape(len(pairs), 2).T
            for name in ("cut", "outstanding", "vetoed", "shown", "begins", "ends", "over", *_OF_TODAY):
                getattr(state, name)[here] = getattr(before, name)[there]
            # Of a budget that was changed, the same sum is another share.
            reckoned = before.reckoned[there] * before.budget[there] / state.budget[here]
            state.reckoned[here] = np.minimum(1.0, reckoned)
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
        flights = state.flights
        new = np.flatnonzero(begun[: len(flights.has_ads)] & flights.has_ads)
        if not len(new):
            return begun
        days = np.array([day_of(at, ZoneInfo(zone)) for zone in flights.zones])[flights.zone[new]]
        first, last = days.T
        starts, ends = np.maximum(first, flights.starts_at[new]), np.minimum(last, flights.ends_at[new])
        # A campaign that is not running today has the whole day, so that its bounds are in order.
        runs = starts < ends
        state.begins[new], state.ends[new] = np.where(runs, starts, first), np.where(runs, ends, last)
        state.vetoed[new] = 0.0
        # What was right on average yesterday is where today begins.
        knows = new[state.seen[new] >= WHOLE_DAY]
        state.cut[knows], state.steps[knows] = state.cut_so_far[knows] / state.seen[knows], STEP
        state.cut_so_far[new] = state.seen[new] = 0.0
        return begun

    def _behind(
        self, state: _State, delivered: Callable[[Sequence[CampaignId]], Mapping[CampaignId, int]], at: float
    ) -> list[CampaignId]:
        """The guaranteed campaigns that have less than they were promised by now."""
        flights = state.flights
        promised = np.flatnonzero((flights.goals > 0) & flights.has_ads)
        names = list(state.index)
        asked = [names[n] for n in promised.tolist()]
        if not 0.0 <= at - self._delivered[0] < COUNTS_EVERY:
            self._delivered = (at, delivered(asked))
        had = np.array([self._delivered[1].get(name, 0) for name in asked], dtype=np.float64)
        weights = self._curve.weights
        start, end, now = (
            traffic_until(t, weights)
            for t in (flights.starts_at[promised], flights.ends_at[promised], np.full(len(promised), at))
        )
        due = flights.goals[promised] * np.clip((now - start) / (end - start), 0.0, 1.0)
        is_behind = had + state.shown[promised] < np.floor(due + 1e-6)
        return [name for name, behind in zip(asked, is_behind.tolist(), strict=True) if behind]

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


def _fresh(catalogue: Catalogue, at: float) -> _State:
    size = len(catalogue.budgets.daily)
    flights = catalogue.budgets.flights
    is_paced = np.zeros(size, dtype=np.bool_)
    is_paced[: len(flights.is_paced)] = flights.is_paced & flights.has_ads
    return _State(
        index=catalogue.budgets.index,
        flights=flights,
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
    zone = ZoneInfo(state.flights.zones[state.flights.zone[n]])
    quarters = np.arange(state.begins[n], state.ends[n], SLOT_SECONDS)
    runs = np.array([hours[hour_of_week(quarter, zone)] for quarter in quarters.tolist()])
    traffic = np.where(runs, weights[(quarters // SLOT_SECONDS).astype(np.int64) % len(weights)], 0.0)
    total = float(traffic.sum())
    passed = np.clip((at - quarters) / SLOT_SECONDS, 0.0, 1.0)
    return float((traffic * passed).sum()) / total if total > 0.0 else 1.0
