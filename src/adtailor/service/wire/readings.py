"""A reading on the wire: what `adtailor read --json` prints and GET /v1/posts/{id}/reading answers."""

from collections.abc import Mapping
from typing import Literal

from msgspec import field

from adtailor.domain.ids import PostId, TopicId
from adtailor.domain.reading import (
    Garment,
    Part,
    PartFailed,
    PhotoLook,
    PriceTier,
    Reading,
    Risk,
    Sentiment,
    Stress,
    Suitability,
    Topic,
)
from adtailor.service.wire.decoding import Wire

DIGITS = 4
"""Decimals of every share on the wire: more would claim a precision that no model here has."""


class SentimentWire(Wire, frozen=True, kw_only=True):
    """`arousal` is null where it is not measured."""

    label: Literal["negative", "neutral", "positive"]
    valence: float
    arousal: float | None = None
    confidence: float | None = None


class StressWire(Wire, frozen=True, kw_only=True):
    """Both from 0 to 1."""

    probability: float
    severity: float


class TopicWire(Wire, frozen=True, kw_only=True):
    """A topic of the IAB Content Taxonomy 3.1."""

    id: str
    name: str = ""
    confidence: float = 1.0


class SuitabilityWire(Wire, frozen=True, kw_only=True):
    """`floor` is never suitable, `low` is nearly always."""

    risk: Risk
    categories: tuple[str, ...] = ()


class GarmentWire(Wire, frozen=True, kw_only=True):
    """One piece of clothing."""

    type: str
    confidence: float
    colours: tuple[str, ...] = ()
    pattern: str | None = None
    style: dict[str, float] = field(default_factory=dict[str, float])
    occasion: dict[str, float] = field(default_factory=dict[str, float])
    price_tier: PriceTier | None = None


class PhotoLookWire(Wire, frozen=True, kw_only=True):
    """The garments of one photo, by its place in the post."""

    photo: int
    garments: tuple[GarmentWire, ...] = ()


class PartFailedWire(Wire, frozen=True, kw_only=True):
    """A part that could not be read, and why."""

    part: Part
    reason: str
    photo: int | None = None


class ReadingWire(Wire, frozen=True, kw_only=True):
    """What the models saw in one post. null means not read: see `withheld`, `abstained` and `errors` for why."""

    post_id: str
    language: str | None = None
    sentiment: SentimentWire | None = None
    emotions: dict[str, float] | None = None
    stress: StressWire | None = None
    crisis: bool | None = None
    tone: dict[str, float] | None = None
    topics: tuple[TopicWire, ...] = ()
    suitability: SuitabilityWire | None = None
    look: tuple[PhotoLookWire, ...] | None = None
    withheld: tuple[Part, ...] = ()
    models: dict[str, str] = field(default_factory=dict[str, str])
    errors: tuple[PartFailedWire, ...] = ()
    abstained: tuple[Part, ...] = ()


def reading_to_wire(reading: Reading) -> ReadingWire:
    """The reading, its shares rounded to four decimals."""
    sentiment, stress, suitability = reading.sentiment, reading.stress, reading.suitability
    return ReadingWire(
        post_id=reading.post_id,
        language=reading.language,
        sentiment=None
        if sentiment is None
        else SentimentWire(
            label=sentiment.label,
            valence=_short(sentiment.valence),
            arousal=None if sentiment.arousal is None else _short(sentiment.arousal),
            confidence=None if sentiment.confidence is None else _short(sentiment.confidence),
        ),
        emotions=_shares(reading.emotions),
        stress=None
        if stress is None
        else StressWire(probability=_short(stress.probability), severity=_short(stress.severity)),
        crisis=reading.crisis,
        tone=_shares(reading.tone),
        topics=tuple(topic_to_wire(topic) for topic in reading.topics),
        suitability=None
        if suitability is None
        else SuitabilityWire(risk=suitability.risk, categories=suitability.categories),
        look=None if reading.look is None else tuple(_look_to_wire(look) for look in reading.look),
        withheld=reading.withheld,
        models=dict(reading.models),
        errors=tuple(PartFailedWire(part=e.part, reason=e.reason, photo=e.photo) for e in reading.errors),
        abstained=reading.abstained,
    )


def reading_from_wire(wire: ReadingWire) -> Reading:
    """The reading again, as precise as it was sent."""
    sentiment, stress, suitability = wire.sentiment, wire.stress, wire.suitability
    return Reading(
        post_id=PostId(wire.post_id),
        language=wire.language,
        sentiment=None
        if sentiment is None
        else Sentiment(
            label=sentiment.label,
            valence=sentiment.valence,
            arousal=sentiment.arousal,
            confidence=sentiment.confidence,
        ),
        emotions=wire.emotions,
        stress=None if stress is None else Stress(probability=stress.probability, severity=stress.severity),
        crisis=wire.crisis,
        tone=wire.tone,
        topics=tuple(topic_from_wire(topic) for topic in wire.topics),
        suitability=None
        if suitability is None
        else Suitability(risk=suitability.risk, categories=suitability.categories),
        look=None if wire.look is None else tuple(_look_from_wire(look) for look in wire.look),
        withheld=wire.withheld,
        abstained=wire.abstained,
        models=wire.models,
        errors=tuple(PartFailed(part=e.part, reason=e.reason, photo=e.photo) for e in wire.errors),
    )


def topic_to_wire(topic: Topic) -> TopicWire:
    """One topic."""
    return TopicWire(id=topic.id, name=topic.name, confidence=_short(topic.confidence))


def topic_from_wire(wire: TopicWire) -> Topic:
    """One topic."""
    return Topic(id=TopicId(wire.id), name=wire.name, confidence=wire.confidence)


def _look_to_wire(look: PhotoLook) -> PhotoLookWire:
    return PhotoLookWire(
        photo=look.photo,
        garments=tuple(
            GarmentWire(
                type=garment.type,
                confidence=_short(garment.confidence),
                colours=garment.colours,
                pattern=garment.pattern,
                style=_shares(garment.style) or {},
                occasion=_shares(garment.occasion) or {},
                price_tier=garment.price_tier,
            )
            for garment in look.garments
        ),
    )


def _look_from_wire(wire: PhotoLookWire) -> PhotoLook:
    return PhotoLook(
        photo=wire.photo,
        garments=tuple(
            Garment(
                type=garment.type,
                confidence=garment.confidence,
                colours=garment.colours,
                pattern=garment.pattern,
                style=garment.style,
                occasion=garment.occasion,
                price_tier=garment.price_tier,
            )
            for garment in wire.garments
        ),
    )


def _shares(values: Mapping[str, float] | None) -> dict[str, float] | None:
    return None if values is None else {name: _short(value) for name, value in values.items()}


def _short(value: float) -> float:
    return round(float(value), DIGITS) + 0.0  # -0.0 becomes 0.0
