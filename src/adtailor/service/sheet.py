"""Campaigns as a table, out and in."""

from collections.abc import Sequence

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler
from msgspec import Struct

from adtailor.errors import InvalidInput
from adtailor.service.access import author_of, caller_of
from adtailor.service.answers import Asked, answer
from adtailor.service.doors import Doors
from adtailor.service.manage import MOST_BYTES, known_parameters
from adtailor.service.operations import BUYERS, BUYING_WRITERS, Operation
from adtailor.service.wire.imported import DifferenceWire, difference_to_wire, wanted_by
from adtailor.service.wire.sheet import write_sheet

CSV = "text/csv"


class ImportedWire(Struct, frozen=True, kw_only=True):
    """What a table changed, or would have changed."""

    dry: bool
    differences: tuple[DifferenceWire, ...]


_ASKS = {"dry": "1 to be told what would change, and change nothing"}
OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/campaign-sheet",
        says="The campaigns as CSV, a row an ad.",
        answers={200: str},
        media=CSV,
        roles=BUYERS,
    ),
    Operation(
        method="POST",
        path="/v1/campaign-sheet",
        says="Make and change campaigns, ad sets, creatives and ads from CSV: all of it, or none.",
        body=str,
        answers={200: ImportedWire},
        asks=_ASKS,
        refusals=(403, 413, 422),
        takes=CSV,
        roles=BUYING_WRITERS,
    ),
)


def sheet_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """GET and POST /v1/campaign-sheet."""

    @get("/v1/campaign-sheet")
    async def export(request: Asked) -> Response[bytes]:
        caller = caller_of(request)
        table = await sync_to_thread(lambda: write_sheet(doors.manage.inventory(caller)).encode())
        headers = {"Content-Disposition": 'attachment; filename="campaigns.csv"'}
        return Response(table, media_type=CSV, headers=headers)

    @post("/v1/campaign-sheet", status_code=200, request_max_body_size=MOST_BYTES)
    async def take(request: Asked) -> Response[bytes]:
        caller, author = caller_of(request), author_of(request, doors.clock)
        dry = known_parameters(request.query_params, _ASKS).get("dry", "0")
        if dry not in {"0", "1"}:
            raise InvalidInput(f"{dry[:64]!r} is neither 0 nor 1", hint="1 changes nothing", field="dry")
        raw = await request.body()
        told = await sync_to_thread(
            lambda: doors.manage.together(caller, wanted_by(raw), author=author, dry=dry == "1")
        )
        return answer(ImportedWire(dry=dry == "1", differences=tuple(map(difference_to_wire, told))))

    return [export, take]
