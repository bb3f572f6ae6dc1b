"""What this process knows of people, dropped as soon as anyone, here or in another process, has changed it."""

import threading

from adtailor.domain.ids import PersonId
from adtailor.domain.known import Known
from adtailor.storage.database import Database
from adtailor.storage.keyring import Keyring

_MOST = 20_000


class PeopleCache:
    """Asks SQLite at every look whether anything was committed (7 microseconds), and if so, who changed."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring
        self._lock = threading.RLock()
        self._known: dict[PersonId, Known] = {}
        self._names: dict[bytes, PersonId] = {}
        self._strangers: set[PersonId] = set()
        self._commits = -1
        self._changed = 0
        self._forgotten = -1
        self._epoch = 0

    def look(self, person_id: PersonId) -> tuple[Known | None, int]:
        """What is known and still true; and the epoch to hand to `keep` after reading it anew."""
        with self._lock:
            self.refresh()
            return self._known.get(person_id), self._epoch

    def keep(self, person_id: PersonId, ref: bytes | None, known: Known, epoch: int) -> None:
        """Remember what was read under a ref, None for a stranger, unless something changed since the epoch began."""
        with self._lock:
            self.refresh()
            if epoch != self._epoch:
                return
            if len(self._known) >= _MOST:
                self._drop_all()
            self._known[person_id] = known
            if ref is None:
                self._strangers.add(person_id)
            else:
                self._names[ref] = person_id

    def refresh(self) -> None:
        """Drop whoever was changed by a commit since the last look; drop all keys when anyone was forgotten."""
        with self._lock:
            commits = self._database.commits()
            if commits == self._commits:
                return
            forgotten, changed = self._database.ask(
                "SELECT (SELECT forgotten FROM installation), (SELECT coalesce(max(changed), 0) FROM people)"
            )[0]
            if forgotten != self._forgotten or changed < self._changed:
                self._drop_all()
                self._keyring.refresh()
                self._epoch += 1
            elif changed > self._changed:
                for (ref,) in self._database.ask("SELECT ref FROM people WHERE changed > ?", self._changed):
                    if (name := self._names.pop(ref, None)) is not None:
                        self._known.pop(name, None)
                # Those who were strangers have no ref here, and may be among the new.
                for name in self._strangers:
                    self._known.pop(name, None)
                self._strangers.clear()
                self._epoch += 1
            self._commits, self._changed, self._forgotten = commits, changed, forgotten

    def _drop_all(self) -> None:
        self._known.clear()
        self._names.clear()
        self._strangers.clear()
