"""The keys: one per person, and the installation's own secrets, in a file that no backup may hold.

Whoever has `adtailor.sqlite` and the decision log without `keys.sqlite` has noise. Deleting one row here forgets a
person everywhere at once, in every copy of the other files. A rollback journal (not WAL) keeps this file the only
place that ever holds a key once a transaction has ended, and `secure_delete` writes zeros over what is deleted.

Each key lies here sealed under the master key, which is in a file of its own. Replacing the master key seals them anew
in one transaction, while other processes go on: whoever meets a number they do not know reads the master file again.
"""

import hashlib
import hmac
import os
import sqlite3
import threading
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from adtailor.domain.ids import PersonId
from adtailor.errors import StorageFailed, UnknownId
from adtailor.storage.master import MasterKeys
from adtailor.storage.sealing import KEY, RandomBytes, Sealer

FILE = "keys.sqlite"
NOBODY = bytes(16)
"""The ref of what belongs to no person; its key is the site's own."""
_APPLICATION = 0x4144544B  # "ADTK"
_VERSION = 2
_HEADER = 100
_REF = 16
_MOST_IDS = 0xFF
_MOST_CACHED = 50_000
_BUSY_SECONDS = 20.0

_SCHEMA = """
CREATE TABLE people (id INTEGER PRIMARY KEY, who BLOB NOT NULL UNIQUE, ref BLOB NOT NULL UNIQUE, key BLOB NOT NULL);
CREATE TABLE secrets (name TEXT NOT NULL, id INTEGER NOT NULL, value BLOB NOT NULL, PRIMARY KEY (name, id));
"""
_SCHEMA_2 = """
ALTER TABLE secrets ADD COLUMN made_at INTEGER;
ALTER TABLE secrets ADD COLUMN replaced_at INTEGER;
CREATE TABLE master (one INTEGER PRIMARY KEY CHECK (one = 1), current INTEGER NOT NULL, made_at INTEGER);
"""


@dataclass(frozen=True, slots=True)
class PersonKey:
    """What a person is called in every other file, and what opens their rows."""

    ref: bytes
    sealer: Sealer


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretKey:
    """What may be told of a secret: never its value. None where it is from before dates were kept."""

    name: str
    id: int
    made_at: datetime | None
    replaced_at: datetime | None


class Keyring:
    """Finds, makes and destroys keys; `refresh` drops what was looked up, for others may have changed it."""

    def __init__(self, folder: Path, random_bytes: RandomBytes) -> None:
        self.path = folder / FILE
        self._random_bytes = random_bytes
        self._lock = threading.RLock()
        self._master = MasterKeys.of(folder, random_bytes)
        is_new = not self.path.exists() or self.path.stat().st_size == 0
        with _refusals(self.path):
            if is_new:
                self.path.touch(mode=0o600)
            elif _checked(self.path) >= 2:
                self._master.keys()
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
                    current = self._current_master()
                    refs = [self._random_bytes(_REF) for _ in missing]
                    self._db.executemany(
                        "INSERT INTO people (who, ref, key) VALUES (?, ?, ?) ON CONFLICT (who) DO NOTHING",
                        [
                            (
                                self.fingerprint("person", who),
                                ref,
                                self._master.seal(self._random_bytes(KEY), current, "key", ref),
                            )
                            for who, ref in zip(missing, refs, strict=True)
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
        return {int(row[0]): self._opened(name, row[0], row[1]) for row in rows}

    def described(self) -> list[SecretKey]:
        """The secrets in the order of their making, and last the master key; never a value."""
        with self._lock, _refusals(self.path):
            rows = self._db.execute("SELECT name, id, made_at, replaced_at FROM secrets ORDER BY rowid").fetchall()
            rows += self._db.execute("SELECT 'master', current, made_at, NULL FROM master").fetchall()
        return [
            SecretKey(name=row[0], id=int(row[1]), made_at=_moment(row[2]), replaced_at=_moment(row[3])) for row in rows
        ]

    def rotate(self, name: str, *, now: datetime) -> int:
        """Add a secret, and keep those before it for reading; the new one's id (1 to 255, then from 1 again)."""
        at = int(now.timestamp())
        with self._lock, self._writing():
            rows = self._db.execute("SELECT id FROM secrets WHERE name = ? ORDER BY rowid", (name,)).fetchall()
            ids = {int(row[0]) for row in rows}
            new = int(rows[-1][0]) % _MOST_IDS + 1 if rows else 1
            if new in ids:
                raise StorageFailed(
                    f"{len(ids)} keys of {name} are still needed", hint="wait until the oldest may be retired"
                )
            self._db.execute("UPDATE secrets SET replaced_at = ? WHERE name = ? AND replaced_at IS NULL", (at, name))
            self._put(name, new, self._random_bytes(KEY), at)
        return new

    def retire(self, name: str, *, replaced_before: datetime) -> list[int]:
        """Delete the secrets of this name that were replaced before then; their ids."""
        with self._lock, self._writing():
            rows = self._db.execute(
                "DELETE FROM secrets WHERE name = ? AND replaced_at <= ? RETURNING id",
                (name, int(replaced_before.timestamp())),
            ).fetchall()
        return sorted(int(row[0]) for row in rows)

    def retire_one(self, name: str, secret_id: int) -> None:
        """Delete one that was replaced, however short a time ago; UnknownId for the current one, and for none."""
        with self._lock, self._writing():
            rows = self._db.execute(
                "DELETE FROM secrets WHERE name = ? AND id = ? AND replaced_at IS NOT NULL RETURNING id",
                (name, secret_id),
            ).fetchall()
            if not rows:
                raise UnknownId(
                    f"no key {secret_id} of {name} waits to be retired",
                    hint="adtailor keys list shows them; the current one has to be rotated first",
                    field="ID",
                )

    def rotate_master(self, *, now: datetime) -> int:
        """Seal every key anew under a new master key, and remove the old one; the number of the new one.

        First the new one is on the disk beside the old, then all is sealed anew in one transaction, then the old one
        goes: whenever the process ends, what is in the master file opens what is in the key file.
        """
        with self._lock:
            with self._writing():
                new = self._master.add(self._current_master())
                for table, name, row in (("people", "key", "ref"), ("secrets", "value", "name || ':' || id")):
                    whose = "key" if table == "people" else "secret"
                    rows = self._db.execute(f"SELECT rowid, {row}, {name} FROM {table}").fetchall()  # noqa: S608 - constants
                    self._db.executemany(
                        f"UPDATE {table} SET {name} = ? WHERE rowid = ?",  # noqa: S608 - constants
                        (
                            (self._master.seal(self._master.open(sealed, whose, _raw(ref)), new, whose, _raw(ref)), at)
                            for at, ref, sealed in rows
                        ),
                    )
                self._db.execute("UPDATE master SET current = ?, made_at = ?", (new, int(now.timestamp())))
            with self._writing():  # nobody adds a key to the file while this one removes others
                self._master.keep(self._current_master())
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
                    self._put(name, day, self._random_bytes(KEY), None)
        return self._opened(name, day, row[0])

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
        return {row[0]: Sealer(self._master.open(row[1], "key", row[0]), self._random_bytes) for row in rows}

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
        key = self._by_ref.get(row[0])
        if key is None:
            key = PersonKey(ref=row[0], sealer=Sealer(self._master.open(row[1], "key", row[0]), self._random_bytes))
        self._by_ref[row[0]] = key
        if person_id is not None:
            self._by_person[person_id] = key
        return key

    def _put(self, name: str, secret_id: int, value: bytes, at: int | None) -> None:
        """A secret, within a transaction, unless another process was faster."""
        sealed = self._master.seal(value, self._current_master(), "secret", _secret_row(name, secret_id))
        self._db.execute(
            "INSERT INTO secrets (name, id, value, made_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (name, secret_id, sealed, at),
        )

    def _opened(self, name: str, secret_id: int, sealed: bytes) -> bytes:
        return self._master.open(sealed, "secret", _secret_row(name, secret_id))

    def _current_master(self) -> int:
        return int(self._db.execute("SELECT current FROM master").fetchone()[0])

    def _make(self) -> None:
        """The tables and first secrets, unless another process was faster; a file of version 1 is sealed as it is."""
        if self._db.execute("PRAGMA user_version").fetchone()[0] == _VERSION:
            return
        with self._writing():
            version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
            if version == _VERSION:
                return
            self._master.make()
            current = max(self._master.keys())
            if version == 0:
                self._run(_SCHEMA)
            self._run(_SCHEMA_2)
            self._db.execute("INSERT INTO master VALUES (1, ?, ?)", (current, int(datetime.now(UTC).timestamp())))
            if version == 0:
                for name, length in (("hash", KEY), ("site", KEY), ("token", KEY), ("installation", _REF)):
                    self._put(name, 1, self._random_bytes(length), int(datetime.now(UTC).timestamp()))
            else:
                self._seal_as_it_is(current)
            self._db.execute(f"PRAGMA application_id = {_APPLICATION}")
            self._db.execute(f"PRAGMA user_version = {_VERSION}")

    def _seal_as_it_is(self, current: int) -> None:
        """What version 1 held in the clear."""
        for at, ref, key in self._db.execute("SELECT id, ref, key FROM people").fetchall():
            sealed = self._master.seal(key, current, "key", ref)
            self._db.execute("UPDATE people SET key = ? WHERE id = ?", (sealed, at))
        for name, secret_id, value in self._db.execute("SELECT name, id, value FROM secrets").fetchall():
            sealed = self._master.seal(value, current, "secret", _secret_row(name, secret_id))
            self._db.execute("UPDATE secrets SET value = ? WHERE name = ? AND id = ?", (sealed, name, secret_id))
        # Of those before the last nobody knows when they were replaced: from now on they have their time.
        newest = "(SELECT max(rowid) FROM secrets WHERE name = 'token')"
        self._db.execute(
            f"UPDATE secrets SET replaced_at = ? WHERE name = 'token' AND rowid < {newest}",  # noqa: S608 - a constant
            (int(datetime.now(UTC).timestamp()),),
        )

    def _run(self, statements: str) -> None:
        for statement in filter(str.strip, statements.split(";")):
            self._db.execute(statement)

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


def _checked(path: Path) -> int:
    """The version of a key file, by its header: asking SQLite might already write. Refused is any other file."""
    with path.open("rb") as file:
        header = file.read(_HEADER)
    version, application = (int.from_bytes(header[at : at + 4], "big") for at in (60, 68))  # sqlite.org/fileformat2
    if not header.startswith(b"SQLite format 3\0") or application != _APPLICATION:
        raise StorageFailed(f"{path} is no key file of adtailor", hint="put the right one there, or move it away")
    if version > _VERSION:
        raise StorageFailed(
            f"{path} has version {version}, this adtailor knows {_VERSION}", hint="use the newer adtailor"
        )
    return version


def _secret_row(name: str, secret_id: int) -> bytes:
    return f"{name}:{secret_id}".encode()


def _raw(row: bytes | str) -> bytes:
    return row.encode() if isinstance(row, str) else row


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


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
