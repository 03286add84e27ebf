"""Worker counts in JSON, with the comments and trailing commas that configuration files have."""

from __future__ import annotations

import re
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from worker_lint.errors import SourceError
from worker_lint.locate.data import MOST_ENTRIES, Entry, Table, document, last_part, places
from worker_lint.locate.data_commands import Commands, holds_commands, may_hold_commands, names_program, takes_program
from worker_lint.locate.descent import first_error, line_of_descent
from worker_lint.locate.grammars import parser
from worker_lint.locate.quoted import Text, escaped
from worker_lint.locate.scalars import json_value
from worker_lint.locate.templates import is_template, masked
from worker_lint.regex import regex
from worker_lint.site import Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from worker_lint.locate.vocabulary import Vocabulary
    from worker_lint.site import Value
    from worker_lint.source import Source

MOST_LEVELS = 900
"""Levels of nesting that are read: Python's own ``json`` gives up at about 1,000."""

_NUMBER = regex(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_STRING = rb'"(?:[^"\\]|\\.)*"'
_COMMENT = rb"//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/"
_LENIENCES = regex(
    _STRING + rb"|(?P<comment>" + _COMMENT + rb")"
    rb"|(?P<comma>,)(?=(?:\s|" + _COMMENT + rb")*[\]}])"  # a trailing comma
    rb"|(?<=[0-9][eE])(?P<plus>\+)(?=[0-9])",  # 1e+16, which is JSON but not known to the grammar
    re.DOTALL,
)
_IN_A_VALUE = regex(rb'(?![\'\s]*:)(?:[^"\\\r\n]|\\.)*"\s*[,\]}]')
"""The rest of a string that is no key, not even of JavaScript: of one, a colon would follow, or a comment."""
_REST = rb'[^"\\\r\n]*(?:\\.[^"\\\r\n]*)*"\s*:\s*-?[0-9][0-9.eE+-]*\s*'
_NUMBERING = regex(_REST + rb'(?:,\s*"' + _REST + rb"){%d}" % MOST_ENTRIES)
"""The rest of a key and its number, and as many more of the same object as make it too large."""
_PLAIN = rb'"[^"\\\[\]{}]*"'
_STRINGS = _PLAIN + rb'(?:[^"\[\]{}/]*' + _PLAIN + rb"){0,50}"
"""Some strings at once that hardly need a look, as most are of which a large file is made."""
_STRING_OR_BRACKET = regex(
    _STRINGS + b"|" + _STRING + b"|" + _COMMENT + rb"|(?P<open>[\[{])|(?P<close>[\]}])", re.DOTALL
)


def locate(source: Source, words: Vocabulary) -> tuple[Document | Source, ...]:
    """Return the sites, groups and duplicate keys of a JSON source; it is not parsed where no count is named.

    A template that is no JSON before it is rendered holds what can be found between its tags. Raises SourceError,
    with line and column, where anything else does not parse even with comments and trailing commas, or is nested
    deeper than ``MOST_LEVELS``.
    """
    if not _may_set_a_count(source.code, words):
        return (Document(source),)
    found = list(places(source.code, words))
    _refuse_depth(source)
    tree = parser("json").parse(source.code)
    if tree.root_node.has_error:
        tree = parser("json").parse(_LENIENCES.sub(_plainer, source.code))
        if tree.root_node.has_error and is_template(source.code):
            tree = parser("json").parse(_LENIENCES.sub(_plainer, masked(source.code)))
            if tree.root_node.has_error:
                return (Document(source),)
        if tree.root_node.has_error:
            raise _syntax_error(source, tree.root_node)
    objects = _Objects(source, tree.root_node, words)
    for start, end in found:
        objects.visit(start, end)
    return (document(source, objects.tables.values(), words), *objects.commands.pieces.values())


def _may_set_a_count(code: bytes, words: Vocabulary) -> bool:
    """Return whether a count's name stands elsewhere than in texts that are values, and no commands."""
    spans = _outside_of_numberings(code, places(code, words))
    first = next(spans, None)
    if first is None:
        return False
    return (
        is_template(code)
        or may_hold_commands(code)
        or any(_IN_A_VALUE.match(code, end) is None for _, end in chain((first,), spans))
    )


def _outside_of_numberings(code: bytes, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield those of the ``spans`` of words that are in no key of an object of so many numbers that nobody reads it.

    The vocabulary of a tokenizer is such an object, and has every word.
    """
    done = 0
    for start, end in spans:
        if end > done:
            numbering = _NUMBERING.match(code, end)
            if numbering is None:
                yield start, end
            else:
                done = numbering.end()


class _Objects:
    """The objects of one tree in which a count's name is a key."""

    def __init__(self, source: Source, root: Node, words: Vocabulary) -> None:
        self._source = source
        self._root = root
        self._words = words
        self._indices: dict[int, dict[int, int]] = {}
        self.tables: dict[int, Table] = {}
        self.commands = Commands(source, escaped)

    def visit(self, start: int, end: int) -> None:
        """Add the object in which the word from byte ``start`` to ``end`` is a key, or the command it is part of."""
        line = line_of_descent(self._root, start, end)
        depth = next((at for at in range(len(line) - 1, 0, -1) if line[at].type == "pair"), 0)
        key = line[depth].child_by_field_name("key") if depth else None
        if key is None or key.end_byte <= start:
            self._visit_command(line)
        elif line[depth - 1].id not in self.tables:
            self.tables[line[depth - 1].id] = self._table(line[:depth])

    def _visit_command(self, line: list[Node]) -> None:
        depth = next((at for at in range(len(line) - 1, 0, -1) if line[at].type == "string"), 0)
        path = self._path(line[: depth + 1])
        if not depth or not (holds_commands(path) or self._text(line[depth]).startswith('"--')):
            return
        array = line[depth - 1]
        if line[depth].id in self.commands.pieces or array.id in self.commands.pieces:
            return  # by another of its words
        if array.type != "array":
            self.commands.add_script(line[depth].id, self._string(line[depth]))
            return
        beside: dict[str, Text | list[Text]] = {}
        if depth > 2 and line[depth - 2].type == "pair" and takes_program(path[-2]):
            for pair in line[depth - 3].named_children:
                key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
                if key is not None and value is not None and names_program(name := self._key(key)):
                    beside[name] = self._listed(value) if value.type == "array" else self._string(value)
        whole = len(path) > 1 and names_program(path[-2])
        self.commands.add_words(array.id, self._listed(array), beside, whole=whole)

    def _listed(self, array: Node) -> list[Text]:
        return [self._string(item) for item in array.named_children if item.type in ("string", "number")]

    def _string(self, node: Node) -> Text:
        text = Text()
        if node.type == "string":
            text.append_string(self._source.code, node)
        else:
            text.append_plain(self._source.code, node.start_byte, node.end_byte)
        return text

    def _table(self, line: list[Node]) -> Table:
        """Return the object at the end of ``line``, the way to it from the root."""
        path = self._path(line)
        above = [node for node in line[:-1] if node.type == "object"]
        outer = self._read(above[-1], path[:-1]) if above and line[-2].type == "pair" else None
        return self._read(line[-1], path, outer)

    def _read(self, node: Node, path: tuple[str, ...], outer: Table | None = None) -> Table:
        huge = node.named_child_count > MOST_ENTRIES
        entries = () if huge else tuple(self._entries(node, path))
        return Table(node.start_byte, node.end_byte, entries, path, outer, huge=huge)

    def _entries(self, node: Node, path: tuple[str, ...]) -> list[Entry]:
        entries: list[Entry] = []
        for pair in node.named_children:
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if pair.type != "pair" or key is None or value is None:
                continue
            name = self._key(key)
            table = None
            if value.type == "object" and self._words.is_count(last_part(name)):
                table = self._read(value, (*path, name))
            is_scalar = value.type not in ("object", "array")
            if is_scalar and self._words.is_count(last_part(name)):
                self._refuse_odd_number(value)
            entries.append(Entry(name, self._value(value) if is_scalar else None, table))
        return entries

    def _refuse_odd_number(self, node: Node) -> None:
        """Raise SourceError where ``node``, the value of a count, is a number that only the grammar takes for one."""
        text = self._text(node)
        if node.type == "number" and _NUMBER.fullmatch(text) is None:
            line, column = self._source.position(node.start_byte)
            raise SourceError(
                f"{self._source.path}:{line}:{column}: not JSON: {text} is no number of the standard (RFC 8259); "
                "write an integer"
            )

    def _path(self, line: list[Node]) -> tuple[str, ...]:
        path: list[str] = []
        for node, inner in pairwise(line):
            if node.type == "pair":
                path.append(self._key(node.child_by_field_name("key")))
            elif node.type == "array":
                path.append(str(self._index(node, inner)))
        return tuple(path)

    def _index(self, array: Node, item: Node) -> int:
        if array.id not in self._indices:
            items = (child for child in array.named_children if child.type != "comment")
            self._indices[array.id] = {child.id: index for index, child in enumerate(items)}
        return self._indices[array.id][item.id]

    def _value(self, node: Node) -> Value:
        return json_value(node.start_byte, node.end_byte, self._text(node))

    def _text(self, node: Node | None) -> str:
        return self._source.code[node.start_byte : node.end_byte].decode("utf-8", "replace") if node else ""

    def _key(self, node: Node | None) -> str:
        """Return the string that ``node``, a key, stands for."""
        from json import loads

        text = self._text(node)
        if "\\" not in text:
            return text.strip('"')
        try:
            return str(loads(text, strict=False))
        except ValueError:
            return text


def _plainer(match: re.Match[bytes]) -> bytes:
    """Return what the grammar reads in the place of ``match``, as many bytes long."""
    return b" " if match["comma"] else b"0" if match["plus"] else match[0]


def _plainest(match: re.Match[bytes]) -> bytes:
    """Return what Python's ``json`` reads in the place of ``match``, as many bytes long."""
    return re.sub(rb"[^\r\n]", b" ", match[0]) if match["comma"] or match["comment"] else match[0]


def _refuse_depth(source: Source) -> None:
    if source.code.count(b"[") + source.code.count(b"{") <= MOST_LEVELS:
        return
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(source.code):
        depth += 1 if match["open"] else -1 if match["close"] else 0
        if depth > MOST_LEVELS:
            line, column = source.position(match.start())
            raise SourceError(
                f"{source.path}:{line}:{column}: nested deeper than {MOST_LEVELS} levels, which Python's json "
                "refuses too; leave the file out of the check"
            )


def _syntax_error(source: Source, root: Node) -> SourceError:
    """Return what is wrong and where, in the words of Python's own ``json``, which names the exact place."""
    from json import JSONDecodeError, loads

    text = _LENIENCES.sub(_plainest, source.code).decode("utf-8")
    offset, what = first_error(root), "unexpected text"
    try:
        loads(text, parse_constant=_refuse_constant, parse_int=float)
    except JSONDecodeError as error:
        offset, what = len(text[: error.pos].encode()), error.msg[0].lower() + error.msg[1:]
    except _ConstantError as error:
        found = re.search(rb"-?\b(?:NaN|Infinity)\b", source.code)
        offset = found.start() if found else offset
        what = f"{error} is not in the standard (RFC 8259), write a number or null"
    except RecursionError:
        pass
    line, column = source.position(offset)
    return SourceError(f"{source.path}:{line}:{column}: not JSON: {what}; mend it or leave the file out of the check")


class _ConstantError(Exception):
    """A constant that Python's ``json`` reads and the standard does not have."""


def _refuse_constant(name: str) -> None:
    raise _ConstantError(name)
