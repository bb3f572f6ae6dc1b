"""When to show less and what to say: states, signs, and the cards."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from typing import Literal

from adtailor.domain.ids import PersonId, PostId, ProductId, TopicId


class State(IntEnum):
    """How much a person is left alone; the order is the order of care."""

    NEUTRAL = 0
    ELEVATED = 1
    HIGH = 2
    SUSTAINED = 3
    CRISIS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class StressSign:
    """What one own post told; forgotten after 72 h."""

    post_id: PostId
    at: datetime
    probability: float
    severity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CardMemory:
    """When a card was last shown, and what was done with it, so that it does not nag."""

    last_shown_at: datetime | None = None
    last_dismissed_at: datetime | None = None
    dismissals: int = 0
    off: bool = False
    support_shown_at: datetime | None = None
    rest_until: datetime | None = None
    """Ads and cards are off until then, by the person's own choice."""
    awaits: bool = False
    """A card of either kind was shown and not answered yet: a memory does not tell which."""
    was_suggested: bool = False
    """The rest that lasts was taken from such a card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WellbeingMemory:
    """All that is kept for the well-being states of one person, with the consent; `crisis` itself is never kept."""

    person_id: PersonId
    signs: tuple[StressSign, ...] = ()
    state: State = State.NEUTRAL
    high_days: tuple[date, ...] = ()
    """The days, of the last few, on which the state was HIGH or above."""
    quiet_until: datetime | None = None
    """No ads until then, rounded and jittered; why is not kept."""
    card: CardMemory = CardMemory()
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpline:
    """A number to call, switched off until an operator has verified it against its source."""

    country: str
    """ISO 3166-1 alpha-2, or `*` for the international directory."""
    name: str
    phone: str | None
    url: str | None
    hours: str | None
    source: str
    verified_at: date | None = None

    @property
    def fingerprint(self) -> str:
        """Of all that a check says something about: country, name, number, address, hours and source."""
        told = (self.country, self.name, self.phone or "", self.url or "", self.hours or "", self.source)
        return hashlib.sha256("\x1f".join(told).encode()).hexdigest()


RestAnswer = Literal["15min", "1h", "today", "dismiss", "stop", "hide", "resume"]
"""`resume` ends a rest early."""

RestEvent = Literal["shown", "taken", "dismissed", "off", "regretted"]
"""What became of a suggestion to rest: a rest taken from it and ended early counts as regretted. Support cards are
never counted: in a small community a count would say that somebody is in need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestTold:
    """One thing that became of a suggestion, of nobody in particular; kept as one more in its week's count."""

    event: RestEvent
    at: datetime
    is_first: bool = False
    """The first card that this person saw in its week: one more of its people."""

    @property
    def week(self) -> date:
        """The Monday of its week, in UTC."""
        return week_of(self.at)


def week_of(at: datetime) -> date:
    """The Monday of its week, in UTC."""
    day = at.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True, kw_only=True)
class RestCounts:
    """What became of the suggestions of one week, over everybody."""

    week: date
    """Its Monday, in UTC."""
    people: int = 0
    """Who saw at least one; never more than there were."""
    shown: int = 0
    taken: int = 0
    dismissed: int = 0
    off: int = 0
    regretted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HelplineCheck:
    """An operator opened a line's source and found it as it stands here."""

    line: str
    """What was checked: `fingerprint` of the line. A line that was changed since was not checked."""
    checked_at: date
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestOption:
    """One tap."""

    id: RestAnswer
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestSuggestion:
    """The card: no sponsor, no ad, no tracking. `kind` tells the two apart."""

    kind: Literal["rest", "support"]
    title: str
    body: str
    options: tuple[RestOption, ...]
    helplines: tuple[Helpline, ...] = ()
    emergency_number: str | None = None
    pause_seconds: int = 0
    """How long the feed waits before it goes on; the exit is never delayed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Care:
    """What the well-being room asks of one page: a state, and the card that is due, if any."""

    state: State = State.NEUTRAL
    quiet: bool = False
    """No ads at all: a rest taken, or a time of quiet."""
    suggestion: RestSuggestion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WellbeingPolicy:
    """Thresholds, caps and cool-downs, in hours, shares and counts; loaded from the policy file, versioned."""

    name: str
    version: int
    stress_threshold: float
    """Probability from which a post counts as a sign; provisional until measured on many people."""
    enter_elevated: float
    leave_elevated: float
    enter_high: float
    leave_high: float
    """Levels of the faded mean of the signs; leaving is lower than entering, so a state does not flicker."""
    least_posts: int = 3
    window_hours: int = 72
    half_life_hours: float = 24.0
    sustained_days: int = 2
    crisis_quiet_hours: int = 72
    elevated_blank_every: int = 4
    high_blank_every: int = 2
    card_cooldown_hours: int = 24
    dismissed_cooldown_hours: tuple[int, ...] = (72, 168)
    rest_bonus_minutes: int = 30
    helpline_fresh_days: int = 180
    pause_seconds: int = 5
    sensitive_products: Mapping[ProductId, str] = field(default_factory=dict[ProductId, str])
    """IAB Ad Product id to name: vetoed from ELEVATED up, with all below them."""
    minor_products: Mapping[ProductId, str] = field(default_factory=dict[ProductId, str])
    """The same, never shown to minors or where the age is unknown and required."""
    sensitive_topics: Mapping[TopicId, str] = field(default_factory=dict[TopicId, str])
    """IAB Content ids: posts on these feed no interest, look or affect."""
    affect_source: Literal["inferred", "declared"] = "inferred"
    age_required: bool = True
