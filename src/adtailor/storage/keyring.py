"""The keys: one per person, and the installation's own secrets, in a file that no backup may hold.

Whoever has `adtailor.sqlite` and the decision log without `keys.sqlite` has noise. Deleting one row here forgets a
person everywhere at once, in every copy of the other files. A rollback journal (not WAL) keeps this file the only
place that ever holds a key once a transaction has ended, and `secure_delete` writes zeros over what is deleted.
"""

import hashlib
import hmac
import os
import sqlite3
import threading
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adtailor.domain.ids import PersonId
from adtailor.errors import StorageFailed
from adtailor.storage.sealing import KEY, RandomBytes, Sealer

FILE = "keys.sqlite"
NOBODY = bytes(16)
"""The ref of what belongs to no person; its key is the site's own."""
_APPLICATION = 0x4144544B  # "ADTK"
_VERSION = 1
_HEADER = 100
_REF = 16
_MOST_CACHED = 50_000
_BUSY_SECONDS = 20.0

_SCHEMA = """
CREATE TABLE people (id INTEGER PRIMARY KEY, who BLOB NOT NULL UNIQUE, ref BLOB NOT NULL UNIQUE, key BLOB NOT NULL);
CREATE TABLE secrets (name TEXT NOT NULL, id INTEGER NOT NULL, value BLOB NOT NULL, PRIMARY KEY (name, id));
"""


@dataclass(frozen=True, slots=True)
class PersonKey:
    """What a person is called in every other file, and what opens their rows."""

    ref: bytes
    sealer: Sealer


class Keyring:
    """Finds, makes and destroys keys; `refresh` drops what was looked up, for others may have changed it."""

    def __init__(self, folder: Path, random_bytes: RandomBytes) -> None:
        self.path = folder / FILE
        self._random_bytes = random_bytes
        self._lock = threading.RLock()
        is_new = not self.path.exists() or self.path.stat().st_size == 0
        with _refusals(self.path):
            if is_new:
                self.path.touch(mode=0o600)
            else:
                _checked(self.path)
            self._db = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            for pragma in ("journal_mode=DELETE", "synchronous=FULL", "secure_delete=ON"):
                self._db.execute(f"PRAGMA {pragma}")
            self._make()
        secrets = self.secrets("hash")
        self._hash_key = secrets[1]
        self.installation = self.secrets("installation")[1]
        self._nobody = PersonKey(ref=NOBODY, sealer=Sealer(self.secrets("site")[1], random_bytes))
        self._by_person: dict[PersonId, PersonKey] = {}
        self._by_ref: dict[bytes, PersonKey] = {}

    def fingerprint(self, kind: str, value: str) -> bytes:
        """A keyed hash: finds the row of an id without the id standing there."""
        return hmac.digest(self._hash_key, f"{kind}:{value}".encode(), hashlib.sha256)[:_REF]

    def find(self, person_id: PersonId | None) -> PersonKey | None:
        """The key of a person; the site's own for None; None for someone who is not here, or was forgotten."""
        if person_id is None:
            return self._nobody
        with self._lock:
            if (cached := self._by_person.get(person_id)) is not None:
                return cached
            with _refusals(self.path):
                row = self._db.execute(
                    "SELECT ref, key FROM people WHERE who = ?", (self.fingerprint("person", person_id),)
                ).fetchone()
            return self._kept(row, person_id) if row else None

    def of_ref(self, ref: bytes) -> PersonKey | None:
        """The key of whoever is called so; None if they were forgotten."""
        if ref == NOBODY:
            return self._nobody
        with self._lock:
            if (cached := self._by_ref.get(ref)) is not None:
                return cached
            with _refusals(self.path):
                row = self._db.execute("SELECT ref, key FROM people WHERE ref = ?", (ref,)).fetchone()
            return self._kept(row, None) if row else None

    def ensure(self, people: Iterable[PersonId]) -> Mapping[PersonId, PersonKey]:
        """The keys of these people, made durable first where there was none."""
        found: dict[PersonId, PersonKey] = {}
        with self._lock:
            missing: list[PersonId] = []
            for person_id in dict.fromkeys(people):
                if (key := self.find(person_id)) is None:
                    missing.append(person_id)
                else:
                    found[person_id] = key
            if missing:
                with self._writing():
                    self._db.executemany(
                        "INSERT INTO people (who, ref, key) VALUES (?, ?, ?) ON CONFLICT (who) DO NOTHING",
                        [
                            (self.fingerprint("person", who), self._random_bytes(_REF), self._random_bytes(KEY))
                            for who in missing
                        ],
                    )
                for person_id in missing:
                    key = self.find(person_id)
                    if key is None:
                        raise StorageFailed("a new key is gone at once", hint="is another process forgetting everyone?")
                    found[person_id] = key
        return found

    def destroy(self, person_id: PersonId) -> bytes | None:
        """Delete the key for good; the ref it went by, or None if there was none."""
        with self._lock:
            self.refresh()
            with self._writing():
                row = self._db.execute(
                    "DELETE FROM people WHERE who = ? RETURNING ref", (self.fingerprint("person", person_id),)
                ).fetchall()
            self.refresh()
        return bytes(row[0][0]) if row else None

    def refresh(self) -> None:
        """Forget what was looked up: another process may have destroyed a key."""
        with self._lock:
            self._by_person.clear()
            self._by_ref.clear()

    def secrets(self, name: str) -> Mapping[int, bytes]:
        """The installation's secrets of this name, by id; ids grow as they rotate."""
        with self._lock, _refusals(self.path):
            rows = self._db.execute("SELECT id, value FROM secrets WHERE name = ?", (name,)).fetchall()
        return {int(row[0]): bytes(row[1]) for row in rows}

    def rotate(self, name: str, *, keep: int) -> int:
        """Add a secret, keep the newest `keep` of this name; the new one's id (1 to 255, then from 1 again)."""
        with self._lock, self._writing():
            rows = self._db.execute("SELECT id FROM secrets WHERE name = ? ORDER BY rowid", (name,)).fetchall()
            ids = [int(row[0]) for row in rows]
            new = ids[-1] % 0xFF + 1 if ids else 1
            for old in {*ids[: max(0, len(ids) - keep + 1)], new}:
                self._db.execute("DELETE FROM secrets WHERE name = ? AND id = ?", (name, old))
            self._db.execute("INSERT INTO secrets VALUES (?, ?, ?)", (name, new, self._random_bytes(KEY)))
        return new

    def of_day(self, name: str, day: int) -> bytes:
        """A secret of one day, which ends those of the days before it: what was hashed under them says nothing more."""
        with self._lock:
            for attempt in (1, 2):
                with _refusals(self.path):
                    row = self._db.execute(
                        "SELECT value FROM secrets WHERE name = ? AND id = ?", (name, day)
                    ).fetchone()
                if row or attempt == 2:
                    break
                with self._writing():
                    self._db.execute("DELETE FROM secrets WHERE name = ? AND id < ?", (name, day))
                    self._db.execute(
                        "INSERT INTO secrets VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                        (name, day, self._random_bytes(KEY)),
                    )
        return bytes(row[0])

    def newest(self, name: str) -> int:
        """The id of the secret that was added last."""
        with self._lock, _refusals(self.path):
            row = self._db.execute(
                "SELECT id FROM secrets WHERE name = ? ORDER BY rowid DESC LIMIT 1", (name,)
            ).fetchone()
        return int(row[0])

    def alive(self, refs: Sequence[bytes]) -> frozenset[bytes]:
        """Those of a few hundred refs whose key has not been destroyed."""
        asked = ",".join("?" * len(refs))
        with self._lock, _refusals(self.path):
            rows = self._db.execute(f"SELECT ref FROM people WHERE ref IN ({asked})", refs).fetchall()  # noqa: S608 - only question marks
        return frozenset(row[0] for row in rows)

    def sealers(self, refs: Sequence[bytes]) -> Mapping[bytes, Sealer]:
        """What opens the rows of a few hundred refs, without remembering any; those that were forgotten are missing."""
        asked = ",".join("?" * len(refs))
        with self._lock, _refusals(self.path):
            rows = self._db.execute(f"SELECT ref, key FROM people WHERE ref IN ({asked})", refs).fetchall()  # noqa: S608 - only question marks
        return {row[0]: Sealer(row[1], self._random_bytes) for row in rows}

    def count(self) -> int:
        """How many people have a key."""
        with self._lock, _refusals(self.path):
            return int(self._db.execute("SELECT count(*) FROM people").fetchone()[0])

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()

    def _kept(self, row: tuple[bytes, bytes], person_id: PersonId | None) -> PersonKey:
        if len(self._by_ref) >= _MOST_CACHED or len(self._by_person) >= _MOST_CACHED:
            self.refresh()
        key = self._by_ref.get(row[0]) or PersonKey(ref=row[0], sealer=Sealer(row[1], self._random_bytes))
        self._by_ref[row[0]] = key
        if person_id is not None:
            self._by_person[person_id] = key
        return key

    def _make(self) -> None:
        """The tables and first secrets, unless another process was faster."""
        with self._writing():
            if self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                return
            for statement in filter(str.strip, _SCHEMA.split(";")):
                self._db.execute(statement)
            self._db.executemany(
                "INSERT INTO secrets VALUES (?, 1, ?)",
                [
                    ("hash", self._random_bytes(KEY)),
                    ("site", self._random_bytes(KEY)),
                    ("token", self._random_bytes(KEY)),
                    ("installation", self._random_bytes(_REF)),
                ],
            )
            self._db.execute(f"PRAGMA application_id = {_APPLICATION}")
            self._db.execute(f"PRAGMA user_version = {_VERSION}")

    @contextmanager
    def _writing(self) -> Generator[None]:
        with _refusals(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


def _checked(path: Path) -> None:
    """Refuse a file that is not a key file of this version, by its header: asking SQLite might already write."""
    with path.open("rb") as file:
        header = file.read(_HEADER)
    version, application = (int.from_bytes(header[at : at + 4], "big") for at in (60, 68))  # sqlite.org/fileformat2
    if not header.startswith(b"SQLite format 3\0") or application != _APPLICATION:
        raise StorageFailed(f"{path} is no key file of adtailor", hint="put the right one there, or move it away")
    if version > _VERSION:
        raise StorageFailed(
            f"{path} has version {version}, this adtailor knows {_VERSION}", hint="use the newer adtailor"
        )


@contextmanager
def _refusals(path: Path) -> Generator[None]:
    """What SQLite and the file system say, as StorageFailed."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StorageFailed(
            f"{path} cannot be used: {error}",
            hint="check its permissions and the disk; without its keys nothing personal can be read",
        ) from error


def secure_folder(folder: Path) -> None:
    """Make the data folder, for its owner alone."""
    with _refusals(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
            raise StorageFailed(f"{folder} cannot be written", hint="check its permissions, or point --data elsewhere")
