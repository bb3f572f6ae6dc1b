"""Passwords, hashed with Argon2id: slow and wide on purpose, for what people choose can be guessed.

Parameters: the second choice of RFC 9106, section 4 (64 MiB, three passes), with one lane, for the machine is small.
Two at a time: a crowd at the door must not take the memory that decisions need.
"""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

AT_ONCE = 2


class Argon2Passwords:
    """`ports.Passwords`."""

    def __init__(self, *, passes: int = 3, kibibytes: int = 65_536) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=kibibytes, parallelism=1)
        self._door = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._nobodys: str | None = None

    def hashed(self, password: str) -> str:
        """What is kept: the salt and the parameters stand in it."""
        with self._door:
            return self._hasher.hash(password)

    def matches(self, kept: str | None, password: str) -> bool:
        """Whether it is the password; for somebody who does not exist (None) it takes as long to say no."""
        known = kept if kept is not None else self._of_nobody()
        with self._door:
            try:
                self._hasher.verify(known, password)
            except (VerifyMismatchError, VerificationError, InvalidHashError):
                return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether it was hashed with other parameters than now."""
        return self._hasher.check_needs_rehash(kept)

    def _of_nobody(self) -> str:
        with self._lock:
            if self._nobodys is None:
                self._nobodys = self._hasher.hash("nobody's password, never accepted")
        return self._nobodys
