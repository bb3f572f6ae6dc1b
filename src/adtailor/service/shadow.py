"""POST /v1/shadow: what would have been shown where another server decided."""

from collections.abc import Sequence

from litestar import Response, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler

from adtailor.journeys.shadow import Shadow, summary
from adtailor.service.answers import Asked, answer
from adtailor.service.doors import Doors
from adtailor.service.headers import says_gpc
from adtailor.service.operations import Operation
from adtailor.service.wire.shadow import (
    ShadowRequestWire,
    ShadowWire,
    compared_to_wire,
    decode_entries,
    summary_to_wire,
)

MOST_BYTES = 16 * 2**20

OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/shadow",
        says="What would have been shown where another server decided. Nothing is changed by it: an estimate, no lift.",
        body=ShadowRequestWire,
        answers={200: ShadowWire},
        asks={"Sec-GPC": "1 switches profiling off for these requests"},
        refusals=(400, 413, 422),
    ),
)


def shadow_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """POST /v1/shadow."""
    shadow = Shadow(doors.fill_page)

    def weigh(raw: bytes, *, gpc: bool) -> ShadowWire:
        entries = decode_entries(raw, gpc=gpc)
        now, random = doors.clock.now(), doors.random()
        compared = [shadow.compare(entry, now=now, random=random) for entry in entries]
        return ShadowWire(
            entries=tuple(compared_to_wire(one) for one in compared), summary=summary_to_wire(summary(compared))
        )

    @post("/v1/shadow", status_code=200, request_max_body_size=MOST_BYTES)
    async def weighed(request: Asked) -> Response[bytes]:
        raw, gpc = await request.body(), says_gpc(request.headers)
        return answer(await sync_to_thread(weigh, raw, gpc=gpc))

    return [weighed]
