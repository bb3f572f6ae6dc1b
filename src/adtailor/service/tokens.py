"""Tokens with roles: made, listed and revoked by owners, as `adtailor token` does on the machine itself."""

from collections.abc import Sequence
from datetime import timedelta

from litestar import Response, delete, get, post
from litestar.concurrency import sync_to_thread
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath

from adtailor.domain.access import AccessToken
from adtailor.domain.checks import checked_id
from adtailor.domain.ids import OrganizationId, SiteId, uuid7
from adtailor.domain.managed import Kind
from adtailor.errors import StorageFailed, UnknownId
from adtailor.ports import TokenStore
from adtailor.service.access import author_of
from adtailor.service.answers import Asked, answer, nothing
from adtailor.service.doors import Doors
from adtailor.service.operations import Operation
from adtailor.service.wire.decoding import decode
from adtailor.service.wire.tokens import MadeTokenWire, NewTokenWire, TokenWire, made_to_wire, token_to_wire

OPERATIONS = (
    Operation(
        method="GET",
        path="/v1/tokens",
        says="Tokens, oldest first: what each may do, never the token.",
        answers={200: list[TokenWire]},
        refusals=(403,),
    ),
    Operation(
        method="POST",
        path="/v1/tokens",
        says="Make a token. The answer shows it this once; only a hash is kept.",
        body=NewTokenWire,
        answers={201: MadeTokenWire},
        refusals=(403, 404, 422),
    ),
    Operation(
        method="DELETE",
        path="/v1/tokens/{token_id}",
        says="Revoke a token, from the next request on.",
        answers={204: None},
        refusals=(403, 404),
    ),
)


def token_routes(doors: Doors) -> Sequence[BaseRouteHandler]:
    """The routes under /v1/tokens."""

    @get("/v1/tokens")
    async def tell() -> Response[bytes]:
        tokens = await sync_to_thread(_kept(doors).tokens)
        return answer([token_to_wire(token) for token in tokens])

    @post("/v1/tokens", status_code=201)
    async def make(request: Asked) -> Response[bytes]:
        told = decode(await request.body(), NewTokenWire)
        author = author_of(request, doors.clock)

        def made() -> MadeTokenWire:
            _known(doors, "organizations", told.organization_id, "organization_id")
            _known(doors, "sites", told.site_id, "site_id")
            token = AccessToken(
                id=uuid7(author.at, doors.random()),
                label=told.label or " ".join(filter(None, (told.role, told.organization_id or told.site_id))),
                role=told.role,
                organization_id=None if told.organization_id is None else OrganizationId(told.organization_id),
                site_id=None if told.site_id is None else SiteId(told.site_id),
                created_at=author.at,
                expires_at=None if told.days is None else author.at + timedelta(days=told.days),
            )
            return made_to_wire(token, _kept(doors).create(token, author))

        return answer(await sync_to_thread(made), status=201)

    @delete("/v1/tokens/{token_id:str}", status_code=204)
    async def revoke(request: Asked, token_id: FromPath[str]) -> Response[None]:
        which, author = checked_id(token_id, "token_id"), author_of(request, doors.clock)
        await sync_to_thread(_kept(doors).revoke, which, author)
        return nothing()

    return [tell, make, revoke]


def _kept(doors: Doors) -> TokenStore:
    if doors.tokens is None:
        raise StorageFailed("this installation keeps no tokens", hint="use a data folder")
    return doors.tokens


def _known(doors: Doors, kind: Kind, item_id: str | None, field: str) -> None:
    if item_id is not None and doors.catalogue.item(kind, checked_id(item_id, field)) is None:
        raise UnknownId(f"there is no {kind[:-1]} {item_id!r}", hint=f"GET /v1/{kind} lists them", field=field)
