"""Options that need workers, fixed beside a count that may be 0: which those are, and what guards them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.options import is_off, without_workers, worker_options
from worker_lint.regex import regex

if TYPE_CHECKING:
    from worker_lint.site import Group, Value

_LITERALS = ("integer", "float", "string", "boolean")
_CONTEXT = regex(r"[\w.]*get_context\([^()]*\)")
_MAY_FALL_TO_ZERO = regex(r"//|\s-\s|(?<![\w.\[])0(?![\w.])|\b(?:get|getattr|pop)\(")
_HARMLESS_ZERO = regex(r"sched_getaffinity\(0\)|[<>=!]=?\s*0\b|\b0\s*(?=[<>=!])")
"""A 0 that is compared with, or means this process."""
_BINDS_LOOSELY = regex(r"\b(?:or|and|not|in|is|lambda)\b|[<>]|[=!]=")
"""What has to stand in parentheses beside a comparison."""


def unguarded(group: Group) -> list[tuple[str, Value]]:
    """Return the options of ``group`` that make its loader raise where its count, which is not written there, is 0.

    Code that looks at the count at all (an ``if``, an ``assert``, a ``max``) is taken to know.
    """
    count = group.count
    if count is None or count.literal or not configures_a_loader(group):
        return []
    options = fixed_options(group)
    return options if options and not is_watched(group) and _may_be_zero(group, count) else []


def fixed_options(group: Group) -> list[tuple[str, Value]]:
    """Return the options of ``group`` that need workers and are on, whatever the count is."""
    return [
        (name, value)
        for name, value in worker_options(group)
        if (value.kind in _LITERALS or _CONTEXT.fullmatch(value.text)) and not is_off(name, value)
    ]


def is_watched(group: Group) -> bool:
    """Return whether the function around ``group`` looks at the name that is its count."""
    count = group.count
    if count is None or count.kind != "reference":
        return False
    last = re.split(r"\W+", count.text.rstrip("'\"])"))[-1]
    return group.conditions.name(last)


def configures_a_loader(group: Group) -> bool:
    """Return whether ``group`` is a call of a known loader, or a dict with its options."""
    return group.kind == "dict" or (group.kind == "call" and group.loader is not None)


def guarded(name: str, value: Value, count: Value) -> str:
    """Return the expression that is ``value`` where ``count`` is above 0, and harmless elsewhere."""
    test = f"({count.text}) > 0" if _BINDS_LOOSELY.search(count.text) else f"{count.text} > 0"
    return test if name == "persistent_workers" else f"{value.text} if {test} else {without_workers(name, 'python')}"


def is_repeatable(count: Value) -> bool:
    """Return whether evaluating the count twice is the same as once: it calls nothing but what only looks up."""
    calls = re.findall(r"(\w*)\s*\(", count.text)
    plain = not any(part in count.text for part in ("\n", " if ", ":="))
    return plain and all(call in ("get", "getattr", "int") for call in calls)


def _may_be_zero(group: Group, count: Value) -> bool:
    if count.kind == "reference":
        values = group.count_values
        return not values or any(value.number == 0 or _expression_may_be_zero(value) for value in values)
    return _expression_may_be_zero(count)


def _expression_may_be_zero(value: Value) -> bool:
    if value.kind == "reference":
        return True
    if value.kind != "expression" or re.match(r"max\(\s*[1-9]|max\(.*,\s*[1-9]\d*\s*\)$", value.text):
        return False
    return _MAY_FALL_TO_ZERO.search(_HARMLESS_ZERO.sub("", value.text)) is not None
