"""A quick yes: whether a document certainly conforms to one of our schemas.

Importing jsonschema takes longer than checking the few files of a commit, and settings and profiles that are in
order need none of its explanations. Only the keywords that these two schemas use are known here; at anything else
the answer is "not certain", and jsonschema has the word. A test holds that a yes here is always a yes there.
"""

from __future__ import annotations

import re
from typing import Any

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}
_ANNOTATIONS = {"$schema", "$id", "$defs", "title", "description", "default", "format"}


def conforms(value: object, schema: dict[str, Any], root: dict[str, Any] | None = None) -> bool:
    """Return whether ``value`` certainly conforms to ``schema``, a part of ``root``."""
    root = root or schema
    return all(_keyword(name, wanted, value, schema, root) for name, wanted in schema.items())


def _keyword(name: str, wanted: Any, value: Any, schema: dict[str, Any], root: dict[str, Any]) -> bool:
    if name in _ANNOTATIONS:
        return True
    match name:
        case "$ref":
            return wanted.startswith("#/$defs/") and conforms(value, root["$defs"][wanted[8:]], root)
        case "type":
            return any(_is(kind, value) for kind in ([wanted] if isinstance(wanted, str) else wanted))
        case "enum":
            return type(value) is str and value in wanted
        case "const":
            return type(value) is str and value == wanted
        case "minimum":
            return not _is("number", value) or value >= wanted
        case "exclusiveMinimum":
            return not _is("number", value) or value > wanted
        case "maximum":
            return not _is("number", value) or value <= wanted
        case "pattern":
            return not _is("string", value) or re.search(wanted, value) is not None
        case "minLength":
            return not _is("string", value) or len(value) >= wanted
        case "maxLength":
            return not _is("string", value) or len(value) <= wanted
        case "minItems":
            return not _is("array", value) or len(value) >= wanted
        case "items":
            return not _is("array", value) or all(conforms(item, wanted, root) for item in value)
        case "required" | "properties" | "propertyNames" | "additionalProperties":
            return not _is("object", value) or _object_keyword(name, wanted, value, schema, root)
    return False


def _is(kind: str, value: object) -> bool:
    """Return whether ``value`` is of the JSON type ``kind``, in which a bool is no number."""
    return isinstance(value, _TYPES.get(kind, ())) and (kind == "boolean" or not isinstance(value, bool))


def _object_keyword(
    name: str, wanted: Any, value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any]
) -> bool:
    match name:
        case "required":
            return all(key in value for key in wanted)
        case "properties":
            return all(conforms(item, wanted[key], root) for key, item in value.items() if key in wanted)
        case "propertyNames":
            return all(conforms(key, wanted, root) for key in value)
    known = schema.get("properties", {})
    others = [item for key, item in value.items() if key not in known]
    return not others if wanted is False else all(conforms(item, wanted, root) for item in others)
