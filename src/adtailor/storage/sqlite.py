"""The SQLite store: one data folder with `adtailor.sqlite`, `keys.sqlite` and the decision log, behind four ports."""

import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import TracebackType

from sqlalchemy import func, insert, select

from adtailor.domain.audit import Action, Author
from adtailor.domain.events import Arrival, DecisionRecord, Event, EventOutcome, RecordRef
from adtailor.domain.ids import CampaignId, DecisionId, PersonId, made_at_of
from adtailor.domain.lease import Lease, LeaseAsk
from adtailor.domain.money import Micros
from adtailor.domain.traffic import Limits
from adtailor.domain.trial import Account
from adtailor.errors import StorageFailed
from adtailor.storage import tables
from adtailor.storage.access import SqliteTokens
from adtailor.storage.audit import SqliteAudit, noted
from adtailor.storage.cache import PeopleCache
from adtailor.storage.catalogue import SqliteCatalogue
from adtailor.storage.database import FILE, Database
from adtailor.storage.exhibits import SqliteExhibits
from adtailor.storage.export import exported
from adtailor.storage.helpline_checks import SqliteHelplineChecks
from adtailor.storage.keyring import FILE as KEYS
from adtailor.storage.keyring import Keyring, PersonKey, SecretKey, secure_folder
from adtailor.storage.leases import Leases
from adtailor.storage.ledger import Ledger
from adtailor.storage.logins import SqliteLogins
from adtailor.storage.moments import EXHIBITS_KEPT, ticks
from adtailor.storage.money import Money
from adtailor.storage.people import SqlitePeople
from adtailor.storage.posts import SqlitePosts
from adtailor.storage.reach import SqliteReach
from adtailor.storage.reading_costs import SqliteReadingCosts
from adtailor.storage.sealing import RandomBytes
from adtailor.storage.segments import Segments
from adtailor.storage.snapshots import FOLDER as SNAPSHOT
from adtailor.storage.snapshots import FileSnapshots
from adtailor.storage.spent import SqliteSpent
from adtailor.storage.trials import SqliteTrials

TOKEN_KEYS_READ = timedelta(days=31)
"""How long a key is kept for reading once it is replaced: its last token lives 30 days, and servers may notice late."""


class SqliteEvents:
    """`ports.EventStore`: the decision log, and the events that are charged for."""

    def __init__(
        self, segments: Segments, money: Money, leases: Leases, *, keyring: Keyring, cache: PeopleCache
    ) -> None:
        self._segments = segments
        self._money = money
        self._leases = leases
        self._keyring = keyring
        self._cache = cache
        self._viewers: tuple[int, bytes] | None = None

    def append(self, record: DecisionRecord) -> RecordRef:
        """Append a record before the decision is answered; survives a killed process."""
        if record.person_id is not None:  # the site's own key never goes
            self._cache.refresh()
        key = self._keyring.find(record.person_id)
        if key is None and record.person_id is not None:
            key = self._keyring.ensure([record.person_id])[record.person_id]
        assert key is not None  # noqa: S101 - the site's own key always is
        return self._segments.append(record, key)

    def record(self, ref: RecordRef) -> DecisionRecord | None:
        """The record, unless it has expired or its person was forgotten."""
        self._cache.refresh()
        return self._segments.record(ref)

    def find(self, decision_id: DecisionId) -> DecisionRecord | None:
        """The record of a decision by its id, which says when it was made; None as for `record`."""
        made_at = made_at_of(decision_id)
        if made_at is None:
            return None
        self._cache.refresh()
        return self._segments.find(decision_id, made_at)

    def records(self, since: datetime | None = None) -> Iterator[DecisionRecord]:
        """The records decided since, about in the order of time."""
        self._cache.refresh()
        return self._segments.since(since)

    def records_of(self, person_id: PersonId, since: datetime) -> list[DecisionRecord]:
        """The records that name someone, decided since: a walk over the log of that time."""
        self._cache.refresh()
        key = self._keyring.find(person_id)
        return [] if key is None else [record for _, record in self._segments.of(key, since)]

    def take(self, event: Event, *, viewer: bytes | None = None) -> EventOutcome:
        """Store an event and debit its campaign in one durable transaction."""
        return self._money.take_many([Arrival(event=event, viewer=viewer)])[0]

    def take_many(self, arrivals: Sequence[Arrival]) -> list[EventOutcome]:
        """The same for several, in order, with one wait for the disk: all are stored, or none."""
        return self._money.take_many(arrivals)

    def events(self, since: datetime | None = None) -> list[tuple[Event, Micros]]:
        """The events that happened since, oldest first, each with what was charged."""
        return self._money.events(since)

    def delivered(self, campaigns: Sequence[CampaignId]) -> Mapping[CampaignId, int]:
        """Valid impressions of these campaigns, from the first on."""
        return self._money.delivered(campaigns)

    def of_decisions(self, decisions: Sequence[DecisionId]) -> list[tuple[Event, EventOutcome]]:
        """What happened to the ads of these decisions."""
        return self._money.of_decisions(decisions)

    def spent(self, now: datetime, *, account: Account | None = None) -> Mapping[CampaignId, tuple[Micros, Micros]]:
        """Per campaign, what its current day (in its zone) and its whole life have been charged."""
        return self._money.spent(now, account)

    def lease(
        self, holder: str, asks: Sequence[LeaseAsk], *, now: datetime, account: Account | None = None
    ) -> list[Lease]:
        """What `holder` may promise of each budget from now on, in place of what it held."""
        return self._leases.lease(holder, asks, now=now, account=account)

    def release(self, holder: str) -> None:
        """Give back what a process holds."""
        self._leases.release(holder)

    def order_hash(self, campaign_id: CampaignId, order_id: str) -> str:
        """By what an order is known here: a keyed hash, for whoever knows an order may know a person."""
        return self._keyring.fingerprint("order", f"{campaign_id}:{order_id}").hex()

    def viewer_key(self, now: datetime) -> bytes:
        """Today's key for hashes of viewers; that of yesterday is gone."""
        day = (now.astimezone(UTC).date() - date(1970, 1, 1)).days
        if self._viewers is None or self._viewers[0] != day:
            self._viewers = (day, self._keyring.of_day("viewers", day))
        return self._viewers[1]


class SqliteStore:
    """All four ports over one data folder; threads may share it, and processes the folder.

    Raises StorageFailed when a file is damaged, foreign, newer, or without its keys; it is then left as it was.
    """

    def __init__(
        self,
        folder: Path,
        *,
        random_bytes: RandomBytes = os.urandom,
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> None:
        self.folder = folder
        secure_folder(folder)
        data, keys = folder / FILE, folder / KEYS
        if data.exists() and data.stat().st_size and not keys.exists():
            raise StorageFailed(
                f"{keys} is missing, and {data} cannot be read without it",
                hint=f"put {KEYS} back (backups must not hold it), or move {FILE} away to begin anew",
            )
        self._keyring = Keyring(folder, random_bytes)
        try:
            self._database = Database(folder, self._keyring.installation)
        except BaseException:
            self._keyring.close()
            raise
        self._cache = PeopleCache(self._database, self._keyring)
        self._segments = Segments(folder / "decisions", next_number=self._next_segment, key_of=self._keyring.of_ref)
        self._money = Money(self._database, limits.rates)
        self.catalogue = SqliteCatalogue(self._database)
        self.snapshots = FileSnapshots(folder / SNAPSHOT)
        self.audit = SqliteAudit(self._database)
        self.logins = SqliteLogins(self._database, secret=self.hashing_secret, random_bytes=random_bytes)
        self.tokens = SqliteTokens(self._database, secret=self.hashing_secret, random_bytes=random_bytes)
        self.posts = SqlitePosts(self._database, self._keyring, self._cache)
        self.reading_costs = SqliteReadingCosts(self._database)
        self.helpline_checks = SqliteHelplineChecks(self._database)
        self.people = SqlitePeople(self._database, self._keyring, self._cache, export=self._export)
        self.events = SqliteEvents(
            self._segments, self._money, Leases(self._database), keyring=self._keyring, cache=self._cache
        )
        self.ledger = Ledger(self._database)
        self.reach = SqliteReach(self._database)
        self.trials = SqliteTrials(self._database)
        self.exhibits = SqliteExhibits(self._database)
        self.spent = SqliteSpent(self._database)

    @property
    def token_keys(self) -> Mapping[int, bytes]:
        """The keys of event tokens, by id: the current one, and those whose tokens may still be used."""
        return self._keyring.secrets("token")

    @property
    def current_token_key(self) -> int:
        """The id of the key to mint with."""
        return self._keyring.newest("token")

    def token_ring(self) -> tuple[Mapping[int, bytes], int]:
        """Both as they are now: the current one first, for one that is added meanwhile leaves it among the keys."""
        current = self.current_token_key
        return self.token_keys, current

    @property
    def hashing_secret(self) -> bytes:
        """What keyed hashes are made with, as the drawing of positions that stay empty."""
        return next(iter(self._keyring.secrets("hash").values()))

    def key_ring(self) -> list[SecretKey]:
        """What may be told of the installation's keys."""
        return self._keyring.described()

    def rotate_token_key(self, author: Author) -> int:
        """A new key to mint with; tokens of those before it open until they have expired. Its id."""
        new = self._keyring.rotate("token", now=author.at)
        self._note(author, "created", f"events-{new}")
        return new

    def retire_token_keys(self, now: datetime) -> list[int]:
        """Delete the keys whose last token has expired; their ids."""
        return self._keyring.retire("token", replaced_before=now - TOKEN_KEYS_READ)

    def retire_token_key(self, key_id: int, author: Author) -> None:
        """Delete a replaced key at once, as when it leaked: what it minted opens no more."""
        self._keyring.retire_one("token", key_id)
        self._note(author, "revoked", f"events-{key_id}")

    def rotate_master_key(self, author: Author) -> int:
        """Seal all keys anew under a new master key; its number."""
        new = self._keyring.rotate_master(now=author.at)
        self._note(author, "created", f"master-{new}")
        return new

    def _note(self, author: Author, action: Action, key: str) -> None:
        with self._database.writing() as connection:
            noted(connection, author, action, [("keys", key, {}, {})])

    def purge(self, now: datetime) -> Mapping[str, int]:
        """Delete what has had its time: affect after 72 h, decision records after 30 days, rows without a key."""
        done = {
            "affect": self.posts.purge(now),
            "people": self.people.purge(now),
            "decision segments": self._segments.purge(now),
            "rates": self._money.purge(now),
            "keys": len(self.retire_token_keys(now)),
            "sessions": self.logins.purge(now),
            "exhibits": self.exhibits.purge(now - EXHIBITS_KEPT),
            "spent": self.spent.purge(now),
        }
        self.events.viewer_key(now)  # ends the keys of days before
        self._database.checkpoint()
        return done

    def describe(self) -> Mapping[str, str]:
        """What is stored where, for `doctor`: no content, no person."""
        posts, waiting, readings = self.posts.counts()
        events, over = self._money.counts()
        segments, segment_bytes = self._segments.counts()
        with self._database.reading() as connection:
            profiles = connection.execute(select(func.count()).select_from(tables.profiles)).scalar_one()
            campaigns = connection.execute(select(func.count()).select_from(tables.budgets)).scalar_one()
        return {
            "file": str(self._database.path),
            "size": f"{self._database.path.stat().st_size:,} bytes",
            "schema": self._database.schema(),
            "state": self._database.damage() or "whole",
            "people": f"{self._keyring.count():,}",
            "profiles": f"{profiles:,}",
            "posts": f"{posts:,} ({waiting:,} to read)",
            "readings": f"{readings:,}",
            "campaigns": f"{campaigns:,}",
            "events": f"{events:,} ({over:,} over-delivered)",
            "decision log": f"{segments:,} segments, {segment_bytes:,} bytes",
        }

    def copy(self, folder: Path) -> Path:
        """A copy of everything, keys included, in a folder that is not there yet; writers may go on meanwhile.

        The snapshot of the catalogue is left out: it is made again.
        The databases are copied by SQLite: whoever opens and closes their files otherwise ends its locks.
        """
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("*.sqlite", "*.sqlite-*", SNAPSHOT))
        for name in (KEYS, FILE):
            with closing(sqlite3.connect(self.folder / name)) as here, closing(sqlite3.connect(folder / name)) as there:
                here.backup(there)
        return folder

    def close(self) -> None:
        """Put the log on the disk and let go of the files."""
        self._segments.close()
        self._database.close()
        self._keyring.close()

    def __enter__(self) -> "SqliteStore":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _next_segment(self, opened_at: datetime) -> int:
        """A number that no segment has had."""
        with self._database.writing() as connection:
            made = connection.execute(
                insert(tables.segments).values(opened_at=ticks(opened_at)).returning(tables.segments.c.number)
            )
            return made.scalar_one()

    def _export(self, person_id: PersonId, now: datetime) -> Mapping[str, object]:
        key: PersonKey | None = self._keyring.find(person_id)
        records = [] if key is None else [record for _, record in self._segments.of(key)]
        return exported(
            person=self.people.person(person_id),
            profile=self.people.profile(person_id),
            memory=self.people.memory(person_id),
            posts=self.posts.posts_of(person_id),
            readings=self.posts.readings_of(person_id, now),
            records=records,
            events=self._money.of_decisions([record.decision.decision_id for record in records]),
        )
