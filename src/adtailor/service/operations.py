"""What can be asked, as a table: routes are listed in it, and the OpenAPI description is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address. `body` and `answers` are types of the wire, None where there is none.

    Where an answer has one of several shapes, it is a tuple of them.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    says: str
    answers: Mapping[int, Any]
    body: Any = None
    refusals: tuple[int, ...] = ()
    asks: Mapping[str, str] = field(default_factory=dict[str, str])
    """Query parameters and headers, and what they are for; a header begins with a capital."""
    is_open: bool = False
    """Whether it is answered without the installation's token."""
