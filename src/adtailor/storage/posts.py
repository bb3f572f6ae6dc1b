"""Posts and readings in SQLite: durable before `add` returns, sealed under their author's key."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from adtailor.domain.ids import PersonId, PostId
from adtailor.domain.post import Photo, Post
from adtailor.domain.profile import Profile
from adtailor.domain.reading import Reading
from adtailor.domain.wellbeing import WellbeingMemory
from adtailor.errors import StorageFailed
from adtailor.storage import tables
from adtailor.storage.cache import PeopleCache
from adtailor.storage.codec import Codec
from adtailor.storage.database import Database
from adtailor.storage.keyring import Keyring, PersonKey
from adtailor.storage.lessons import no_reading, of_its_author
from adtailor.storage.moments import ticks
from adtailor.storage.permitted import consented, without_affect
from adtailor.storage.reading_rows import SealedReading, affect_end, opened_reading, sealed_reading
from adtailor.storage.rows import PersonRows, ensure_rows
from adtailor.storage.sealing import place

_log = logging.getLogger(__name__)
_POST = Codec(Post)
_PHOTO = Codec(Photo)
_POSTS = tables.posts
_COLUMNS = select(_POSTS.c.seq, _POSTS.c.post, _POSTS.c.ref, _POSTS.c.body)


_ONE = """
    SELECT posts.seq, posts.post, posts.ref, posts.body, readings.body, readings.affect, readings.affect_expires_at
    FROM posts LEFT JOIN readings USING (seq) WHERE posts.post = ?
"""


class _Row(NamedTuple):
    seq: int
    post: bytes
    ref: bytes
    body: bytes
    reading: bytes | None
    affect: bytes | None
    affect_expires_at: int | None


class SqlitePosts:
    """`ports.PostStore` in one file. A post is found by a keyed hash of its id, so no id stands there in the clear."""

    def __init__(self, database: Database, keyring: Keyring, cache: PeopleCache) -> None:
        self._database = database
        self._keyring = keyring
        self._cache = cache

    def add(self, posts: Sequence[Post], now: datetime) -> list[bool]:
        """Store posts durably; False for an id that is there already, which is left as it was."""
        if not posts:
            return []
        with self._database.writing() as connection:
            self._cache.refresh()
            keys = self._keyring.ensure(post.author_id for post in posts)
            ensure_rows(connection, [key.ref for key in keys.values()])
            return [self._added(connection, post, keys[post.author_id], now) for post in posts]

    def unread(self, limit: int) -> list[Post]:
        """The oldest posts not read yet, with their photos."""
        unread = _COLUMNS.where(_POSTS.c.read_at.is_(None)).order_by(_POSTS.c.seq)
        with self._database.reading() as connection:
            rows = self._first(connection, unread, limit)
            return [
                replace(post, photos=tuple(self._photos(connection, row.seq, row.post, key))) for row, key, post in rows
            ]

    def finish(
        self, reading: Reading, now: datetime, *, profile: Profile | None = None, memory: WellbeingMemory | None = None
    ) -> None:
        """Keep a reading with what was learned from it, as one change, and drop the photos; see `ports.PostStore`.

        What no consent covers (any more) is left out. Of a post that is gone, since its author was forgotten while it
        was read, nothing is kept.
        """
        with self._database.writing() as connection:
            self._cache.refresh()
            found = self._find(connection, reading.post_id)
            if found is None:
                return
            row, key = found
            post = self._opened(row, key)
            rows = PersonRows(connection, key, post.author_id)
            for learned in (profile, memory):
                if learned is not None:
                    of_its_author(learned, post)
            sealed = sealed_reading(
                reading, consented(rows.person()), key.sealer, row.post, affect_expires_at=affect_end(now)
            )
            values = {"body": sealed.body, "affect": sealed.affect, "affect_expires_at": sealed.affect_expires_at}
            connection.execute(
                insert(tables.readings)
                .values(seq=row.seq, **values)
                .on_conflict_do_update(index_elements=["seq"], set_=values)
            )
            connection.execute(delete(tables.photos).where(tables.photos.c.seq == row.seq))
            connection.execute(update(_POSTS).where(_POSTS.c.seq == row.seq).values(read_at=ticks(now)))
            if profile is not None:
                rows.put_profile(profile)
            if memory is not None:
                rows.put_memory(memory)

    def correct(self, reading: Reading, *, profile: Profile) -> None:
        """Keep a reading as its author corrected it, and their profile, as one change; what fades keeps its end."""
        readings = tables.readings
        with self._database.writing() as connection:
            self._cache.refresh()
            found = self._find(connection, reading.post_id)
            if found is None:
                raise no_reading()
            row, key = found
            kept = connection.execute(
                select(readings.c.affect_expires_at).where(readings.c.seq == row.seq)
            ).one_or_none()
            if kept is None:
                raise no_reading()
            post = self._opened(row, key)
            of_its_author(profile, post)
            rows = PersonRows(connection, key, post.author_id)
            ends = kept.affect_expires_at
            # Affect that has lapsed meanwhile, and was read before it did, is not put back.
            still = reading if ends is not None else without_affect(reading)
            sealed = sealed_reading(still, consented(rows.person()), key.sealer, row.post, affect_expires_at=ends or 0)
            connection.execute(
                update(readings)
                .where(readings.c.seq == row.seq)
                .values(body=sealed.body, affect=sealed.affect, affect_expires_at=sealed.affect_expires_at)
            )
            rows.put_profile(profile)

    def post(self, post_id: PostId) -> Post | None:
        """One post, without photos."""
        found = self._look_up(post_id)
        return self._opened(*found) if found else None

    def reading(self, post_id: PostId, now: datetime) -> Reading | None:
        """One reading, with what has not expired of it."""
        if (found := self._look_up(post_id)) is None:
            return None
        row, key = found
        if row.reading is None:
            return None
        return opened_reading(SealedReading(row.reading, row.affect, row.affect_expires_at), key.sealer, row.post, now)

    def recent(self, limit: int) -> list[Post]:
        """The newest posts, newest first, without photos."""
        newest = _COLUMNS.order_by(_POSTS.c.created_at.desc(), _POSTS.c.seq.desc())
        with self._database.reading() as connection:
            return [post for _, _, post in self._first(connection, newest, limit)]

    def readings_of(self, person_id: PersonId, now: datetime) -> list[tuple[Post, Reading]]:
        """A person's posts that were read, newest first, each with its reading as of now."""
        with self._database.reading() as connection:
            return [
                (post, reading)
                for row, key, post in self._of(connection, person_id)
                if (reading := self._reading(connection, row, key, now)) is not None
            ]

    def posts_of(self, person_id: PersonId) -> list[Post]:
        """All that a person posted, newest first, with the photos that were not read yet."""
        with self._database.reading() as connection:
            return [
                replace(post, photos=tuple(self._photos(connection, row.seq, row.post, key)))
                for row, key, post in self._of(connection, person_id)
            ]

    def purge(self, now: datetime) -> int:
        """Delete emotions and stress that have expired; of how many readings."""
        readings = tables.readings
        with self._database.writing() as connection:
            return connection.execute(
                update(readings)
                .where(readings.c.affect_expires_at <= ticks(now))
                .values(affect=None, affect_expires_at=None)
            ).rowcount

    def counts(self) -> tuple[int, int, int]:
        """How many posts, posts waiting, and readings there are."""
        with self._database.reading() as connection:
            posts = connection.execute(select(func.count()).select_from(_POSTS)).scalar_one()
            waiting = connection.execute(select(func.count()).where(_POSTS.c.read_at.is_(None))).scalar_one()
            readings = connection.execute(select(func.count()).select_from(tables.readings)).scalar_one()
        return posts, waiting, readings

    def _added(self, connection: Connection, post: Post, key: PersonKey, now: datetime) -> bool:
        name = self._keyring.fingerprint("post", post.id)
        row = connection.execute(select(_POSTS.c.seq, _POSTS.c.ref).where(_POSTS.c.post == name)).one_or_none()
        if row is not None:
            if self._keyring.of_ref(row.ref) is not None:
                return False
            connection.execute(delete(_POSTS).where(_POSTS.c.seq == row.seq))  # of someone forgotten
        body = key.sealer.seal(_POST.encode(replace(post, photos=())), place("posts", name))
        seq = connection.execute(
            insert(_POSTS)
            .values(post=name, ref=key.ref, created_at=ticks(post.created_at), added_at=ticks(now), body=body)
            .returning(_POSTS.c.seq)
        ).scalar_one()
        for number, photo in enumerate(post.photos):
            sealed = key.sealer.seal(_PHOTO.encode(photo), place("photos", name + bytes((number,))))
            connection.execute(insert(tables.photos).values(seq=seq, number=number, body=sealed))
        return True

    def _look_up(self, post_id: PostId) -> tuple[_Row, PersonKey] | None:
        """A post and its reading, on the hot path."""
        found = self._database.ask(_ONE, self._keyring.fingerprint("post", post_id))
        self._cache.refresh()
        if not found or (key := self._keyring.of_ref(found[0][2])) is None:
            return None
        return _Row(*found[0]), key

    def _find(self, connection: Connection, post_id: PostId) -> tuple[Any, PersonKey] | None:
        row = connection.execute(
            _COLUMNS.where(_POSTS.c.post == self._keyring.fingerprint("post", post_id))
        ).one_or_none()
        if row is None:
            return None
        self._cache.refresh()
        key = self._keyring.of_ref(row.ref)
        return None if key is None else (row, key)

    def _opened(self, row: Any, key: PersonKey) -> Post:
        return _POST.decode(key.sealer.open(row.body, place("posts", row.post)))

    def _photos(self, connection: Connection, seq: int, name: bytes, key: PersonKey) -> Iterator[Photo]:
        photos = tables.photos
        rows = connection.execute(
            select(photos.c.number, photos.c.body).where(photos.c.seq == seq).order_by(photos.c.number)
        )
        for number, body in rows:
            try:
                yield _PHOTO.decode(key.sealer.open(body, place("photos", name + bytes((number,)))))
            except StorageFailed as error:  # an empty one in its place: it is named as unreadable, the others are read
                _log.error("photo %d of post row %d is left out: %s", number, seq, error.message)
                yield Photo(data=b"")

    def _reading(self, connection: Connection, row: Any, key: PersonKey, now: datetime) -> Reading | None:
        readings = tables.readings
        found = connection.execute(
            select(readings.c.body, readings.c.affect, readings.c.affect_expires_at).where(readings.c.seq == row.seq)
        ).one_or_none()
        return None if found is None else opened_reading(SealedReading(*found), key.sealer, row.post, now)

    def _first(
        self, connection: Connection, query: Select[Any, Any, Any, Any], limit: int
    ) -> list[tuple[Any, PersonKey, Post]]:
        """The first rows that open; one that does not is logged by its number and never holds up the others."""
        self._cache.refresh()
        found: list[tuple[Any, PersonKey, Post]] = []
        rows = connection.execution_options(yield_per=max(1, min(limit, 500))).execute(query)
        for row in rows:
            if len(found) >= limit:
                break
            if (key := self._keyring.of_ref(row.ref)) is None:
                continue
            try:
                found.append((row, key, self._opened(row, key)))
            except StorageFailed as error:
                _log.error("post row %d is left out: %s", row.seq, error.message)
        rows.close()
        return found

    def _of(self, connection: Connection, person_id: PersonId) -> list[tuple[Any, PersonKey, Post]]:
        self._cache.refresh()
        if (key := self._keyring.find(person_id)) is None:
            return []
        query = _COLUMNS.where(_POSTS.c.ref == key.ref).order_by(_POSTS.c.created_at.desc(), _POSTS.c.seq.desc())
        return [(row, key, self._opened(row, key)) for row in connection.execute(query)]
