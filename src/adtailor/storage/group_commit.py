"""Many who write at once wait for the disk once: whoever holds the lock commits for all who came meanwhile."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")
MOST_AT_ONCE = 2_000


@dataclass(slots=True)
class _Job(Generic[Ask, Answer]):
    """What one thread wants to have written."""

    asks: Sequence[Ask]
    answers: list[Answer] = field(default_factory=list["Answer"])
    error: BaseException | None = None
    done: bool = False


class GroupCommit(Generic[Ask, Answer]):
    """Hands what several threads want written to one `commit`, which makes all of it durable, or raises for all."""

    def __init__(self, commit: Callable[[Sequence[Ask]], list[Answer]]) -> None:
        self._commit = commit
        self._waiting: list[_Job[Ask, Answer]] = []
        self._waiting_lock = threading.Lock()
        self._leading = threading.Lock()

    def __call__(self, asks: Sequence[Ask]) -> list[Answer]:
        """The answers, in order; what they say is durable when this returns."""
        job = _Job[Ask, Answer](asks=asks)
        with self._waiting_lock:
            self._waiting.append(job)
        while not job.done:
            with self._leading:
                if not job.done:
                    self._lead()
        if job.error is not None:
            raise job.error
        return job.answers

    def _lead(self) -> None:
        """Write what is waiting, oldest first, up to a size."""
        with self._waiting_lock:
            count = taken = 0
            while taken < len(self._waiting) and count < MOST_AT_ONCE:
                count += len(self._waiting[taken].asks)
                taken += 1
            jobs, self._waiting = self._waiting[:taken], self._waiting[taken:]
        try:
            answers = self._commit([ask for job in jobs for ask in job.asks])
        except BaseException as error:
            for job in jobs:
                job.error, job.done = error, True
            return
        first = 0
        for job in jobs:
            job.answers = answers[first : first + len(job.asks)]
            first += len(job.asks)
            job.done = True
