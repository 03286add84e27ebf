"""The comments of a source in which a mark stands; what is quoted is no comment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.locate.descent import node_at
from worker_lint.locate.grammars import GRAMMARS, parser
from worker_lint.named_tuple import NamedTuple
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.languages import Language
    from worker_lint.source import Source


class Comment(NamedTuple):
    """A comment at bytes ``start`` to ``end`` of a source's code."""

    start: int
    end: int
    parsed: bool = True
    """Whether the language's grammar says so; else it looks like one, in a here-document or in code with an error."""


_UNPARSED = frozenset({"ERROR", "module", "program", "stream", "document", "heredoc_body", "redirected_heredoc_body"})
"""Nodes whose own text no grammar looked into."""
_BY_BLANKS = regex(
    rb"""(?:[^"'\#\\\r\n]|\\.|"(?:[^"\\\r\n]|\\.)*"|'[^'\r\n]*'|(?<=[^\s;])\#)*(?P<comment>\#[^\r\n]*)"""
)
_JSON = regex(
    rb"\"(?:[^\"\\]|\\.)*\"|(?P<comment>//[^\r\n]*|/\*(?:[^*]|\*(?!/))*\*/)",
    re.DOTALL,
)
_JSONNET = regex(
    rb"(?P<comment>//[^\r\n]*|\#[^\r\n]*|/\*.*?\*/)"
    rb"|\|\|\|.*?\n[ \t]*\|\|\||@\"(?:[^\"]|\"\")*\"|@'(?:[^']|'')*'|\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'",
    re.DOTALL,
)
_MAKEFILE = regex(rb"^(?!\t)(?:[^\r\n\\#]|\\.|(?<=\S)#)*?(?P<comment>(?:(?<=\s)|(?<![^\r\n]))#[^\r\n]*)", re.MULTILINE)
_DOCKERFILE = regex(rb"^[ \t]*(?P<comment>#[^\r\n]*)", re.MULTILINE)
_PATTERNS: dict[Language, re.Pattern[bytes]] = {
    "json": _JSON,
    "jsonnet": _JSONNET,
    "makefile": _MAKEFILE,
    "dockerfile": _DOCKERFILE,
}


def comments(source: Source, mark: bytes) -> Iterator[Comment]:
    """Yield each comment of ``source`` in which ``mark`` stands, in order.

    Comments in code of another language inside it are not among them: that is a source of its own.
    """
    if mark not in source.code:
        return
    pattern = _PATTERNS.get(source.language)
    if pattern is not None:
        for match in pattern.finditer(source.code):
            if match["comment"] is not None and mark in match["comment"]:
                yield Comment(*match.span("comment"))
    elif source.language in GRAMMARS:
        yield from _by_grammar(source, mark)


def uncommented(source: Source) -> bytes:
    """Return the code of ``source``, in a language that has no grammar here, with blanks for its comments."""
    pattern = _PATTERNS.get(source.language)
    if pattern is None:
        return source.code
    code = bytearray(source.code)
    for match in pattern.finditer(source.code):
        if match["comment"] is not None:
            start, end = match.span("comment")
            code[start:end] = b" " * (end - start)
    return bytes(code)


def tree(language: Language, code: bytes) -> Node | None:
    """Return the root of the syntax tree of ``code``, or None where there is no grammar for ``language``."""
    return parser(language).parse(code).root_node if language in GRAMMARS else None


def _by_grammar(source: Source, mark: bytes) -> Iterator[Comment]:
    code = source.parsed
    root = tree(source.language, code)
    # In a script with a syntax error the grammar may end a command in another place once a comment is gone.
    parsed = root is not None and not (source.language == "shell" and root.has_error)
    done = -1
    for match in re.finditer(re.escape(mark), code):
        if root is None or match.start() < done:
            continue
        node = node_at(root, *match.span())
        if node is None:
            continue
        if node.type == "comment":
            start, done = node.start_byte, node.end_byte
            if source.language == "yaml" and code[max(0, start - 1) : start].strip():
                continue  # YAML wants a blank in front of it, and its grammar does not
            sure = parsed and not _is_beside_an_error(node)
            yield Comment(start, start + len(code[start:done].rstrip(b"\r\n")), parsed=sure)
        elif node.type in _UNPARSED:
            first = code.rfind(b"\n", 0, match.start()) + 1
            comment = _BY_BLANKS.match(code, first)
            if comment is not None and comment.start("comment") < match.start() < comment.end():
                done = comment.end()
                yield Comment(*comment.span("comment"), parsed=False)


def _is_beside_an_error(node: Node) -> bool:
    """Return whether something around ``node``, or right in front of it, does not parse: what follows may change."""
    before = node.prev_sibling
    if before is not None and before.has_error:
        return True
    above = node.parent
    while above is not None and above.parent is not None:
        if above.has_error:
            return True
        above = above.parent
    return False
