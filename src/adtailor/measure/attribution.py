"""What led to a conversion: the last click within the campaign's window, else the last ad that was seen within its own.

Last touch says who gets the credit, not what the ad brought about: only a trial tells that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from adtailor.domain.ids import DecisionId, PlacementId


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """A valid click on an ad of a campaign, or a viewable impression of one."""

    kind: Literal["click", "viewable"]
    decision_id: DecisionId
    placement_id: PlacementId
    at: datetime


def last_touch(
    touches: Iterable[Touch], converted_at: datetime, *, click_window: timedelta, view_window: timedelta
) -> Touch | None:
    """Whatever was last before the conversion; any click within its window outdoes every view. None for neither.

    A window of 0 is shut, and what came after the conversion did not lead to it.

    >>> noon = datetime.fromisoformat("2026-11-20T12:00:00Z")
    >>> seen = Touch(kind="viewable", decision_id="d2", placement_id="p", at=noon - timedelta(minutes=5))
    >>> clicked = Touch(kind="click", decision_id="d1", placement_id="p", at=noon - timedelta(days=2))
    >>> last_touch([clicked, seen], noon, click_window=timedelta(days=7), view_window=timedelta(days=1)).kind
    'click'
    >>> last_touch([clicked, seen], noon, click_window=timedelta(days=1), view_window=timedelta(days=1)).kind
    'viewable'
    """
    windows = {"click": click_window, "viewable": view_window}
    led = [touch for touch in touches if timedelta(0) <= converted_at - touch.at < windows[touch.kind]]
    return max(led, key=lambda touch: (touch.kind == "click", touch.at, touch.decision_id), default=None)
