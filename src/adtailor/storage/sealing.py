"""Sealing: AES-256-GCM under a key of one's own, bound to the place where the bytes lie."""

from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from adtailor.errors import StorageFailed

NONCE = 12
TAG = 16
KEY = 32
RandomBytes = Callable[[int], bytes]
"""So many bytes that nobody can foresee, as `os.urandom`."""


class Sealer:
    """One key: nonce (12 random bytes), ciphertext, tag (16 bytes). Random nonces are safe below 2^32 seals a key.

    >>> import os
    >>> sealer = Sealer(bytes(32), os.urandom)
    >>> sealer.open(sealer.seal(b"calm", b"people:1"), b"people:1")
    b'calm'
    """

    __slots__ = ("_cipher", "_random_bytes")

    def __init__(self, key: bytes, random_bytes: RandomBytes) -> None:
        self._cipher = AESGCM(key)
        self._random_bytes = random_bytes

    def seal(self, clear: bytes, place: bytes) -> bytes:
        """`clear`, readable only with this key, and only at this place."""
        nonce = self._random_bytes(NONCE)
        return nonce + self._cipher.encrypt(nonce, clear, place)

    def open(self, sealed: bytes, place: bytes) -> bytes:
        """What was sealed here; StorageFailed when it was changed, moved, or sealed with another key."""
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], place)
        except (InvalidTag, ValueError):
            table = place.partition(b":")[0].decode("ascii", "replace")
            raise StorageFailed(
                f"a sealed row of {table} is damaged or was moved", hint="restore a backup of the data folder"
            ) from None


def place(table: str, row: bytes) -> bytes:
    """Names a row, so that a sealed value cannot be moved to another."""
    return table.encode("ascii") + b":" + row
