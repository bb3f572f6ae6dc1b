"""What the memory store holds, and the two writes that consent and versions guard."""

import threading
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from adtailor.domain.buying import Inventory
from adtailor.domain.events import DecisionRecord, Event, EventOutcome, RecordRef
from adtailor.domain.findings import Look
from adtailor.domain.ids import CampaignId, CreativeId, PersonId, PostId, TrialId
from adtailor.domain.ledger import Entry, Reach
from adtailor.domain.managed import KINDS, Kept, Kind
from adtailor.domain.person import Consents, Person
from adtailor.domain.post import Post
from adtailor.domain.profile import Profile
from adtailor.domain.reading import Reading
from adtailor.domain.review import Review
from adtailor.domain.trial import Account, Trial
from adtailor.domain.wellbeing import WellbeingMemory
from adtailor.storage.leasing import LeaseRow
from adtailor.storage.permitted import (
    consented,
    permitted_memory,
    permitted_profile,
)
from adtailor.storage.rows import stale


@dataclass(slots=True)
class Held:
    """Everything, under one lock."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    posts: dict[PostId, Post] = field(default_factory=dict[PostId, Post])
    unread: dict[PostId, datetime] = field(default_factory=dict[PostId, datetime])
    readings: dict[PostId, tuple[Reading, datetime]] = field(default_factory=dict[PostId, tuple[Reading, datetime]])
    people: dict[PersonId, Person] = field(default_factory=dict[PersonId, Person])
    profiles: dict[PersonId, Profile] = field(default_factory=dict[PersonId, Profile])
    memories: dict[PersonId, WellbeingMemory] = field(default_factory=dict[PersonId, WellbeingMemory])
    records: dict[RecordRef, DecisionRecord] = field(default_factory=dict[RecordRef, DecisionRecord])
    appended: int = 0
    inventory: Inventory = Inventory()
    items: dict[Kind, dict[str, Kept]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    reviews: dict[CreativeId, Review] = field(default_factory=dict[CreativeId, Review])
    budgets: dict[CampaignId, tuple[str, int, int | None]] = field(
        default_factory=dict[CampaignId, tuple[str, int, int | None]]
    )
    spent: dict[CampaignId, int] = field(default_factory=dict[CampaignId, int])
    spent_days: dict[tuple[CampaignId, date], int] = field(default_factory=dict[tuple[CampaignId, date], int])
    events: dict[tuple[str, ...], tuple[Event, EventOutcome]] = field(
        default_factory=dict[tuple[str, ...], tuple[Event, EventOutcome]]
    )
    orders: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    entries: list[Entry] = field(default_factory=list[Entry])
    reversals: set[tuple[str, ...]] = field(default_factory=set[tuple[str, ...]])
    """The keys of events that were reversed."""
    rates: dict[tuple[bytes, str, str, int], list[int]] = field(
        default_factory=dict[tuple[bytes, str, str, int], list[int]]
    )
    reach: dict[tuple[int, str, str, str], Reach] = field(default_factory=dict[tuple[int, str, str, str], Reach])
    leases: dict[tuple[str, CampaignId], LeaseRow] = field(default_factory=dict[tuple[str, CampaignId], LeaseRow])
    trials: dict[TrialId, tuple[int, Trial]] = field(default_factory=dict[TrialId, tuple[int, Trial]])
    looks: dict[tuple[TrialId, int], Look] = field(default_factory=dict[tuple[TrialId, int], Look])
    account_days: dict[tuple[Account, CampaignId, date], int] = field(
        default_factory=dict[tuple[Account, CampaignId, date], int]
    )

    def consents(self, person_id: PersonId) -> Consents:
        """What a person's consents come to."""
        return consented(self.people.get(person_id, Person(person_id=person_id)))


def put_profile(held: Held, profile: Profile) -> Profile:
    """Store what consent permits of it, as the next version."""
    same_version(profile, held.profiles.get(profile.person_id))
    kept = permitted_profile(profile, held.consents(profile.person_id))
    held.profiles[profile.person_id] = kept = replace(kept, version=profile.version + 1)
    return kept


def put_memory(held: Held, memory: WellbeingMemory) -> WellbeingMemory:
    """Store it as the next version; without the well-being consent nothing is stored."""
    if not held.consents(memory.person_id).wellbeing:
        held.memories.pop(memory.person_id, None)
        return memory
    same_version(memory, held.memories.get(memory.person_id))
    kept = replace(permitted_memory(memory), version=memory.version + 1)
    held.memories[memory.person_id] = kept
    return kept


def same_version(given: Profile | WellbeingMemory, stored: Profile | WellbeingMemory | None) -> None:
    """StaleVersion unless what is given was read from what is stored."""
    version = stored.version if stored is not None else 0
    if given.version != version:
        raise stale("profiles" if isinstance(given, Profile) else "memories", given.version, version)
