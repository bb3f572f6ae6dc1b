"""What is kept about a person, by consent, fading."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from adtailor.domain.ids import AdId, AdvertiserId, PersonId, SegmentId, TopicId
from adtailor.domain.person import DeclaredMood
from adtailor.domain.signals import Signal


@dataclass(frozen=True, slots=True, kw_only=True)
class Fading:
    """Weights as they stood at `as_of`; what they are worth later is for `maths.decay` to say."""

    weights: Mapping[str, float] = field(default_factory=dict[str, float])
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdsSeen:
    """How often each ad was shown on one day, in the person's own zone."""

    day: date
    counts: Mapping[AdId, int] = field(default_factory=dict[AdId, int])


@dataclass(frozen=True, slots=True, kw_only=True)
class Fewer:
    """Somebody asked for fewer ads like one: what that took from their profile, so that it can be undone."""

    at: datetime
    advertiser_id: AdvertiserId
    taken: Mapping[TopicId, float] = field(default_factory=dict[TopicId, float])
    """Of the interests that the ad was about, as they stood then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUse:
    """How long somebody who set themselves a limit has been here on one day, in their own zone."""

    day: date
    seconds: float = 0.0
    last_at: datetime
    told: bool = False
    """Whether the card of the limit was shown that day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One person's profile. There is no field for stress, sadness or any negative affect."""

    person_id: PersonId
    interests: Fading = Fading()
    """Keyed by topic id; learned only from unburdened posts on ordinary topics."""
    look: Fading = Fading()
    """Keyed by trait of clothes, as `colour:navy`."""
    affect: Fading = Fading()
    """Keyed by `Mood`: positive only."""
    history: Fading = Fading()
    """Keyed by advertiser id: clicks raise it, hides lower it."""
    groups: Mapping[SegmentId, date] = field(default_factory=dict[SegmentId, date])
    """The site's groups that someone is in, and the day of UTC on which it last said so: only by them is it counted how
    many people an ad reaches. Kept with the interests consent."""
    declared_mood: DeclaredMood | None = None
    signals_off: frozenset[Signal] = frozenset()
    muted_topics: frozenset[TopicId] = frozenset()
    muted_advertisers: frozenset[AdvertiserId] = frozenset()
    hidden_ads: frozenset[AdId] = frozenset()
    fewer: Mapping[AdId, Fewer] = field(default_factory=dict[AdId, Fewer])
    seen: AdsSeen | None = None
    use: DayUse | None = None
    """Only of who set a limit for the day."""
    version: int = 0
