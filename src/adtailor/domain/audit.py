"""Who changed what, when: kept for good, only ever added to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from adtailor.domain.checks import aware_utc
from adtailor.errors import InvalidInput

Action = Literal["created", "changed", "removed", "approved", "rejected", "revoked", "reversed"]
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who makes a change, and when: the name of a token, or of an account at a prompt."""

    by: str
    at: datetime

    def __post_init__(self) -> None:
        if not 1 <= len(self.by) <= LONGEST_NAME:
            raise InvalidInput("a change by nobody", hint=f"a name of 1 to {LONGEST_NAME} characters", field="by")
        object.__setattr__(self, "at", aware_utc(self.at, "at"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change to one thing. Of what was changed only the fields that differ stand in `before` and `after`."""

    number: int
    at: datetime
    by: str
    action: Action
    kind: str
    item_id: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of both in which they differ.

    >>> differing({"id": "a", "bid": 1}, {"id": "a", "bid": 2})
    ({'bid': 1}, {'bid': 2})
    """
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return ({name: before[name] for name in names if name in before}, {n: after[n] for n in names if n in after})
