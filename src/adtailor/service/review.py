"""Creatives that wait for a person, what was found about them, and the person's decision."""

from collections.abc import Sequence

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from adtailor.journeys.manage import Expected
from adtailor.journeys.review import Waiting
from adtailor.service.access import author_of, caller_of
from adtailor.service.answers import Asked, answer
from adtailor.service.doors import Doors
from adtailor.service.headers import etag, if_match, version_needed
from adtailor.service.manage import known_parameters, whole
from adtailor.service.operations import BUYERS, Operation
from adtailor.service.wire.decoding import decode
from adtailor.service.wire.review import DecisionOnCreativeWire, WaitingWire, waiting_to_wire

_ASKS = {"limit": "how many at most, 1 to 1000; 100 unless given", "cursor": "from the Link of the answer"}
OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/reviews",
        says="Creatives that wait for a person, the first to come first, with what automatic checks found.",
        answers={200: list[WaitingWire]},
        asks=_ASKS,
        refusals=(403, 422),
        roles=BUYERS,
    ),
    Operation(
        method="GET",
        path="/v1/reviews/{creative_id}",
        says="What is found about a creative now, and what was last decided.",
        answers={200: WaitingWire},
        refusals=(403, 404),
        roles=BUYERS,
    ),
    Operation(
        method="POST",
        path="/v1/reviews/{creative_id}",
        says="Approve or reject the version that was looked at. What a check blocks cannot be approved.",
        body=DecisionOnCreativeWire,
        answers={200: WaitingWire},
        asks={"If-Match": "the ETag of what was looked at"},
        refusals=(400, 403, 404, 409, 413, 422, 428),
    ),
)


def review_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """The routes under /v1/reviews."""
    reviews = doors.reviews

    @get("/v1/reviews")
    async def queue(request: Asked) -> Response[bytes]:
        asked = known_parameters(request.query_params, _ASKS)
        after, limit = whole(asked.get("cursor", "-1"), "cursor"), whole(asked.get("limit", "100"), "limit")
        found, more = await sync_to_thread(lambda: reviews.waiting(caller_of(request), after=after, limit=limit))
        headers = {} if more is None else {"Link": f'</v1/reviews?cursor={more}&limit={limit}>; rel="next"'}
        return answer([waiting_to_wire(one) for one in found], headers=headers)

    @get("/v1/reviews/{creative_id:str}")
    async def tell(request: Asked, creative_id: FromPath[str]) -> Response[bytes]:
        return _told(await sync_to_thread(reviews.one, caller_of(request), creative_id))

    @post("/v1/reviews/{creative_id:str}", status_code=200)
    async def decide(request: Asked, creative_id: FromPath[str]) -> Response[bytes]:
        given = decode(await request.body(), DecisionOnCreativeWire)
        caller, author = caller_of(request), author_of(request, doors.clock)
        return _told(
            await sync_to_thread(
                lambda: reviews.decide(
                    caller,
                    creative_id,
                    given.verdict,
                    builds_on=_looked_at(request),
                    author=author,
                    note=given.note,
                )
            )
        )

    return [queue, tell, decide]


def _looked_at(request: Asked) -> Expected:
    def expected(stored: int) -> int:
        found = if_match(request.headers, current=stored)
        if found is None:
            raise version_needed("a creative that was looked at")
        return found

    return expected


def _told(waiting: Waiting) -> Response[bytes]:
    return answer(waiting_to_wire(waiting), headers={"ETag": etag(waiting.kept.version)})
