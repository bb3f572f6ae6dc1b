"""The trials that run now: looked up at most once a second, and the last ones known where nobody can say."""

import logging
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from adtailor.domain.ids import TrialId
from adtailor.domain.trial import Trial
from adtailor.ports import TrialStore

LOOK_EVERY = timedelta(seconds=1)
_LOG = logging.getLogger(__name__)


class RunningTrials:
    """Threads may share it."""

    def __init__(self, store: TrialStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._version = -1
        self._looked_at: datetime | None = None
        self._running: tuple[Trial, ...] = ()

    def __call__(self, now: datetime) -> Sequence[Trial]:
        """Those that run, in the order of their registration."""
        if self._looked_at is None or not timedelta(0) <= now - self._looked_at < LOOK_EVERY:
            with self._lock:
                self._looked_at = now
                self._look()
        return self._running

    def trial(self, trial_id: TrialId) -> Trial | None:
        """One of those that ran when it was last looked."""
        return next((trial for trial in self._running if trial.registration.id == trial_id), None)

    def _look(self) -> None:
        try:
            if (version := self._store.version()) != self._version:
                self._running = tuple(trial for trial in self._store.trials() if trial.status == "running")
                self._version = version
        except Exception as error:
            _LOG.error("trials go on as they were: %s", type(error).__name__)
