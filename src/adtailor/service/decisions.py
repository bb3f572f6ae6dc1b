"""A page asks for ads."""

from collections.abc import Mapping, Sequence
from functools import partial

from litestar import Response, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler

from adtailor.domain.access import Caller
from adtailor.domain.decision import DecisionRequest
from adtailor.domain.ids import AdId
from adtailor.journeys.fill_page import Page
from adtailor.service.access import caller_of, of_own_site
from adtailor.service.answers import Asked, whole
from adtailor.service.doors import Doors
from adtailor.service.headers import says_gpc
from adtailor.service.lane import Shortcut
from adtailor.service.operations import SITES, Operation
from adtailor.service.wire.decisions import AdFace, DecisionWire, decision_to_wire
from adtailor.service.wire.decoding import encode
from adtailor.service.wire.requests import RequestWire, decode_request

MOST_BYTES = 2 * 2**20

OPERATIONS = (
    Operation(
        method="POST",
        path="/v1/decisions",
        says="Fill the placements of a page: for each an ad, its price and why, or the reason why there is none.",
        body=RequestWire,
        answers={200: DecisionWire},
        asks={"Sec-GPC": "1 switches profiling off for this request"},
        refusals=(400, 404, 413, 422),
        roles=SITES,
    ),
)


def decision_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """POST /v1/decisions, where anything about it is not plain: see `shortcut`."""

    @post("/v1/decisions", status_code=200, request_max_body_size=MOST_BYTES)
    async def decide(request: Asked) -> Response[bytes]:
        asked = understood(await request.body(), caller_of(request), gpc=says_gpc(request.headers))
        # A decision takes less than handing it to a thread and back would add; reading a page's text takes far longer.
        if asked.context.text is None:
            return whole(answered(doors, asked))
        return whole(await sync_to_thread(answered, doors, asked))

    return [decide]


def shortcut(doors: Doors) -> Shortcut[DecisionRequest]:
    """The same for a page that says what it is about, or of which post it is."""

    def plainly(body: bytes, headers: Mapping[bytes, bytes], caller: Caller) -> DecisionRequest | None:
        told = headers.get(b"sec-gpc")
        gpc = told is not None and says_gpc({"sec-gpc": told.decode("latin-1")})
        asked = understood(body, caller, gpc=gpc)
        return asked if asked.context.text is None else None

    return Shortcut(
        method="POST",
        path="/v1/decisions",
        most_bytes=MOST_BYTES,
        understood=plainly,
        answered=partial(answered, doors),
    )


def understood(body: bytes, caller: Caller, *, gpc: bool) -> DecisionRequest:
    """What a body asks; InvalidInput, or UnknownId for the token of another site."""
    asked = decode_request(body, gpc=gpc)
    of_own_site(caller, asked.site_id)
    return asked


def answered(doors: Doors, asked: DecisionRequest) -> bytes:
    """The filled page as JSON."""
    page = doors.fill_page.fill(asked, now=doors.clock.now(), random=doors.random())
    return encode(decision_to_wire(page.decision, ads=faces_of(page), claims=page.tokens))


def faces_of(page: Page) -> dict[AdId, AdFace]:
    """What each ad of a page shows, and in whose name, as they stood when it was chosen."""
    return {
        filled.won.ad_id: AdFace(advertiser=advertiser, creative=page.creatives[filled.placement_id])
        for filled in page.decision.placements
        if filled.won is not None and (advertiser := page.advertisers.get(filled.placement_id)) is not None
    }
