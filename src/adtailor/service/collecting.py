"""Python's search for cyclic garbage, kept from holding up requests.

A full collection looks at every object there is, and a catalogue is hundreds of thousands of them that stay: at 10,000
ads every request waits for it, a hundred times as long as a decision takes. So what one such search has found alive is
set aside (`gc.freeze`): it is freed as ever when nothing refers to it any more, and only no longer searched.
"""

import gc
import time
from collections.abc import Callable, Mapping

LONG = 0.01
"""Seconds: a search that took longer looked at something large, as a new catalogue."""
Elapsed = Callable[[], float]


class Spared:
    """Sets aside whatever a search that took long has found alive; give it to `gc.callbacks`."""

    def __init__(self, *, elapsed: Elapsed = time.perf_counter, freeze: Callable[[], None] = gc.freeze) -> None:
        self._elapsed = elapsed
        self._freeze = freeze
        self._began = 0.0

    def __call__(self, phase: str, info: Mapping[str, int]) -> None:
        """Called by the interpreter before and after each search.

        Quick searches set nothing aside: what is alive for a moment, in a circle, is still to be found later.
        """
        if info["generation"] < 2:
            return
        if phase == "start":
            self._began = self._elapsed()
        elif self._elapsed() - self._began > LONG:
            self._freeze()


def spare_long_searches() -> None:
    """From now on in this process: once all that serves is laid out."""
    gc.collect()
    gc.freeze()
    gc.callbacks.append(Spared())
