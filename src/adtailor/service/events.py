"""Something happened to an ad. These addresses are called by the pages of any site: the token alone is believed."""

from collections.abc import Sequence

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from msgspec import convert

from adtailor.domain.events import EventKind
from adtailor.errors import AdtailorError, TokenRefused
from adtailor.journeys.take_event import Taken
from adtailor.service.answers import Asked, answer, nothing
from adtailor.service.doors import Doors
from adtailor.service.operations import Operation
from adtailor.service.wire.events import WhyShownWire

BY_GET: frozenset[EventKind] = frozenset({"impression", "viewable", "conversion"})
BY_POST: frozenset[EventKind] = BY_GET | frozenset[EventKind]({"hide", "report"})
"""What a person does on purpose is posted, so that no prefetching browser does it for them."""
HEADERS = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "cross-origin"}


class AlreadyTaken(AdtailorError):
    """An event address that was called before: nothing more is charged."""

    status = 409


OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/e/{token}",
        says="An ad was shown, seen, or led to a purchase. Counted once.",
        answers={204: None},
        refusals=(403, 409),
        is_open=True,
    ),
    Operation(
        method="POST",
        path="/v1/e/{token}",
        says="The same, as navigator.sendBeacon sends it; and an ad was hidden or reported.",
        answers={204: None},
        refusals=(403, 409),
        is_open=True,
    ),
    Operation(
        method="GET",
        path="/v1/c/{token}",
        says="An ad was clicked: on to the landing address on file. A second visit by a browser still arrives, free.",
        answers={302: None},
        refusals=(403, 409),
        is_open=True,
    ),
    Operation(
        method="GET",
        path="/v1/explain/{token}",
        says="Why an ad was shown, for the person who saw it.",
        answers={200: WhyShownWire},
        refusals=(403,),
        is_open=True,
    ),
)


def event_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """The addresses that a decision hands out."""

    def take(token: str, kinds: frozenset[EventKind], user_agent: str | None) -> Taken:
        try:
            return doors.take_event.take(token, kinds=kinds, now=doors.clock.now(), user_agent=user_agent)
        except TokenRefused as error:
            error.field = "token"
            raise

    async def happened(request: Asked, token: str, kinds: frozenset[EventKind]) -> Response[None]:
        taken = await sync_to_thread(take, token, kinds, request.headers.get("user-agent"))
        if taken.outcome.status == "duplicate":
            raise _again()
        return nothing(headers=HEADERS)

    @get("/v1/e/{token:str}", status_code=204)
    async def happened_by_get(request: Asked, token: FromPath[str]) -> Response[None]:
        return await happened(request, token, BY_GET)

    @post("/v1/e/{token:str}", status_code=204)
    async def happened_by_post(request: Asked, token: FromPath[str]) -> Response[None]:
        return await happened(request, token, BY_POST)

    @get("/v1/c/{token:str}", status_code=302)
    async def clicked(request: Asked, token: FromPath[str]) -> Response[None]:
        taken = await sync_to_thread(take, token, frozenset[EventKind]({"click"}), request.headers.get("user-agent"))
        # Someone who comes back to the ad still arrives; a program that replays the address is told.
        if taken.outcome.status == "duplicate" and "text/html" not in request.headers.get("accept", ""):
            raise _again()
        if taken.landing_url is None:
            raise TokenRefused("the ad was withdrawn", hint="it leads nowhere now", field="token")
        return Response(
            None,
            status_code=302,
            headers={**HEADERS, "Location": taken.landing_url, "Referrer-Policy": "no-referrer"},
        )

    @get("/v1/explain/{token:str}")
    async def explained(token: FromPath[str]) -> Response[bytes]:
        def told() -> WhyShownWire:
            try:
                return convert(doors.explain.why(token, now=doors.clock.now()), WhyShownWire, from_attributes=True)
            except TokenRefused as error:
                error.field = "token"
                raise

        return answer(await sync_to_thread(told))

    return [happened_by_get, happened_by_post, clicked, explained]


def _again() -> AlreadyTaken:
    return AlreadyTaken(
        "this event was taken before", hint="each address counts once; nothing was charged", field="token"
    )
