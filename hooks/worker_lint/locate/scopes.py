"""The functions and classes around a node, and whether the code there parses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

_COMPOUND = frozenset(
    [
        "function_definition",
        "class_definition",
        "if_statement",
        "elif_clause",
        "while_statement",
        "for_statement",
        "with_statement",
        "match_statement",
        "case_clause",
    ]
)
"""Statements with a body of their own."""


def scope_of(node: Node) -> int:
    """Return the id of the function, else the class, else the module, in which ``node`` gets its value.

    A parameter belongs to its function.
    """
    above = node.parent
    while above is not None and above.type not in ("function_definition", "lambda", "class_definition"):
        if above.parent is None:
            break
        above = above.parent
    return above.id if above is not None else node.id


def scopes_around(node: Node) -> frozenset[int]:
    """Return the ids of the functions around ``node``, and of the module: where its names are looked up."""
    scopes = set()
    above: Node | None = node
    while above is not None:
        if above.type in ("function_definition", "lambda") or above.parent is None:
            scopes.add(above.id)
        above = above.parent
    return frozenset(scopes)


def intact(node: Node) -> bool:
    """Return whether ``node`` stands in code that parses: its statement, or the head of the definition around it."""
    above: Node | None = node
    in_head = False
    while above is not None and above.type not in ("block", "module"):
        # What is wrong with the body of a function does not touch its parameters.
        in_head = in_head or above.type in _COMPOUND
        if above.type == "ERROR" or (above.has_error and not in_head):
            return False
        above = above.parent
    return True
