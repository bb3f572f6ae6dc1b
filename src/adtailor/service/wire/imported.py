"""What a table asks for, and what came of it."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, to_builtins

from adtailor.domain.managed import Kind
from adtailor.journeys.manage import Difference, Wanted
from adtailor.service.wire.sheet import read_sheet


class DifferenceWire(Struct, frozen=True, kw_only=True):
    """What became of an item: its fields as they were and as they are."""

    kind: Kind
    id: str
    is_new: bool
    before: dict[str, Any]
    after: dict[str, Any]


def wanted_by(raw: bytes) -> list[Wanted]:
    """What a table asks for."""
    return [
        Wanted(kind=entry.kind, item_id=entry.item_id, edit=entry.applied, where=entry.where)
        for entry in read_sheet(raw)
    ]


def difference_to_wire(told: Difference) -> DifferenceWire:
    """Onto the wire: values as JSON has them."""
    before = {} if told.is_new else {name: values[0] for name, values in told.changes.items()}
    return DifferenceWire(
        kind=told.kind,
        id=told.item_id,
        is_new=told.is_new,
        before=_plain(before),
        after=_plain({name: values[1] for name, values in told.changes.items()}),
    )


def _plain(values: Mapping[str, object]) -> dict[str, Any]:
    return to_builtins({**values}, order="deterministic", str_keys=True)
