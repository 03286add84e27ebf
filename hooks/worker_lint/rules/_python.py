"""Edits of Python calls, and the ways up from an expression, that several rules share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.locate.forms import text_of
from worker_lint.source import Edit

if TYPE_CHECKING:
    from tree_sitter import Node

LONGEST_EDIT = 900
"""Bytes of an expression that is rewritten as a whole; the rewriter takes a few more."""


def with_keyword(call: Node, argument: str, *, before: str | None = None) -> Edit | None:
    """Return the edit that gives ``call`` one keyword ``argument`` more, as in ``type=int``.

    It stands before the keyword argument called ``before``, where there is one and no positional argument follows, else
    behind the last positional argument: on a line of its own where its neighbour has one. None where the call is too
    long, or has no argument that tells a place.
    """
    arguments = call.child_by_field_name("arguments")
    if arguments is None or call.end_byte - call.start_byte > LONGEST_EDIT:
        return None
    named = [child for child in arguments.named_children if child.type != "comment"]
    positional = [child for child in named if child.type != "keyword_argument"]
    follower = next((child for child in named if _is_called(child, before)), None)
    if follower is None or (positional and positional[-1].start_byte > follower.start_byte):
        follower = None
    if follower is None and not positional:
        return None
    text = call.text or b""
    neighbour = follower if follower is not None else positional[-1]
    at = (neighbour.start_byte if follower is not None else neighbour.end_byte) - call.start_byte
    indent = _indent(text, neighbour.start_byte - call.start_byte)
    separator = b", " if indent is None else b"," + indent
    added = argument.encode()
    new = added + separator if follower is not None else separator + added
    return Edit(call.start_byte, call.end_byte, (text[:at] + new + text[at:]).decode())


def _indent(text: bytes, at: int) -> bytes | None:
    """Return the line break and blanks before ``at``, or None where something else stands on its line."""
    blanks = text[:at].rstrip(b" \t")
    if not blanks.endswith(b"\n"):
        return None
    start = len(blanks) - (2 if blanks.endswith(b"\r\n") else 1)
    return text[start:at]


def _is_called(argument: Node, name: str | None) -> bool:
    return argument.type == "keyword_argument" and text_of(argument.child_by_field_name("name")) == name
