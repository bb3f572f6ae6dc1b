"""Many who write at once wait for the disk once: one commits for all who came meanwhile.

While the disk settles what one group wrote, the next group is written already.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")
MOST_AT_ONCE = 2_000


@dataclass(slots=True)
class _Job(Generic[Ask, Answer]):
    """What one thread wants to have written; it is woken when that is done, or when it is its turn to write."""

    asks: Sequence[Ask]
    woken: threading.Event = field(default_factory=threading.Event)
    answers: list[Answer] | None = None
    error: BaseException | None = None


class GroupCommit(Generic[Ask, Answer]):
    """Hands what several threads want written to one `commit`, then makes it durable by `settle`, or raises for all."""

    def __init__(self, commit: Callable[[Sequence[Ask]], list[Answer]], settle: Callable[[], None]) -> None:
        self._commit = commit
        self._settle = settle
        self._waiting: list[_Job[Ask, Answer]] = []
        self._lock = threading.Lock()
        self._someone_writes = False

    def __call__(self, asks: Sequence[Ask]) -> list[Answer]:
        """The answers, in order; what they say is durable when this returns."""
        job = _Job[Ask, Answer](asks=asks)
        with self._lock:
            self._waiting.append(job)
            writes, self._someone_writes = not self._someone_writes, True
        if not writes:
            job.woken.wait()
        if job.answers is None and job.error is None:
            self._write()
        if job.error is not None:
            raise job.error
        return job.answers or []

    def _write(self) -> None:
        """Write what waits, oldest first and up to a size, then wake whoever writes next."""
        with self._lock:
            count = taken = 0
            while taken < len(self._waiting) and count < MOST_AT_ONCE:
                count += len(self._waiting[taken].asks)
                taken += 1
            jobs, self._waiting = self._waiting[:taken], self._waiting[taken:]
        answers: list[Answer] = []
        error: BaseException | None = None
        try:
            answers = self._commit([ask for job in jobs for ask in job.asks])
        except BaseException as caught:
            error = caught
        with self._lock:
            following = self._waiting[0] if self._waiting else None
            self._someone_writes = following is not None
        if following is not None:
            following.woken.set()
        if error is None:
            try:
                self._settle()
            except BaseException as caught:
                error = caught
        first = 0
        for job in jobs:
            job.error = error
            job.answers = answers[first : first + len(job.asks)] if error is None else None
            first += len(job.asks)
            job.woken.set()
