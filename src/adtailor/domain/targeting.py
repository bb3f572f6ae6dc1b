"""Where an ad may stand, and where it may not. There is no field for a mood, and none can be added."""

import math
import re
from dataclasses import dataclass, fields
from typing import Literal, get_args

from adtailor.domain.distress import names_distress
from adtailor.domain.ids import SegmentId, TopicId
from adtailor.errors import InvalidInput

Device = Literal["mobile", "tablet", "desktop"]
PageTone = Literal["playful", "sarcastic", "warm", "calm", "energetic", "serious"]
"""How the content beside an ad may sound. An unpleasant page is `serious`: no feeling of its author is named."""
PAGE_TONES: tuple[PageTone, ...] = get_args(PageTone)
MOST_CIRCLES = 100
_HALF_AROUND = 20_040.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """Everywhere within `km` kilometres of a point, given in degrees."""

    lat: float
    lon: float
    km: float

    def __post_init__(self) -> None:
        for name, least, most in (("lat", -90.0, 90.0), ("lon", -180.0, 180.0), ("km", 0.0, _HALF_AROUND)):
            value = getattr(self, name)
            if not (math.isfinite(value) and least <= value <= most):
                raise InvalidInput(f"{value} is no {name}", hint=f"from {least:g} to {most:g}", field=f"circles.{name}")
        if self.km == 0.0:
            raise InvalidInput("a circle of 0 km holds nowhere", hint="a radius in kilometres", field="circles.km")


@dataclass(frozen=True, slots=True, kw_only=True)
class Targeting:
    """Values of pages and viewers; an empty set says nothing.

    As what an ad set asks for, each set that is not empty has to be met by one of its values, except that places
    (country, region, circle) are met together by one of theirs. As what it excludes, one value met is enough.
    """

    countries: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    """ISO 3166-2, as `DE-BE`."""
    circles: tuple[Circle, ...] = ()
    languages: frozenset[str] = frozenset()
    devices: frozenset[Device] = frozenset()
    keywords: frozenset[str] = frozenset()
    """Words of the page, lower case; of several words, all next to each other."""
    topics: frozenset[TopicId] = frozenset()
    """Topics of the page, their sub-topics included."""
    tones: frozenset[PageTone] = frozenset()
    """How the page sounds."""
    interests: frozenset[TopicId] = frozenset()
    look: frozenset[str] = frozenset()
    """Traits of clothes, as `garment:shoes`, `colour:navy`, `style:casual`, `price:mid`."""
    segments: frozenset[SegmentId] = frozenset()
    """Groups of people that the site itself keeps, as its members or subscribers."""

    def __post_init__(self) -> None:
        if len(self.circles) > MOST_CIRCLES:
            raise InvalidInput(f"{len(self.circles)} circles", hint=f"at most {MOST_CIRCLES}", field="circles")
        for word in self.keywords:
            if not word.strip() or word != " ".join(word.casefold().split()):
                raise InvalidInput(
                    f"{word!r} is no keyword",
                    hint="lower case, single spaces, as 'trail running'",
                    field="keywords",
                )
            if names_distress(word):
                raise InvalidInput(
                    f"{word!r} names how somebody suffers",
                    hint="no ad is found by it: ask for a subject, or for topics of the page",
                    field="keywords",
                )
        for segment in self.segments:
            if names_distress(" ".join(re.split(r"[._:-]+", segment.casefold()))):
                raise InvalidInput(
                    f"{segment!r} names how somebody suffers",
                    hint="nobody is found by it: name the group for what its members have in common otherwise",
                    field="segments",
                )

    @property
    def is_personal(self) -> bool:
        """Whether it goes by people's profile."""
        return bool(self.interests or self.look or self.segments)

    @property
    def says_something(self) -> bool:
        """Whether any set has a value."""
        return any(getattr(self, field.name) for field in fields(self))
