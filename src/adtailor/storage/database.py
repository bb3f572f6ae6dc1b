"""Opening `adtailor.sqlite`: refuse what is not ours untouched, bring the schema up to date, hand out transactions."""

import logging
import os
import sqlite3
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, create_engine, event, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.pool import QueuePool

from adtailor.errors import StorageFailed
from adtailor.storage import tables

FILE = "adtailor.sqlite"
SCHEMA = "0007"
"""The newest step of `migrations/versions`."""
_APPLICATION = 0x41445441  # "ADTA"
_MAGIC = b"SQLite format 3\x00"
_HEADER = 100
_BUSY_MILLISECONDS = 20_000
_QUICKLY_CHECKED = 32 * 2**20
"""Files up to this size are checked whole when they are opened (about 0.1 s); `doctor` checks any size."""
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={_BUSY_MILLISECONDS}",
    "secure_delete=ON",
)


class Database:
    """One file; any thread may read, one at a time writes, and what a write returned from is on disk."""

    def __init__(self, folder: Path, installation: bytes) -> None:
        self.path = folder / FILE
        self._write_lock = threading.RLock()
        self._watch_lock = threading.Lock()
        self._sync_lock = threading.Lock()
        self._ticket_lock = threading.Lock()
        self._sync_asked = self._synced = 0
        self._log: tuple[int, tuple[int, int]] | None = None
        with self._refusals():
            if self.path.exists() and self.path.stat().st_size:
                _checked(self.path, installation)
            else:
                self.path.touch(mode=0o600)
        self._engine = create_engine(
            f"sqlite+pysqlite:///{self.path}",
            poolclass=QueuePool,
            pool_size=4,
            max_overflow=28,
            connect_args={"check_same_thread": False, "timeout": _BUSY_MILLISECONDS / 1000},
        )
        event.listen(self._engine, "connect", _on_connect)
        event.listen(self._engine, "begin", _on_begin)
        try:
            self._migrate(installation)
            with self._refusals():
                self._watcher = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
                self._watched = self._watcher.cursor()
                self._watched.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
        except BaseException:
            self._engine.dispose()
            raise

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """One consistent view."""
        with self._refusals(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, *, durably: bool = True) -> Generator[Connection]:
        """One transaction that holds the write lock from its start, and is on disk when the block ends.

        Where it need not be `durably`, it survives a killed process, and a power cut only after `sync_log`.
        """
        with self._write_lock, self._refusals(), self._engine.connect() as plain:
            connection = plain.execution_options(adtailor_writes=True)
            if not durably:
                driver_cursor(connection).execute("PRAGMA synchronous=NORMAL")
            try:
                with connection.begin():
                    yield connection
            finally:
                if not durably:
                    driver_cursor(connection).execute("PRAGMA synchronous=FULL")

    def commits(self) -> int:
        """A number that changes when anyone, here or in another process, has committed: about 7 microseconds.

        SQLite is asked every time: to look into the index of its log would be quicker, but whoever opens and closes
        that file ends the locks which SQLite holds on it for the process (sqlite.org/howtocorrupt.html, 2.2).
        """
        try:
            with self._watch_lock:
                return int(self._watched.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error as error:
            raise self._refusal(error) from error

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """A small question on the hot path, without a statement's building."""
        try:
            with self._watch_lock:
                return self._watched.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise self._refusal(error) from error

    def sync_log(self) -> None:
        """Put on the disk whatever was committed until now, by anyone, without holding anybody up.

        SQLite would do so while it holds the write lock. What is no longer in the log when it is synced was moved into
        the file, which SQLite syncs before it uses the log again (sqlite.org/wal.html, checkpointing).
        """
        with self._ticket_lock:
            self._sync_asked += 1
            asked = self._sync_asked
        log = self.path.with_name(f"{FILE}-wal")
        with self._sync_lock, self._refusals():
            if self._synced >= asked:
                return  # somebody waited for the disk after our commit, and for it too
            until = self._sync_asked
            found = log.stat()
            if self._log is None or self._log[1] != (found.st_dev, found.st_ino):
                if self._log is not None:
                    os.close(self._log[0])
                self._log = (os.open(log, os.O_RDONLY | os.O_CLOEXEC), (found.st_dev, found.st_ino))
                sync_folder(self.path.parent)  # the log is new: so is its name
            os.fsync(self._log[0])
            self._synced = until

    def checkpoint(self) -> None:
        """Move the log into the file and empty it, as far as other readers allow."""
        with self._write_lock, self._refusals(), closing(sqlite3.connect(self.path, timeout=5)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def damage(self) -> str | None:
        """What SQLite finds wrong with the file, if anything; reads all of it."""
        with self._refusals(), closing(sqlite3.connect(self.path, timeout=5)) as db:
            found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        return None if found == "ok" else str(found)

    def schema(self) -> str:
        """The step of the schema that the file is at."""
        return str(self.ask("SELECT version_num FROM alembic_version")[0][0])

    def close(self) -> None:
        """Let go of the file."""
        with self._watch_lock:
            self._watcher.close()
        self._engine.dispose()
        with self._sync_lock:
            if self._log is not None:
                os.close(self._log[0])
                self._log = None

    def _migrate(self, installation: bytes) -> None:
        with self.writing() as connection:
            known = inspect(connection).get_table_names()
            if "alembic_version" in known:
                at = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
                if at == SCHEMA:
                    return
            _upgrade(connection)
            if connection.execute(select(tables.installation.c.id)).first() is None:
                connection.execute(insert(tables.installation).values(id=installation, forgotten=0))
                connection.execute(insert(tables.catalogue_version).values(one=1, version=0))
                connection.exec_driver_sql(f"PRAGMA application_id = {_APPLICATION}")
        self.checkpoint()

    @contextmanager
    def _refusals(self) -> Generator[None]:
        """What SQLite and the file system say, as StorageFailed; never the values of a statement."""
        try:
            yield
        except (DBAPIError, NoConnection, sqlite3.Error, OSError) as error:
            cause = cast("BaseException", error.orig) if isinstance(error, DBAPIError) else error
            raise self._refusal(cause) from cause

    def _refusal(self, cause: BaseException) -> StorageFailed:
        return StorageFailed(f"{self.path} cannot be used: {cause}", hint=_hint(str(cause)))


def sync_folder(folder: Path) -> None:
    """Put the names of new files on the disk."""
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def driver_cursor(connection: Connection) -> sqlite3.Cursor:
    """The driver's cursor in the same transaction: building statements costs more than running these."""
    return cast("sqlite3.Cursor", connection.connection.cursor())


def _checked(path: Path, installation: bytes) -> None:
    """Refuse a foreign, newer, damaged or somebody else's file, reading only."""
    with path.open("rb") as file:
        header = file.read(_HEADER)
    application = int.from_bytes(header[68:72], "big")  # sqlite.org/fileformat2; 0 until the first step was run
    if not header.startswith(_MAGIC) or application not in {0, _APPLICATION}:
        raise StorageFailed(f"{path} is no database of adtailor", hint="move it away, or restore a backup")
    try:
        _examined(path, installation, mode="ro")
    except sqlite3.OperationalError as error:
        # A process was killed while it switched the journal: SQLite must put back what was there.
        if "readonly" not in str(error):
            raise
        _examined(path, installation, mode="rw")


def _examined(path: Path, installation: bytes, mode: str) -> None:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode={mode}", uri=True, timeout=5)) as db:
        found = {str(row[0]) for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not found:
            return  # made, and killed before its first step
        if db.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION or "alembic_version" not in found:
            raise StorageFailed(f"{path} is no database of adtailor", hint="move it away, or point --data elsewhere")
        at = str(db.execute("SELECT version_num FROM alembic_version").fetchone()[0])
        if at > SCHEMA:
            raise StorageFailed(
                f"{path} has schema {at}, this adtailor knows {SCHEMA}", hint="use the newer adtailor that wrote it"
            )
        if path.stat().st_size <= _QUICKLY_CHECKED:
            state = db.execute("PRAGMA quick_check(1)").fetchone()[0]
            if state != "ok":
                raise StorageFailed(f"{path} is damaged: {state}", hint="restore a backup")
        if (row := db.execute("SELECT id FROM installation").fetchone()) is None or bytes(row[0]) != installation:
            raise StorageFailed(
                f"{path} belongs to other keys than those beside it", hint="put its own keys.sqlite beside it"
            )


def _upgrade(connection: Connection) -> None:
    """Run the missing steps; Alembic is loaded only when there are any."""
    from alembic import command
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we begin transactions ourselves: the driver would begin them too late
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("adtailor_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _hint(said: str) -> str:
    for words, hint in (
        ("locked", "another process holds it for long: find and end it, then try again"),
        ("full", "make room on the disk; nothing was half-written"),
        ("readonly", "check the permissions of the file and its folder"),
        ("malformed", "it is damaged: restore a backup"),
        ("not a database", "it is damaged or foreign: move it away, or restore a backup"),
    ):
        if words in said:
            return hint
    return "check the file's permissions and the disk"
