"""A page asks for ads."""

from collections.abc import Mapping, Sequence

from litestar import Response, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler

from adtailor.domain.decision import DecisionRequest
from adtailor.domain.ids import AdId
from adtailor.journeys.fill_page import Page
from adtailor.ports import CatalogueSource
from adtailor.service.access import caller_of, of_own_site
from adtailor.service.answers import Asked, answer
from adtailor.service.doors import Doors
from adtailor.service.headers import says_gpc
from adtailor.service.operations import SITES, Operation
from adtailor.service.wire.decisions import AdFace, DecisionWire, decision_to_wire, faces
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


class Showcase:
    """What each ad shows, read again when the catalogue changes."""

    def __init__(self, source: CatalogueSource) -> None:
        self._source = source
        self._at: tuple[int, Mapping[AdId, AdFace]] | None = None

    def faces(self) -> Mapping[AdId, AdFace]:
        """Every ad of the newest catalogue. Two threads may both read it: they come to the same."""
        version = self._source.version()
        if self._at is None or self._at[0] != version:
            inventory = self._source.inventory()
            self._at = (inventory.version, faces(inventory))
        return self._at[1]


def decision_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """POST /v1/decisions."""
    showcase = Showcase(doors.catalogue)

    def fill(asked: DecisionRequest) -> Page:
        return doors.fill_page.fill(asked, now=doors.clock.now(), random=doors.random())

    @post("/v1/decisions", status_code=200, request_max_body_size=MOST_BYTES)
    async def decide(request: Asked) -> Response[bytes]:
        asked = decode_request(await request.body(), gpc=says_gpc(request.headers))
        of_own_site(caller_of(request), asked.site_id)
        # A decision takes less than handing it to a thread and back would add; reading a page's text takes far longer.
        page = fill(asked) if asked.context.text is None else await sync_to_thread(fill, asked)
        return answer(
            decision_to_wire(page.decision, ads=showcase.faces(), claims=page.tokens, creatives=page.creatives)
        )

    return [decide]
