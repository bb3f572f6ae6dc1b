"""What the models saw in a post, each value with the name and version of its model."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from adtailor.domain.ids import PostId, TopicId

Part = Literal["topics", "sentiment", "tone", "suitability", "emotions", "stress", "crisis", "look"]
"""A part of a reading that runs, or is withheld, as one."""
PARTS: tuple[Part, ...] = get_args(Part)
CONTEXT_PARTS: frozenset[Part] = frozenset({"topics", "sentiment", "tone", "suitability"})
"""Needs no consent: it describes the content beside which an ad may stand, not its author."""

# The labels of GoEmotions (Demszky et al., 2020), in its order.
EMOTIONS: tuple[str, ...] = (
    "admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity", "desire",
    "disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear", "gratitude", "grief", "joy",
    "love", "nervousness", "optimism", "pride", "realization", "relief", "remorse", "sadness", "surprise", "neutral",
)  # fmt: skip

PriceTier = Literal["budget", "mid", "premium", "luxury"]
"""Of clothes, among the operator's own products; never of a person."""

Risk = Literal["floor", "high", "medium", "low"]
"""Brand suitability after the GARM framework: `floor` is never suitable, `low` is nearly always."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentiment:
    """`valence` from -1 (unpleasant) to 1 (pleasant); `arousal` from 0 (calm) to 1 (excited), None if not measured.

    `confidence` is the calibrated probability of the label, None if not measured.
    """

    label: Literal["negative", "neutral", "positive"]
    valence: float
    arousal: float | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stress:
    """The probability that a post tells of stress, and how severe it sounds, both 0 to 1.

    Calibrated where half of the posts tell of it; in a feed few do, so states go by a threshold, over several posts.
    """

    probability: float
    severity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic of the IAB Content Taxonomy 3.1."""

    id: TopicId
    name: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Suitability:
    """How safe it is for a brand to stand beside this; `categories` names what makes it risky or sensitive."""

    risk: Risk = "low"
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Garment:
    """One piece of clothing. Of clothes only: there is no field for a face, body, age or skin."""

    type: str
    confidence: float
    colours: tuple[str, ...] = ()
    pattern: str | None = None
    style: Mapping[str, float] = field(default_factory=dict[str, float])
    """How well a style suits it, by rule: casual, formal, sporty, street, vintage, outdoor, party, work."""
    occasion: Mapping[str, float] = field(default_factory=dict[str, float])
    """When it is worn, by rule: everyday, work, evening, sport, outdoors, summer, winter."""
    price_tier: PriceTier | None = None
    """How dear it looks among the operator's own products; None where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoLook:
    """The garments of one photo, by its place in the post; none is an answer too."""

    photo: int
    garments: tuple[Garment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What its author's profile learned from a reading, and as of when, so that it can be shown and taken back."""

    at: datetime
    interests: tuple[TopicId, ...] = ()
    look: bool = False
    affect: bool = False
    """Goes when the emotions go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFailed:
    """A part that could not be read, and why; the rest of the reading stands."""

    part: Part
    reason: str
    photo: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the models saw in one post. `None` means not read: see `withheld`, `abstained` and `errors` for why."""

    post_id: PostId
    language: str | None = None
    sentiment: Sentiment | None = None
    emotions: Mapping[str, float] | None = None
    stress: Stress | None = None
    crisis: bool | None = None
    tone: Mapping[str, float] | None = None
    """Axes from 0 to 1: `sarcastic` (else plain), `playful` (else serious), `formal` (else casual), `warm` (else
    hostile). The other pole is 1 - value, and .5 is where it tips."""
    topics: tuple[Topic, ...] = ()
    suitability: Suitability | None = None
    look: tuple[PhotoLook, ...] | None = None
    withheld: tuple[Part, ...] = ()
    """Did not run for want of consent."""
    abstained: tuple[Part, ...] = ()
    """Did not run because nothing is known of how well it works here, as in a language it was not measured on."""
    models: Mapping[str, str] = field(default_factory=dict[str, str])
    errors: tuple[PartFailed, ...] = ()
    taught: Taught | None = None
    """None where nothing was learned: without consent, of a burdened or sensitive post, of somebody else's words."""
    wrong: tuple[str, ...] = ()
    """What its author said is wrong, by its mark: `topic:483`, `garment:0:1` for a photo and a place in it."""

    @property
    def right_topics(self) -> tuple[Topic, ...]:
        """The topics that its author left standing."""
        return tuple(topic for topic in self.topics if topic_mark(topic.id) not in self.wrong)

    @property
    def right_garments(self) -> tuple[Garment, ...]:
        """The clothes that its author left standing."""
        return tuple(
            garment
            for photo in self.look or ()
            for place, garment in enumerate(photo.garments)
            if garment_mark(photo.photo, place) not in self.wrong
        )


def topic_mark(topic_id: TopicId) -> str:
    """By what a topic of a reading is called when it is corrected."""
    return f"topic:{topic_id}"


def garment_mark(photo: int, place: int) -> str:
    """By what a garment is called: its photo, and its place among that photo's garments."""
    return f"garment:{photo}:{place}"
