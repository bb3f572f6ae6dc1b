"""Something happened to an ad. These addresses are called by the pages of any site: the token alone is believed."""

from collections.abc import Sequence
from pathlib import Path

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from msgspec import convert

from adtailor.domain.events import EVENT_KINDS, EventKind
from adtailor.domain.money import Micros
from adtailor.errors import AdtailorError, InvalidInput, TokenRefused
from adtailor.journeys.take_event import Called, Taken
from adtailor.service.answers import Asked, answer, nothing
from adtailor.service.doors import Doors
from adtailor.service.gathering import Gathering
from adtailor.service.operations import Operation
from adtailor.service.senders import sender_of
from adtailor.service.wire.decoding import MOST_MICROS, decode
from adtailor.service.wire.events import EventsCalledWire, EventsTakenWire, WhyShownWire

BY_GET: frozenset[EventKind] = frozenset({"impression", "viewable", "conversion"})
BY_POST: frozenset[EventKind] = BY_GET | frozenset[EventKind]({"hide", "report"})
"""What a person does on purpose is posted, so that no prefetching browser does it for them."""
ALL: frozenset[EventKind] = frozenset(EVENT_KINDS)
MOST_BYTES = 200_000
SCRIPT = Path(__file__).parent / "static" / "adtailor.js"
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
        asks={
            "order_id": "of a conversion: the order that the advertiser's server tells of as well",
            "value_micros": "what it was worth",
        },
        refusals=(403, 409, 422),
        is_open=True,
    ),
    Operation(
        method="POST",
        path="/v1/e/batch",
        says="Several of these addresses at once, clicks as well, by their last part; each counts once.",
        body=EventsCalledWire,
        answers={200: EventsTakenWire},
        refusals=(400, 413, 422),
        is_open=True,
    ),
    Operation(
        method="GET",
        path="/adtailor.js",
        says="A script for a site's pages: it tells of ads that were shown and seen, and does nothing else.",
        answers={200: None},
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

    taking = Gathering[Called, Taken | TokenRefused](
        lambda calls: doors.take_event.take_all(calls, now=doors.clock.now())
    )
    script = SCRIPT.read_bytes()

    async def take(request: Asked, token: str, kinds: frozenset[EventKind]) -> Taken:
        query = request.query_params
        call = Called(
            token=token,
            kinds=kinds,
            sender=sender_of(request, doors.proxies),
            order_id=query.get("order_id"),
            value=_amount(query.get("value_micros")),
        )
        taken = await taking(call)
        if isinstance(taken, TokenRefused):
            taken.field = "token"
            raise taken
        return taken

    async def happened(request: Asked, token: str, kinds: frozenset[EventKind]) -> Response[None]:
        taken = await take(request, token, kinds)
        if taken.outcome.status == "duplicate":
            raise _again()
        return nothing(headers=HEADERS)

    @get("/v1/e/{token:str}", status_code=204)
    async def happened_by_get(request: Asked, token: FromPath[str]) -> Response[None]:
        return await happened(request, token, BY_GET)

    @post("/v1/e/{token:str}", status_code=204)
    async def happened_by_post(request: Asked, token: FromPath[str]) -> Response[None]:
        return await happened(request, token, BY_POST)

    @post("/v1/e/batch", status_code=200, request_max_body_size=MOST_BYTES)
    async def happened_together(request: Asked) -> Response[bytes]:
        asked, sender = decode(await request.body(), EventsCalledWire), sender_of(request, doors.proxies)
        calls = [Called(token=token, kinds=ALL, sender=sender) for token in asked.tokens]
        taken = await sync_to_thread(doors.take_event.take_all, calls, now=doors.clock.now())
        told = EventsTakenWire(
            events=tuple("refused" if isinstance(one, TokenRefused) else one.outcome.status for one in taken)
        )
        return answer(told, headers=HEADERS)

    @get("/adtailor.js")
    async def site_script() -> Response[bytes]:
        kept = {**HEADERS, "Cache-Control": "public, max-age=3600"}
        return Response(script, media_type="text/javascript", headers=kept)

    @get("/v1/c/{token:str}", status_code=302)
    async def clicked(request: Asked, token: FromPath[str]) -> Response[None]:
        taken = await take(request, token, frozenset[EventKind]({"click"}))
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

    return [happened_by_get, happened_by_post, happened_together, clicked, explained, site_script]


def _amount(told: str | None) -> Micros | None:
    if told is None:
        return None
    if not told.isascii() or not told.isdigit() or int(told[:20]) > MOST_MICROS:
        raise InvalidInput("no amount", hint=f"micros, a whole number up to {MOST_MICROS:,}", field="value_micros")
    return Micros(int(told))


def _again() -> AlreadyTaken:
    return AlreadyTaken(
        "this event was taken before", hint="each address counts once; nothing was charged", field="token"
    )
