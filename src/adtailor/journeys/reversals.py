"""Invalid traffic that was found later is given back, and it is written down who did so."""

from dataclasses import fields

from adtailor.domain.audit import Author
from adtailor.domain.events import Validity
from adtailor.domain.ledger import Reversed, Selection
from adtailor.ports import AuditLog, LedgerStore


def reverse(
    ledger: LedgerStore, audit: AuditLog, which: Selection, *, validity: Validity, reason: str, author: Author
) -> Reversed:
    """Mark the events and return what they cost; what changed nothing is not written down."""
    done = ledger.reverse(which, validity=validity, reason=reason, now=author.at)
    if done.events:
        named = {field.name: value for field in fields(which) if (value := getattr(which, field.name)) is not None}
        told = {name: str(value) for name, value in named.items()}
        audit.note(
            author,
            "reversed",
            kind="events",
            item_id=next(iter(told.values())),
            before={},
            after={**told, "validity": validity, "reason": reason, "events": done.events, "micros": done.amount},
        )
    return done
