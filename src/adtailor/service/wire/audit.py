"""The audit log on the wire."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from adtailor.domain.audit import Action, AuditEntry


class AuditEntryWire(Struct, frozen=True, kw_only=True):
    """One change. Of what was changed, only the fields that differ."""

    number: int
    at: datetime
    by: str
    action: Action
    kind: str
    id: str
    before: dict[str, Any]
    after: dict[str, Any]


def entry_to_wire(entry: AuditEntry) -> AuditEntryWire:
    """Onto the wire."""
    return AuditEntryWire(
        number=entry.number,
        at=entry.at,
        by=entry.by,
        action=entry.action,
        kind=entry.kind,
        id=entry.item_id,
        before={**entry.before},
        after={**entry.after},
    )
