"""Worker counts in data files, judged by their JSON Schema."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast

from worker_lint.schema import load_schema

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

    from worker_lint.site import Value

Constraint = Literal["type", "minimum"]


def schema_with_bound(limit: int | None) -> dict[str, Any]:
    """Return the schema of worker counts in which a count is at most ``limit`` workers."""
    schema = load_schema("worker-counts")
    if limit is not None:
        schema["$defs"]["count"]["else"]["maximum"] = limit
    return schema


def broken_constraint(value: Value) -> Constraint | None:
    """Return which constraint on a worker count ``value``, of a data file, breaks first; None where it is a count."""
    if value.kind == "integer" and value.number is not None and value.number >= 0:
        return None  # what the schema says of a plain count, without loading jsonschema for it
    error = next(iter(_validator().iter_errors(_instance(value))), None)
    return cast("Constraint", error.validator) if error is not None else None


def _instance(value: Value) -> Any:
    """Return what ``value`` is in every language of data: to a schema, JSON, YAML and TOML say the same things."""
    match value.kind:
        case "integer":
            return value.number
        case "float":
            return 0.5  # any float: which one does not matter
        case "boolean":
            return value.text.lower() in ("true", "yes", "on")
        case "null":
            return None
        case "reference" | "expression":
            return "${}"  # something else fills it in
    return value.text.strip("\"'")


@cache
def _validator() -> Validator:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    # To JSON Schema 4.0 is an integer; to Python's json it is a float, and a loader refuses it.
    integer = Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, instance: isinstance(instance, int) and not isinstance(instance, bool)
    )
    strict: type[Validator] = extend(Draft202012Validator, type_checker=integer)  # type: ignore[no-untyped-call]
    return strict({**load_schema("worker-counts"), "$ref": "#/$defs/count"})
