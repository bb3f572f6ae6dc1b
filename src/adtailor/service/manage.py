"""The catalogue item by item: lists, one, new ones, changes, and the deleting of drafts."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from litestar import Response, delete, get, patch, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath
from msgspec import Meta, Raw

from adtailor.domain.checks import checked_id
from adtailor.domain.managed import KINDS, ONE, PARENT, Item, Kept, Kind
from adtailor.domain.status import STATUSES
from adtailor.errors import InvalidInput, under
from adtailor.journeys.manage import MOST_LISTED, MOST_MADE, Expected
from adtailor.journeys.manage_rules import READERS, WRITERS
from adtailor.service.access import author_of, caller_of
from adtailor.service.answers import Asked, answer, nothing
from adtailor.service.doors import Doors
from adtailor.service.headers import etag, if_match, version_needed
from adtailor.service.operations import Operation
from adtailor.service.wire.decoding import decode
from adtailor.service.wire.items import WIRINGS, item_from_wire, patched

MOST_BYTES = 16 * 2**20
_IF_MATCH = {"If-Match": "the ETag that this change builds on, or * for any; a stale one is 409"}


def _asks(kind: Kind) -> dict[str, str]:
    asks = {"limit": f"how many at most, 1 to {MOST_LISTED}; 100 unless given", "cursor": "from the Link of the answer"}
    if kind in PARENT:
        asks[PARENT[kind][1]] = f"only those of this {ONE[PARENT[kind][0]]}"
    if kind not in {"organizations", "advertisers"}:
        asks["status"] = f"only those that are {', '.join(STATUSES)}"
    return asks


def _operations(kind: Kind) -> tuple[Operation, ...]:
    wire, one = WIRINGS[kind].wire, ONE[kind]
    many = Annotated[list[wire], Meta(min_length=1, max_length=MOST_MADE)]
    here, at = f"/v1/{kind}", f"/v1/{kind}/{{item_id}}"
    return (
        Operation(
            method="GET",
            path=here,
            says=f"The {kind} that the token may see; where there are more, Link says where the list goes on.",
            answers={200: list[wire]},
            asks=_asks(kind),
            refusals=(403, 422),
            roles=READERS[kind],
        ),
        Operation(
            method="POST",
            path=here,
            says=f"One {one} more, or a list of them: all or none."
            + (" It waits for its review before it is shown." if kind == "creatives" else ""),
            body=wire | many,
            answers={201: (wire, list[wire])},
            refusals=(400, 403, 413, 422),
            roles=WRITERS[kind],
        ),
        Operation(
            method="GET",
            path=at,
            says=f"One {one}, with its ETag.",
            answers={200: wire},
            refusals=(403, 404),
            roles=READERS[kind],
        ),
        Operation(
            method="PATCH",
            path=at,
            says=f"Change a {one} by a merge patch (RFC 7396): what is named changes, null takes it back."
            + (" Other content waits for its review again." if kind == "creatives" else ""),
            body=dict[str, Any],
            answers={200: wire},
            asks=_IF_MATCH,
            refusals=(400, 403, 404, 409, 413, 422, 428),
            roles=WRITERS[kind],
        ),
        Operation(
            method="DELETE",
            path=at,
            says=f"Delete a {one} on which nothing hangs"
            + (
                "."
                if kind in {"organizations", "advertisers"}
                else ' and that never ran; one that did is archived: PATCH {"status": "archived"}.'
            ),
            answers={204: None},
            asks=_IF_MATCH,
            refusals=(403, 404, 409, 422, 428),
            roles=WRITERS[kind],
        ),
    )


OPERATIONS: tuple[Operation, ...] = tuple(operation for kind in KINDS for operation in _operations(kind))


def manage_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """Five routes for each kind."""
    return [route for kind in KINDS for route in _routes(doors, kind)]


def _routes(doors: Doors, kind: Kind) -> list[BaseRouteHandler]:
    manage, one = doors.manage, ONE[kind]

    @get(f"/v1/{kind}", name=kind)
    async def tell_all(request: Asked) -> Response[bytes]:
        asked = known_parameters(request.query_params, _asks(kind))
        status = asked.get("status")
        if status is not None and status not in STATUSES:
            raise InvalidInput(f"{status[:64]!r} is no status", hint=f"one of {', '.join(STATUSES)}", field="status")
        listed = await sync_to_thread(
            lambda: manage.listed(
                caller_of(request),
                kind,
                parent=asked.get(PARENT[kind][1]) if kind in PARENT else None,
                status=status,
                after=whole(asked.get("cursor", "-1"), "cursor"),
                limit=whole(asked.get("limit", "100"), "limit"),
            )
        )
        headers: dict[str, str] = {}
        if listed.next is not None:
            query = "&".join([f"cursor={listed.next}", *(f"{k}={v}" for k, v in asked.items() if k != "cursor")])
            headers["Link"] = f'</v1/{kind}?{query}>; rel="next"'
        return answer([_wire(kept) for kept in listed.items], headers=headers)

    @get(f"/v1/{kind}/{{item_id:str}}", name=f"one of {kind}")
    async def tell_one(request: Asked, item_id: FromPath[str]) -> Response[bytes]:
        return _told(await sync_to_thread(manage.one, caller_of(request), kind, item_id))

    @post(f"/v1/{kind}", name=f"new {kind}", status_code=201, request_max_body_size=MOST_BYTES)
    async def create(request: Asked) -> Response[bytes]:
        caller, author = caller_of(request), author_of(request, doors.clock)
        raw = await request.body()

        def work() -> Response[bytes]:
            items = _items(raw, kind)
            made = manage.create(caller, kind, items, author=author)
            if raw.lstrip()[:1] == b"[":
                return answer([_wire(kept) for kept in made], status=201)
            place = {"Location": f"/v1/{kind}/{made[0].item.id}", "ETag": etag(made[0].version)}
            return answer(_wire(made[0]), status=201, headers=place)

        return await sync_to_thread(work)

    @patch(f"/v1/{kind}/{{item_id:str}}", name=f"change one of {kind}")
    async def change(request: Asked, item_id: FromPath[str]) -> Response[bytes]:
        caller, author = caller_of(request), author_of(request, doors.clock)
        raw = await request.body()

        def work() -> Kept:
            given = decode(raw, dict[str, Any])
            return manage.change(
                caller,
                kind,
                item_id,
                lambda item: patched(kind, item, given),
                builds_on=_builds_on(request, one),
                author=author,
            )

        return _told(await sync_to_thread(work))

    @delete(f"/v1/{kind}/{{item_id:str}}", name=f"delete one of {kind}", status_code=204)
    async def remove(request: Asked, item_id: FromPath[str]) -> Response[None]:
        caller, author = caller_of(request), author_of(request, doors.clock)
        builds_on = _builds_on(request, one)
        await sync_to_thread(lambda: manage.delete(caller, kind, item_id, builds_on=builds_on, author=author))
        return nothing()

    return [tell_all, create, tell_one, change, remove]


def _items(raw: bytes, kind: Kind) -> list[Item]:
    if raw.lstrip()[:1] != b"[":
        return [item_from_wire(kind, decode(raw, WIRINGS[kind].wire))]
    made: list[Item] = []
    for index, one in enumerate(decode(raw, list[Raw])):
        with under(f"[{index}]"):
            made.append(item_from_wire(kind, decode(bytes(one), WIRINGS[kind].wire)))
    return made


def _builds_on(request: Asked, one: str) -> Expected:
    def expected(stored: int) -> int:
        found = if_match(request.headers, current=stored)
        if found is None:
            raise version_needed(f"this {one}")
        return found

    return expected


def known_parameters(given: Mapping[str, str], asks: Mapping[str, str]) -> dict[str, str]:
    """The parameters of a request, all of them known."""
    for name in given:
        if name not in asks:
            raise InvalidInput("unknown parameter", hint=f"the parameters here are {', '.join(asks)}", field=name[:64])
    for name, value in given.items():
        if name.endswith("_id"):
            checked_id(value, name)
    return dict(given)


def whole(text: str, field: str) -> int:
    """A whole number as it stands in an address."""
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) <= 18):
        raise InvalidInput(f"{text[:64]!r} is no whole number", hint="as the Link of a list gives it", field=field)
    return int(text)


def _wire(kept: Kept) -> Any:
    return WIRINGS[kept.kind].to_wire(kept.item)


def _told(kept: Kept) -> Response[bytes]:
    return answer(_wire(kept), headers={"ETag": etag(kept.version)})
