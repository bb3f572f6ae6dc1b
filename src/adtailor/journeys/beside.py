"""Two threads beside the requests of a large catalogue: one for what may not wait, one for what takes long."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

LOOK_EVERY = 0.25
"""Seconds after which both look, though nobody asked: a change that no request has met yet."""
REST = 0.05
"""Seconds after each time: every request may wake them, and none needs more than this."""
AFTER_FAILURE = 1.0
_LOG = logging.getLogger(__name__)

Task = Callable[[datetime], None]


class Beside:
    """Calls `tend` and `renew`, each in a thread of its own, soon after somebody woke them, and now and then.

    `now` is the time at which it begins; it goes on by `elapsed`, and by what whoever wakes them says.

    A task that fails is tried again; whoever serves goes on with what there is.
    """

    def __init__(self, *, tend: Task, renew: Task, now: datetime, elapsed: Callable[[], float]) -> None:
        self._elapsed = elapsed
        self._told = (now, elapsed())
        self._closing = threading.Event()
        self._asked = tuple(threading.Event() for _ in (tend, renew))
        self._threads = tuple(
            threading.Thread(target=self._work, args=(task, asked), name=name, daemon=True)
            for task, asked, name in zip((tend, renew), self._asked, ("tending", "laying out"), strict=True)
        )
        for thread in self._threads:
            thread.start()

    def wake(self, now: datetime) -> None:
        """There is something to do, as of now."""
        self._told = (now, self._elapsed())
        for asked in self._asked:
            asked.set()

    @property
    def is_closing(self) -> bool:
        """Whether what takes long should end early."""
        return self._closing.is_set()

    def close(self) -> None:
        """End both, after what they are at, or as soon as they look at `is_closing`."""
        self._closing.set()
        for asked in self._asked:
            asked.set()
        for thread in self._threads:
            thread.join()

    def _work(self, task: Task, asked: threading.Event) -> None:
        while not self._closing.is_set():
            asked.wait(LOOK_EVERY)
            asked.clear()
            if self._closing.is_set():
                return
            told, at = self._told
            try:
                task(told + timedelta(seconds=max(0.0, self._elapsed() - at)))
            except Exception as error:
                if self._closing.is_set():
                    return
                _LOG.error("the catalogue before serves on: %s", type(error).__name__)
                self._closing.wait(AFTER_FAILURE)
            self._closing.wait(REST)
