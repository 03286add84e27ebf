"""The way through a syntax tree from its root to a place in the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node


def line_of_descent(root: Node, start: int, end: int) -> list[Node]:
    """Return the nodes around bytes ``start`` to ``end``, from ``root`` to the innermost.

    It goes down once; ``Node.parent`` would go down from the root for every step up.
    """
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
