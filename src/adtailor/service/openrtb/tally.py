"""How bids fare since this process began: counts alone, in memory."""

import threading
from collections import Counter

from adtailor.service.wire.decoding import Wire

MOST_REASONS = 100


class TallyWire(Wire, frozen=True, kw_only=True):
    """Counts since the process began; what was lost is told by the reasons that exchanges gave, as AdCOM lists them."""

    requests: int
    bids: int
    won: int
    lost: int
    lost_by_reason: dict[str, int]


class Tally:
    """Counts. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()

    def asked(self, bids: int) -> None:
        """A request was answered with so many bids."""
        with self._lock:
            self._counts["requests"] += 1
            self._counts["bids"] += bids

    def won(self) -> None:
        """A bid won."""
        with self._lock:
            self._counts["won"] += 1

    def lost(self, reason: str) -> None:
        """A bid lost, for a reason by its number; anything else is `unknown`."""
        told = str(int(reason)) if reason.isascii() and reason.isdecimal() and len(reason) <= 5 else "unknown"
        with self._lock:
            self._counts["lost"] += 1
            if told in self._reasons or len(self._reasons) < MOST_REASONS:
                self._reasons[told] += 1

    def told(self) -> TallyWire:
        """As it stands."""
        with self._lock:
            counts = self._counts
            return TallyWire(
                requests=counts["requests"],
                bids=counts["bids"],
                won=counts["won"],
                lost=counts["lost"],
                lost_by_reason=dict(self._reasons),
            )
