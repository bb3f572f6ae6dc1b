"""The OpenAPI 3.1 description, made of the table of operations and the types of the wire."""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import msgspec

from adtailor import __version__
from adtailor.service.operations import Operation
from adtailor.service.wire.problems import PROBLEM_JSON, Problem

_REF = "#/components/schemas/{name}"


def describe(operations: Sequence[Operation]) -> dict[str, Any]:
    """The whole description, as values that JSON can hold."""
    types = [Problem, *_types(operations)]
    schemas, components = msgspec.json.schema_components(types, schema_hook=_raw, ref_template=_REF)
    named = dict(zip(map(repr, types), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, named)
    return {
        "openapi": "3.1.0",
        "info": {"title": "adtailor", "version": __version__, "description": "Ads that fit the person and the moment."},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}, {}],
    }


def _types(operations: Sequence[Operation]) -> list[Any]:
    found: dict[str, Any] = {}
    for operation in operations:
        for kind in (operation.body, *operation.answers.values()):
            for one in kind if isinstance(kind, tuple) else (kind,):
                if one is not None:
                    found[repr(one)] = one
    return list(found.values())


def _raw(kind: type) -> dict[str, Any]:
    """`ext` may hold anything."""
    if kind is msgspec.Raw:
        return {}
    raise NotImplementedError(kind)


def _operation(operation: Operation, named: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {"summary": operation.says, "parameters": _parameters(operation)}
    if operation.is_open:
        told["security"] = []
    if operation.body is not None:
        told["requestBody"] = {
            "required": True,
            "content": {operation.takes.partition(";")[0]: {"schema": named[repr(operation.body)]}},
        }
    told["responses"] = {
        **{str(status): _answer(status, kind, named, operation.media) for status, kind in operation.answers.items()},
        **{str(status): _refusal(status) for status in operation.refusals},
        "default": _refusal(None),
    }
    return told


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]
    asked = [
        {
            "name": name,
            "in": "header" if name[:1].isupper() else "query",
            "description": says,
            "schema": {"type": "string"},
        }
        for name, says in operation.asks.items()
    ]
    return in_path + asked


def _answer(status: int, kind: Any, named: dict[str, Any], media: str) -> dict[str, Any]:
    told: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if kind is not None:
        shapes = [named[repr(one)] for one in (kind if isinstance(kind, tuple) else (kind,))]
        told["content"] = {media.partition(";")[0]: {"schema": shapes[0] if len(shapes) == 1 else {"anyOf": shapes}}}
    return told


def _refusal(status: int | None) -> dict[str, Any]:
    return {
        "description": "Problem details" if status is None else HTTPStatus(status).phrase,
        "content": {PROBLEM_JSON: {"schema": {"$ref": _REF.format(name="Problem")}}},
    }
