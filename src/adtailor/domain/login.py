"""People who log in to the console: who they are, and how long they stay."""

import re
from dataclasses import dataclass
from datetime import datetime

from adtailor.domain.access import Caller, Role
from adtailor.domain.checks import aware_utc, checked_id
from adtailor.domain.ids import OrganizationId
from adtailor.errors import InvalidInput

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 256
ROLES_OF_PEOPLE: tuple[Role, ...] = ("owner", "advertiser", "analyst")
"""A site is no person: it has a token."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """What is kept of somebody who logs in: never their password."""

    name: str
    role: Role
    organization_id: OrganizationId | None = None
    created_at: datetime
    password_at: datetime
    """When they last chose a password."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InvalidInput(
                f"{self.name[:64]!r} is no name to log in with",
                hint="1 to 64 of a-z, 0-9 and . _ @ -, beginning with a letter or digit",
                field="name",
            )
        if self.role not in ROLES_OF_PEOPLE:
            raise InvalidInput(
                f"nobody logs in as {self.role}", hint=f"one of {', '.join(ROLES_OF_PEOPLE)}", field="role"
            )
        if (self.role == "advertiser") > (self.organization_id is not None):
            raise InvalidInput(
                "an advertiser of no organization", hint="say whose: --organization", field="organization"
            )
        if self.role == "owner" and self.organization_id is not None:
            raise InvalidInput("an owner with an organization", hint="leave it out", field="organization")
        for name in ("created_at", "password_at"):
            object.__setattr__(self, name, aware_utc(getattr(self, name), name))

    @property
    def caller(self) -> Caller:
        """What they may see and do."""
        return Caller(role=self.role, name=self.name, organization_id=self.organization_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is logged in, in one browser; `id` is for lists, the secret is in the cookie alone."""

    id: str
    user: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    """At the latest, however busy it is."""

    def __post_init__(self) -> None:
        checked_id(self.id, "id")
        for name in ("created_at", "seen_at", "expires_at"):
            object.__setattr__(self, name, aware_utc(getattr(self, name), name))


def checked_password(password: str, name: str) -> str:
    """A password somebody may choose: long, and not what everybody would try first (NIST SP 800-63B, 3.1.1)."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInput(
            f"a password of {len(password)} characters",
            hint=f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD}; a few words in a row are easy to keep",
            field="password",
        )
    folded = password.casefold()
    if len(set(folded)) < 5 or folded in _EVERYBODYS or (name.casefold() in folded and len(folded) < len(name) + 6):
        raise InvalidInput("a password that is guessed first", hint="choose another", field="password")
    return password


_EVERYBODYS = frozenset(
    {"password1234", "passwordpassword", "123456789012", "qwertyuiopas", "administrator", "adtailoradtailor"}
)
