"""Decision records, events and money in dictionaries."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b

from adtailor.domain.events import Arrival, DecisionRecord, Event, EventOutcome, RecordRef
from adtailor.domain.ids import CampaignId, DecisionId, PersonId
from adtailor.domain.lease import LEASED_FOR, Lease, LeaseAsk
from adtailor.domain.ledger import Entry, Reach
from adtailor.domain.money import Micros
from adtailor.domain.traffic import COUNTED, RateLimit
from adtailor.domain.trial import Account, part_of
from adtailor.maths.rates import is_allowed
from adtailor.storage.charging import DAY, MOST_PEOPLE, QUARTER, SECOND
from adtailor.storage.leasing import LeaseRow, granted
from adtailor.storage.memory_rows import Held
from adtailor.storage.memory_trials import account_left, is_account, parts_of
from adtailor.storage.moments import budget_day, ticks
from adtailor.storage.money import checked


class MemoryEvents:
    """`ports.EventStore` in dictionaries."""

    def __init__(self, held: Held, rates: Sequence[RateLimit]) -> None:
        self._held = held
        self._rates = rates

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

    def records_of(self, person_id: PersonId, since: datetime) -> list[DecisionRecord]:
        """The records that name someone, decided since."""
        return [record for record in self.records(since) if record.person_id == person_id]

    def take(self, event: Event, *, viewer: bytes | None = None) -> EventOutcome:
        """Store an event and debit its campaign."""
        return self.take_many([Arrival(event=event, viewer=viewer)])[0]

    def take_many(self, arrivals: Sequence[Arrival]) -> list[EventOutcome]:
        """The same for several, in order."""
        for arrival in arrivals:
            checked(arrival.event)
        with self._held.lock:
            return [self._taken(arrival) for arrival in arrivals]

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

    def of_decisions(self, decisions: Sequence[DecisionId]) -> list[tuple[Event, EventOutcome]]:
        """What happened to the ads of these decisions."""
        with self._held.lock:
            found = [pair for pair in self._held.events.values() if pair[0].decision_id in decisions]
        return sorted(found, key=lambda pair: pair[0].at)

    def spent(self, now: datetime, *, account: Account | None = None) -> Mapping[CampaignId, tuple[Micros, Micros]]:
        """Per campaign that was ever charged, its current day (in its zone) and its whole life."""
        with self._held.lock:
            held = self._held
            found: dict[CampaignId, tuple[Micros, Micros]] = {}
            for campaign, (zone, daily, lifetime) in held.budgets.items():
                day, life = held.spent_days.get((campaign, budget_day(now, zone)), 0), held.spent.get(campaign, 0)
                if life and account is not None and (parts := parts_of(held, account)) is not None:
                    of_day, of_life = account_left(held, account, campaign, budget_day(now, zone))
                    day = max(0, part_of(daily, parts) - of_day)
                    life = part_of(life, parts) if lifetime is None else max(0, part_of(lifetime, parts) - of_life)
                if held.spent.get(campaign, 0):
                    found[campaign] = (Micros(day), Micros(life))
            return found

    def lease(
        self, holder: str, asks: Sequence[LeaseAsk], *, now: datetime, account: Account | None = None
    ) -> list[Lease]:
        """What `holder` may promise of each budget from now on, in place of what it held."""
        at = ticks(now)
        with self._held.lock:
            leases: list[Lease] = []
            for ask in asks:
                rows = self._held.leases.items()
                others = sum(
                    row.comes_to(at)
                    for (who, what), row in rows
                    if what == ask.campaign_id and who != holder and row.account == account
                )
                lease = granted(ask, left=self._left(ask.campaign_id, now, account), others=others)
                leases.append(lease)
                self._held.leases[holder, ask.campaign_id] = LeaseRow(
                    headroom=lease.headroom,
                    expires_at=ticks(now + LEASED_FOR),
                    as_of=at,
                    promised=ask.promised,
                    account=account,
                )
        return leases

    def release(self, holder: str) -> None:
        """Give back what a process holds."""
        with self._held.lock:
            for key, row in self._held.leases.items():
                if key[0] == holder:
                    self._held.leases[key] = replace(row, headroom=0)

    def order_hash(self, campaign_id: CampaignId, order_id: str) -> str:
        """By what an order is known here."""
        return blake2b(f"{campaign_id}:{order_id}".encode(), digest_size=16).hexdigest()

    def viewer_key(self, now: datetime) -> bytes:
        """A key of the day."""
        return blake2b(now.astimezone(UTC).date().isoformat().encode()).digest()[:32]

    def _taken(self, arrival: Arrival) -> EventOutcome:
        held, event = self._held, arrival.event
        key = (event.decision_id, event.placement_id, event.kind, (event.order or "") if event.is_postback else "")
        order = None if event.order is None else (event.campaign_id, event.order)
        times = self._times(arrival)
        validity = event.validity
        second = ticks(event.at) // SECOND
        if validity == "valid" and times is not None and not is_allowed(times, second, self._rates):
            validity = "sivt"
        if key in held.events or order in held.orders:
            return EventOutcome(status="duplicate", charged=Micros(0), validity=validity)
        billable = validity == "valid" and event.price > 0
        charged = event.price if billable and not event.is_late and self._debited(event) else Micros(0)
        over = billable and not charged
        outcome = EventOutcome(status="taken", charged=charged, over_delivered=over, validity=validity)
        held.events[key] = (replace(event, validity=validity), outcome)
        if order is not None:
            held.orders.add(order)
        if validity == "valid" and times is not None:
            times.append(second)
            self._reached(arrival)
        return outcome

    def _times(self, arrival: Arrival) -> list[int] | None:
        event = arrival.event
        if arrival.viewer is None or event.kind not in COUNTED:
            return None
        day = ticks(event.at) // SECOND // DAY
        return self._held.rates.setdefault((arrival.viewer, event.ad_id, event.kind, day), [])

    def _reached(self, arrival: Arrival) -> None:
        event, viewer = arrival.event, arrival.viewer
        if event.kind != "impression" or viewer is None:
            return
        hour = ticks(event.at) // (4 * QUARTER)
        key = (hour, event.ad_id, event.site_id or "", event.placement_id)
        before = self._held.reach.get(key)
        people = before.people if before is not None else frozenset[int]()
        if len(people) < MOST_PEOPLE:
            self._held.reach[key] = Reach(
                hour=hour,
                campaign_id=event.campaign_id,
                adset_id=event.adset_id,
                ad_id=event.ad_id,
                site_id=event.site_id,
                placement_id=event.placement_id,
                people=people | {int.from_bytes(viewer[:2], "big")},
            )

    def _left(self, campaign: CampaignId, now: datetime, account: Account | None) -> int:
        held = self._held
        if campaign not in held.budgets:
            return 0
        zone, daily, lifetime = held.budgets[campaign]
        of_day = daily - held.spent_days.get((campaign, budget_day(now, zone)), 0)
        left = max(0, of_day if lifetime is None else min(of_day, lifetime - held.spent.get(campaign, 0)))
        if account is None or parts_of(held, account) is None:
            return left
        return min(left, *account_left(held, account, campaign, budget_day(now, zone)))

    def _debited(self, event: Event) -> bool:
        held, campaign = self._held, event.campaign_id
        if campaign not in held.budgets:
            return False
        zone, daily, lifetime = held.budgets[campaign]
        day = (campaign, budget_day(event.at, zone))
        of_day, of_life = held.spent_days.get(day, 0) + event.price, held.spent.get(campaign, 0) + event.price
        if of_day > daily or (lifetime is not None and of_life > lifetime):
            return False
        account = event.account
        if account is not None:
            if parts_of(held, account) is not None and event.price > min(account_left(held, account, campaign, day[1])):
                return False
            if is_account(held, account):
                key = (account, campaign, day[1])
                held.account_days[key] = held.account_days.get(key, 0) + event.price
        held.spent_days[day], held.spent[campaign] = of_day, of_life
        held.entries.append(
            Entry(
                kind="charge",
                decision_id=event.decision_id,
                placement_id=event.placement_id,
                event=event.kind,
                campaign_id=campaign,
                day=day[1].isoformat(),
                amount=event.price,
                at=event.at,
            )
        )
        return True
