"""YAML as the grammar can read it: leniences that other readers have, depths and lengths that it cannot bear."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

import tree_sitter

from worker_lint.dataclass import dataclass
from worker_lint.errors import SourceError
from worker_lint.locate.descent import first_error
from worker_lint.locate.grammars import grammar
from worker_lint.locate.templates import is_template, masked
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from worker_lint.source import Source

MOST_LEVELS = 200
"""Levels of nesting by indentation that are read: the grammar's own stack overflows at about 250."""
MOST_LINES = 32_000
"""Lines that the grammar can count; a longer file is read in pieces, each a block of its top level."""

_STRUCTURE = regex(rb"(?m:^)[ \t]*(?:[-?:][ \t]+)*")
_DEEP = regex(rb"(?m:^)[ \t\-?:]{%d}" % (MOST_LEVELS // 2))
_BLOCK_START = regex(rb"(?m:^)[^\s#\]})]")
_FLOW_TOKEN = regex(
    rb"(?=[\#\"'\[\]{}\r\n])(?:"  # what it begins with: most bytes do not, and are passed at once
    rb"(?P<glued>(?<=[\"'])\#[^\r\n]*)|(?P<skip>(?:(?<=\s)|(?m:^))\#[^\r\n]*)"
    rb"|(?:(?<=[\s\[{,:])|(?m:^))(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'|(?P<open>[\[{]))"
    rb"|(?P<close>[\]}])|(?P<end>[\r\n]))",
    re.DOTALL,
)


Span = tuple[int, int]
"""The first byte of a text, and the one behind its last."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A tree, and the places in its text that were asked for."""

    root: Node
    places: tuple[Span, ...]
    skipped: int = 0
    """How many items of the list, if the document is one, stand in front of it."""


def pieces(source: Source, places: Iterable[Span]) -> Iterator[Piece]:
    """Yield the trees of ``source`` that hold some of ``places``: one, but for a file of very many lines.

    A template that is no YAML before it is rendered gives the tree of what stands between its tags. Raises
    SourceError where anything else does not parse, or is too deep.
    """
    found = list(places)
    for start, end, skipped in _parts(source):
        inside = tuple(found[bisect_left(found, (start, 0)) : bisect_left(found, (end, 0))])
        if inside:
            yield Piece(_tree(source, (start, end)), inside, skipped)


def root_at(source: Source, place: int) -> Node | None:
    """Return the root of the tree of ``source`` that holds byte ``place``, parsed once for all that ask, or None.

    Raises SourceError as ``pieces`` does.
    """
    parts = _parts(source)
    at = bisect_right(parts, place, key=_start) - 1
    return _last_tree(source, parts[at][:2]) if at >= 0 and place < parts[at][1] else None


def _start(part: tuple[int, int, int]) -> int:
    return part[0]


@lru_cache(maxsize=1)
def _parts(source: Source) -> list[tuple[int, int, int]]:
    """Return start and end of what of ``source`` is parsed at once, and the items of its list in front of that."""
    code = source.parsed
    if _DEEP.search(code):
        _refuse_depth(source, code)
    return [(0, len(code) + 1, 0)] if code.count(b"\n") < MOST_LINES else list(_chunks(code))


def _chunks(code: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield start and end of runs of blocks of the top level, of at most ``MOST_LINES`` lines where blocks are shorter.

    The third number is how many items of the list, if the document is one, stand in front of the run.
    """
    begin = lines = items = skipped = 0
    starts = [match.start() for match in _BLOCK_START.finditer(code)]
    for start, end in zip(starts, [*starts[1:], len(code)], strict=True):
        length = code.count(b"\n", start, end)
        new = code.startswith(b"---", start)
        if start > begin and (new or lines + length >= MOST_LINES):
            yield begin, start, skipped
            begin, lines, skipped = start, 0, 0 if new else items
        items = 0 if new else items + code.startswith((b"- ", b"-\n"), start)
        lines += length
    yield begin, len(code), skipped


@lru_cache(maxsize=1)
def _last_tree(source: Source, piece: Span) -> Node:
    return _tree(source, piece)


def _tree(source: Source, piece: Span) -> Node:
    """Return the root of the tree of a piece of ``source``, however it has to be read."""
    parser = tree_sitter.Parser(grammar("yaml"))
    code, (start, end) = source.parsed, piece
    is_whole = end > len(code)
    if not is_whole:
        lines = code.count(b"\n", start, end)
        if lines >= MOST_LINES:
            line, column = source.position(start)
            raise SourceError(
                f"{source.path}:{line}:{column}: a block of more than {MOST_LINES:,} lines; "
                "leave the file out of the check"
            )
        parser.included_ranges = [tree_sitter.Range((0, 0), (lines + 1, 0), start, end)]

    def parsed(text: bytes) -> Node:
        return parser.parse(text if is_whole else code[:start] + text + code[end:]).root_node

    root = parser.parse(code).root_node
    text = code[start:end]
    if root.has_error:
        root = parsed(_unfolded(text))
    if root.has_error and is_template(text):
        return parsed(_unfolded(masked(text)))
    if root.has_error:
        line, column = source.position(min(_behind_blanks(code, first_error(root)), len(source.code)))
        raise SourceError(
            f"{source.path}:{line}:{column}: not YAML: cannot be read from about here; "
            "mend it or leave the file out of the check"
        )
    return root


def _unfolded(code: bytes) -> bytes:
    """Return ``code`` with all that stands in brackets or quotes on one line, byte for byte as long.

    The grammar holds brackets and quotes to the indentation around them, and wants a blank in front of a comment, as
    the specification does and PyYAML does not.
    """
    depth = 0

    def plainer(match: re.Match[bytes]) -> bytes:
        nonlocal depth
        if match["open"]:
            depth += 1
        elif match["close"]:
            depth = max(0, depth - 1)
        elif match["string"]:
            return re.sub(rb"[\r\n]", b" ", match[0])
        elif match["glued"] or depth:
            return b" " * len(match[0])
        return match[0]

    return _FLOW_TOKEN.sub(plainer, code)


def _refuse_depth(source: Source, code: bytes) -> None:
    """Raise SourceError where ``code`` may be nested deeper than ``MOST_LEVELS``."""
    columns: list[int] = []
    for match in _STRUCTURE.finditer(code):
        text = match[0]
        levels = [at for at in range(len(text)) if text[at : at + 1] in (b"-", b"?", b":")] + [len(text)]
        while columns and columns[-1] >= levels[0]:
            columns.pop()
        columns += levels
        # A list may stand at the column of the key that it belongs to: two levels a column at most.
        if 2 * len(columns) > MOST_LEVELS:
            line, column = source.position(match.start())
            raise SourceError(
                f"{source.path}:{line}:{column}: nested deeper than {MOST_LEVELS // 2} levels; "
                "leave the file out of the check"
            )


def _behind_blanks(code: bytes, offset: int) -> int:
    while offset < len(code) and code[offset : offset + 1].isspace():
        offset += 1
    return offset
