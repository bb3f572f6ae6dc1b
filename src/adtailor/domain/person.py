"""A person's consents, age group and declared mood: what they say about themselves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from adtailor.domain.ids import PersonId
from adtailor.errors import InvalidInput

Age = Literal["adult", "minor", "unknown"]
Mood = Literal["joy", "excitement", "amusement", "curiosity", "calm"]
"""What ads may respond to. A low mood has no name here: nothing tailors to it."""


ConsentName = Literal["interests", "look", "affect", "wellbeing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """Four independent yeses, all no until given."""

    interests: bool = False
    look: bool = False
    affect: bool = False
    wellbeing: bool = False

    def narrowed(self, by: "Consents") -> "Consents":
        """Only what both allow: a request may take consent away, never add it.

        >>> Consents(look=True, affect=True).narrowed(Consents(look=True, wellbeing=True))
        Consents(interests=False, look=True, affect=False, wellbeing=False)
        """
        return Consents(
            interests=self.interests and by.interests,
            look=self.look and by.look,
            affect=self.affect and by.affect,
            wellbeing=self.wellbeing and by.wellbeing,
        )


LIMITS = (15, 30, 45, 60, 90, 120, 180)
"""Minutes a day that somebody may set as their own limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestChoice:
    """Rest as somebody sets it themselves: by the clock, with nothing inferred, so it needs no consent and no age."""

    until: datetime | None = None
    """A break they take now: no ads and no cards until then."""
    daily_minutes: int | None = None
    """After so long on a day no more ads, and one card that says so."""

    def __post_init__(self) -> None:
        if self.daily_minutes is not None and self.daily_minutes not in LIMITS:
            raise InvalidInput(
                f"a limit of {self.daily_minutes} minutes",
                hint=f"one of {', '.join(map(str, LIMITS))}, or none",
                field="daily_minutes",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is on file about one person's own choices; `version` guards against lost updates."""

    person_id: PersonId
    consents: Consents = Consents()
    objected: bool = False
    """An objection to profiling: stays until the person lifts it, and outweighs every consent."""
    country: str | None = None
    """Declared, ISO 3166-1 alpha-2; it selects the helpline. Never taken from an address."""
    age: Age = "unknown"
    """As the site knows it: a minor's posts are never read for feelings or clothes."""
    language: str | None = None
    """Of their own page, where they chose one."""
    rest: RestChoice = RestChoice()
    version: int = 0


def known_age(on_file: Age, in_request: Age) -> Age:
    """The more careful of what is on file and what the request says; unknown gives way to known.

    >>> known_age("adult", "minor"), known_age("adult", "unknown"), known_age("unknown", "unknown")
    ('minor', 'adult', 'unknown')
    """
    if "minor" in (on_file, in_request):
        return "minor"
    return "adult" if "adult" in (on_file, in_request) else "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredMood:
    """A mood someone states themselves; it overrides an inferred one until it lapses."""

    mood: Mood | None
    declared_at: datetime
