"""The way through a syntax tree from its root to a place in the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.locate.elision import notice

if TYPE_CHECKING:
    from tree_sitter import Node


MOST_LEVELS = 1000
"""Levels of a Python tree at which code is still looked at: CPython itself refuses 200 nested brackets."""


def node_at(root: Node, start: int, end: int) -> Node | None:
    """Return the innermost node around bytes ``start`` to ``end``, or None deeper than ``MOST_LEVELS`` below ``root``.

    The limit keeps the way up from there, which costs as many steps again at each node, short.
    """
    notice(start, end)
    cursor = root.walk()
    levels = 0
    # Down to a leaf without a look at what is passed, and up again where that leaf does not reach as far.
    while levels < MOST_LEVELS and cursor.goto_first_child_for_byte(start) is not None:
        levels += 1
    while levels:
        node = cursor.node
        if node is not None and node.start_byte <= start and node.end_byte >= end:
            return node if levels < MOST_LEVELS else None
        cursor.goto_parent()
        levels -= 1
    return root


def outermost_at(root: Node, start: int, end: int, types: tuple[str, ...]) -> Node | None:
    """Return the outermost node of one of ``types`` around bytes ``start`` to ``end``, or None.

    None also where it is deeper than ``MOST_LEVELS`` below ``root``.
    """
    notice(start, end)
    cursor = root.walk()
    for _ in range(MOST_LEVELS):
        if cursor.goto_first_child_for_byte(start) is None:
            return None
        node = cursor.node
        if node is None or node.start_byte > start or node.end_byte < end:
            return None
        if node.type in types:
            return node
    return None


def line_of_descent(root: Node, start: int, end: int) -> list[Node]:
    """Return the nodes around bytes ``start`` to ``end``, from ``root`` to the innermost.

    It goes down once; ``Node.parent`` would go down from the root for every step up.
    """
    notice(start, end)
    cursor = root.walk()
    line = [root]
    while cursor.goto_first_child_for_byte(start) is not None:
        node = cursor.node
        if node is None or node.start_byte > start or node.end_byte < end:
            break
        line.append(node)
    return line


def first_error(root: Node) -> int:
    """Return the offset at which the parser of the tree at ``root``, which has an error, seems to have lost its way."""
    node = root
    place = root.start_byte
    while True:
        if node.is_missing:
            return node.start_byte
        if node.is_error:
            # An error that begins with the text ends where it could not go on.
            place = node.start_byte if node.start_byte > root.start_byte else node.end_byte
        inner = next((child for child in node.children if child.has_error or child.is_missing), None)
        if inner is None:
            return place
        node = inner
