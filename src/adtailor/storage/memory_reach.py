"""The same in dictionaries."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from adtailor.domain.reach import Reached
from adtailor.storage.reach import GIVEN_UP


class MemoryReach:
    """`ports.ReachStore` in dictionaries."""

    def __init__(self) -> None:
        self._begun: dict[date, datetime] = {}
        self._finished: dict[date, datetime] = {}
        self._reached: dict[str, Reached] = {}

    def version(self) -> int:
        """Grows with every finished count."""
        return len(self._finished)

    def reached(self) -> Mapping[str, Reached]:
        """What was last counted, by the targeting's key."""
        return dict(self._reached)

    def begin(self, day: date, now: datetime) -> bool:
        """Whether the caller is to count this day."""
        if any(other >= day for other in self._finished):
            return False
        begun_at = self._begun.get(day)
        if begun_at is not None and now - begun_at < GIVEN_UP:
            return False
        self._begun[day] = now
        return True

    def give_up(self, day: date) -> None:
        """What was begun is left to others."""
        self._begun.pop(day, None)

    def finish(self, day: date, reached: Sequence[Reached], now: datetime) -> None:
        """Put a day's count in place of the one before."""
        self._reached = {one.key: one for one in reached}
        self._finished[day] = now
