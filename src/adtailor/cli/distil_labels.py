"""A teacher's labels as they come in: a file that survives a killed run, names no post, and is gone when it is done."""

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from adtailor.cli.kept_readings import KeptReadings, open_kept
from adtailor.domain.ids import PostId
from adtailor.domain.reading import Reading
from adtailor.journeys.distil import Sample, label_key
from adtailor.service.wire import ReadingWire, decode, reading_from_wire

FOLDER = "distil"
LONGEST_HOURS = 72
"""No label outlives an inferred feeling: a run that was left alone for longer begins anew."""


class Labels:
    """What is known so far, and where more is kept."""

    def __init__(self, kept: KeptReadings, known: dict[PostId, Reading], teacher: str) -> None:
        self.known = known
        self._kept = kept
        self._teacher = teacher

    def keep(self, readings: Sequence[Reading]) -> None:
        """Durable before this returns."""
        self._kept.add(readings)
        self.known.update((reading.post_id, reading) for reading in readings)

    def missing(self, samples: Sequence[Sample]) -> list[Sample]:
        """Those not labelled yet."""
        return [one for one in samples if label_key(self._teacher, one.post.text, one.parts) not in self.known]

    def done(self) -> None:
        """They have taught what they could: none is kept."""
        self._kept.path.unlink(missing_ok=True)


@contextmanager
def open_labels(data: Path, *, teacher: str) -> Generator[Labels]:
    """The labels of a teacher in a data folder, those of an earlier run included."""
    folder = data / FOLDER
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    path = folder / f"labels-{sha256(teacher.encode()).hexdigest()[:12]}.jsonl"
    if path.exists() and time.time() - path.stat().st_mtime > LONGEST_HOURS * 3600:
        path.unlink()
    with open_kept(path) as kept:
        known = {
            reading.post_id: reading
            for line in path.read_bytes().splitlines()
            if line.strip(b"\0")
            for reading in [reading_from_wire(decode(line, ReadingWire))]
        }
        yield Labels(kept, known, teacher)
