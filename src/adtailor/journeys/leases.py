"""What this process may still promise of each budget: leased from the store, used up by the ads it shows.

An ad that is shown is promised money: what it is expected to cost is taken off the lease at once, and what it is really
charged, or never will be, is settled as it becomes known. So several processes share a budget without asking each
other, and what people do after the budget is spent, free of charge, stays rare.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from adtailor.domain.buying import BidKind
from adtailor.domain.decision import Decision, Won
from adtailor.domain.ids import CampaignId
from adtailor.domain.lease import HALF_LIVES, LeaseAsk
from adtailor.domain.money import Micros
from adtailor.maths.leasing import still_expected
from adtailor.ports import Budgets

AT_A_TIME = 1_000
"""Campaigns in one question: the store takes no events while it answers."""
ASK_AGAIN = timedelta(seconds=10)
"""A third of the life of a lease."""
BACKWARDS = timedelta(minutes=1)
"""How far a clock may go back before everything is asked anew."""
FADES_EVERY = 0.2
"""Seconds: what fades by a hundredth of a percent need not be reckoned with at every ad."""
_ROW: Mapping[BidKind, int] = {kind: row for row, kind in enumerate(HALF_LIVES)}
_HALVES = np.array([life.total_seconds() for life in HALF_LIVES.values()])


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What may be promised, one entry per campaign, in the order in which it was asked for."""

    revision: int
    """Grows whenever a campaign may have opened or closed."""
    left: NDArray[np.int64]
    """Micros that the budgets have left."""
    headroom: NDArray[np.float64]
    """Micros that this process may still promise."""


@dataclass(slots=True)
class _State:
    """The leases held, aligned with the campaigns of one catalogue."""

    index: Mapping[CampaignId, int]
    least: NDArray[np.int64]
    left: NDArray[np.int64]
    headroom: NDArray[np.float64]
    promised: NDArray[np.float64]
    """(kinds, campaigns): what is expected to be charged, as of `as_of`."""
    as_of: datetime
    asked_at: datetime
    short: set[int] = field(default_factory=set[int])
    """Those that ran out since they were asked for."""
    since: dict[int, tuple[float, int]] = field(default_factory=dict[int, tuple[float, int]])
    """What was promised and charged, by campaign, since the question that is being answered was asked."""


class Leases:
    """Asks for leases, and keeps account of them. Threads may share it; every process has its own `holder`."""

    def __init__(self, events: Budgets, *, holder: str, conversion_rate: float) -> None:
        self._events = events
        self._holder = holder
        self._conversion_rate = conversion_rate
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        """Held while the store is asked: what is shown meanwhile need not wait for it."""
        self._state: _State | None = None
        self._revision = 0

    def is_stale(self, now: datetime, index: Mapping[CampaignId, int], revision: int) -> bool:
        """Whether a room of this revision, for the campaigns of `index`, says less than there is to know."""
        state = self._state
        return (
            state is None
            or state.index is not index
            or revision != self._revision
            or not -BACKWARDS <= now - state.asked_at < ASK_AGAIN
        )

    def room(self, now: datetime, index: Mapping[CampaignId, int], least: NDArray[np.int64]) -> Room:
        """What may be promised of each campaign; `least` is what the dearest event of each may cost.

        The store is asked every ten seconds, when another `index` is handed over, and for what ran out meanwhile.
        """
        with self._asking:
            with self._lock:
                state = self._state
                if state is None or state.index is not index:
                    state = self._state = _aligned(state, now, index, least)
                    wanted: Sequence[int] = range(len(index))
                elif not -BACKWARDS <= now - state.asked_at < ASK_AGAIN:
                    wanted = range(len(index))
                else:
                    wanted = sorted(state.short)
            names = list(index) if wanted else []
            for start in range(0, len(wanted), AT_A_TIME):
                self._ask(state, now, wanted[start : start + AT_A_TIME], names)
            with self._lock:
                if len(wanted) == len(index):
                    state.asked_at = now
                return Room(revision=self._revision, left=state.left.copy(), headroom=state.headroom.copy())

    def promised(self, decision: Decision, now: datetime) -> None:
        """The ads of a decision are about to be shown."""
        with self._lock:
            if (state := self._state) is None:
                return
            _fade(state, now)
            for filled in decision.placements:
                if filled.won is None or (n := state.index.get(filled.won.campaign_id)) is None:
                    continue
                cost = expected_cost(filled.won, self._conversion_rate)
                state.promised[_ROW[filled.won.bid_kind], n] += cost
                self._use(state, n, cost)

    def settled(self, won: Won, charged: Micros, *, decided_at: datetime, now: datetime) -> None:
        """The event that an ad is paid by has come: what was expected of it is known now."""
        with self._lock:
            if (state := self._state) is None or (n := state.index.get(won.campaign_id)) is None:
                return
            _fade(state, now)
            row = _ROW[won.bid_kind]
            cost = expected_cost(won, self._conversion_rate)
            known = still_expected(cost, (now - decided_at).total_seconds(), _HALVES[row])
            known = min(known, float(state.promised[row, n]))
            state.promised[row, n] -= known
            self._use(state, n, charged - known, charged)

    def ask_again(self) -> None:
        """Something changed that no event told of, as a reversal: ask for everything at the next request."""
        with self._lock:
            if self._state is not None:
                self._state.short.update(range(len(self._state.index)))
                self._revision += 1

    def release(self) -> None:
        """Give back what is held, for the others."""
        with self._lock:
            if self._state is not None:
                self._events.release(self._holder)
                self._state = None

    def _use(self, state: _State, n: int, cost: float, charged: int = 0) -> None:
        before, least, left = float(state.headroom[n]), int(state.least[n]), int(state.left[n])
        after = before - cost
        state.headroom[n], state.left[n] = after, max(0, left - charged)
        used, paid = state.since.get(n, (0.0, 0))
        state.since[n] = (used + cost, paid + charged)
        if before >= least / 2 > after or before > 0.0 >= after or left >= least > left - charged:
            state.short.add(n)
            self._revision += 1

    def _ask(self, state: _State, now: datetime, wanted: Sequence[int], names: Sequence[CampaignId]) -> None:
        with self._lock:
            _fade(state, now)
            state.since.clear()
            promised, least = state.promised[:, wanted].T.tolist(), state.least[wanted].tolist()
        asks = [
            LeaseAsk(campaign_id=names[n], least=Micros(dearest), promised=(expected[0], expected[1], expected[2]))
            for n, dearest, expected in zip(wanted, least, promised, strict=True)
        ]
        leases = self._events.lease(self._holder, asks, now=now)
        with self._lock:
            for n, lease in zip(wanted, leases, strict=True):
                cost, charged = state.since.get(n, (0.0, 0))
                state.left[n], state.headroom[n] = max(0, lease.left - charged), lease.headroom - cost
            state.short.difference_update(n for n in wanted if n not in state.since)
            self._revision += 1


def expected_cost(won: Won, conversion_rate: float) -> float:
    """What an ad is expected to cost, in micros, once it is shown.

    An impression is taken for certain; what is never seen fades within minutes.
    """
    if won.bid_kind == "cpm":
        return won.price / 1000
    return won.price * won.click_rate * (conversion_rate if won.bid_kind == "cpa" else 1.0)


def _aligned(before: _State | None, now: datetime, index: Mapping[CampaignId, int], least: NDArray[np.int64]) -> _State:
    """A state for these campaigns that still expects what the one before did."""
    promised = np.zeros((len(HALF_LIVES), len(least)))
    if before is not None:
        _fade(before, now)
        for campaign, n in before.index.items():
            if (here := index.get(campaign)) is not None:
                promised[:, here] = before.promised[:, n]
    return _State(
        index=index,
        least=least,
        left=np.zeros(len(least), dtype=np.int64),
        headroom=np.zeros(len(least)),
        promised=promised,
        as_of=now,
        asked_at=now - ASK_AGAIN,  # not yet, and not if asking fails
    )


def _fade(state: _State, now: datetime) -> None:
    age = (now - state.as_of).total_seconds()
    if age >= FADES_EVERY:
        state.promised *= 2.0 ** (-age / _HALVES)[:, None]
        state.as_of = now
