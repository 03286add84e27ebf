"""Worker counts in TOML: tables, arrays of tables, dotted keys and inline tables."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from worker_lint.errors import SourceError
from worker_lint.locate.data import MOST_ENTRIES, Entry, Table, document, places
from worker_lint.locate.descent import line_of_descent
from worker_lint.locate.grammars import parser
from worker_lint.locate.scalars import toml_value
from worker_lint.locate.templates import is_template, masked
from worker_lint.regex import regex
from worker_lint.site import Document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.locate.vocabulary import Vocabulary
    from worker_lint.source import Source

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MOST_LEVELS = 200
"""Levels of brackets that are read: Python's own ``tomllib`` gives up at about 300."""

_HEADED = ("table", "table_array_element")
_HOLDERS = ("document", "inline_table", *_HEADED)
_KEYS = ("bare_key", "quoted_key", "dotted_key")
_PLACE = regex(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)$")
_OWN_SETTINGS = ("tool", "worker-lint")


def locate(source: Source, words: Vocabulary) -> tuple[Document, ...]:
    """Return the sites and groups of a TOML source; it is not read where no count is named.

    A template that is no TOML before it is rendered holds what can be found between its tags. Raises SourceError,
    with line and column, where anything else does not load, or is nested deeper than ``MOST_LEVELS``.
    """
    code = source.code
    found = list(places(code, words))
    if not found:
        return (Document(source),)
    _refuse_depth(source)
    error = _error(code)
    if error is not None and is_template(code):
        code = masked(code)
        if _error(code) is not None:
            return (Document(source),)
    elif error is not None:
        raise _syntax_error(source, error)
    tables = _Tables(source, parser("toml").parse(code).root_node, words)
    for start, end in found:
        tables.visit(start, end)
    return (document(source, tables.tables.values(), words),)


class _Tables:
    """The tables of one tree in which a count's name is a key."""

    def __init__(self, source: Source, root: Node, words: Vocabulary) -> None:
        self._source = source
        self._root = root
        self._words = words
        self._headers: dict[int, tuple[str, ...]] | None = None
        self._indices: dict[int, dict[int, int]] = {}
        self.tables: dict[tuple[int, tuple[str, ...]], Table] = {}

    def visit(self, start: int, end: int) -> None:
        """Add the table in which the word from byte ``start`` to ``end`` is a key, if it is one."""
        line = line_of_descent(self._root, start, end)
        depth = next((at for at in range(len(line) - 1, 0, -1) if line[at].type == "pair"), 0)
        if not depth or line[depth].named_children[0].end_byte <= start:
            return
        holder = line[depth - 1]
        prefix = self._key(line[depth])[:-1]
        path = (*self._path(line[:depth]), *prefix)
        if path[:2] != _OWN_SETTINGS and (holder.id, prefix) not in self.tables:
            above = [node for node in line[: depth - 1] if node.type in _HOLDERS]
            outer = self._read(above[-1], (), path[:-1]) if above and not prefix else None
            self.tables[holder.id, prefix] = self._read(holder, prefix, path, outer)

    def _read(self, holder: Node, prefix: tuple[str, ...], path: tuple[str, ...], outer: Table | None = None) -> Table:
        huge = holder.named_child_count > MOST_ENTRIES
        entries = () if huge else tuple(self._entries(holder, prefix, path))
        return Table(holder.start_byte, holder.end_byte, entries, path, outer, huge=huge)

    def _entries(self, holder: Node, prefix: tuple[str, ...], path: tuple[str, ...]) -> Iterator[Entry]:
        for pair in holder.named_children:
            if pair.type != "pair":
                continue
            key = self._key(pair)
            if key[: len(prefix)] != prefix or len(key) == len(prefix):
                continue
            name, value = key[len(prefix)], pair.named_children[1]
            table = None
            if len(key) > len(prefix) + 1:
                yield Entry(name, None)
                continue
            if value.type == "inline_table" and self._words.is_count(name):
                table = self._read(value, (), (*path, name))
            is_scalar = value.type not in ("inline_table", "array")
            scalar = toml_value(value.start_byte, value.end_byte, self._text(value)) if is_scalar else None
            yield Entry(name, scalar, table)

    def _path(self, line: list[Node]) -> tuple[str, ...]:
        path: list[str] = []
        for node, inner in zip(line, [*line[1:], None], strict=True):
            if node.type in _HEADED:
                path += self._header(node)
            elif node.type == "pair":
                path += self._key(node)
            elif node.type == "array" and inner is not None:
                path.append(str(self._index(node, inner)))
        return tuple(path)

    def _index(self, array: Node, item: Node) -> int:
        if array.id not in self._indices:
            items = (child for child in array.named_children if child.type != "comment")
            self._indices[array.id] = {child.id: index for index, child in enumerate(items)}
        return self._indices[array.id][item.id]

    def _header(self, node: Node) -> tuple[str, ...]:
        """Return the way to the table that ``node`` begins, with the indices in the arrays of tables on it."""
        if self._headers is None:
            self._headers = {}
            elements: dict[tuple[str, ...], int] = {}
            for child in self._root.named_children:
                if child.type not in _HEADED:
                    continue
                key = self._key(child)
                if child.type == "table_array_element":
                    elements[key] = elements.get(key, -1) + 1
                path: list[str] = []
                for length in range(1, len(key) + 1):
                    path.append(key[length - 1])
                    if key[:length] in elements:
                        path.append(str(elements[key[:length]]))
                self._headers[child.id] = tuple(path)
        return self._headers[node.id]

    def _key(self, node: Node) -> tuple[str, ...]:
        """Return the parts of the key of ``node``, a pair or a table."""
        return tuple(self._parts(next(child for child in node.named_children if child.type in _KEYS)))

    def _parts(self, key: Node) -> Iterator[str]:
        if key.type == "dotted_key":
            for child in key.named_children:
                yield from self._parts(child)
        elif key.type == "quoted_key":
            yield next(iter(tomllib.loads(f"{self._text(key)} = 0")))
        else:
            yield self._text(key)

    def _text(self, node: Node) -> str:
        return self._source.code[node.start_byte : node.end_byte].decode("utf-8", "replace")


def _error(code: bytes) -> str | None:
    """Return what Python's own reader says against ``code``, or None where it reads it."""
    try:
        tomllib.loads(code.decode())
    except tomllib.TOMLDecodeError as error:
        return str(error)
    except (ValueError, RecursionError) as error:  # a number of more digits than Python reads, a date that is none
        return str(error)
    return None


def _syntax_error(source: Source, error: str) -> SourceError:
    place = _PLACE.match(error)
    what = (place[1] if place else error).rstrip(".")
    line, column = (place[2], place[3]) if place and place[2] else source.position(len(source.code))
    return SourceError(
        f"{source.path}:{line}:{column}: not TOML: {what[:1].lower()}{what[1:]}; "
        "mend it or leave the file out of the check"
    )


def _refuse_depth(source: Source) -> None:
    """Raise SourceError where so many brackets are open that the reader's own recursion would end."""
    if source.code.count(b"[") + source.code.count(b"{") <= MOST_LEVELS:
        return
    depth = 0
    for match in re.finditer(rb"[\[{\]}]", source.code):
        depth += 1 if match[0] in b"[{" else -1
        if depth > MOST_LEVELS:
            line, column = source.position(match.start())
            raise SourceError(
                f"{source.path}:{line}:{column}: nested deeper than {MOST_LEVELS} levels; "
                "leave the file out of the check"
            )
