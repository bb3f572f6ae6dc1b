"""How a member reaches their own page: a link that their site asks for opens it once, a session keeps it open.

Both are sealed, so that no id of a person stands in an address or a cookie in the clear, and both expire by themselves.
Their random ids are remembered once they are used up: a link when it was followed, a session when it was closed.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adtailor.domain.ids import PersonId
from adtailor.errors import TokenRefused
from adtailor.ports import SpentStore

LINK_LASTS = timedelta(minutes=5)
SESSION_LASTS = timedelta(hours=1)
_NONCE = 12
_ID = 16
_MOST = 1_000
_What = Literal["link", "session"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLink:
    """What the site sends its member to, within a few minutes and once."""

    ticket: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSession:
    """Whose page is open, and until when."""

    secret: bytes
    """Known to nobody but this session: it stands in the sealed cookie alone, so tokens for forms are made of it."""
    person_id: PersonId
    expires_at: datetime
    zone: str
    language: str | None
    """What the site said they speak; their own choice goes before it."""


class _Claim(msgspec.Struct, array_like=True, frozen=True):
    id: bytes
    person_id: str
    expires: int
    zone: str
    language: str | None


class MemberSessions:
    """Makes links, opens and closes sessions with the installation's keys, which may rotate."""

    def __init__(
        self, keys: Mapping[int, bytes], current: int, *, spent: SpentStore, random_bytes: Callable[[int], bytes]
    ) -> None:
        self._boxes = {
            key_id: AESGCM(hmac.digest(key, b"adtailor member page", sha256)) for key_id, key in keys.items()
        }
        self._current = current
        self._spent = spent
        self._random_bytes = random_bytes

    def link(self, person_id: PersonId, *, now: datetime, zone: str = "UTC", language: str | None = None) -> MemberLink:
        """A link for somebody whom the site has recognised."""
        until = now + LINK_LASTS
        return MemberLink(ticket=self._sealed("link", self._claim(person_id, until, zone, language)), expires_at=until)

    def enter(self, ticket: str, *, now: datetime) -> str:
        """The cookie of a session, for a link; TokenRefused for one that is forged, too old, or was used before."""
        claim = self._opened("link", ticket)
        until = datetime.fromtimestamp(claim.expires, UTC)
        if now >= until or not self._spent.spend(claim.id, until=until):
            raise TokenRefused("this link was used, or is too old", hint="open the page again from your account")
        return self.begin(PersonId(claim.person_id), now=now, zone=claim.zone, language=claim.language)

    def begin(self, person_id: PersonId, *, now: datetime, zone: str, language: str | None) -> str:
        """The cookie of a new session of somebody who is recognised already."""
        return self._sealed("session", self._claim(person_id, now + SESSION_LASTS, zone, language))

    def session(self, cookie: str | None, *, now: datetime) -> MemberSession | None:
        """Whose session a cookie is; None for none, one that is over, or that was closed."""
        if not cookie:
            return None
        try:
            claim = self._opened("session", cookie)
        except TokenRefused:
            return None
        expires_at = datetime.fromtimestamp(claim.expires, UTC)
        if now >= expires_at or self._spent.is_spent(claim.id):
            return None
        return MemberSession(
            secret=claim.id,
            person_id=PersonId(claim.person_id),
            expires_at=expires_at,
            zone=claim.zone,
            language=claim.language,
        )

    def close(self, session: MemberSession) -> None:
        """The session ends everywhere, whoever has its cookie."""
        self._spent.spend(session.secret, until=session.expires_at)

    def _claim(self, person_id: PersonId, until: datetime, zone: str, language: str | None) -> _Claim:
        return _Claim(
            id=self._random_bytes(_ID),
            person_id=person_id,
            expires=int(until.timestamp()),
            zone=zone,
            language=language,
        )

    def _sealed(self, what: _What, claim: _Claim) -> str:
        head, nonce = bytes((self._current,)), self._random_bytes(_NONCE)
        sealed = self._boxes[self._current].encrypt(nonce, msgspec.msgpack.encode(claim), _purpose(what, head))
        return urlsafe_b64encode(head + nonce + sealed).rstrip(b"=").decode("ascii")

    def _opened(self, what: _What, text: str) -> _Claim:
        raw = _bytes(text)
        head, nonce, sealed = raw[:1], raw[1 : 1 + _NONCE], raw[1 + _NONCE :]
        box = self._boxes.get(head[0]) if head else None
        try:
            if box is None:
                raise _refused()
            return msgspec.msgpack.decode(box.decrypt(nonce, sealed, _purpose(what, head)), type=_Claim)
        except (InvalidTag, ValueError):
            raise _refused() from None


def _purpose(what: _What, head: bytes) -> bytes:
    return b"adtailor member " + what.encode() + head


def _bytes(text: str) -> bytes:
    if not (text.isascii() and len(text) <= _MOST):
        raise _refused()
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise _refused() from None


def _refused() -> TokenRefused:
    return TokenRefused("this was not made here, or was changed", hint="open the page again from your account")
