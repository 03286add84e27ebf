"""A lambda as a function of its module, where that is certain to do the same."""

from __future__ import annotations

import builtins
import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from worker_lint.finding import Fix
from worker_lint.locate.descent import line_of_descent
from worker_lint.locate.forms import text_of
from worker_lint.rules._names import named, within
from worker_lint.rules._once import once
from worker_lint.source import Edit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tree_sitter import Node

    from worker_lint.locate.module import Module
    from worker_lint.site import Document

_LITERALS = frozenset({"integer", "float", "string", "true", "false", "none", "unary_operator"})
_BOUND_BELOW = frozenset(
    {
        "parameters",
        "lambda_parameters",
        "pattern_list",
        "tuple_pattern",
        "list_pattern",
        "list_splat_pattern",
        "dictionary_splat_pattern",
        "as_pattern_target",
        "typed_parameter",
        "dotted_name",
        "aliased_import",
        "global_statement",
        "nonlocal_statement",
    }
)
"""Nodes right below which an identifier is bound, or may be."""
_BOUND_AS = {
    "assignment": "left",
    "augmented_assignment": "left",
    "named_expression": "name",
    "for_statement": "left",
    "for_in_clause": "left",
    "default_parameter": "name",
    "typed_default_parameter": "name",
    "function_definition": "name",
    "class_definition": "name",
}
"""The field of other nodes in which one is bound."""
_SCOPES = ("function_definition", "lambda", "class_definition")
_COMPREHENSIONS = ("list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression")
_NEAR = 10_000
"""Bytes in which the ends of lines, and empty ones, are looked for."""
_LONGEST = 900
"""Bytes of a lambda that is moved; the rewriter takes a few more."""


def hoisted(function: Node, wanted: str, document: Document, taken: dict[str, int]) -> Fix | None:
    """Return the fix that makes the lambda ``function`` a function of the module, called like ``wanted``.

    Its name is one that is not ``taken``, and is then: that says how many were made of each name. None where a
    function may not be the same: the lambda uses what only exists around it, or stands in a notebook.
    """
    module, source = document.module, document.source
    if module is None or source.inset is not None or function.type != "lambda" or not module.intact(function):
        return None
    line = line_of_descent(module.root, function.start_byte, function.end_byte)
    body, listed = function.child_by_field_name("body"), function.child_by_field_name("parameters")
    if body is None or len(line) < 2 or function.end_byte - function.start_byte > _LONGEST:
        return None
    if not _can_stand_alone(function, line, module):
        return None
    start = _line_above(line[1], module)
    if start is None:
        return None
    name = _free_name(wanted, module, taken)
    end_of_line = "\r\n" if b"\r\n" in source.code[:_NEAR] else "\n"
    result = text_of(body)
    if "\n" in result:
        result = f"({result})"
    text = end_of_line.join([f"def {name}({text_of(listed)}):", f"    return {result}", "", "", ""])
    text = end_of_line * _lines_missing(module.code[max(0, start - _NEAR) : start]) + text
    edits = (Edit(start, start, text), Edit(function.start_byte, function.end_byte, name))
    return Fix("unsafe", f"Make it a function of the module, {name}", edits)


def _can_stand_alone(function: Node, line: Sequence[Node], module: Module) -> bool:
    """Return whether the lambda, the innermost of ``line`` from the root, uses only what is the same everywhere."""
    around = [node for node in line[1:] if node != function and node.start_byte <= function.start_byte]
    scopes = [node for node in around if node.type in _SCOPES]
    if scopes and scopes[-1].type == "class_definition":
        return False
    if any(within(function, "yield", "await", "named_expression")) or re.search(
        rb"\b(?:super|__class__|locals|globals|eval)\b", function.text or b""
    ):
        return False
    defaults = [each.child_by_field_name("value") for each in within(function, "default_parameter")]
    if any(value is None or value.type not in _LITERALS for value in defaults):
        return False
    used = {text_of(name) for name in within(function, "identifier") if not _is_label(name)}
    own = {text_of(name) for name in within(function, "identifier") if _binds(name)}
    parameters = function.child_by_field_name("parameters")
    of_its_own = {text_of(name) for name in within(parameters, "identifier")} if parameters is not None else set()
    if any(_is_bound_around(name, function, around, module) for name in used - of_its_own):
        return False
    return all(name in own or hasattr(builtins, name) or _is_global(name, module) for name in used)


def _is_bound_around(name: str, function: Node, line: Sequence[Node], module: Module) -> bool:
    """Return whether a function or a comprehension of ``line``, those around the lambda, may give ``name`` a value."""
    scope = next((node for node in line if node.type in ("function_definition", "lambda", *_COMPREHENSIONS)), None)
    if scope is None:
        return False
    bound = _bound_in((name, scope), module)
    inside = bisect_left(bound, function.end_byte) - bisect_left(bound, function.start_byte)
    return len(bound) > inside


@once
def _bound_in(asked: tuple[str, Node], module: Module) -> list[int]:
    """Return where a name may be given a value in a scope, in order."""
    name, scope = asked
    return [found.start_byte for found in named(name, scope, module) if _binds(found)]


@once
def _is_global(name: str, module: Module) -> bool:
    """Return whether the module itself gives ``name`` a value, by an import, a definition or an assignment."""
    return any(
        node.type == "identifier" and _binds(node) and not _is_within(node, module) for node in module.words({name})
    )


def _is_within(node: Node, module: Module) -> bool:
    line = line_of_descent(module.root, node.start_byte, node.end_byte)[:-1]
    if line and line[-1].type in ("function_definition", "class_definition"):
        line = line[:-1]  # its own name
    return any(each.type in (*_SCOPES, *_COMPREHENSIONS) for each in line)


def _binds(name: Node) -> bool:
    """Return whether ``name``, an identifier, may be given a value where it stands."""
    above = name.parent
    if above is None:
        return False
    field = _BOUND_AS.get(above.type)
    return above.type in _BOUND_BELOW or (field is not None and above.child_by_field_name(field) == name)


def _is_label(name: Node) -> bool:
    """Return whether ``name`` is the name of an attribute or of a keyword argument, which nothing looks up."""
    above = name.parent
    if above is None:
        return False
    field = {"attribute": "attribute", "keyword_argument": "name"}.get(above.type)
    return field is not None and above.child_by_field_name(field) == name


def _line_above(statement: Node, module: Module) -> int | None:
    """Return where to insert above a statement of the module, and above the comments that belong to it."""
    first = statement
    while (before := first.prev_named_sibling) is not None and before.type == "comment":
        if before.end_point.row + 1 != first.start_point.row or before.start_point.column:
            break
        first = before
    start = first.start_byte
    return start if start == 0 or module.code[start - 1 : start] in (b"\n", b"\r") else None


def _lines_missing(above: bytes) -> int:
    """Return how many empty lines to add below ``above`` so that a function stands two lines from it."""
    lines = above.splitlines()
    empty = 0
    while lines and not lines.pop().strip():
        empty += 1
    return max(0, 2 - empty) if above.strip() else 0


def _free_name(wanted: str, module: Module, taken: dict[str, int]) -> str:
    """Return ``wanted``, with a number where the file has that word already, or it is ``taken``, and take it."""
    number = taken.get(wanted, 1)
    name = wanted if number == 1 else f"{wanted}_{number}"
    while name in taken or module.places.of(name):
        number += 1
        name = f"{wanted}_{number}"
    taken[name] = 1
    taken[wanted] = number
    return name
