"""What somebody types as NAME=VALUE, as a merge patch: money with a point, lists with commas, names with dots."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import inspect

from adtailor.domain.managed import KINDS, ONE, Kind
from adtailor.domain.money import micros
from adtailor.errors import AdtailorError, InvalidInput
from adtailor.service.wire.items import WIRINGS

MICROS = "_micros"


def kind_of(word: str) -> Kind:
    """`campaigns`, or one of them.

    >>> kind_of("campaign"), kind_of("ad-set")
    ('campaigns', 'adsets')
    """
    plain = word.casefold().replace("-", "").replace("_", "").replace(" ", "")
    for kind in KINDS:
        if plain in {kind, ONE[kind].replace(" ", "")}:
            return kind
    raise InvalidInput(f"{word!r} is nothing that is managed", hint=f"one of {', '.join(KINDS)}", field="KIND")


def patch_of(kind: Kind, given: Sequence[str]) -> dict[str, Any]:
    """A merge patch.

    >>> patch_of("campaigns", ["daily_budget=12.50", "status=paused", "lifetime_budget="])
    {'daily_budget_micros': 12500000, 'status': 'paused', 'lifetime_budget_micros': None}
    >>> patch_of("adsets", ["targeting.countries=DE,AT", "bid.amount=0.40"])
    {'targeting': {'countries': ['DE', 'AT']}, 'bid': {'amount_micros': 400000}}
    """
    patch: dict[str, Any] = {}
    for one in given:
        name, equals, text = one.partition("=")
        if not equals:
            raise InvalidInput(f"{one!r} sets nothing", hint="write NAME=VALUE, as status=paused", field="NAME=VALUE")
        target, fields = patch, _fields(inspect.type_info(WIRINGS[kind].wire))
        *steps, last = name.split(".")
        for step in steps:
            fields = _fields(_known(fields, step, name)[1])
            target = target.setdefault(step, {})
        found, shape = _known(fields, last, name)
        try:
            target[found] = _value(found, last, shape, text)
        except AdtailorError as error:
            error.field = name
            raise
    return patch


def _fields(shape: inspect.Type) -> Mapping[str, inspect.Type]:
    for one in _apart(shape):
        if isinstance(one, inspect.StructType):
            return {field.encode_name: field.type for field in one.fields}
    return {}


def _known(fields: Mapping[str, inspect.Type], name: str, whole: str) -> tuple[str, inspect.Type]:
    for found in (name, f"{name}{MICROS}"):
        if found in fields:
            return found, fields[found]
    names = [field.removesuffix(MICROS) for field in fields]
    raise InvalidInput(
        f"there is no {whole!r}",
        hint=f"the names here are {', '.join(names)}" if names else "no such part",
        field=whole,
    )


def _value(found: str, typed: str, shape: inspect.Type, text: str) -> Any:
    if text == "":
        return None
    if found != typed:
        return micros(text)
    shapes = _apart(shape)
    if text[0] in "[{":
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError as error:
            raise InvalidInput(f"{text!r} is no JSON: {error}", hint="or write values with commas between") from None
    if any(isinstance(one, inspect.VarTupleType) for one in shapes):
        item = next(one for one in shapes if isinstance(one, inspect.VarTupleType)).item_type
        return [_plain(_apart(item), part.strip()) for part in text.split(",") if part.strip()]
    return _plain(shapes, text)


def _plain(shapes: Sequence[inspect.Type], text: str) -> Any:
    """Numbers and yes or no where the schema has them; else the word as it is."""
    if any(isinstance(one, inspect.BoolType) for one in shapes) and text in {"yes", "no", "true", "false"}:
        return text in {"yes", "true"}
    if any(isinstance(one, inspect.IntType | inspect.FloatType) for one in shapes):
        try:
            return msgspec.json.decode(text, type=int | float)
        except msgspec.MsgspecError:
            return text
    return text


def _apart(shape: inspect.Type) -> list[inspect.Type]:
    if isinstance(shape, inspect.Metadata):
        return _apart(shape.type)
    return [part for one in shape.types for part in _apart(one)] if isinstance(shape, inspect.UnionType) else [shape]
