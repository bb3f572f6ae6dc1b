"""JSON merge patches (RFC 7396)."""

from collections.abc import Mapping
from typing import Any, cast

import msgspec


def merged(value: object, patch: Mapping[str, Any]) -> dict[str, Any]:
    """`value`, as JSON has it, with a patch applied: objects are merged, null removes, all else replaces.

    >>> merged({"a": "b", "c": {"d": "e", "f": "g"}}, {"a": "z", "c": {"f": None}})
    {'a': 'z', 'c': {'d': 'e'}}
    """
    return cast("dict[str, Any]", _merged(msgspec.to_builtins(value), patch))


def _merged(target: Any, patch: Any) -> Any:
    if not isinstance(patch, Mapping):
        return patch
    changed: dict[str, Any] = dict(cast("dict[str, Any]", target)) if isinstance(target, dict) else {}
    for name, value in cast("Mapping[str, Any]", patch).items():
        if value is None:
            changed.pop(name, None)
        else:
            changed[name] = _merged(changed.get(name), value)
    return changed
