"""Is it alive, and can it answer well?"""

from collections.abc import Sequence

from litestar import Response, get
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler
from msgspec import Struct

from adtailor.service.answers import answer, refusal
from adtailor.service.doors import Doors
from adtailor.service.operations import Operation
from adtailor.service.wire.problems import problem


class Health(Struct, frozen=True, kw_only=True):
    """`ok`."""

    status: str


OPERATIONS = (
    Operation(method="GET", path="/healthz", says="The process is alive.", answers={200: Health}, is_open=True),
    Operation(
        method="GET",
        path="/readyz",
        says="Its models, its store and its catalogue are there.",
        answers={200: Health},
        refusals=(503,),
        is_open=True,
    ),
)


def health_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """Two addresses for whoever watches over the process."""

    @get("/healthz")
    async def alive() -> Response[bytes]:
        return answer(Health(status="ok"))

    @get("/readyz")
    async def ready() -> Response[bytes]:
        missing = await sync_to_thread(doors.missing)
        if missing:
            return refusal(problem(503, f"not ready: {'; '.join(missing)}", hint="adtailor doctor says more"))
        return answer(Health(status="ok"))

    return [alive, ready]
