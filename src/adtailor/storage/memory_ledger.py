"""What events in dictionaries came to, and what is given back of it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from adtailor.domain.events import Event, Validity
from adtailor.domain.ids import CampaignId
from adtailor.domain.ledger import Cell, Entry, Reach, Reversed, Selection
from adtailor.domain.money import Micros
from adtailor.storage.charging import QUARTER
from adtailor.storage.memory_rows import Held
from adtailor.storage.memory_trials import is_account
from adtailor.storage.moments import ticks


class MemoryLedger:
    """`ports.LedgerStore` over the same dictionaries."""

    def __init__(self, held: Held) -> None:
        self._held = held

    def cells(self, dims: Collection[str], since: datetime | None = None, until: datetime | None = None) -> list[Cell]:
        """Events of a time, summed over all but campaign, kind, validity and these fields of `Cell`."""
        sums: dict[Cell, tuple[int, int, int]] = {}
        for key, (event, outcome) in self._held.events.items():
            if (since is not None and event.at < since) or (until is not None and event.at >= until):
                continue
            quarter = ticks(event.at) // QUARTER
            known: dict[str, Any] = {name: quarter if name == "quarter" else getattr(event, name) for name in dims}
            cell = Cell(
                advertiser_id=event.advertiser_id,
                campaign_id=event.campaign_id,
                kind=event.kind,
                validity=event.validity,
                is_reversed=key in self._held.reversals,
                over_delivered=outcome.over_delivered,
                **known,
            )
            events, charged, value = sums.get(cell, (0, 0, 0))
            sums[cell] = (events + 1, charged + outcome.charged, value + (event.value or 0))
        return [
            replace(cell, events=events, charged=Micros(charged), value=Micros(value))
            for cell, (events, charged, value) in sums.items()
        ]

    def reach(self, since: datetime | None = None, until: datetime | None = None) -> list[Reach]:
        """Whom ads reached, by the hour."""
        hour = 4 * QUARTER
        return [
            one
            for one in self._held.reach.values()
            if (since is None or one.hour >= ticks(since) // hour) and (until is None or one.hour * hour < ticks(until))
        ]

    def entries(self, campaign_id: CampaignId | None = None) -> list[Entry]:
        """Every entry, in the order in which it was made."""
        return [entry for entry in self._held.entries if campaign_id in {None, entry.campaign_id}]

    def reverse(self, which: Selection, *, validity: Validity, reason: str, now: datetime) -> Reversed:
        """Mark valid events as invalid and return what they cost to the budgets that paid."""
        marked = amount = 0
        with self._held.lock:
            held = self._held
            for key, (event, outcome) in list(held.events.items()):
                if event.validity != "valid" or not _is_meant(event, which):
                    continue
                held.events[key] = (replace(event, validity=validity), replace(outcome, validity=validity))
                held.reversals.add(key)
                marked, amount = marked + 1, amount + outcome.charged
                for entry in [e for e in held.entries if outcome.charged and e.kind == "charge" and _is_of(e, event)]:
                    held.entries.append(replace(entry, kind="reversal", amount=-entry.amount, at=now, reason=reason))
                    held.spent_days[event.campaign_id, date.fromisoformat(entry.day)] -= entry.amount
                    held.spent[event.campaign_id] -= entry.amount
                    if event.account is not None and is_account(held, event.account):
                        day = date.fromisoformat(entry.day)
                        held.account_days[event.account, event.campaign_id, day] -= entry.amount
        return Reversed(events=marked, amount=Micros(amount))

    def disagreements(self) -> list[str]:
        """Nothing: what is charged is entered by the same line."""
        return []


def _is_meant(event: Event, which: Selection) -> bool:
    names = ("decision_id", "campaign_id", "ad_id", "site_id", "placement_id", "kind")
    if any(getattr(which, name) not in {None, getattr(event, name)} for name in names):
        return False
    return (which.since is None or event.at >= which.since) and (which.until is None or event.at < which.until)


def _is_of(entry: Entry, event: Event) -> bool:
    return (entry.decision_id, entry.placement_id, entry.event) == (event.decision_id, event.placement_id, event.kind)
