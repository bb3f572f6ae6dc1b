"""Who may ask for what: roles, the tokens that carry them, and the border between organizations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from adtailor.domain.checks import aware_utc, checked_id
from adtailor.domain.ids import OrganizationId, SiteId
from adtailor.errors import InvalidInput

Role = Literal["owner", "advertiser", "analyst", "site"]
ROLES: tuple[Role, ...] = get_args(Role)
LONGEST_LABEL = 100
ROLE_WORDS: Mapping[Role, str] = {
    "owner": "everything",
    "advertiser": "the buying side of its organization, and its reports",
    "analyst": "reads only: of its organization, or of all",
    "site": "decisions, posts, people and events of its site",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks. An owner and an analyst without an organization see all organizations."""

    role: Role
    name: str = "owner"
    organization_id: OrganizationId | None = None
    site_id: SiteId | None = None
    session_id: str | None = field(default=None, repr=False)
    """Of somebody who is logged in."""

    @property
    def sees_all(self) -> bool:
        """Whether no organization is hidden from it."""
        return self.role == "owner" or (self.role == "analyst" and self.organization_id is None)

    def sees(self, organization_id: OrganizationId | None) -> bool:
        """Whether what belongs to this organization (None for what belongs to none) may be shown to it."""
        return self.sees_all or (organization_id is not None and organization_id == self.organization_id)


OWNER = Caller(role="owner")
PARTNER = Caller(role="site", name="a partner's page")
"""A page of another site that the operator named, at the one door that is open to it."""
SESSION_COOKIE = "adtailor_session"
"""What a browser that logged in sends. It opens pages, and nothing of the API."""
MAY_SEE = "adtailor.roles"
"""Under which a page says whom it is for: a set of roles; the owner alone where it says nothing."""
CALLER = "adtailor.caller"
"""Where the gate leaves word of who asks, in the scope of a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """What is kept of a token: never the token."""

    id: str
    label: str
    role: Role
    organization_id: OrganizationId | None = None
    site_id: SiteId | None = None
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def __post_init__(self) -> None:
        checked_id(self.id, "id")
        if not 1 <= len(self.label) <= LONGEST_LABEL:
            raise InvalidInput(
                f"a label of {len(self.label)} characters", hint=f"1 to {LONGEST_LABEL} of them", field="label"
            )
        if (self.role == "advertiser") > (self.organization_id is not None):
            raise InvalidInput(
                "a token for an advertiser, of no organization", hint="say whose: --organization", field="organization"
            )
        if self.role in {"owner", "site"} and self.organization_id is not None:
            raise InvalidInput(
                f"a token of role {self.role} with an organization",
                hint="only advertiser and analyst have one",
                field="organization",
            )
        if (self.role == "site") != (self.site_id is not None):
            raise InvalidInput(
                f"a token of role {self.role} {'without' if self.site_id is None else 'with'} a site",
                hint="--site goes with --role site, and only with it",
                field="site",
            )
        for name in ("created_at", "expires_at", "revoked_at"):
            if (value := getattr(self, name)) is not None:
                object.__setattr__(self, name, aware_utc(value, name))

    def opens(self, now: datetime) -> bool:
        """Whether it is good now."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    @property
    def caller(self) -> Caller:
        """Whoever holds it."""
        return Caller(
            role=self.role,
            name=f"{self.label} ({self.id})",
            organization_id=self.organization_id,
            site_id=self.site_id,
        )
