"""Who asks, and whether a route is for their role."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from adtailor.domain.access import CALLER, MAY_SEE, Caller
from adtailor.domain.audit import Author
from adtailor.domain.ids import SiteId
from adtailor.errors import Forbidden, NotAllowed, UnknownId
from adtailor.ports import Clock
from adtailor.service.guard import is_open
from adtailor.service.operations import OWNERS, Operation

Asking = ASGIConnection[Any, Any, Any, Any]


def caller_of(asking: Asking) -> Caller:
    """Who asks: the gate has left word of it, or nobody came through the gate."""
    caller = asking.scope.get(CALLER)
    if not isinstance(caller, Caller):
        raise NotAllowed("nobody is known to ask", hint="send a token", field="Authorization")
    return caller


def author_of(asking: Asking, clock: Clock) -> Author:
    """Whom a change is put down to."""
    return Author(by=caller_of(asking).name, at=clock.now())


def of_own_site(caller: Caller, site_id: SiteId) -> None:
    """Raises UnknownId for a token of one site that speaks of another."""
    if caller.site_id is not None and caller.site_id != site_id:
        raise UnknownId(f"there is no site {site_id!r}", hint="name the token's own site", field="site_id")


class Doorkeeper:
    """Lets a role through to the routes that are for it; a route that nothing is said of is the owner's.

    Of a page its own `opt` says whom it is for, under `MAY_SEE`.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._roles: Mapping[tuple[str, str], frozenset[str]] = {
            (operation.method, operation.path): operation.roles for operation in operations
        }

    async def __call__(self, asking: Asking, handler: BaseRouteHandler) -> None:
        """A guard, as Litestar calls it: one that is not a coroutine it would hand to a thread, at every request."""
        if is_open(asking.scope["path"]):
            return
        caller = caller_of(asking)
        method, path = str(asking.scope.get("method")), str(asking.scope.get("path_template"))
        roles = self._roles.get((method, path)) or handler.opt.get(MAY_SEE, OWNERS)
        if caller.role not in roles:
            raise Forbidden(
                f"a token of role {caller.role} may not ask this",
                hint=f"it is for {' and '.join(sorted(roles))}: adtailor token create makes one",
            )

    def lets(self, caller: Caller, method: str, path: str) -> bool:
        """Whether a route, by its template, is for whoever asks."""
        return caller.role in self._roles.get((method, path), OWNERS)
