"""The buying side: one document to read and to replace, and its lists."""

import threading
from collections.abc import Sequence
from typing import Any

from litestar import Response, get, put
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from adtailor.errors import StaleVersion, UnknownId
from adtailor.service.answers import Asked, answer
from adtailor.service.doors import Doors
from adtailor.service.headers import etag, if_match, version_needed
from adtailor.service.operations import Operation
from adtailor.service.wire.buying import CatalogueWire
from adtailor.service.wire.catalogue import decode_inventory, inventory_to_wire

MOST_BYTES = 64 * 2**20
KINDS = ("organizations", "advertisers", "campaigns", "adsets", "creatives", "ads")

OPERATIONS = (
    Operation(
        method="GET", path="/v1/catalogue", says="The whole buying side, at one version.", answers={200: CatalogueWire}
    ),
    Operation(
        method="PUT",
        path="/v1/catalogue",
        says="Replace the whole buying side as one change; it serves from the next decision on.",
        body=CatalogueWire,
        answers={200: CatalogueWire},
        asks={"If-Match": "the ETag that this change builds on; needed once there is something, a stale one is 409"},
        refusals=(400, 409, 413, 422, 428),
    ),
    *(
        operation
        for kind in KINDS
        for operation in (
            Operation(method="GET", path=f"/v1/{kind}", says=f"All {kind}.", answers={200: list[Any]}),
            Operation(
                method="GET",
                path=f"/v1/{kind}/{{item_id}}",
                says=f"One of the {kind}.",
                answers={200: dict[str, Any]},
                refusals=(404,),
            ),
        )
    ),
)


def catalogue_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """The routes of the buying side."""
    source = doors.catalogue
    one_at_a_time = threading.Lock()

    def read() -> CatalogueWire:
        return inventory_to_wire(source.inventory())

    def replace(raw: bytes, request: Asked) -> CatalogueWire:
        inventory = decode_inventory(raw)
        with one_at_a_time:
            version = source.version()
            builds_on = if_match(request.headers, current=version)
            if builds_on is None and source.inventory().ads:
                raise version_needed("a catalogue")
            try:
                source.replace(inventory, builds_on=builds_on)
            except StaleVersion as stale:
                raise StaleVersion(
                    stale.message, hint="read it again, then send its ETag as If-Match", field="If-Match"
                ) from None
        return read()

    @get("/v1/catalogue")
    async def tell() -> Response[bytes]:
        return _told(await sync_to_thread(read))

    @put("/v1/catalogue", request_max_body_size=MOST_BYTES)
    async def put_catalogue(request: Asked) -> Response[bytes]:
        return _told(await sync_to_thread(replace, await request.body(), request))

    def listed(kind: str) -> list[BaseRouteHandler]:
        def items() -> Sequence[object]:
            return getattr(read(), kind)

        def item(item_id: str) -> object:
            found = next((one for one in items() if getattr(one, "id", None) == item_id), None)
            if found is None:
                raise UnknownId(f"not among the {kind}", hint=f"see /v1/{kind}", field="id")
            return found

        @get(f"/v1/{kind}", name=kind)
        async def tell_all() -> Response[bytes]:
            return answer(await sync_to_thread(items))

        @get(f"/v1/{kind}/{{item_id:str}}", name=f"one of {kind}")
        async def tell_one(item_id: FromPath[str]) -> Response[bytes]:
            return answer(await sync_to_thread(item, item_id))

        return [tell_all, tell_one]

    return [tell, put_catalogue, *(route for kind in KINDS for route in listed(kind))]


def _told(document: CatalogueWire) -> Response[bytes]:
    return answer(document, headers={"ETag": etag(document.version)})
