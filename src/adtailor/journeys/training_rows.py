"""The log becomes rows that a click model may learn from: impressions met with their clicks, by today's consents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b

from adtailor.domain.buying import AdSet, Inventory
from adtailor.domain.creative import Creative
from adtailor.domain.decision import Regulations, Viewer, Won
from adtailor.domain.events import DecisionRecord, Event, EventKind
from adtailor.domain.ids import AdId, DecisionId, PersonId, PlacementId
from adtailor.domain.money import Micros
from adtailor.domain.person import Consents, Person
from adtailor.domain.training import Served, TrainingRow
from adtailor.domain.wellbeing import WellbeingPolicy
from adtailor.ports import CatalogueSource, EventStore, PeopleStore
from adtailor.profiles.consent import effective_consents

_Seen = dict[tuple[DecisionId, PlacementId], dict[EventKind, datetime]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRows:
    """Hands out rows: of valid impressions only, and never of a person who withdrew, objected or was forgotten."""

    events: EventStore
    people: PeopleStore
    source: CatalogueSource
    policy: WellbeingPolicy

    def since(self, at: datetime | None, *, salt: bytes) -> Iterator[TrainingRow]:
        """The rows decided since, about in the order of time.

        `salt` makes the viewers' groups: a fresh one for each hand-out, and the groups of two of them cannot be joined.
        """
        seen, invalid = _events(self.events.events(at))
        known = _by_ad(self.source.inventory())
        consents: dict[PersonId, Consents] = {}
        for record in self.events.records(at):
            if record.served is None or record.decision.decision_id in invalid:
                continue
            served = self._permitted(record, record.served, consents)
            if served is None:
                continue
            for place, filled in enumerate(record.decision.placements):
                happened = seen.get((record.decision.decision_id, filled.placement_id), {})
                if filled.won is None or "impression" not in happened or filled.won.ad_id not in known:
                    continue
                yield _row(record, filled.won, place, served, ad=known[filled.won.ad_id], happened=happened, salt=salt)

    def _permitted(self, record: DecisionRecord, served: Served, known: dict[PersonId, Consents]) -> Served | None:
        """What consents cover today of what they covered then."""
        person_id = record.person_id
        if person_id is None:
            return served
        if person_id not in known:
            known[person_id] = _consents(self.people.person(person_id), self.policy)
        consents = known[person_id]
        if not consents.interests:
            return None
        return served if consents.look else replace(served, look=None)


def _consents(person: Person, policy: WellbeingPolicy) -> Consents:
    viewer = Viewer(person_id=person.person_id, age=person.age)
    return effective_consents(person, viewer, Regulations(), policy)


def _events(events: Sequence[tuple[Event, Micros]]) -> tuple[_Seen, set[DecisionId]]:
    """The events of each placement that came in time, by kind; and the decisions that met with any invalid one."""
    seen: _Seen = {}
    invalid: set[DecisionId] = set()
    for event, _ in events:
        if event.validity != "valid":
            invalid.add(event.decision_id)
        if event.is_late:
            continue
        seen.setdefault((event.decision_id, event.placement_id), {})[event.kind] = event.at
    return seen, invalid


def _by_ad(inventory: Inventory) -> Mapping[AdId, tuple[AdSet, Creative]]:
    adsets = {adset.id: adset for adset in inventory.adsets}
    creatives = {creative.id: creative for creative in inventory.creatives}
    return {
        ad.id: (adsets[ad.adset_id], creatives[ad.creative_id])
        for ad in inventory.ads
        if ad.adset_id in adsets and ad.creative_id in creatives
    }


def _row(
    record: DecisionRecord,
    won: Won,
    place: int,
    served: Served,
    *,
    ad: tuple[AdSet, Creative],
    happened: Mapping[EventKind, datetime],
    salt: bytes,
) -> TrainingRow:
    person_id = record.person_id
    adset, creative = ad
    return TrainingRow(
        decision_id=record.decision.decision_id,
        placement_id=record.decision.placements[place].placement_id,
        decided_at=record.decision.decided_at,
        group=None if person_id is None else blake2b(person_id.encode(), key=salt[:64], digest_size=12).hexdigest(),
        ad_id=won.ad_id,
        adset_id=adset.id,
        campaign_id=won.campaign_id,
        advertiser_id=won.advertiser_id,
        format=creative.format,
        position=served.positions[place] if place < len(served.positions) else place,
        served=served,
        ad_topics=creative.topics,
        ad_look=creative.look,
        click_rate=won.click_rate,
        propensity=won.propensity,
        clicked="click" in happened,
        clicked_at=happened.get("click"),
        converted_at=happened.get("conversion"),
    )
