"""From bytes to typed values, and what to say when they do not fit: the field, what was expected, and the remedy."""

import re
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import inspect

from adtailor.domain.checks import aware_utc, checked_id
from adtailor.errors import InvalidInput, under

__all__ = [
    "LONGEST_SHOWN", "MOST_MICROS", "Malformed", "Wire", "checked_zone", "decode", "encode", "id_or_none", "in_utc",
    "name_of", "under",
]  # fmt: skip

T = TypeVar("T")

MOST_MICROS = 2**53 - 1
"""The largest whole number that every JSON reader keeps exact: about nine billion in the account currency."""
LONGEST_SHOWN = 64


class Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What crosses the wire. A field that is not in the schema is an error, except under `ext`."""


class Malformed(InvalidInput):
    """Not JSON at all."""

    status = 400


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def decode(raw: bytes, kind: type[T]) -> T:
    """`raw` as `kind`; InvalidInput names the field, Malformed says that it is no JSON.

    >>> class Mood(Wire, frozen=True, kw_only=True):
    ...     mood: str
    >>> decode(b'{"mood": 3}', Mood)
    Traceback (most recent call last):
    adtailor.errors.InvalidInput: mood: expected `str`, got `int` (see /docs for the shape)
    >>> decode(b'{"mod": "joy"}', Mood)
    Traceback (most recent call last):
    adtailor.errors.InvalidInput: mod: unknown field (the fields here are mood)
    """
    try:
        return _decoder(kind).decode(raw)
    except msgspec.ValidationError as error:
        raise _misfit(str(error), kind) from None
    except msgspec.DecodeError as error:
        raise Malformed(f"no JSON: {_lowered(str(error))}", hint="send one JSON value in UTF-8") from None
    except UnicodeDecodeError:
        raise Malformed("no JSON: the bytes are not UTF-8", hint="send one JSON value in UTF-8") from None
    except RecursionError:
        raise Malformed("nested too deeply", hint="send one JSON value, nested a few levels deep") from None


_ENCODER = msgspec.json.Encoder(decimal_format="string")


def encode(value: object) -> bytes:
    """Compact JSON, fields in the order of their schema: the same value gives the same bytes.

    >>> encode({"id": "p1", "at": 0.5})
    b'{"id":"p1","at":0.5}'
    """
    return _ENCODER.encode(value)


def in_utc(value: datetime, field: str) -> datetime:
    """An aware time in UTC; the first and last hours of the calendar may have none."""
    try:
        return aware_utc(value, field)
    except OverflowError:
        raise InvalidInput("the time has no equal in UTC", hint="a year from 1 to 9999", field=field) from None


def checked_zone(name: str, field: str) -> str:
    """`name`, if it is a time zone; the name of a folder of zones, as Europe, is none.

    >>> checked_zone("Europe/Berlin", "zone")
    'Europe/Berlin'
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(
            f"{_short(name)!r} is no time zone", hint="an IANA name such as Europe/Berlin", field=field
        ) from None
    return name


def id_or_none(value: str | None, field: str) -> str | None:
    """`value`, if it is an id or absent."""
    return None if value is None else checked_id(value, field)


def name_of(path: str) -> str:
    """A path as msgspec writes it, as people do.

    >>> name_of("$.placements[0].position")
    'placements[0].position'
    >>> name_of("$.viewer.session_ads_seen[...]")
    'viewer.session_ads_seen.*'
    """
    return path.removeprefix("$").removeprefix(".").replace("[...]", ".*").removeprefix(".")


_WHERE = re.compile(r" - at (?:`key` in )?`(\$[^`]*)`$")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`", re.DOTALL)
_CHOICE = re.compile(r"Invalid enum value (.*)", re.DOTALL)
_SEE = "see /docs for the shape"
_REMEDIES = {
    "Expected `datetime` with a timezone component": "add the zone, as in 2026-11-20T12:00:00Z",
    "Invalid RFC3339 encoded datetime": "write it as 2026-11-20T12:00:00Z",
    "Invalid base64 encoded string": "standard base64, with padding",
    "Expected `int`, got `float`": "a whole number; money is in micros, so 2.50 is 2500000",
    "Expected `int` >= 0": "money and counts are 0 or more",
    f"Expected `int` <= {MOST_MICROS}": "a smaller amount",
}


def _misfit(message: str, kind: Any) -> InvalidInput:
    where = _WHERE.search(message)
    place = name_of(where.group(1)) if where else ""
    said = message[: where.start()] if where else message
    if found := _UNKNOWN.fullmatch(said):
        known = [field.encode_name for field in _fields(kind, place)]
        hint = f"the fields here are {', '.join(known)}" if known else _SEE
        return InvalidInput("unknown field", hint=hint, field=_joined(place, _short(found.group(1))))
    if found := _MISSING.fullmatch(said):
        return InvalidInput("missing", hint="it is required", field=_joined(place, found.group(1)))
    if found := _CHOICE.fullmatch(said):
        choices = _choices(kind, place)
        hint = f"one of {', '.join(choices)}" if choices else _SEE
        return InvalidInput(f"{_short(found.group(1))} is none of the choices", hint=hint, field=place or None)
    hint = _REMEDIES.get(said) or _described(kind, place) or _SEE
    if said.startswith("Expected `str` matching"):
        said = "not of the expected form"
    return InvalidInput(_short(_lowered(said), 200), hint=hint, field=place or None)


def _joined(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _short(text: str, most: int = LONGEST_SHOWN) -> str:
    return text if len(text) <= most else text[:most] + "..."


def _lowered(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _at(kind: Any, place: str) -> list[inspect.Type]:
    """The types that may stand at `place`, unions taken apart."""
    here = _apart(inspect.type_info(kind))
    for step in re.findall(r"[^.\[\]]+", place):
        there: list[inspect.Type] = []
        for one in here:
            if isinstance(one, inspect.StructType):
                there += [t for field in one.fields if field.encode_name == step for t in _apart(field.type)]
            elif isinstance(one, inspect.DictType):
                there += _apart(one.value_type)
            elif isinstance(one, inspect.VarTupleType | inspect.ListType):
                there += _apart(one.item_type)
        here = there
    return here


def _apart(kind: inspect.Type) -> list[inspect.Type]:
    """Unions taken apart; a description stays in front of the type that it describes."""
    if isinstance(kind, inspect.Metadata):
        return [kind, *_apart(kind.type)]
    return [part for one in kind.types for part in _apart(one)] if isinstance(kind, inspect.UnionType) else [kind]


def _described(kind: Any, place: str) -> str | None:
    for one in _at(kind, place):
        if isinstance(one, inspect.Metadata):
            return (one.extra_json_schema or {}).get("description")
    return None


def _fields(kind: Any, place: str) -> list[inspect.Field]:
    return [field for one in _at(kind, place) if isinstance(one, inspect.StructType) for field in one.fields]


def _choices(kind: Any, place: str) -> list[str]:
    found: list[str] = []
    for one in _at(kind, place):
        for part in (one, one.key_type) if isinstance(one, inspect.DictType) else (one,):
            if isinstance(part, inspect.LiteralType):
                found += [str(value) for value in part.values]
    return found
