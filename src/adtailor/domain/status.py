"""Where a campaign, ad set, ad or creative stands on its way."""

from typing import Literal, get_args

Status = Literal["draft", "in_review", "active", "paused", "archived"]
STATUSES: tuple[Status, ...] = get_args(Status)
