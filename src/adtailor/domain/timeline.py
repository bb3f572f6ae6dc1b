"""A few days of one made-up person, of whom it is known whether they were under stress: to measure states by."""

from dataclasses import dataclass

from adtailor.domain.ids import PersonId
from adtailor.domain.post import Post
from adtailor.domain.wellbeing import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Posts in the order they were written, and the truth about their author."""

    person_id: PersonId
    kind: str
    is_stressed: bool
    """Whether this is an episode of stress; everyone else is to be left as they are."""
    due: State
    """The highest state that would be right."""
    posts: tuple[Post, ...]
