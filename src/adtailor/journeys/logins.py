"""Somebody logs in, stays for a while, changes their password, and leaves."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from adtailor.domain.audit import Author
from adtailor.domain.ids import uuid7
from adtailor.domain.login import LONGEST_PASSWORD, Session, User, checked_password
from adtailor.errors import NotAllowed, TooManyRequests
from adtailor.journeys.allowance import Allowance, Rate
from adtailor.ports import LoginStore, Passwords

QUARTER = 900.0
TRIES = Rate(per_second=5 / QUARTER, burst=5)
"""Of one name from one network: five, then one each three minutes."""
TRIES_OF_NETWORK = Rate(per_second=40 / QUARTER, burst=40)
TRIES_OF_NAME = Rate(per_second=100 / QUARTER, burst=100)
"""From everywhere together: a guess a second at most, and an owner is not locked out by a few strangers."""
SEEN_EVERY = timedelta(minutes=1)
"""A session's last use is written down no more often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """How long a session lasts: in all, and without being used."""

    most: timedelta = timedelta(hours=12)
    idle: timedelta = timedelta(hours=1)


class Logins:
    """The door of the console. Whatever is wrong with a name or a password, the answer and its time are the same."""

    def __init__(self, store: LoginStore, passwords: Passwords, *, stay: Stay | None = None) -> None:
        self._store = store
        self._passwords = passwords
        self._stay = stay or Stay()
        self._of_both = Allowance(TRIES)
        self._of_network = Allowance(TRIES_OF_NETWORK)
        self._of_name = Allowance(TRIES_OF_NAME)

    @property
    def stay(self) -> Stay:
        """How long a session lasts."""
        return self._stay

    def anybody(self) -> bool:
        """Whether there is someone who could log in."""
        return bool(self._store.users())

    def log_in(self, name: str, password: str, *, network: str, now: datetime, before: str | None = None) -> str:
        """The secret of a new session; the one `before`, if this browser has one, ends.

        Raises NotAllowed for a wrong name or password, TooManyRequests after too many of them.
        """
        name, at = name.strip().lower()[:64], now.timestamp()
        tries = ((self._of_both, (name, network)), (self._of_network, network), (self._of_name, name))
        wait = max(allowance.take(key, at) for allowance, key in tries)
        if wait > 0:
            raise TooManyRequests(
                "too many tries", hint=f"wait {_said(wait)}, then try again", seconds=wait, field="password"
            )
        found = self._store.find(name)
        matches = self._passwords.matches(found[1] if found else None, password[: LONGEST_PASSWORD + 1])
        if found is None or not matches:
            raise NotAllowed("that is no name and password we know", hint="look at both again", field="password")
        for allowance, key in tries:
            allowance.give_back(key)
        if self._passwords.is_outdated(found[1]):
            self._store.rehash(name, self._passwords.hashed(password))
        if before is not None:
            self.log_out(before)
        return self._opened(name, now)

    def find(self, secret: str, now: datetime) -> tuple[Session, User] | None:
        """Who holds it, unless it has ended; it counts as used."""
        found = self._store.session(secret)
        if found is None:
            return None
        session, _ = found
        if now >= session.expires_at or now - session.seen_at >= self._stay.idle:
            self._store.end(session.id)
            return None
        if now - session.seen_at >= SEEN_EVERY:
            self._store.seen(session.id, now)
        return found

    def log_out(self, secret: str) -> None:
        """End it, if it is one."""
        if (found := self._store.session(secret)) is not None:
            self._store.end(found[0].id)

    def change_password(self, user: User, old: str, new: str, *, network: str, author: Author) -> str:
        """Another password; every session of theirs ends, and a new one begins: its secret."""
        at = author.at.timestamp()
        if (wait := self._of_both.take((user.name, network), at)) > 0:
            raise TooManyRequests("too many tries", hint=f"wait {_said(wait)}, then try again", seconds=wait)
        found = self._store.find(user.name)
        if found is None or not self._passwords.matches(found[1], old[: LONGEST_PASSWORD + 1]):
            raise NotAllowed("that is not your password", hint="look at it again", field="old")
        self._of_both.give_back((user.name, network))
        self._store.set_password(user.name, self._passwords.hashed(checked_password(new, user.name)), author)
        return self._opened(user.name, author.at)

    def sessions(self, user: str | None) -> list[Session]:
        """Those of a user, or of all."""
        return self._store.sessions(user)

    def users(self) -> list[User]:
        """Everybody who may log in."""
        return self._store.users()

    def end(self, session_id: str, *, user: str | None) -> bool:
        """End a session, of one's own or, for an owner (None), anybody's."""
        return self._store.end(session_id, user=user)

    def _opened(self, name: str, now: datetime) -> str:
        random = Random(secrets.randbits(128))  # noqa: S311 - of an id for lists; the secret is the store's
        return self._store.open(
            Session(id=uuid7(now, random), user=name, created_at=now, seen_at=now, expires_at=now + self._stay.most)
        )


def _said(seconds: float) -> str:
    return f"{max(1, round(seconds))} seconds" if seconds < 90 else f"{round(seconds / 60)} minutes"
