"""What is on file about one person: their choices, profile and well-being memory, as of one moment."""

from dataclasses import dataclass

from adtailor.domain.person import Person
from adtailor.domain.profile import Profile
from adtailor.domain.wellbeing import WellbeingMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All three as they stood together."""

    person: Person
    profile: Profile | None = None
    memory: WellbeingMemory | None = None
    is_profile_lost: bool = False
    """A profile is stored and cannot be read: what they muted, hid and switched off is not known."""
