"""Tokens with roles on the wire: what each may do, and once, when it is made, the token itself."""

from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from adtailor.domain.access import AccessToken, Role
from adtailor.service.wire.decoding import Wire


class NewTokenWire(Wire, frozen=True, kw_only=True):
    """What a token is to be for."""

    role: Role
    label: Annotated[str, Meta(min_length=1, max_length=100)] | None = None
    organization_id: str | None = None
    site_id: str | None = None
    days: Annotated[int, Meta(ge=1, le=3650)] | None = None
    """Until it expires; left out, it does not."""


class TokenWire(Struct, frozen=True, kw_only=True):
    """What is kept of a token."""

    id: str
    label: str
    role: Role
    organization_id: str | None
    site_id: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class MadeTokenWire(TokenWire, frozen=True, kw_only=True):
    """A new token, with the token."""

    token: str
    """Shown this once: only a hash of it is kept."""


def token_to_wire(token: AccessToken) -> TokenWire:
    """Onto the wire."""
    return TokenWire(**_fields(token))


def made_to_wire(token: AccessToken, secret: str) -> MadeTokenWire:
    """The same, and the token."""
    return MadeTokenWire(**_fields(token), token=secret)


def _fields(token: AccessToken) -> dict[str, Any]:
    return {name: getattr(token, name) for name in TokenWire.__struct_fields__}
