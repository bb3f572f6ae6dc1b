"""Which pages a click model may learn from: none of a hard day, and not so that one could tell which those were."""

import hmac
from datetime import date
from functools import lru_cache

from adtailor.domain.ids import PersonId
from adtailor.domain.wellbeing import Care, State

LEFT_OUT_OF = 5
"""One in so many of a person's days is left out by chance, so that a day without rows says nothing of that day."""


def teaches(care: Care, *, person_id: PersonId | None, day: date, secret: bytes) -> bool:
    """Whether the click model may see this page: only in NEUTRAL, outside a rest or a quiet, on a day not left out.

    >>> teaches(Care(state=State.ELEVATED), person_id=None, day=date(2026, 11, 20), secret=b"")
    False
    """
    if care.state is not State.NEUTRAL or care.quiet or care.suggestion is not None:
        return False
    if person_id is None:
        return True
    told = _keyed(secret).copy()
    told.update(f"teach|{person_id}|{day.isoformat()}".encode())
    return int.from_bytes(told.digest()[:8], "big") % LEFT_OUT_OF != 0


@lru_cache(maxsize=1)
def _keyed(secret: bytes) -> hmac.HMAC:
    """Set up once: it takes as long as the rest, at every page."""
    return hmac.new(secret, digestmod="sha256")
