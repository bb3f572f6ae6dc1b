"""Who changed what, when: for owners."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from litestar import Response, get
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler

from adtailor.domain.checks import aware_utc
from adtailor.errors import InvalidInput
from adtailor.service.answers import Asked, answer
from adtailor.service.doors import Doors
from adtailor.service.manage import known_parameters, whole
from adtailor.service.operations import Operation
from adtailor.service.wire.audit import AuditEntryWire, entry_to_wire

MOST = 1000


_ASKS = {
    "kind": "only changes of this kind, as campaigns, creatives or tokens",
    "id": "only changes of this one; with kind",
    "since": "only changes from this time on",
    "limit": f"how many at most, 1 to {MOST}; 100 unless given",
    "cursor": "from the Link of the answer",
}
OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/audit",
        says="Who changed what, newest first. It is only ever added to, and holds no secret.",
        answers={200: list[AuditEntryWire]},
        asks=_ASKS,
        refusals=(403, 422),
    ),
)


def audit_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """GET /v1/audit."""

    @get("/v1/audit")
    async def tell(request: Asked) -> Response[bytes]:
        asked = known_parameters(request.query_params, _ASKS)
        limit = whole(asked.get("limit", "100"), "limit")
        if not 1 <= limit <= MOST:
            raise InvalidInput(f"a limit of {limit}", hint=f"1 to {MOST}", field="limit")
        before = whole(asked["cursor"], "cursor") if "cursor" in asked else None
        since = moment_of(asked["since"]) if "since" in asked else None
        entries = await sync_to_thread(
            lambda: doors.audit.entries(
                kind=asked.get("kind"), item_id=asked.get("id"), since=since, before=before, limit=limit + 1
            )
        )
        headers: dict[str, str] = {}
        if len(entries) > limit:
            rest = "".join(f"&{name}={value}" for name, value in asked.items() if name != "cursor")
            headers["Link"] = f'</v1/audit?cursor={entries[limit - 1].number}{rest}>; rel="next"'
        return answer([entry_to_wire(entry) for entry in entries[:limit]], headers=headers)

    return [tell]


def moment_of(text: str) -> datetime:
    """A time with its zone."""
    try:
        return aware_utc(msgspec.convert(text, datetime), "since")
    except (msgspec.ValidationError, OverflowError):
        raise InvalidInput(
            f"{text[:64]!r} is no time", hint="write it as 2026-11-20T12:00:00Z", field="since"
        ) from None
