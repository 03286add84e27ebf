"""What an expression is: a count that can be rewritten, another literal, a reference, or more than that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.errors import SourceError
from worker_lint.regex import regex
from worker_lint.site import Value

if TYPE_CHECKING:
    from tree_sitter import Node

    from worker_lint.site import ValueKind
    from worker_lint.source import Source

MOST_DIGITS = 1000
"""Digits of an integer that is still read as one; Python itself refuses to convert more than 4,300 by default."""

_PYTHON_KINDS: dict[str, ValueKind] = {
    "float": "float",
    "string": "string",
    "concatenated_string": "string",
    "true": "boolean",
    "false": "boolean",
    "none": "null",
    "identifier": "reference",
    "attribute": "reference",
    "subscript": "reference",
}
_DIGITS = regex(r"[+-]?[0-9_]+")
_OCTAL_OF_PYTHON_2 = regex(r"0[0-7]+")


def unwrapped(node: Node) -> Node:
    """Return the expression inside any parentheses around ``node``."""
    while node.type == "parenthesized_expression":
        inner = [child for child in node.named_children if child.type != "comment"]
        if len(inner) != 1:
            break
        node = inner[0]
    return node


def python_value(node: Node) -> Value:
    """Return the Python expression at ``node`` as a value."""
    node = unwrapped(node)
    text = _text(node)
    kind = _PYTHON_KINDS.get(node.type, "expression")
    number = None
    if node.type == "integer":
        number = _integer(text)
    elif node.type == "unary_operator":
        operand = node.child_by_field_name("argument")
        sign = _text(node.child_by_field_name("operator"))
        if operand is not None and operand.type in ("integer", "float") and sign in ("-", "+"):
            kind = "float" if operand.type == "float" else kind
            magnitude = _integer(_text(operand)) if operand.type == "integer" else None
            number = -magnitude if magnitude is not None and sign == "-" else magnitude
    elif node.type == "string" and _has_interpolation(node):
        kind = "expression"
    divisions: list[int] = []
    if kind == "expression" and number is None and _is_fractional(node, divisions):
        kind = "float"
    return Value(
        node.start_byte,
        node.end_byte,
        text,
        "integer" if number is not None else kind,
        number,
        tuple(divisions),
    )


def _is_fractional(node: Node, divisions: list[int]) -> bool:
    """Return whether the expression at ``node`` is (on some branch) a float, whatever its names stand for.

    The offsets of the ``/`` operators in it go to ``divisions``, unless something else makes it a float too.
    """
    offsets: list[int] = []
    others = False
    stack = [node]
    while stack:
        current = unwrapped(stack.pop())
        if current.type == "float":
            others = True
        elif current.type == "binary_operator":
            operator = current.child_by_field_name("operator")
            sides = current.children_by_field_name("left") + current.children_by_field_name("right")
            if any(side.type == "string" for side in sides):
                continue  # a path, or a text
            if operator is not None and operator.type == "/":
                offsets.append(operator.start_byte)
            if operator is not None and operator.type in ("+", "-", "*", "/", "//", "%"):
                stack += sides
        elif current.type == "unary_operator":
            stack += current.children_by_field_name("argument")
        elif current.type == "conditional_expression":
            stack += [current.named_children[0], current.named_children[-1]]
        elif current.type == "call":
            function = _text(current.child_by_field_name("function"))
            arguments = current.child_by_field_name("arguments")
            if function == "float":
                others = True
            elif function in ("max", "min", "abs") and arguments is not None:
                stack += [child for child in arguments.named_children if child.type != "keyword_argument"]
    if not others:
        divisions += sorted(offsets)
    return others or bool(offsets)


def refuse_endless(source: Source, value: Value) -> None:
    """Raise SourceError where ``value``, a worker count, is an integer of more than ``MOST_DIGITS`` digits."""
    digits = sum(map(value.text.count, "0123456789"))
    if digits > MOST_DIGITS and _DIGITS.fullmatch(value.text):
        line, column = source.position(value.start)
        raise SourceError(
            f"{source.path}:{line}:{column}: a number of {digits:,} digits is no worker count; write a small integer"
        )


def _integer(text: str) -> int | None:
    if len(text) > MOST_DIGITS:
        return None
    digits = text.replace("_", "").rstrip("lL")
    if _OCTAL_OF_PYTHON_2.fullmatch(digits):
        return int(digits, 8)
    try:
        return int(digits, 0)
    except ValueError:  # 08, 4j
        return None


def _has_interpolation(node: Node) -> bool:
    return any(child.type == "interpolation" for child in node.named_children)


def _text(node: Node | None) -> str:
    text = node.text if node is not None else None  # each look copies it
    return text.decode("utf-8", "replace") if text is not None else ""
