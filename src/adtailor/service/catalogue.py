"""The buying side as one document, to read and to replace."""

import threading
from collections.abc import Sequence

from litestar import Response, get, put
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler

from adtailor.domain.access import Caller
from adtailor.errors import InvalidInput, StaleVersion
from adtailor.journeys.manage import narrowed
from adtailor.journeys.manage_rules import held_for_review
from adtailor.service.access import author_of, caller_of
from adtailor.service.answers import Asked, answer
from adtailor.service.doors import Doors
from adtailor.service.headers import etag, if_match, version_needed
from adtailor.service.manage import known_parameters
from adtailor.service.operations import BUYERS, Operation
from adtailor.service.wire.buying import CatalogueWire
from adtailor.service.wire.catalogue import decode_inventory, inventory_to_wire

MOST_BYTES = 64 * 2**20

OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/catalogue",
        says="The whole buying side, at one version; to a token of an organization, what of it is its own.",
        answers={200: CatalogueWire},
        roles=BUYERS,
    ),
    Operation(
        method="PUT",
        path="/v1/catalogue",
        says="Replace the whole buying side as one change; it serves from the next decision on. Creatives that are new "
        "or changed wait for their review, unless reviewed=1 says that you have read them.",
        body=CatalogueWire,
        answers={200: CatalogueWire},
        asks={
            "reviewed": "1 where a person has read every creative that is called active here",
            "If-Match": "the ETag that this change builds on; needed once there is something, a stale one is 409",
        },
        refusals=(400, 409, 413, 422, 428),
    ),
)


def catalogue_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """The routes of the buying side."""
    source = doors.catalogue
    one_at_a_time = threading.Lock()

    def read(caller: Caller) -> CatalogueWire:
        inventory = source.inventory()
        return inventory_to_wire(inventory if caller.sees_all else narrowed(inventory, caller.organization_id))

    def replace(raw: bytes, request: Asked) -> CatalogueWire:
        inventory = decode_inventory(raw)
        asked = known_parameters(request.query_params, {"reviewed": ""})
        if asked.get("reviewed", "1") != "1":
            raise InvalidInput("nothing that reviewed can be", hint="1, or leave it out", field="reviewed")
        with one_at_a_time:
            before = source.inventory()
            version = before.version
            if "reviewed" not in asked:
                inventory, _ = held_for_review(before, inventory)
            builds_on = if_match(request.headers, current=version)
            if builds_on is None and before.ads:
                raise version_needed("a catalogue")
            try:
                # Whatever was approved was approved at this version.
                source.replace(
                    inventory,
                    builds_on=version if builds_on is None else builds_on,
                    author=author_of(request, doors.clock),
                )
            except StaleVersion as stale:
                raise StaleVersion(
                    stale.message, hint="read it again, then send its ETag as If-Match", field="If-Match"
                ) from None
        return read(caller_of(request))

    @get("/v1/catalogue")
    async def tell(request: Asked) -> Response[bytes]:
        return _told(await sync_to_thread(read, caller_of(request)))

    @put("/v1/catalogue", request_max_body_size=MOST_BYTES)
    async def put_catalogue(request: Asked) -> Response[bytes]:
        return _told(await sync_to_thread(replace, await request.body(), request))

    return [tell, put_catalogue]


def _told(document: CatalogueWire) -> Response[bytes]:
    return answer(document, headers={"ETag": etag(document.version)})
