"""What can be asked, as a table: routes are listed in it, and the OpenAPI description is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from adtailor.domain.access import Role

OWNERS: frozenset[Role] = frozenset({"owner"})
BUYING_WRITERS: frozenset[Role] = frozenset({"owner", "advertiser"})
BUYERS: frozenset[Role] = frozenset({"owner", "advertiser", "analyst"})
SITES: frozenset[Role] = frozenset({"owner", "site"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address. `body` and `answers` are types of the wire, None where there is none.

    Where an answer has one of several shapes, it is a tuple of them.
    """

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    says: str
    answers: Mapping[int, Any]
    body: Any = None
    refusals: tuple[int, ...] = ()
    asks: Mapping[str, str] = field(default_factory=dict[str, str])
    """Query parameters and headers, and what they are for; a header begins with a capital."""
    roles: frozenset[Role] = OWNERS
    """Whose tokens may ask: the owner's alone, unless it says otherwise. Others are told 403."""
    takes: str = "application/json"
    """The media type of the body."""
    media: str = "application/json"
    """The media type of the answer."""
    is_open: bool = False
    """Whether it is answered without the installation's token."""
