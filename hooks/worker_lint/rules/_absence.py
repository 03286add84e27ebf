"""What a name holds where nobody gave it a value, as far as its own file tells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from worker_lint.locate.forms import keyword, last_name, placed, text_of
from worker_lint.locate.module import around
from worker_lint.locate.reach import values_of
from worker_lint.rules._reads import fallback, last_part, read, string

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.locate.module import Module

Absence = Literal[
    "none",  # None, and nothing else, says that no value was given
    "zero",  # the file itself writes 0, or something as empty, for no value
    "text",  # a string, in which "0" is as true as any other
    "unknown",
]

_ENVIRONMENT = re.compile(r"\benviron\b|\bgetenv\b")
_OPTION_CALLS = frozenset({"add_argument", "add_option", "option", "add_arg"})
_EMPTY = frozenset({"0", "0.0", "False", "''", '""', "[]", "()", "{}"})
_MOST_STEPS = 4
"""Names that a value is followed through: ``self.n`` to ``n`` to ``args.n`` to ``--n``."""


def absence(node: Node, module: Module, steps: int = _MOST_STEPS) -> Absence:
    """Return what the expression ``node`` is where nobody gave a value."""
    if _ENVIRONMENT.search(text_of(node)):
        return "text"
    looked_up = read(node)
    if looked_up is None or not steps:
        return "unknown"
    if node.type == "call":
        default = fallback(node)
        return "none" if default is None else _of_value(default, module, steps)
    said = set(_of_sources(node, looked_up, module, steps))
    for each in ("text", "zero"):
        if each in said:
            return each
    return "none" if said == {"none"} else "unknown"


def is_empty(node: Node) -> bool:
    """Return whether the expression ``node`` is a literal as false as 0."""
    return node.type == "none" or text_of(node) in _EMPTY


def _of_value(value: Node, module: Module, steps: int) -> Absence:
    if value.type == "none":
        return "none"
    if is_empty(value):
        return "zero"
    return absence(value, module, steps - 1) if read(value) is not None or "env" in text_of(value) else "unknown"


def _of_sources(node: Node, looked_up: str, module: Module, steps: int) -> Iterator[Absence]:
    """Yield what each place in the file says that sets what is looked up."""
    name = last_part(looked_up)
    holder = looked_up[: -len(name)].rstrip(".[")
    if not holder:
        declared = parameter(node, name)
        if declared is not None:
            found = placed(declared)
            yield _of_value(found.value, module, steps) if found is not None else _without_default(name, module)
            return
        for value in values_of(node, module.value(node)):
            expression = module.node(value.start, value.end)
            yield _of_value(expression, module, steps) if expression is not None else "unknown"
        return
    if looked_up.endswith("]"):
        return
    if holder not in ("self", "cls"):
        yield from _of_options(name, module)
    for place in module.words({name}):
        found = placed(place) if place.type == "identifier" else None
        if found is None or found.value == node:
            continue
        above = place.parent
        if found.form in ("class-attribute", "field-default") or (
            found.form == "assignment"
            and read(above) == looked_up
            and around(found.value, "if_statement") is None  # what a test guards is no default
        ):
            yield _of_value(found.value, module, steps)


def parameter(node: Node, name: str) -> Node | None:
    """Return the name of the parameter ``name`` of the innermost function around ``node`` that has one."""
    function = around(node, "function_definition", "lambda")
    while function is not None:
        parameters = function.child_by_field_name("parameters")
        for parameter in parameters.named_children if parameters is not None else ():
            named = parameter.child_by_field_name("name")
            if named is None:
                named = parameter.named_children[0] if parameter.type == "typed_parameter" else parameter
            if text_of(named) == name:
                return named
        function = around(function, "function_definition", "lambda")
    return None


def _without_default(name: str, module: Module) -> Absence:
    """Return what a parameter without a default holds: what click gives it, where an option bears its name."""
    said = set(_of_options(name, module))
    return said.pop() if len(said) == 1 else "unknown"


def _of_options(name: str, module: Module) -> Iterator[Absence]:
    kebab = name.replace("_", "-")
    seen: set[int] = set()
    for word in module.words({name, f"--{name}", f"--{kebab}", f"-{name}"}):
        if word.type != "string_content":
            continue
        call = around(word, "call")
        if call is None or call.id in seen or last_name(call.child_by_field_name("function")) not in _OPTION_CALLS:
            continue
        listed = call.child_by_field_name("arguments")
        if listed is None or not _names(listed, name):
            continue
        seen.add(call.id)
        kind, default = text_of(keyword(listed, "type")), keyword(listed, "default")
        if kind in ("", "str", "'str'", '"str"', "'string'", '"string"'):
            yield "text"
        elif default is None or default.type == "none":
            yield "none"
        else:
            yield "zero" if is_empty(default) else "unknown"


def _names(listed: Node, name: str) -> bool:
    """Return whether the arguments of an option's definition call it ``name``."""
    target = keyword(listed, "dest")
    if target is not None:
        return string(target) == name
    flags = [string(argument) or "" for argument in listed.named_children]
    return any(flag.lstrip("-").replace("-", "_") == name for flag in flags)
