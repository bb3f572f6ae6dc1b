"""What a language model may answer about a post: a schema made from the domain's types, and the check against it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal, get_type_hints

import msgspec

from adtailor.domain.reading import EMOTIONS, PARTS, Part, Reading, Risk, Sentiment, Stress, Suitability
from adtailor.errors import EngineFailed

ASKED_PARTS: tuple[Part, ...] = ("sentiment", "emotions", "stress", "crisis", "tone", "suitability")
"""Topics are left to the index: it knows the 700 of the taxonomy, and rankers were fitted to what it tells."""
TONES: tuple[str, ...] = ("sarcastic", "playful")
MOST_EMOTIONS = 5
RISKS: tuple[Risk, ...] = ("low", "medium", "high", "floor")
NO_JSON = "its answer is not JSON"
MISFIT = "its answer does not fit the schema"

# Whole percents, though the domain has shares: grammars bound whole numbers, and a small model left alone with a
# decimal point writes digits for as long as it may.
_Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
_Valence = Annotated[int, msgspec.Meta(ge=-100, le=100)]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing but what was asked for."""


_Sentiment = msgspec.defstruct(
    "Sentiment",
    [("label", get_type_hints(Sentiment)["label"]), ("valence", _Valence)],
    bases=(_Strict,),
)
_Stress = msgspec.defstruct("Stress", [(name, _Percent) for name in get_type_hints(Stress)], bases=(_Strict,))
_Emotion = msgspec.defstruct("Emotion", [("name", Literal[EMOTIONS]), ("probability", _Percent)], bases=(_Strict,))
_Tone = msgspec.defstruct("Tone", [(name, _Percent) for name in TONES], bases=(_Strict,))
_Suitability = msgspec.defstruct("Suitability", [("risk", get_type_hints(Suitability)["risk"])], bases=(_Strict,))
_TYPES: Mapping[Part, Any] = {
    "sentiment": _Sentiment,
    "emotions": Annotated[list[_Emotion], msgspec.Meta(max_length=MOST_EMOTIONS)],
    "stress": _Stress,
    "crisis": bool,
    "tone": _Tone,
    "suitability": _Suitability,
}


def answer_type(parts: Iterable[Part]) -> type[msgspec.Struct]:
    """The struct with these parts as its fields, all of them required; what is not asked has no field."""
    wanted = set(parts)
    return msgspec.defstruct(
        "Answer", [(part, _TYPES[part]) for part in PARTS if part in wanted and part in _TYPES], bases=(_Strict,)
    )


def schema_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Its JSON schema with every reference put in its place: engines differ in how they follow them.

    >>> schema_of(answer_type(["crisis"]))["properties"]
    {'crisis': {'type': 'boolean'}}
    """
    schema = msgspec.json.schema(kind)
    definitions: Mapping[str, Any] = schema.get("$defs", {})
    return _inlined(schema, definitions)


def decoded(raw: bytes, kind: type[msgspec.Struct]) -> Mapping[Part, Any]:
    """The parts of an answer, as the domain's values; EngineFailed if it is not exactly what was asked for."""
    try:
        answer = msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError:
        raise EngineFailed(MISFIT, hint="the default reading stands") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise EngineFailed(NO_JSON, hint="the default reading stands") from None
    return {part: _VALUES[part](getattr(answer, part)) for part in PARTS if hasattr(answer, part)}


def merged(base: Reading, found: Mapping[Part, Any], *, model: str) -> Reading:
    """The default reading with the parts that were found in their place.

    Where caution is asked for, a model may add to it and never take away: crisis is told if either tells of it, and
    the stricter suitability holds, so no sentence in a post can talk them down.
    """
    values: dict[str, Any] = {**found}
    if "crisis" in values:
        values["crisis"] = bool(values["crisis"] or base.crisis)
    if "tone" in values:
        values["tone"] = {**(base.tone or {}), **values["tone"]}
    if "suitability" in values:
        values["suitability"] = stricter(base.suitability, values["suitability"])
    return replace(
        base,
        **values,
        abstained=tuple(part for part in base.abstained if part not in values),
        models={**base.models, **dict.fromkeys(values, model)},
    )


def stricter(one: Suitability | None, other: Suitability) -> Suitability:
    """The worse of two risks, with the categories of the default."""
    if one is None:
        return other
    return replace(one, risk=max(one.risk, other.risk, key=RISKS.index))


def _emotions(found: Iterable[Any]) -> dict[str, float]:
    """All 28: those that were not named are at nothing."""
    told = {one.name: one.probability / 100 for one in found}
    return {name: told.get(name, 0.0) for name in EMOTIONS}


def _sentiment(found: Any) -> Sentiment:
    return Sentiment(label=found.label, valence=found.valence / 100)


def _stress(found: Any) -> Stress:
    return Stress(probability=found.probability / 100, severity=found.severity / 100)


def _tone(found: Any) -> dict[str, float]:
    return {name: getattr(found, name) / 100 for name in TONES}


def _suitability(found: Any) -> Suitability:
    return Suitability(risk=found.risk)


_VALUES: Mapping[Part, Callable[[Any], Any]] = {
    "sentiment": _sentiment,
    "emotions": _emotions,
    "stress": _stress,
    "crisis": bool,
    "tone": _tone,
    "suitability": _suitability,
}


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
        return {key: _inlined(value, definitions) for key, value in schema.items() if key not in {"$defs", "title"}}
    if isinstance(schema, list):
        return [_inlined(one, definitions) for one in schema]
    return schema
