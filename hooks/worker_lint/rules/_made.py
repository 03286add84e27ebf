"""From an argument to the call that made it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.locate.forms import keyword
from worker_lint.locate.reach import values_of
from worker_lint.locate.values import unwrapped

if TYPE_CHECKING:
    from tree_sitter import Node

    from worker_lint.locate.module import Module


def argument(call: Node, name: str, position: int = 0) -> Node | None:
    """Return the argument ``name`` of ``call``, or the one at ``position``; None where it is not written there."""
    arguments = call.child_by_field_name("arguments")
    if arguments is None or arguments.type != "argument_list":
        return None
    named = keyword(arguments, name)
    if named is not None:
        return named
    positional = [each for each in arguments.named_children if each.type not in ("keyword_argument", "comment")]
    if len(positional) <= position or any(each.type.endswith("_splat") for each in positional[: position + 1]):
        return None
    return positional[position]


def maker(expression: Node | None, module: Module) -> Node | None:
    """Return the call that ``expression`` is, or that alone gives the plain name that it is its value, or None."""
    if expression is None:
        return None
    expression = unwrapped(expression)
    if expression.type == "call":
        return expression
    if expression.type != "identifier":
        return None
    values = values_of(expression, module.value(expression))
    if len(values) != 1:
        return None
    made = module.node(values[0].start, values[0].end)
    return made if made is not None and made.type == "call" else None
