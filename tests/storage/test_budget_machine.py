"""Any order of events, budgets, leases, reversals and restarts: SQLite answers as the memory model does.

No budget is overdrawn, and at every step the entries of the ledger sum up to what is spent.
"""

import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from adtailor.domain.buying import Campaign
from adtailor.domain.events import Arrival, Event
from adtailor.domain.ids import CampaignId, TrialId
from adtailor.domain.lease import LeaseAsk
from adtailor.domain.ledger import Entry, Selection
from adtailor.domain.trial import Account, account_of
from adtailor.storage import MemoryStore, SqliteStore
from adtailor.testing import samples

NAMES = ("autumn", "spring")
ZONES = {"autumn": "Europe/Berlin", "spring": "America/St_Johns"}
START = datetime.fromisoformat("2026-10-24T20:00:00+00:00")  # the night before the clocks go back in Berlin
KINDS: tuple[Literal["impression", "click", "hide"], ...] = ("impression", "click", "hide")
BUDGETS = st.integers(0, 60)
TIMES = st.integers(0, 30).map(lambda hours: START + timedelta(hours=hours))
ACCOUNTS = st.sampled_from([account_of(TrialId("split"), arm) for arm in (0, 1)])
EVENTS = st.builds(
    samples.event,
    st.integers(1, 12),
    campaign_name=st.sampled_from([*NAMES, "unknown"]),
    kind=st.sampled_from(KINDS),
    price=st.integers(0, 40),
    at=TIMES,
    order=st.none() | st.sampled_from(["one", "two"]),
    is_postback=st.booleans(),
    is_late=st.sampled_from([False, False, True]),
    validity=st.sampled_from(["valid", "valid", "valid", "givt"]),
    account=st.none() | ACCOUNTS,
).map(lambda event: event if event.order else replace(event, is_postback=False))
VIEWERS = st.none() | st.sampled_from([b"ana", b"bo"])
ARRIVALS = st.builds(Arrival, event=EVENTS, viewer=VIEWERS)
SELECTIONS = st.builds(
    Selection,
    campaign_id=st.sampled_from(NAMES),
    kind=st.none() | st.sampled_from(KINDS),
    since=st.none() | TIMES,
    until=st.none() | TIMES,
)
ASKS = st.builds(
    LeaseAsk,
    campaign_id=st.sampled_from(NAMES),
    least=st.integers(0, 40),
    promised=st.tuples(*[st.integers(0, 30).map(float)] * 3),
)


class Money(RuleBasedStateMachine):
    """Drives both stores at once."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="adtailor-"))
        self.model = MemoryStore()
        self.store = SqliteStore(self.folder)
        self.budgets: dict[CampaignId, Campaign] = {}

    @initialize(daily=BUDGETS, lifetime=st.none() | BUDGETS)
    def begin(self, daily: int, lifetime: int | None) -> None:
        self.set_budgets(daily, lifetime, both=True)

    @rule(daily=BUDGETS, lifetime=st.none() | BUDGETS, both=st.booleans())
    def set_budgets(self, daily: int, lifetime: int | None, both: bool) -> None:
        names = NAMES if both else NAMES[:1]
        campaigns = [samples.campaign(name, daily=daily, lifetime=lifetime, zone=ZONES[name]) for name in names]
        inventory = samples.inventory(*campaigns)
        assert self.store.catalogue.replace(inventory) == self.model.catalogue.replace(inventory)
        self.budgets = {campaign.id: campaign for campaign in campaigns}

    @rule(event=EVENTS, viewer=VIEWERS)
    def take(self, event: Event, viewer: bytes | None) -> None:
        before = self.store.events.spent(event.at).get(event.campaign_id, (0, 0))
        outcome = self.store.events.take(event, viewer=viewer)
        assert outcome == self.model.events.take(event, viewer=viewer)
        if outcome.charged:
            campaign = self.budgets[event.campaign_id]
            assert before[0] + outcome.charged <= campaign.daily_budget
            assert campaign.lifetime_budget is None or before[1] + outcome.charged <= campaign.lifetime_budget

    @rule(arrivals=st.lists(ARRIVALS, max_size=6))
    def take_many(self, arrivals: list[Arrival]) -> None:
        assert self.store.events.take_many(arrivals) == self.model.events.take_many(arrivals)

    @rule(which=SELECTIONS, at=TIMES)
    def reverse(self, which: Selection, at: datetime) -> None:
        both = [
            store.ledger.reverse(which, validity="sivt", reason="a farm", now=at) for store in (self.store, self.model)
        ]
        assert both[0] == both[1]
        again = self.store.ledger.reverse(which, validity="sivt", reason="a farm", now=at)
        assert (again.events, again.amount) == (0, 0)

    @rule()
    def go_on_with_the_trial(self) -> None:
        """It begins, then it ends."""
        trial = self.model.trials.trial(TrialId("split"))
        if trial is None:
            trial = samples.trial("split", parts=(3_000, 7_000), status="running")
        elif trial.status == "running":
            trial = replace(trial, status="stopped")
        for store in (self.store, self.model):
            store.trials.put(trial)
        assert self.store.trials.version() == self.model.trials.version()

    @rule(holder=st.sampled_from(["one", "other"]), ask=ASKS, at=TIMES, account=st.none() | ACCOUNTS)
    def lease(self, holder: str, ask: LeaseAsk, at: datetime, account: Account | None) -> None:
        holder = holder if account is None else f"{holder} {account}"
        [lease] = self.store.events.lease(holder, [ask], now=at, account=account)
        assert [lease] == self.model.events.lease(holder, [ask], now=at, account=account)
        assert 0 <= lease.headroom <= lease.left

    @rule(holder=st.sampled_from(["one", "other"]))
    def release(self, holder: str) -> None:
        self.store.events.release(holder)
        self.model.events.release(holder)

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = SqliteStore(self.folder)

    @invariant()
    def both_say_the_same(self) -> None:
        for hours in (0, 2, 5, 26):
            now = START + timedelta(hours=hours)
            assert self.store.events.spent(now) == self.model.events.spent(now)
            for arm in (0, 1):
                account = account_of(TrialId("split"), arm)
                assert self.store.events.spent(now, account=account) == self.model.events.spent(now, account=account)

    @invariant()
    def the_charges_less_the_reversals_are_what_is_spent(self) -> None:
        events = self.store.events.events()
        assert events == self.model.events.events()
        once = {(e.decision_id, e.placement_id, e.kind, e.order if e.is_postback else "") for e, _ in events}
        assert len(once) == len(events)
        orders = [(e.campaign_id, e.order) for e, _ in events if e.order is not None]
        assert len(set(orders)) == len(orders)
        entries = self.store.ledger.entries()
        assert _sorted(entries) == _sorted(self.model.ledger.entries())
        spent = self.store.events.spent(START)
        for name in NAMES:
            total = sum(entry.amount for entry in entries if entry.campaign_id == name)
            assert total == spent.get(CampaignId(name), (0, 0))[1]
        assert sum(entry.amount for entry in entries if entry.kind == "charge") == sum(paid for _, paid in events)
        assert self.store.ledger.disagreements() == []

    @invariant()
    def both_sum_up_alike(self) -> None:
        dims = ("quarter", "site_id", "adset_id", "ad_id")
        assert Counter(self.store.ledger.cells(dims)) == Counter(self.model.ledger.cells(dims))
        assert Counter(self.store.ledger.reach()) == Counter(self.model.ledger.reach())

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)


def _sorted(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=repr)


TestMoney = Money.TestCase
TestMoney.settings = settings(
    max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
