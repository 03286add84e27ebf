"""JSON without the insides of its long texts: the images of a notebook are most of its bytes, and nobody reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Parser, Range

from worker_lint.locate.grammars import grammar
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_LONG = 1000
"""Bytes of a text that are worth leaving out; shorter ones cost more to find than to parse."""
_OPENING = regex(rb'[ \t]*(?:"[^"\\\n]{0,99}"[ \t]*:[ \t]*)?"')
"""What a text begins with that is the first thing of its line, or the value of a key that is.

No text of JSON goes on in the next line, so at the beginning of one there is none open.
"""
_END = 0xFFFFFFFF
"""An offset behind any, for a range without an end."""


def without_long_texts(code: bytes) -> Node:
    """Return the root of the tree of the JSON text ``code``, in which long texts are cut short.

    All offsets are those in ``code``. What is no JSON with its long texts is none without them.
    """
    parser = Parser(grammar("json"))
    parser.included_ranges = list(_between(_insides(code)))
    return parser.parse(code).root_node


def _insides(code: bytes) -> Iterator[tuple[int, int]]:
    """Yield where something within a text stands that neither ends it nor is an escape, if it is long."""
    start = 0
    while start < len(code):
        line_break = code.find(b"\n", start, start + _LONG)
        if line_break < 0:  # a long line
            line_break = code.find(b"\n", start + _LONG)
            line_break = len(code) if line_break < 0 else line_break
            opening = _OPENING.match(code, start)
            if opening is not None:
                inside = opening.end()
                quote = code.find(b'"', inside, line_break)
                escape = code.find(b"\\", inside, max(quote, inside))
                end = escape if escape >= 0 else quote
                if end - inside >= _LONG:  # never where the line has no end of it: that is no text
                    yield inside, end
        start = line_break + 1


def _between(left_out: Iterator[tuple[int, int]]) -> Iterator[Range]:
    """Yield the ranges around what is ``left_out``; their lines and columns, which nobody asks for, say nothing."""
    begin = 0
    for start, end in left_out:
        yield Range((0, begin), (0, start), begin, start)
        begin = end
    yield Range((0, begin), (0, _END), begin, _END)
