"""What the names in a Python file stand for, as far as the file itself tells."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.locate.descent import node_at
from worker_lint.locate.elision import notice
from worker_lint.locate.forms import last_name, text_of
from worker_lint.locate.module import around
from worker_lint.locate.values import unwrapped
from worker_lint.regex import regex
from worker_lint.rules._once import once

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.locate.module import Module

_MAY_BE_GIVEN = regex(rb"\s*(?:=(?!=)|[:,#\\]|\)\s*=(?!=))")
"""What stands behind a name that an assignment gives a value, perhaps one of several names."""
_MOST_BLANKS = 80
"""Bytes before the name of a function or class in which its ``def`` or ``class`` is looked for."""
_MOST_FUNCTIONS = 100
"""Functions of one name among which nobody tells any more which one is meant."""
_DEFINITIONS = ("function_definition", "class_definition")


def within(node: Node, *types: str) -> Iterator[Node]:
    """Yield each node of one of ``types`` below ``node``, in order, but nothing of the classes in there."""
    notice(node.start_byte, node.end_byte)
    stack = list(reversed(node.named_children))
    while stack:
        found = stack.pop()
        if found.type in types:
            yield found
        if found.type != "class_definition":
            stack += reversed(found.named_children)


def own_attribute(node: Node | None) -> str | None:
    """Return ``name`` where ``node`` is ``self.name``, else None."""
    if node is None or node.type != "attribute" or text_of(node.child_by_field_name("object")) != "self":
        return None
    return text_of(node.child_by_field_name("attribute"))


def matched(function: Node, pattern: re.Pattern[bytes]) -> Iterator[Node]:
    """Yield the name at the first group of each match of ``pattern`` in ``function``, but none in a comment or string.

    To look at the bytes first is many times faster than to look at every node.
    """
    for match in pattern.finditer(function.text or b""):
        start, end = match.span(1)
        node = node_at(function, function.start_byte + start, function.start_byte + end)
        if node is not None and node.type == "identifier":
            yield node


def parameters(function: Node) -> list[str]:
    """Return the names of the parameters of ``function``, a definition or a lambda, in order; no ``*`` ones."""
    listed = function.child_by_field_name("parameters")
    names = []
    for parameter in listed.named_children if listed is not None else ():
        name = parameter if parameter.type == "identifier" else parameter.child_by_field_name("name")
        if parameter.type == "typed_parameter" and parameter.named_children:
            name = parameter.named_children[0]
        if name is not None and name.type == "identifier":
            names.append(text_of(name))
    return names


def values_of(expression: Node, module: Module) -> list[Node]:
    """Return what the name ``expression`` was last given before it is read there, as far as one file tells.

    A plain name is looked up in the function around it, then in those around that and in the module;
    ``self.name`` in the class, where every assignment counts.
    """
    if expression.type == "attribute":
        if own_attribute(expression) is None:
            return []
        definition = around(expression, "class_definition")
        return [] if definition is None else _given_in_class((text_of(expression), definition), module)
    if expression.type != "identifier":
        return []
    name, place = text_of(expression), expression.start_byte
    scope = around(expression, "function_definition")
    while True:
        given = _given_in_scope((name, scope), module)
        before = len(given.values) if scope is None else bisect_left(given.targets, place)
        if before:
            ahead = min(before, bisect_left(given.starts, place))
            return [given.values[(ahead or before) - 1]]
        if scope is None or name in _parameters(scope, module):
            return []
        scope = around(scope, "function_definition")


@dataclass(frozen=True, slots=True)
class _Given:
    """What one name is assigned in one scope, in order: ten thousand places that read it search it by halves."""

    values: list[Node]
    targets: list[int]
    """Where the name stands in each assignment."""
    starts: list[int]
    """Where each value begins."""


@once
def _given_in_scope(named: tuple[str, Node | None], module: Module) -> _Given:
    """Return what a name is assigned in the function itself, or in the module itself where that is None."""
    name, scope = named
    assigned = [
        (target, value)
        for found in _may_be_given(name, scope or module.root, module)
        for target, value in _assigned(found)
        if around(target, "function_definition", "class_definition") == scope
    ]
    return _Given(
        [value for _, value in assigned],
        [target.start_byte for target, _ in assigned],
        [value.start_byte for _, value in assigned],
    )


@once
def _given_in_class(named: tuple[str, Node], module: Module) -> list[Node]:
    """Return every value that ``self.name`` is assigned in a class."""
    written, definition = named
    return [
        value
        for found in _may_be_given(written.rpartition(".")[2], definition, module)
        if found.parent is not None and found.parent.type == "attribute" and text_of(found.parent) == written
        for _, value in _assigned(found.parent)
    ]


@once
def _parameters(function: Node, module: Module) -> frozenset[str]:
    return frozenset(parameters(function))


def _may_be_given(name: str, region: Node, module: Module) -> Iterator[Node]:
    """Yield each identifier ``name`` in ``region`` behind which an assignment may stand."""
    for start, end in _places(name, region, module):
        found = _identifier(start, end, module) if _MAY_BE_GIVEN.match(module.code, end) else None
        if found is not None:
            yield found


def _assigned(target: Node) -> Iterator[tuple[Node, Node]]:
    """Yield ``target`` with what it is assigned, where it is."""
    value = _value_given(target, target.parent) if target.parent is not None else None
    if value is not None:
        yield target, value


def named(name: str, region: Node, module: Module) -> Iterator[Node]:
    """Yield each identifier ``name`` in ``region``, in order."""
    for start, end in _places(name, region, module):
        found = _identifier(start, end, module)
        if found is not None:
            yield found


def _places(name: str, region: Node, module: Module) -> Iterator[tuple[int, int]]:
    """Yield the bytes of each ``name`` in ``region`` that is no part of a longer one, in order."""
    places, length = module.places.of(name), len(name.encode())
    first, last = (bisect_left(places, place) for place in (region.start_byte, region.end_byte))
    for start in places[first:last]:
        yield start, start + length


def _identifier(start: int, end: int, module: Module) -> Node | None:
    found = node_at(module.root, start, end)
    is_one = found is not None and found.type == "identifier"
    return found if is_one and found is not None and (found.start_byte, found.end_byte) == (start, end) else None


def _value_given(target: Node, above: Node) -> Node | None:
    """Return what an assignment ``above`` gives ``target``: also 2 of ``a, b = 1, 2``, and f() of ``a, b = f()``."""
    if above.type in ("assignment", "named_expression"):
        left = above.child_by_field_name("left") or above.child_by_field_name("name")
        return (above.child_by_field_name("right") or above.child_by_field_name("value")) if left == target else None
    if above.type not in ("pattern_list", "tuple_pattern") or above.parent is None or above.parent.type != "assignment":
        return None
    right = above.parent.child_by_field_name("right")
    if right is None or right.type not in ("expression_list", "tuple"):
        return right
    names, values = above.named_children, right.named_children
    return values[names.index(target)] if len(names) == len(values) and target in names else None


def functions_named(expression: Node, module: Module) -> list[Node]:
    """Return the functions and lambdas of the file that ``expression`` may stand for; what ``partial`` calls, too."""
    expression = unwrapped(expression)
    if expression.type == "lambda":
        return [expression]
    if expression.type == "conditional_expression":
        branches = (expression.named_children[0], expression.named_children[-1])
        return [function for branch in branches for function in functions_named(branch, module)]
    if expression.type == "call" and last_name(expression.child_by_field_name("function")) == "partial":
        arguments = expression.child_by_field_name("arguments")
        first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
        return [] if first is None else functions_named(first, module)
    if expression.type == "attribute" and own_attribute(expression) is not None:
        region = around(expression, "class_definition")
    else:
        region = module.root if expression.type == "identifier" else None
    if region is None:
        return []
    return _functions_called((last_name(expression), region), module)


@once
def _functions_called(named: tuple[str, Node], module: Module) -> list[Node]:
    """Return the functions and lambdas that a region gives a name to; none of very many."""
    called, region = named
    found = []
    for start, end in _places(called, region, module):
        may_be = _MAY_BE_GIVEN.match(module.code, end) or _is_defined(start, module)
        name = _identifier(start, end, module) if may_be else None
        above = name.parent if name is not None else None
        if above is None or name != above.child_by_field_name(
            "name" if above.type == "function_definition" else "left"
        ):
            continue
        if above.type == "function_definition":
            found.append(above)
        elif above.type == "assignment" and (right := above.child_by_field_name("right")) is not None:
            found += [right] if right.type == "lambda" else []
    return found if len(found) <= _MOST_FUNCTIONS else []


def definitions(name: str, region: Node, module: Module) -> Iterator[Node]:
    """Yield each function and class of ``region`` that is called ``name``, in order."""
    for start, end in _places(name, region, module):
        found = _identifier(start, end, module) if _is_defined(start, module) else None
        above = found.parent if found is not None else None
        if above is not None and above.type in _DEFINITIONS and above.child_by_field_name("name") == found:
            yield above


def _is_defined(start: int, module: Module) -> bool:
    """Return whether a definition may begin before the name at ``start``."""
    before = module.code[max(0, start - _MOST_BLANKS) : start].rstrip()
    return before.endswith((b"def", b"class", b"\\"))
