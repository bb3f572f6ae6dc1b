"""What the member's page needs of the house, handed over by assemble."""

from dataclasses import dataclass
from pathlib import Path

from adtailor.console.rooms import Visitor
from adtailor.journeys.corrections import Corrections
from adtailor.journeys.member_sessions import MemberSessions
from adtailor.journeys.own_page import OwnPage
from adtailor.journeys.people import People
from adtailor.ports import Clock, ItemSource


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRooms:
    """Journeys and stores that the member's page draws on."""

    people: People
    own_page: OwnPage
    corrections: Corrections
    sessions: MemberSessions
    source: ItemSource
    clock: Clock
    media: Path | None
    visitors: tuple[Visitor, ...]
    is_demo: bool
    """An invented community: anybody may open anybody's page."""

    def name_of(self, person_id: str) -> str | None:
        """The display name, if this installation knows one."""
        return next((visitor.name for visitor in self.visitors if visitor.person_id == person_id), None)
