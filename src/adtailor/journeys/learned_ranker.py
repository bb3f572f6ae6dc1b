"""Which click model serves: the newest that was promoted in the data folder, or the priors while none was."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from adtailor.errors import AdtailorError, InvalidInput
from adtailor.learn.ad_ranker import AdRanker
from adtailor.learn.delta import deltas_of
from adtailor.learn.model import load
from adtailor.learn.promotion import serving_path
from adtailor.ports import Clock, Ranker

SHELF = "models"
"""In the data folder: versions, and which of them serves."""
LOOK_EVERY = timedelta(seconds=1)
_log = logging.getLogger(__name__)
T = TypeVar("T")


class LearnedRanker:
    """Call it for the ranker that serves now; looks at the shelf at most once a second. Threads may share it."""

    def __init__(self, data: Path, priors: Ranker, *, clock: Clock) -> None:
        self._shelf = data / SHELF
        self._priors = priors
        self._clock = clock
        self._lock = threading.Lock()
        self._looked_at: datetime | None = None
        self._served: _Served | None = None
        self._serving: Ranker = priors

    def __call__(self) -> Ranker:
        """The ranker that serves now: the same object until another is promoted or rolled back."""
        now = self._clock.now()
        if self._looked_at is None or not timedelta(0) <= now - self._looked_at < LOOK_EVERY:
            with self._lock:
                self._looked_at = now
                self._look()
        return self._serving

    def named(self, name: str) -> Callable[[], Ranker]:
        """A click model by its name, `priors` or `clicks@0003`, which stays the same; InvalidInput where it is not."""
        if name == "priors":
            return lambda: self._priors
        family, _, version = name.partition("@")
        path = self._shelf / "versions" / f"{version}.model"
        if family != "clicks" or not version.isalnum() or not path.is_file():
            raise InvalidInput(
                f"no click model {name!r}",
                hint="`priors`, or a version on the shelf as clicks@0003: see `adtailor train clicks`",
                field="ranker",
            )
        found = AdRanker(load(path), name=name)
        return lambda: found

    def look_again(self) -> None:
        """Look at the shelf at the next call, however short ago the last look was."""
        self._looked_at = None

    def _look(self) -> None:
        found = _tried(lambda: _served(self._shelf), self._served)
        if found == self._served:
            return
        if found is None:
            self._served, self._serving = None, self._priors
            return
        path, _, deltas = found
        # A model that cannot be used leaves the one before, which served well.
        name = f"clicks@{path.stem}" + (f"+{deltas}" if deltas else "")
        ranker = _tried(lambda: AdRanker(load(path), name=name), None)
        if ranker is not None:
            self._served, self._serving = found, ranker


_Served = tuple[Path, int, int]
"""The file, when it was written, and how many deltas a follower has put beside it."""


def _served(shelf: Path) -> _Served | None:
    path = serving_path(shelf=shelf)
    return None if path is None else (path, path.stat().st_mtime_ns, len(deltas_of(path)))


def _tried(what: Callable[[], T], otherwise: T) -> T:
    try:
        return what()
    except (AdtailorError, OSError, ValueError) as error:
        _log.error("the click model waits: %s", error)
        return otherwise
