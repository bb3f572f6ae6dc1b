"""All that is kept about someone, as values that JSON can hold, key by key as stored."""

from collections.abc import Mapping, Sequence

from adtailor.domain.events import DecisionRecord, Event, EventOutcome
from adtailor.domain.person import Person
from adtailor.domain.post import Post
from adtailor.domain.profile import Profile
from adtailor.domain.reading import Reading
from adtailor.domain.wellbeing import WellbeingMemory
from adtailor.storage.codec import as_json


def exported(
    *,
    person: Person,
    profile: Profile | None,
    memory: WellbeingMemory | None,
    posts: Sequence[Post],
    readings: Sequence[tuple[Post, Reading]],
    records: Sequence[DecisionRecord],
    events: Sequence[tuple[Event, EventOutcome]],
) -> Mapping[str, object]:
    """One object; photos not read yet are base64."""
    return {
        "person": as_json(person),
        "profile": as_json(profile),
        "memory": as_json(memory),
        "posts": as_json(posts),
        "readings": as_json([reading for _, reading in readings]),
        "decisions": as_json([record.decision for record in records]),
        "learned_from": [
            {"decision_id": record.decision.decision_id, "served": as_json(record.served)}
            for record in records
            if record.served is not None
        ],
        "events": [{"event": as_json(event), "outcome": as_json(outcome)} for event, outcome in events],
    }
