"""Where things are kept: memory and SQLite, behind the same ports."""

from adtailor.storage.memory import MemoryStore
from adtailor.storage.sqlite import SqliteStore

__all__ = ["MemoryStore", "SqliteStore"]
