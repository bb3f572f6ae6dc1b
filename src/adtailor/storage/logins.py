"""Users and their sessions in SQLite. Of a session only a keyed hash is kept, as of a token (see `access`)."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from adtailor.domain.audit import Author
from adtailor.domain.login import Session, User
from adtailor.errors import InvalidInput, UnknownId
from adtailor.storage import tables
from adtailor.storage.audit import noted
from adtailor.storage.codec import Codec
from adtailor.storage.database import Database
from adtailor.storage.moments import moment, ticks

_BYTES = 32
_USERS, _SESSIONS = tables.users, tables.sessions
_BODY = Codec(User)


class SqliteLogins:
    """`ports.LoginStore` in one file."""

    def __init__(self, database: Database, *, secret: bytes, random_bytes: Callable[[int], bytes]) -> None:
        self._database = database
        self._secret = secret
        self._random_bytes = random_bytes

    def add(self, user: User, password_hash: str, author: Author) -> None:
        """One more user; InvalidInput if there is one of that name."""
        with self._database.writing() as connection:
            if connection.execute(select(_USERS.c.name).where(_USERS.c.name == user.name)).first() is not None:
                raise InvalidInput(
                    f"there is a user {user.name!r} already", hint="adtailor user password changes theirs", field="name"
                )
            connection.execute(insert(_USERS).values(name=user.name, password=password_hash, body=_BODY.encode(user)))
            told = {"role": user.role, **({"organization": user.organization_id} if user.organization_id else {})}
            noted(connection, author, "created", [("users", user.name, {}, told)])

    def find(self, name: str) -> tuple[User, str] | None:
        """A user, and the hash of their password."""
        found = self._database.ask("SELECT body, password FROM users WHERE name = ?", name)
        return (_BODY.decode(found[0][0]), str(found[0][1])) if found else None

    def users(self) -> list[User]:
        """All of them, by name."""
        return [_BODY.decode(row[0]) for row in self._database.ask("SELECT body FROM users ORDER BY name")]

    def set_password(self, name: str, password_hash: str, author: Author, *, keep: str | None = None) -> None:
        """Another password; every session of theirs ends but the one to `keep`. UnknownId."""
        with self._database.writing() as connection:
            user = replace(self._known(name), password_at=author.at)
            here = _USERS.c.name == name
            connection.execute(update(_USERS).where(here).values(password=password_hash, body=_BODY.encode(user)))
            connection.execute(
                delete(_SESSIONS).where(_SESSIONS.c.user == name, *(() if keep is None else (_SESSIONS.c.id != keep,)))
            )
            noted(connection, author, "changed", [("users", name, {}, {"note": "another password"})])

    def rehash(self, name: str, password_hash: str) -> None:
        """The same password under newer parameters."""
        with self._database.writing() as connection:
            connection.execute(update(_USERS).where(_USERS.c.name == name).values(password=password_hash))

    def remove(self, name: str, author: Author) -> None:
        """A user goes, and their sessions end; UnknownId."""
        with self._database.writing() as connection:
            self._known(name)
            connection.execute(delete(_SESSIONS).where(_SESSIONS.c.user == name))
            connection.execute(delete(_USERS).where(_USERS.c.name == name))
            noted(connection, author, "removed", [("users", name, {}, {})])

    def open(self, session: Session) -> str:
        """Keep a session; its secret."""
        secret = base64.urlsafe_b64encode(self._random_bytes(_BYTES)).rstrip(b"=").decode()
        with self._database.writing() as connection:
            connection.execute(
                insert(_SESSIONS).values(
                    id=session.id,
                    hash=self._hash(secret),
                    user=session.user,
                    created_at=ticks(session.created_at),
                    seen_at=ticks(session.seen_at),
                    expires_at=ticks(session.expires_at),
                )
            )
        return secret

    def session(self, secret: str) -> tuple[Session, User] | None:
        """The session of a secret, ended or not, and whose it is."""
        found = self._database.ask(
            "SELECT s.id, s.user, s.created_at, s.seen_at, s.expires_at, u.body FROM sessions s "
            "JOIN users u ON u.name = s.user WHERE s.hash = ?",
            self._hash(secret),
        )
        return (_session(found[0][:5]), _BODY.decode(found[0][5])) if found else None

    def sessions(self, user: str | None = None) -> list[Session]:
        """Those of a user, or all, the last seen first."""
        found = self._database.ask(
            "SELECT id, user, created_at, seen_at, expires_at FROM sessions "
            "WHERE ?1 IS NULL OR user = ?1 ORDER BY seen_at DESC, id",
            user,
        )
        return [_session(row) for row in found]

    def seen(self, session_id: str, now: datetime) -> None:
        """It was used."""
        with self._database.writing() as connection:
            connection.execute(update(_SESSIONS).where(_SESSIONS.c.id == session_id).values(seen_at=ticks(now)))

    def end(self, session_id: str, *, user: str | None = None) -> bool:
        """End a session, of this user alone if one is named; whether there was one."""
        with self._database.writing() as connection:
            whose = () if user is None else (_SESSIONS.c.user == user,)
            return connection.execute(delete(_SESSIONS).where(_SESSIONS.c.id == session_id, *whose)).rowcount > 0

    def end_all(self, user: str) -> int:
        """End every session of a user; how many."""
        with self._database.writing() as connection:
            return connection.execute(delete(_SESSIONS).where(_SESSIONS.c.user == user)).rowcount

    def purge(self, now: datetime) -> int:
        """Delete what has expired; how many."""
        with self._database.writing() as connection:
            return connection.execute(delete(_SESSIONS).where(_SESSIONS.c.expires_at <= ticks(now))).rowcount

    def _known(self, name: str) -> User:
        found = self.find(name)
        if found is None:
            raise UnknownId(f"there is no user {name!r}", hint="adtailor user list shows them", field="NAME")
        return found[0]

    def _hash(self, secret: str) -> bytes:
        return hashlib.blake2b(
            secret.encode(), key=self._secret, digest_size=32, person=b"adtailor session"[:16]
        ).digest()


def _session(row: tuple[object, ...]) -> Session:
    session_id, user, created, seen, expires = row
    return Session(
        id=str(session_id),
        user=str(user),
        created_at=moment(int(str(created))),
        seen_at=moment(int(str(seen))),
        expires_at=moment(int(str(expires))),
    )
