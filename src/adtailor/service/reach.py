"""Which ad sets that go by people's profile reach enough of them."""

from collections.abc import Sequence

from litestar import Response, get
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler

from adtailor.service.access import caller_of
from adtailor.service.answers import Asked, answer
from adtailor.service.doors import Doors
from adtailor.service.operations import BUYERS, Operation
from adtailor.service.wire.reach import ReachWire, reach_to_wire

OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/reach",
        says="The ad sets that go by people's profile, and whether each reaches enough of them to serve; counted once "
        "a day. How many, rounded, is told to those who see all organizations.",
        answers={200: list[ReachWire]},
        refusals=(403,),
        roles=BUYERS,
    ),
)


def reach_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """GET /v1/reach."""

    @get("/v1/reach")
    async def tell(request: Asked) -> Response[bytes]:
        caller, now = caller_of(request), doors.clock.now()
        told = await sync_to_thread(lambda: doors.reaches.told(caller, now=now))
        return answer([reach_to_wire(one) for one in told])

    return [tell]
