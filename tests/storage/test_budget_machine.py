"""Any order of events, budgets and restarts: SQLite and the memory model answer alike, and no budget is overdrawn."""

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from adtailor.domain.buying import Campaign
from adtailor.domain.events import Event
from adtailor.domain.ids import CampaignId
from adtailor.storage import MemoryStore, SqliteStore
from adtailor.testing import samples

NAMES = ("autumn", "spring")
ZONES = {"autumn": "Europe/Berlin", "spring": "America/St_Johns"}
START = datetime.fromisoformat("2026-10-24T20:00:00+00:00")  # the night before the clocks go back in Berlin
KINDS: tuple[Literal["impression", "click", "hide"], ...] = ("impression", "click", "hide")
BUDGETS = st.integers(0, 60)
EVENTS = st.builds(
    samples.event,
    st.integers(1, 12),
    campaign_name=st.sampled_from([*NAMES, "unknown"]),
    kind=st.sampled_from(KINDS),
    price=st.integers(0, 40),
    at=st.integers(0, 30).map(lambda hours: START + timedelta(hours=hours)),
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

    @rule(event=EVENTS)
    def take(self, event: Event) -> None:
        before = self.store.events.spent(event.at).get(event.campaign_id, (0, 0))
        outcome = self.store.events.take(event)
        assert outcome == self.model.events.take(event)
        if outcome.charged:
            campaign = self.budgets[event.campaign_id]
            assert before[0] + outcome.charged <= campaign.daily_budget
            assert campaign.lifetime_budget is None or before[1] + outcome.charged <= campaign.lifetime_budget

    @rule(events=st.lists(EVENTS, max_size=6))
    def take_many(self, events: list[Event]) -> None:
        assert self.store.events.take_many(events) == self.model.events.take_many(events)

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.store = SqliteStore(self.folder)

    @invariant()
    def both_say_the_same(self) -> None:
        for hours in (0, 2, 5, 26):
            now = START + timedelta(hours=hours)
            assert self.store.events.spent(now) == self.model.events.spent(now)

    @invariant()
    def the_charges_are_what_is_spent(self) -> None:
        events = self.store.events.events()
        assert events == self.model.events.events()
        assert len({(e.decision_id, e.placement_id, e.kind) for e, _ in events}) == len(events)
        for name, (_, life) in self.store.events.spent(START).items():
            assert life == sum(charged for event, charged in events if event.campaign_id == name)

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)


TestMoney = Money.TestCase
TestMoney.settings = settings(
    max_examples=8, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
