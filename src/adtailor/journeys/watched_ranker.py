"""A click model whose answers are timed: one that has become slow is no longer asked."""

from collections.abc import Callable

from adtailor.domain.buying import Inventory
from adtailor.domain.decision import Evidence
from adtailor.ports import AdSide, Ranker, RequestSide

SLOW = 0.05
"""Seconds for one request: fifty times what a decision may take in all."""
IN_A_ROW = 3
"""One slow answer is a busy machine; so many, one after the other, are a slow model."""


class WatchedRanker:
    """`ports.Ranker`; threads may share it."""

    def __init__(self, ranker: Ranker, *, elapsed: Callable[[], float]) -> None:
        self._ranker = ranker
        self._elapsed = elapsed
        self._slow = 0

    @property
    def name(self) -> str:
        """Of the ranker that is watched."""
        return self._ranker.name

    @property
    def is_slow(self) -> bool:
        """Whether its last answers took too long."""
        return self._slow >= IN_A_ROW

    def ad_side(self, inventory: Inventory) -> AdSide:
        """What it knows of every ad; that may take its time."""
        return self._ranker.ad_side(inventory)

    def request_side(self, evidence: Evidence) -> RequestSide:
        """What it makes of one request."""
        began = self._elapsed()
        side = self._ranker.request_side(evidence)
        self._slow = self._slow + 1 if self._elapsed() - began > SLOW else 0
        return side
