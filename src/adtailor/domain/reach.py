"""How many people a profile targeting reaches, no more exactly than anybody has to know it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

from adtailor.domain.buying import AdSet
from adtailor.domain.ids import SegmentId, TopicId

LEAST_PEOPLE = 50
"""k, unless it is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileTargeting:
    """What of an ad set's targeting depends on the viewer's profile: what it asks for, and what it excludes."""

    interests: frozenset[TopicId] = frozenset()
    look: frozenset[str] = frozenset()
    segments: frozenset[SegmentId] = frozenset()
    no_interests: frozenset[TopicId] = frozenset()
    no_look: frozenset[str] = frozenset()
    no_segments: frozenset[SegmentId] = frozenset()

    @property
    def key(self) -> str:
        """A hash of what is asked: two ad sets that ask for the same people share one, and one count.

        >>> ProfileTargeting(look=frozenset({"a", "b"})).key == ProfileTargeting(look=frozenset({"b", "a"})).key
        True
        """
        parts: tuple[Iterable[str], ...] = (
            self.interests,
            self.look,
            self.segments,
            self.no_interests,
            self.no_look,
            self.no_segments,
        )
        told = "\1".join("\0".join(sorted(part)) for part in parts)
        return blake2b(told.encode(), digest_size=16).hexdigest()


def profile_targeting(adset: AdSet) -> ProfileTargeting | None:
    """What an ad set asks of profiles; None for one that goes by the page alone.

    One that only excludes is none either: it stands before everybody who is not known.
    """
    asks, excludes = adset.targeting, adset.exclusions
    if not asks.is_personal:
        return None
    return ProfileTargeting(
        interests=asks.interests,
        look=asks.look,
        segments=asks.segments,
        no_interests=excludes.interests,
        no_look=excludes.look,
        no_segments=excludes.segments,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What was counted of one profile targeting, on one day of UTC."""

    key: str
    people: int
    """Rounded down to k and whole fifths of k more or less: to tens, where k is 50."""
    serves: bool
    counted_on: date


def reached(key: str, people: int, *, before: Reached | None, day: date, least: int = LEAST_PEOPLE) -> Reached:
    """A day's count: it begins to serve at a fifth above k, and ends below k, so that one person moves nothing.

    >>> day = date(2026, 11, 26)
    >>> few = reached("t", 59, before=None, day=day)
    >>> few.people, few.serves
    (50, False)
    >>> enough = reached("t", 60, before=few, day=day)
    >>> [reached("t", n, before=enough, day=day).serves for n in (60, 59, 50, 49)]
    [True, True, True, False]
    """
    step = max(1, least // 5)
    rounded = max(0, people - (people - least) % step)
    is_on = before is not None and before.serves
    serves = rounded >= (least if is_on else least + least // 5)
    return Reached(key=key, people=rounded, serves=serves, counted_on=day)
