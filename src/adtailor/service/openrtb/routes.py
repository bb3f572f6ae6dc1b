"""POST /openrtb2/auction."""

import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from litestar import Response, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler

from adtailor.config.taxonomy import CONTENT_1_0, products_of
from adtailor.domain.backfill import Blocked, ForeignAd, OpenPlace, Surroundings
from adtailor.domain.decision import DecisionRequest
from adtailor.domain.ids import PlacementId, PostId
from adtailor.errors import AdtailorError
from adtailor.journeys.fill_page import Page
from adtailor.service.access import caller_of
from adtailor.service.answers import Asked, answer, nothing
from adtailor.service.decisions import faces_of
from adtailor.service.doors import Doors
from adtailor.service.headers import says_gpc
from adtailor.service.openrtb.asking import Sender, decision_request
from adtailor.service.openrtb.blocks import Shelves
from adtailor.service.openrtb.notices import OPERATIONS as NOTICES
from adtailor.service.openrtb.notices import notice_routes
from adtailor.service.openrtb.offers import seatbids
from adtailor.service.openrtb.places import Place, asked_together, places_of
from adtailor.service.openrtb.tally import Tally
from adtailor.service.operations import SITES, Operation
from adtailor.service.wire.openrtb import BidRequest, BidResponse, Misfit, RequestProblem, decode_bid_request

MOST_BYTES = 2 * 2**20
INVALID_REQUEST, UNSUPPORTED_DEVICE, TOO_LITTLE_TIME = 2, 6, 15
"""Reasons for not bidding, after the list of OpenRTB 3.0."""

OPERATIONS = (
    Operation(
        method="POST",
        path="/openrtb2/auction",
        says="OpenRTB 2.6: bids for banners and native ads. Prices are for a thousand impressions.",
        body=BidRequest,
        answers={200: BidResponse, 204: None, 400: BidResponse},
        asks={"Sec-GPC": "1 switches profiling off for this request"},
        roles=SITES,
    ),
    *NOTICES,
)


def openrtb_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """The exchange's door."""
    exchange = doors.exchange
    shelves, tally = Shelves(doors.catalogue), Tally()

    def filled(asked: DecisionRequest, *, is_test: bool) -> Page:
        fill = doors.fill_page.would if is_test else doors.fill_page.fill
        return fill(asked, now=doors.clock.now(), random=doors.random())

    def offers(
        request: BidRequest, places: dict[PlacementId, Place], sender: Sender, base: str, ends_at: float | None
    ) -> BidResponse | None:
        barred = shelves.barred(request, needs_picture=asked_together(places))
        asked = decision_request(request, places, barred=barred, sender=sender, now=doors.clock.now())
        asked = beside_a_post(asked, is_ours=lambda post_id: doors.posts.post(post_id) is not None)
        page = filled(asked, is_test=bool(request.test))
        foreign = _foreign(doors, page, request, places, ends_at)
        bids = seatbids(page, places, faces=faces_of(page), foreign=foreign, seat=exchange.seat, base=base)
        if not bids:
            return None
        return BidResponse(id=request.id or "", seatbid=bids, cur=exchange.currency)

    @post("/openrtb2/auction", status_code=200, request_max_body_size=MOST_BYTES)
    async def auction(request: Asked) -> Response[bytes] | Response[None]:
        began = time.monotonic()
        request_id = ""
        try:
            bid_request = decode_bid_request(_plain(await request.body(), request.headers.get("content-encoding")))
            request_id = bid_request.id or ""
            check(bid_request)
            places = places_of(bid_request.imp, currency=exchange.currency, floor=exchange.floor)
        except AdtailorError as error:
            said = f"{error.field}: {error.message}" if error.field else error.message
            problem = RequestProblem(problem=said, hint=error.hint)
            return answer(BidResponse(id=request_id, nbr=INVALID_REQUEST, ext=problem), status=400)
        ends_at = None if bid_request.tmax is None else began + bid_request.tmax / 1000
        if (why := declined(bid_request, places, exchange.currency, exchange.seat)) is not None:
            return _no_bid(bid_request, why)
        base = exchange.public_url or f"{request.url.scheme}://{request.headers.get('host', '')}"
        sender = Sender(
            may_name_people=not _is_page_of_another(request),
            says_gpc=says_gpc(request.headers),
            person_source=exchange.person_source,
            site_id=caller_of(request).site_id,
        )
        if exchange.backfill is None:
            told = offers(bid_request, places, sender, base, ends_at)
        else:
            told = await sync_to_thread(offers, bid_request, places, sender, base, ends_at)
        if ends_at is not None and time.monotonic() > ends_at:
            return _no_bid(bid_request, TOO_LITTLE_TIME)
        tally.asked(0 if told is None else sum(len(seat.bid) for seat in told.seatbid))
        return _no_bid(bid_request, None) if told is None else answer(told)

    return [auction, *notice_routes(doors, tally)]


def check(request: BidRequest) -> None:
    """Raises Misfit for a request without what every request has."""
    hint = "see OpenRTB 2.6, section 3.2.1"
    if not request.id:
        raise Misfit("missing", hint=hint, field="id")
    if not request.imp:
        raise Misfit("missing, or empty", hint=hint, field="imp")
    ids = [imp.id for imp in request.imp]
    if len(set(ids)) < len(ids):
        raise Misfit("two impressions share an id", hint=hint, field="imp.id")
    if sum(1 for one in (request.site, request.app, request.dooh) if one is not None) > 1:
        raise Misfit("more than one of site, app and dooh", hint=hint, field="site")


def declined(request: BidRequest, places: dict[PlacementId, Place], currency: str, seat: str) -> int | None:
    """The reason, as a code, for which nothing is even looked for; 0 where there is no code for it."""
    if request.dooh is not None:
        return UNSUPPORTED_DEVICE
    if request.tmax is not None and request.tmax <= 0:
        return TOO_LITTLE_TIME
    if request.cur and currency not in request.cur:
        return 0
    if (request.wseat and seat not in request.wseat) or (request.bseat and seat in request.bseat):
        return 0
    return None if places else 0


def beside_a_post(asked: DecisionRequest, *, is_ours: Callable[[PostId], bool]) -> DecisionRequest:
    """What was read in a post of ours says more than any label; an id that is none of ours says nothing."""
    context = asked.context
    if context.post_id is None:
        return asked
    if is_ours(context.post_id):
        return replace(asked, context=replace(context, topics=None))
    return replace(asked, context=replace(context, post_id=None))


def _no_bid(request: BidRequest, why: int | None) -> Response[bytes] | Response[None]:
    """Nothing, as 204; with a reason where there is a code for it; and to Prebid, which reads no empty answer, `{}`."""
    if why or (request.ext and "prebid" in request.ext):
        return answer(BidResponse(id=request.id or "", nbr=why or None))
    return nothing()


def _foreign(
    doors: Doors, page: Page, request: BidRequest, places: dict[PlacementId, Place], ends_at: float | None
) -> dict[PlacementId, ForeignAd]:
    """What another bidder would put where the page stays open; never for a test."""
    backfill = doors.exchange.backfill
    if backfill is None or request.test or request.acat:
        return {}
    products, are_known = products_of(request.bcat or (), request.cattax or CONTENT_1_0)
    if not are_known:
        return {}
    context, site = page.request.context, request.site or request.app
    return backfill.fill(
        page,
        [
            OpenPlace(id=one, width=place.size[0], height=place.size[1], floor=place.placement.thousand_floor)
            for one, place in places.items()
            if place.size is not None
        ],
        Surroundings(
            domain=site.domain if site else None,
            topics=[topic.id for topic in context.topics or ()],
            language=context.language,
            country=context.country,
            device=context.device,
        ),
        blocked=Blocked(products=products, domains=frozenset(one.lower() for one in request.badv or ())),
        seconds=60.0 if ends_at is None else ends_at - time.monotonic(),
    )


def _is_page_of_another(request: Asked) -> bool:
    """Whether a browser asks for a page: one on another site may claim that its reader is anyone."""
    origin = request.headers.get("origin")
    return origin is not None and origin.partition("://")[2].lower() != request.headers.get("host", "").lower()


def _plain(raw: bytes, encoding: str | None) -> bytes:
    """The body as it was before it was packed, if it was."""
    if encoding is None or encoding.lower() == "identity":
        return raw
    if encoding.lower() != "gzip":
        raise Misfit(f"packed as {encoding[:20]!r}", hint="plain or gzip", field="Content-Encoding")
    unpacked = zlib.decompressobj(wbits=31)
    try:
        plain = unpacked.decompress(raw, MOST_BYTES)
    except zlib.error:
        raise Misfit("no gzip", hint="plain or gzip", field="Content-Encoding") from None
    if unpacked.unconsumed_tail or not unpacked.eof:
        raise Misfit("too large, or broken off", hint="at most 2 MB", field="Content-Encoding")
    return plain
