"""Decision records, events and money in dictionaries."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from adtailor.domain.events import DecisionRecord, Event, EventOutcome, RecordRef
from adtailor.domain.ids import CampaignId, DecisionId
from adtailor.domain.money import Micros
from adtailor.errors import InvalidInput
from adtailor.storage.memory_rows import Held
from adtailor.storage.moments import budget_day


class MemoryEvents:
    """`ports.EventStore` in dictionaries."""

    def __init__(self, held: Held) -> None:
        self._held = held

    def append(self, record: DecisionRecord) -> RecordRef:
        """Keep a record."""
        with self._held.lock:
            self._held.appended += 1
            ref = RecordRef(segment=1, offset=self._held.appended)
            self._held.records[ref] = replace(record, decision=replace(record.decision, rest_suggestion=None))
            return ref

    def record(self, ref: RecordRef) -> DecisionRecord | None:
        """The record, unless it has expired or its person was forgotten."""
        return self._held.records.get(ref)

    def find(self, decision_id: DecisionId) -> DecisionRecord | None:
        """The record of a decision by its id."""
        with self._held.lock:
            records = self._held.records.values()
            return next((record for record in records if record.decision.decision_id == decision_id), None)

    def records(self, since: datetime | None = None) -> Iterator[DecisionRecord]:
        """The records decided since, in the order of time."""
        found = sorted(self._held.records.values(), key=lambda record: record.decision.decided_at)
        return iter([record for record in found if since is None or record.decision.decided_at >= since])

    def take(self, event: Event) -> EventOutcome:
        """Store an event and debit its campaign."""
        if event.price < 0:
            raise InvalidInput(f"a price of {event.price} micros", hint="0 or more", field="price_micros")
        with self._held.lock:
            key = (event.decision_id, event.placement_id, event.kind)
            if key in self._held.events:
                return EventOutcome(status="duplicate", charged=Micros(0))
            if event.validity != "valid" or event.price == 0:
                outcome = EventOutcome(status="taken", charged=Micros(0))
            elif self._debited(event):
                outcome = EventOutcome(status="taken", charged=event.price)
            else:
                outcome = EventOutcome(status="taken", charged=Micros(0), over_delivered=True)
            self._held.events[key] = (event, outcome)
            return outcome

    def take_many(self, events: Sequence[Event]) -> list[EventOutcome]:
        """The same for several, in order."""
        with self._held.lock:
            return [self.take(event) for event in events]

    def events(self, since: datetime | None = None) -> list[tuple[Event, Micros]]:
        """The events that happened since, oldest first, each with what was charged."""
        with self._held.lock:
            found = [pair for pair in self._held.events.values() if since is None or pair[0].at >= since]
        return [(event, outcome.charged) for event, outcome in sorted(found, key=lambda pair: pair[0].at)]

    def delivered(self, campaigns: Sequence[CampaignId]) -> Mapping[CampaignId, int]:
        """Valid impressions of these campaigns."""
        wanted = set(campaigns)
        with self._held.lock:
            events = [event for event, _ in self._held.events.values()]
        return Counter(
            event.campaign_id
            for event in events
            if event.kind == "impression" and event.validity == "valid" and event.campaign_id in wanted
        )

    def spent(self, now: datetime) -> Mapping[CampaignId, tuple[Micros, Micros]]:
        """Per campaign that was ever charged, its current day (in its zone) and its whole life."""
        with self._held.lock:
            held = self._held
            return {
                campaign: (
                    Micros(held.spent_days.get((campaign, budget_day(now, zone)), 0)),
                    Micros(held.spent.get(campaign, 0)),
                )
                for campaign, (zone, _, _) in held.budgets.items()
                if held.spent.get(campaign, 0)
            }

    def _debited(self, event: Event) -> bool:
        held, campaign = self._held, event.campaign_id
        if campaign not in held.budgets:
            return False
        zone, daily, lifetime = held.budgets[campaign]
        day = (campaign, budget_day(event.at, zone))
        of_day, of_life = held.spent_days.get(day, 0) + event.price, held.spent.get(campaign, 0) + event.price
        if of_day > daily or (lifetime is not None and of_life > lifetime):
            return False
        held.spent_days[day], held.spent[campaign] = of_day, of_life
        return True
