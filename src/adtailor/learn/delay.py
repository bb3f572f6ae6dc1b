"""Labels that come late, as a column of the log says when."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adtailor.errors import InvalidInput
from adtailor.learn.columns import Column
from adtailor.learn.log import Log
from adtailor.maths.delays import delay_curve, targets

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """When labels came. Times are in the unit of the log's time: microseconds where it is a timestamp."""

    at: str
    """The column with the time of the label; null where none has come."""
    horizon: int
    """A label counts if it comes within this time of the decision."""
    wait: int
    """Rows younger than this say nothing yet."""
    now: int | None = None
    """When the log was cut; the time of its last row unless given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A delay with its curve, as found in a log."""

    delay: Delay
    now: int
    curve: Curve

    def labels(self, times: NDArray[np.int64], at: Column) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Targets and weights of rows; what came after `now` is not looked at."""
        ages = np.minimum(self.now - times, self.delay.horizon).astype(np.float64)
        delays = delays_of(times, at)
        return targets(delays <= ages, ages, self.curve, wait=float(self.delay.wait))


def delays_of(times: NDArray[np.int64], at: Column) -> NDArray[np.float64]:
    """How long each label took; infinite where none came."""
    if at.lists is not None or at.kind not in {"int", "float", "null"}:
        raise InvalidInput(f"times of labels of {at.kind}", hint="give timestamps, null where no label came")
    found = at.values.astype(np.float64) - times
    if at.valid is not None:
        found = np.where(at.valid, found, np.inf)
    if (found < 0.0).any():
        raise InvalidInput("a label before its decision", hint="check the clocks that wrote both columns")
    return found


def find_late(log: Log, delay: Delay, *, time: str) -> Late:
    """Reads both columns once, and learns how late labels come from rows older than the horizon."""
    if not 0 < delay.wait <= delay.horizon:
        raise InvalidInput(
            f"wait {delay.wait} and horizon {delay.horizon}", hint="0 < wait <= horizon, in the unit of the log's time"
        )
    times: list[NDArray[np.int64]] = []
    delays: list[NDArray[np.float64]] = []
    last = np.iinfo(np.int64).min
    for block in log.blocks([time, delay.at]):
        moments = block[time].values.astype(np.int64)
        found = delays_of(moments, block[delay.at])
        came = np.isfinite(found)
        times.append(moments[came])
        delays.append(found[came])
        last = max(last, int(moments.max(initial=last)))
    now = int(last) if delay.now is None else delay.now
    all_times, all_delays = np.concatenate(times), np.concatenate(delays)
    old = all_times <= now - delay.horizon
    return Late(delay=delay, now=now, curve=delay_curve(all_delays[old], horizon=float(delay.horizon)))
