"""A quick yes: whether a document certainly conforms to one of our schemas.

Importing jsonschema takes longer than checking the few files of a commit, and settings that are in order need
none of its explanations. Only the keywords that our schemas use are known here; at anything else the answer is
"not certain", and jsonschema has the word. A test holds that a yes here is always a yes there.
"""

from __future__ import annotations

import re
from typing import Any

_TYPES: dict[str, type] = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
_ANNOTATIONS = {"$schema", "$id", "$defs", "title", "description", "default"}


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
            # By exact type: a bool is no integer here.
            return type(value) in [_TYPES.get(kind) for kind in ([wanted] if isinstance(wanted, str) else wanted)]
        case "enum":
            return type(value) is str and value in wanted
        case "minimum":
            return type(value) is not int or value >= wanted
        case "maximum":
            return type(value) is not int or value <= wanted
        case "pattern":
            return type(value) is not str or re.search(wanted, value) is not None
        case "minLength":
            return type(value) is not str or len(value) >= wanted
        case "minItems":
            return type(value) is not list or len(value) >= wanted
        case "items":
            return type(value) is not list or all(conforms(item, wanted, root) for item in value)
    return type(value) is dict and _object_keyword(name, wanted, value, schema, root)


def _object_keyword(
    name: str, wanted: Any, value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any]
) -> bool:
    known = schema.get("properties", {})
    match name:
        case "required":
            return all(key in value for key in wanted)
        case "properties":
            return all(conforms(item, wanted[key], root) for key, item in value.items() if key in wanted)
        case "propertyNames":
            return all(conforms(key, wanted, root) for key in value)
        case "additionalProperties":
            others = [item for key, item in value.items() if key not in known]
            return not others if wanted is False else all(conforms(item, wanted, root) for item in others)
    return False
