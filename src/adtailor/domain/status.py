"""Where a campaign, ad set, ad, creative, site or placement stands on its way, and which steps there are."""

from collections.abc import Mapping
from typing import Literal, get_args

from adtailor.errors import InvalidInput

Status = Literal["draft", "in_review", "active", "paused", "archived"]
STATUSES: tuple[Status, ...] = get_args(Status)

NEXT: Mapping[Status, tuple[Status, ...]] = {
    "draft": ("in_review", "active", "archived"),
    "in_review": ("draft", "active", "archived"),
    "active": ("paused", "archived"),
    "paused": ("active", "archived"),
    "archived": (),
}
"""What may follow. Archived is the end, so that what reports name stays what it was."""


def checked_step(before: Status, after: Status) -> Status:
    """`after`, if it may follow `before` or is the same.

    >>> checked_step("active", "paused")
    'paused'
    >>> checked_step("archived", "active")
    Traceback (most recent call last):
    adtailor.errors.InvalidInput: status: 'active' does not follow 'archived' (archived is the end: make another)
    """
    if before != after and after not in NEXT[before]:
        follows = (
            f"after {before} comes {' or '.join(NEXT[before])}" if NEXT[before] else "archived is the end: make another"
        )
        raise InvalidInput(f"{after!r} does not follow {before!r}", hint=follows, field="status")
    return after
