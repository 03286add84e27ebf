"""The JSON Schemas that ship with the package, and their verdicts in the user's words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worker_lint.dataclass import dataclass

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

NAMES = ("worker-counts", "hardware-profile", "settings", "baseline", "report", "vocabulary")

_BUNDLED = Path(__file__).with_name("schemas")


def _folder() -> Path:
    """Return where the schemas lie: inside the package in a wheel, at the top of the tree in a checkout."""
    return _BUNDLED if _BUNDLED.is_dir() else Path(__file__).parents[2] / "schemas"


def load_schema(name: str) -> dict[str, Any]:
    """Return the schema called ``name`` (one of ``NAMES``) as a fresh document."""
    text = (_folder() / f"{name}.schema.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a document gets wrong: where (a tuple of keys and indices), and what, in the user's words."""

    where: tuple[str | int, ...]
    message: str

    @property
    def pointer(self) -> str:
        """The JSON pointer (RFC 6901) of the place, with the empty string for the whole document."""
        return "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in self.where)


def problems(document: object, schema: dict[str, Any]) -> list[Problem]:
    """Return what ``document`` gets wrong under ``schema``, in the order of the document's paths."""
    from jsonschema import Draft202012Validator

    try:
        errors = sorted(Draft202012Validator(schema).iter_errors(document), key=lambda e: [str(p) for p in e.path])
    except ValueError:  # Python refuses to write so large a number into jsonschema's own message
        return [Problem((), "holds a number with thousands of digits")]
    return [Problem(tuple(e.path), _in_words(e)) for e in errors]


def _in_words(error: ValidationError) -> str:
    found: Any = error.instance
    wanted: Any = error.validator_value
    schema: Any = error.schema
    match error.validator:
        case "additionalProperties":
            return _unknown_keys(found, schema)
        case "required":
            missing = [key for key in wanted if key not in found]
            return f"lacks {_listed(missing)}"
        case "type":
            return f"{_shown(found)} is {_kind(found)}, not {_listed_kinds(wanted)}"
        case "enum":
            return f"{_shown(found)} is none of {_listed(wanted)}{suggestion(str(found), map(str, wanted))}"
        case "const":
            return f"{_shown(found)} is not {_shown(wanted)}"
        case "minimum":
            return f"{_shown(found)} is below {wanted}"
        case "exclusiveMinimum":
            return f"{_shown(found)} is not above {wanted}"
        case "maximum":
            return f"{_shown(found)} is above {wanted}"
        case "pattern":
            return f"{_shown(found)} does not have the form {schema.get('title', wanted)}"
        case "minItems" | "minLength":
            return "is empty"
    return error.message


def _unknown_keys(found: dict[str, object], schema: Any) -> str:
    known = list(schema.get("properties", ()))
    unknown = [key for key in found if key not in known]
    hint = suggestion(unknown[0], known)
    return f"has no {'key' if len(unknown) == 1 else 'keys'} {_listed(unknown)}{hint}"


def suggestion(word: str, known: Any) -> str:
    """Return ``; did you mean 'x'?`` where something close to ``word`` is known, else the empty string."""
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _shown(value: object, limit: int = 60) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _listed(values: Any) -> str:
    return ", ".join(f"'{value}'" if isinstance(value, str) else _shown(value) for value in values)


_KINDS = {
    "object": "a table",
    "array": "a list",
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "null": "null",
}


def _listed_kinds(wanted: str | list[str]) -> str:
    names = [wanted] if isinstance(wanted, str) else wanted
    return " or ".join(_KINDS[name] for name in names)


def _kind(value: object) -> str:
    match value:
        case bool():
            return "a boolean"
        case None:
            return "null"
        case int():
            return "an integer"
        case float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list"
        case dict():
            return "a table"
    return f"a {type(value).__name__}"
