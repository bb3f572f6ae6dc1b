"""Tokens with roles in SQLite, by their keyed hash alone.

A password is slow to hash because people choose it, and what people choose can be guessed. A token here is 32 bytes of
the system's randomness: nobody guesses 2^256 of them, however fast the hash, so a slow one (argon2) would only slow
down every request. BLAKE2b (RFC 7693), keyed by a secret of the key file, makes the stored hash useless to whoever has
a backup, and costs about a microsecond.
"""

import base64
import hashlib
import threading
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import insert, select, update

from adtailor.domain.access import AccessToken
from adtailor.domain.audit import Author
from adtailor.errors import UnknownId
from adtailor.storage import tables
from adtailor.storage.audit import noted
from adtailor.storage.codec import Codec
from adtailor.storage.database import Database

PREFIX = "adt_"
"""Told apart by those who search for secrets left lying about."""
_BYTES = 32
_TOKENS = tables.access_tokens
_BODY = Codec(AccessToken)


class SqliteTokens:
    """`ports.TokenStore` in one file."""

    def __init__(self, database: Database, *, secret: bytes, random_bytes: Callable[[int], bytes]) -> None:
        self._database = database
        self._secret = secret
        self._random_bytes = random_bytes
        self._lock = threading.Lock()
        self._known: dict[bytes, AccessToken] = {}
        self._commits = -1

    def create(self, token: AccessToken, author: Author) -> str:
        """Keep what a new token may do; the token."""
        secret = PREFIX + base64.urlsafe_b64encode(self._random_bytes(_BYTES)).rstrip(b"=").decode()
        with self._database.writing() as connection:
            values = {"id": token.id, "hash": self._hash(secret), "body": _BODY.encode(token)}
            connection.execute(insert(_TOKENS).values(**values))
            whose = {"organization": token.organization_id, "site": token.site_id}
            told = {"label": token.label, "role": token.role, **{k: v for k, v in whose.items() if v is not None}}
            noted(connection, author, "created", [("tokens", token.id, {}, told)])
        return secret

    def find(self, token: str) -> AccessToken | None:
        """What a token may do, whether it is still good or not."""
        hashed, commits = self._hash(token), self._database.commits()
        with self._lock:
            if commits != self._commits:
                self._known, self._commits = {}, commits
            if hashed in self._known:
                return self._known[hashed]
        found = self._database.ask("SELECT body FROM access_tokens WHERE hash = ?", hashed)
        kept = _BODY.decode(found[0][0]) if found else None
        if kept is not None:  # guesses fill no memory
            with self._lock:
                if commits == self._commits:
                    self._known[hashed] = kept
        return kept

    def tokens(self) -> list[AccessToken]:
        """All of them, oldest first."""
        with self._database.reading() as connection:
            found = [_BODY.decode(body) for body in connection.execute(select(_TOKENS.c.body)).scalars()]
        return sorted(found, key=lambda token: (token.created_at, token.id))

    def revoke(self, token_id: str, author: Author) -> AccessToken:
        """Good no longer, from the next request on; UnknownId."""
        with self._database.writing() as connection:
            here = _TOKENS.c.id == token_id
            body = connection.execute(select(_TOKENS.c.body).where(here)).scalar_one_or_none()
            if body is None:
                raise UnknownId(
                    f"there is no token {token_id!r}", hint="adtailor token list shows their ids", field="ID"
                )
            token = _BODY.decode(body)
            if token.revoked_at is None:
                token = replace(token, revoked_at=author.at)
                connection.execute(update(_TOKENS).where(here).values(body=_BODY.encode(token)))
                noted(connection, author, "revoked", [("tokens", token_id, {}, {})])
        return token

    def _hash(self, token: str) -> bytes:
        return hashlib.blake2b(token.encode(), key=self._secret, digest_size=32, person=b"adtailor token").digest()
