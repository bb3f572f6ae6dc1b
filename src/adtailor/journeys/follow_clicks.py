"""The model that serves goes on learning from the log as it grows, row by row, and is served as it changes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

from adtailor.domain.training import TrainingRow
from adtailor.errors import InvalidInput
from adtailor.journeys.learned_ranker import SHELF
from adtailor.learn.ad_log import TIME, training_columns
from adtailor.learn.follow import Followed, follow
from adtailor.learn.model import load
from adtailor.learn.promotion import serving_path
from adtailor.ports import Clock

_MICRO = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Rows = Callable[[datetime | None], Iterable[TrainingRow]]
"""The rows decided since."""


def follow_clicks(
    rows: Rows,
    data: Path,
    *,
    clock: Clock,
    wait: timedelta,
    every: timedelta,
    once: bool = False,
    stop: Event | None = None,
    show: Callable[[Followed], None] | None = None,
) -> Followed:
    """Learns each row `wait` after its decision, by whether it was clicked until then; looks `every` so often.

    Killed and started again it goes on behind the last row that its file has learned. `once` stops at the log's end.
    InvalidInput where nothing serves yet.
    """
    path = serving_path(shelf=data / SHELF)
    if path is None:
        raise InvalidInput("nothing serves yet", hint="let a model earn its place first: adtailor train clicks",
                           field="--follow")  # fmt: skip
    coming = _coming(rows, load(path).about.until, clock=clock, wait=wait, every=every, once=once)
    return follow(path, log=coming, time=TIME, every=every.total_seconds(), stop=stop, progress=show,
                  clock=lambda: clock.now().timestamp())  # fmt: skip


def _coming(
    rows: Rows, until: int | None, *, clock: Clock, wait: timedelta, every: timedelta, once: bool
) -> Iterator[Mapping[str, Any] | None]:
    # Columns of rows that are old enough and later than the last; None where there are none at the moment.
    last = None if until is None else _EPOCH + until * _MICRO
    next_look: datetime | None = None
    while True:
        now = clock.now()
        if next_look is None or now >= next_look:
            next_look = now + every
            ripe = [
                row for row in rows(last) if row.decided_at <= now - wait and (last is None or row.decided_at > last)
            ]
            if ripe:
                last = max(row.decided_at for row in ripe)
                yield training_columns(ripe)
            if once:
                return
        yield None
