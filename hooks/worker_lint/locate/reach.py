"""Whether a count that is no literal can be 0 where it is used: the tests around it and the values it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.locate.forms import text_of
from worker_lint.locate.values import python_value
from worker_lint.locate.words import occurrences

if TYPE_CHECKING:
    from tree_sitter import Node

    from worker_lint.site import Value

_SCOPES = ("function_definition", "lambda", "module")


def conditions_around(node: Node) -> tuple[str, ...]:
    """Return the tests that the function around ``node`` (else the module) makes, as written.

    Every ``if``, ``elif``, ``while``, ``assert`` and conditional expression counts, and every ``max`` and ``min``:
    code that looks at a count at all is taken to know that it may be 0.
    """
    scope: Node = node
    while scope.type not in _SCOPES and scope.parent is not None:
        scope = scope.parent
    found: list[str] = []
    stack = [scope]
    while stack:
        current = stack.pop()
        if current.type in ("if_statement", "elif_clause", "while_statement"):
            found.append(text_of(current.child_by_field_name("condition")))
        elif current.type in ("assert_statement", "conditional_expression") or _is_bounding_call(current):
            found.append(text_of(current))
        # What another function tests says nothing about this one.
        stack += [c for c in current.named_children if c.type not in ("function_definition", "class_definition")]
    return tuple(found)


def _is_bounding_call(node: Node) -> bool:
    return node.type == "call" and text_of(node.child_by_field_name("function")) in ("max", "min")


def values_of(node: Node, count: Value) -> tuple[Value, ...]:
    """Return every value that the file assigns to the plain name ``count``, used at ``node``.

    Empty where something else may set it too: a parameter, a loop, an import, an unpacking. ``global`` code in other
    files cannot be seen and is not looked for.
    """
    if count.kind != "reference" or not count.text.isidentifier():
        return ()
    root = node
    while root.parent is not None:
        root = root.parent
    values: list[Value] = []
    for _, hit in occurrences(root.text or b"", {count.text}):
        name = root.descendant_for_byte_range(*(root.start_byte + offset for offset in hit))
        if name is None or name.type != "identifier":
            continue
        above = name.parent
        left = above.child_by_field_name("left") if above is not None and above.type == "assignment" else None
        right = above.child_by_field_name("right") if above is not None and left is not None else None
        if left is not None and left.id == name.id:
            if right is not None:
                values.append(python_value(right))
        elif _binds(name):
            return ()
    return tuple(values)


def _binds(name: Node) -> bool:
    """Return whether this occurrence may give the name a value in a way other than a plain assignment."""
    above = name.parent
    if above is None:
        return False
    if above.type in ("parameters", "lambda_parameters", "pattern_list", "tuple_pattern", "for_in_clause"):
        return True
    if above.type in ("typed_parameter", "aliased_import", "augmented_assignment", "global_statement"):
        return True
    bound = {"default_parameter": "name", "typed_default_parameter": "name", "for_statement": "left"}.get(above.type)
    if bound is not None:
        return above.child_by_field_name(bound) == name
    if above.type == "dotted_name":
        return True
    return above.type == "named_expression" and above.child_by_field_name("name") == name
