"""Folders that are thrown away, in memory where there is room: nothing in them has to outlive a power cut.

The same files are written and synced there, and no disk is waited for. What measures a disk, or is killed in the middle
of writing to one, uses a folder on it.
"""

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  # a file system in memory, on Linux
ROOM = 2**30
"""Bytes that have to be free there: in a container it may hold 64 MB in all."""


def in_memory(memory: Path = MEMORY, *, room: int = ROOM) -> Path | None:
    """The folder in memory, or None where there is none, or too little room in it."""
    try:
        return memory if shutil.disk_usage(memory).free >= room else None
    except OSError:
        return None


@contextmanager
def thrown_away(prefix: str = "adtailor-trust-") -> Generator[Path]:
    """A new folder, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix=prefix, dir=in_memory(), ignore_cleanup_errors=True) as made:
        yield Path(made)
