"""What an expression looks up, however it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.locate.forms import text_of
from worker_lint.locate.values import unwrapped

if TYPE_CHECKING:
    from tree_sitter import Node

PLAIN = ("identifier", "attribute", "subscript")
"""Expressions that look something up and call nothing."""


def read(node: Node | None) -> str | None:
    """Return what the expression ``node`` looks up, or None where it does more than look up.

    ``args.n`` and ``getattr(args, "n", None)`` are the same, and so are ``cfg["n"]`` and ``cfg.get("n")``.
    """
    node = unwrapped(node) if node is not None else None
    if node is None:
        return None
    match node.type:
        case "identifier":
            return text_of(node)
        case "attribute":
            holder, name = read(node.child_by_field_name("object")), text_of(node.child_by_field_name("attribute"))
            return None if holder is None else f"{holder}.{name}"
        case "subscript":
            holder, keys = read(node.child_by_field_name("value")), node.children_by_field_name("subscript")
            key = string(keys[0]) if len(keys) == 1 else None
            return None if holder is None or key is None else f"{holder}[{key}]"
        case "call":
            return _look_up(node)
    return None


def _look_up(call: Node) -> str | None:
    function, given = call.child_by_field_name("function"), arguments(call)
    if function is None or not given:
        return None
    if function.type == "attribute" and text_of(function.child_by_field_name("attribute")) == "get":
        holder, key = read(function.child_by_field_name("object")), string(given[0])
        return None if holder is None or key is None or len(given) > 2 else f"{holder}[{key}]"
    if text_of(function) == "getattr" and len(given) in (2, 3):
        holder, key = read(given[0]), string(given[1])
        return None if holder is None or key is None else f"{holder}.{key}"
    return None


def fallback(node: Node) -> Node | None:
    """Return what the look-up ``node`` gives where nothing is found: 4 of ``cfg.get("n", 4)``; None where it is None.

    Only asked of a call for which ``read`` returns something.
    """
    given = arguments(unwrapped(node))
    position = 2 if text_of(unwrapped(node).child_by_field_name("function")) == "getattr" else 1
    return given[position] if len(given) > position else None


def last_part(looked_up: str) -> str:
    """Return ``n`` of ``a.n`` or ``a[n]``, as ``read`` writes them."""
    return looked_up.rstrip("]").replace("[", ".").rpartition(".")[2]


def string(node: Node) -> str | None:
    """Return the text of a plain string literal, or None for anything else."""
    if node.type != "string" or len(node.named_children) != 3:
        return None
    content = node.named_children[1]
    return text_of(content) if content.type == "string_content" else None


def arguments(call: Node) -> list[Node]:
    """Return the positional arguments of ``call``."""
    listed = call.child_by_field_name("arguments")
    return [c for c in listed.named_children if c.type not in ("keyword_argument", "comment")] if listed else []
