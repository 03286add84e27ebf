"""Worker counts in YAML, as the readers of YAML 1.1 take it: block and flow style, documents, anchors, tags."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from worker_lint.locate.data import MOST_ENTRIES, Entry, Table, document, last_part, places
from worker_lint.locate.data_commands import Commands, holds_commands, names_program, takes_program
from worker_lint.locate.descent import line_of_descent
from worker_lint.locate.quoted import Text
from worker_lint.locate.scalars import plain_yaml_value, quoted_yaml_value
from worker_lint.locate.templates import kind_of_text
from worker_lint.locate.yaml_text import pieces
from worker_lint.regex import regex
from worker_lint.site import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tree_sitter import Node

    from worker_lint.locate.vocabulary import Vocabulary
    from worker_lint.site import Document, ValueKind
    from worker_lint.source import Source

_PAIRS = ("block_mapping_pair", "flow_pair")
_MAPPINGS = ("block_mapping", "flow_mapping")
_SEQUENCES = ("block_sequence", "flow_sequence")
_STRINGS = ("plain_scalar", "double_quote_scalar", "single_quote_scalar", "block_scalar")
_COLLECTIONS = (*_MAPPINGS, *_SEQUENCES)
_PROPERTIES = ("anchor", "tag", "comment")
_TAGS_OF_NUMBERS = ("!!int", "tag:yaml.org,2002:int")
_TAGS_OF_REFERENCES = ("!ref", "!copy")
"""Tags of HyperPyYAML, whose value names another key."""
_LINE = regex(rb"[ \t]*(?P<text>[^\r\n]*)(?P<end>\r\n|\r|\n|)")
_ESCAPE = regex(r"\\(?:x(..)|u(.{4})|U(.{8})|(.))")


def locate(source: Source, words: Vocabulary) -> tuple[Document | Source, ...]:
    """Return the sites, groups and duplicate keys of a YAML source; it is not parsed where no count is named.

    Raises SourceError, with line and column, where it does not parse and is no template of YAML either, or is
    nested deeper than the grammar can bear.
    """
    tables: list[Table] = []
    commands = Commands(source)
    for piece in pieces(source, places(source.code, words)):
        mappings = _Mappings(source, piece.root, words, commands, piece.skipped)
        for start, end in piece.places:
            mappings.visit(start, end)
        tables += mappings.tables.values()
    return (document(source, tables, words), *commands.pieces.values())


class _Mappings:
    """The mappings of one tree in which a count's name is a key."""

    def __init__(self, source: Source, root: Node, words: Vocabulary, commands: Commands, skipped: int) -> None:
        self._source = source
        self._root = root
        self._words = words
        self._commands = commands
        self._skipped = skipped
        self._broken = root.has_error
        self._indices: dict[int, dict[int, int]] = {}
        self._outers: dict[int, Table] = {}
        self.tables: dict[int, Table] = {}

    def visit(self, start: int, end: int) -> None:
        """Add the mapping in which the word from byte ``start`` to ``end`` is a key, or the command it is part of."""
        line = line_of_descent(self._root, start, end)
        depth = next((at for at in range(len(line) - 1, 0, -1) if line[at].type in _PAIRS), 0)
        key = line[depth].child_by_field_name("key") if depth else None
        if key is None or key.end_byte <= start:
            self._visit_command(line)
            return
        if line[depth - 1].id in self.tables:
            return
        # A lone pair in a list in brackets, [num_workers: 4], is a mapping of its own.
        line = line[: depth + 1] if line[depth - 1].type == "flow_sequence" else line[:depth]
        path = self._path(line)
        above = [node for node in line[:-1] if node.type in _MAPPINGS]
        outer = self._outer(above[-1], path[:-1]) if above else None
        self.tables[line[-1].id] = self._read(line[-1], path, outer)

    def _outer(self, node: Node, path: tuple[str, ...]) -> Table:
        """Return the mapping ``node`` around others, read once however many there are."""
        if node.id not in self._outers:
            self._outers[node.id] = self._read(node, path)
        return self._outers[node.id]

    def _visit_command(self, line: list[Node]) -> None:
        depth = next((at for at in range(len(line) - 1, 0, -1) if line[at].type in _STRINGS), 0)
        at = next((at for at in range(depth, 0, -1) if line[at].type in (*_SEQUENCES, *_PAIRS)), 0)
        if line[depth].id in self._commands or line[at].id in self._commands:
            return
        path = self._path(line[: depth + 1])
        if not depth or not (holds_commands(path) or self._text(line[depth]).lstrip("\"'").startswith("--")):
            return
        if line[at].type not in _SEQUENCES:
            self._commands.add_script(line[depth].id, self._string(line[depth]))
            return
        beside: dict[str, Text | list[Text]] = {}
        pair = next((above for above in range(at, 0, -1) if line[above].type in _PAIRS), 0)
        if pair and takes_program(self._key(line[pair].child_by_field_name("key"))):
            for other in line[pair - 1].named_children:
                name = self._key(other.child_by_field_name("key"))
                value = _content(other.child_by_field_name("value"))
                if value is not None and names_program(name):
                    beside[name] = self._listed(value) if value.type in _SEQUENCES else self._string(value)
        whole = pair > 0 and names_program(self._key(line[pair].child_by_field_name("key")))
        self._commands.add_words(line[at].id, self._listed(line[at]), beside, whole=whole)

    def _listed(self, sequence: Node) -> list[Text]:
        """Return the scalars among the items of ``sequence``."""
        found: list[Text] = []
        for item in sequence.named_children:
            inner = _content(item) if item.type == "block_sequence_item" else item
            content = _content(inner) if inner is not None else None
            if content is not None and content.type in _STRINGS:
                found.append(self._string(content))
        return found

    def _string(self, node: Node) -> Text:
        """Return what the scalar ``node`` stands for; the escapes of YAML that JSON does not have stay as they are."""
        text, code = Text(), self._source.code
        if node.type == "double_quote_scalar":
            text.append_string(code, node)
        elif node.type == "single_quote_scalar":
            text.append_plain(code, node.start_byte + 1, node.end_byte - 1)
        elif node.type == "block_scalar":
            folded = code[node.start_byte : node.start_byte + 1] == b">"
            head = code.find(b"\n", node.start_byte, node.end_byte)
            for line in _LINE.finditer(code, head + 1 if head >= 0 else node.end_byte, node.end_byte):
                text.append_plain(code, *line.span("text"))
                if line["end"]:
                    text.append(b" " if folded else b"\n", *line.span("end"))
        else:
            text.append_plain(code, node.start_byte, node.end_byte)
        return text

    def _read(self, node: Node, path: tuple[str, ...], outer: Table | None = None) -> Table:
        pairs = [node] if node.type in _PAIRS else node.named_children
        huge = len(pairs) > MOST_ENTRIES
        entries = [] if huge else list(self._entries(pairs, path))
        merged = any(entry.key == "<<" for entry in entries)
        return Table(
            node.start_byte,
            node.end_byte,
            tuple(entry for entry in entries if entry.key != "<<"),
            path,
            outer,
            open=merged,
            intact=not self._broken,
            huge=huge,
        )

    def _entries(self, pairs: Iterable[Node], path: tuple[str, ...]) -> Iterator[Entry]:
        for pair in pairs:
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if pair.type not in _PAIRS or key is None:
                continue
            name = self._key(key)
            content = _content(value)
            if content is not None and content.type == "flow_mapping" and (text := self._text(content))[:2] == "{{":
                # To YAML a template's tag is a mapping in a mapping.
                yield Entry(name, Value(content.start_byte, content.end_byte, text, kind_of_text(text)))
                continue
            if content is None or content.type not in _COLLECTIONS:
                yield Entry(name, self._value(pair, value, content))
                continue
            table = None
            if content.type in _MAPPINGS and self._words.is_count(last_part(name)):
                table = self._read(content, (*path, name))
            yield Entry(name, None, table)

    def _value(self, pair: Node, node: Node | None, content: Node | None) -> Value:
        """Return the scalar ``content`` of ``node``, with the tag that it may have, as a value."""
        if node is None:  # nothing stands behind the colon
            return plain_yaml_value(pair.end_byte, pair.end_byte, "")
        tag = next((self._text(child) for child in node.named_children if child.type == "tag"), None)
        if content is None:
            return Value(node.start_byte, node.end_byte, self._text(node), "null" if tag is None else "expression")
        start, end, text = content.start_byte, content.end_byte, self._text(content)
        if tag is not None and not (tag in _TAGS_OF_NUMBERS and content.type == "plain_scalar"):
            whole = self._source.code[node.start_byte : end].decode("utf-8", "replace")
            kind: ValueKind = "reference" if tag in _TAGS_OF_REFERENCES and _is_name(text) else "expression"
            return Value(node.start_byte, end, whole, "string" if tag == "!!str" else kind)
        if content.type == "alias":
            return Value(start, end, text, "reference")
        anchor = next((self._text(child)[1:] for child in node.named_children if child.type == "anchor"), None)
        if anchor is not None and self._is_shared(anchor):
            return Value(start, end, text, "expression")
        if content.type == "plain_scalar":
            return plain_yaml_value(start, end, text)
        if content.type in ("double_quote_scalar", "single_quote_scalar"):
            return quoted_yaml_value(start, end, text)
        # What a template's tags stand for, masked for the grammar, or a text of several lines.
        return Value(start, end, text, kind_of_text(text))

    def _is_shared(self, anchor: str) -> bool:
        """Return whether an alias of ``anchor`` stands under a key that is no count's: the value is that key's, too."""
        alias = re.compile(rb"(?:([\w.-]+)[\"']?\s*:\s*)?\*" + re.escape(anchor.encode()) + rb"(?![\w-])")
        keys = [(match[1] or b"").decode() for match in alias.finditer(self._source.code)]
        return any(not self._words.is_count(last_part(key)) for key in keys)

    def _path(self, line: list[Node]) -> tuple[str, ...]:
        path: list[str] = []
        for node, inner in pairwise(line):
            if node.type in _PAIRS:
                path.append(self._key(node.child_by_field_name("key")))
            elif node.type in _SEQUENCES:
                skipped = 0 if path else self._skipped
                path.append(str(self._index(node, inner) + skipped))
        return tuple(path)

    def _index(self, sequence: Node, item: Node) -> int:
        if sequence.id not in self._indices:
            items = (child for child in sequence.named_children if child.type not in _PROPERTIES)
            self._indices[sequence.id] = {child.id: index for index, child in enumerate(items)}
        return self._indices[sequence.id].get(item.id, 0)

    def _key(self, node: Node | None) -> str:
        """Return the text that ``node``, a key, stands for."""
        content = _content(node)
        text = self._text(content)
        if content is not None and content.type == "single_quote_scalar":
            return text[1:-1].replace("''", "'")
        if content is not None and content.type == "double_quote_scalar":
            return _ESCAPE.sub(_unescaped, text[1:-1])
        return text

    def _text(self, node: Node | None) -> str:
        return self._source.code[node.start_byte : node.end_byte].decode("utf-8", "replace") if node else ""


def _content(node: Node | None) -> Node | None:
    """Return the scalar, alias, mapping or sequence of ``node`` behind any anchor and tag, or None."""
    children = node.named_children if node is not None else []
    return next((child for child in children if child.type not in _PROPERTIES), None)


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    try:
        return chr(int(code, 16)) if code else match[4]
    except (ValueError, OverflowError):
        return match[0]


def _is_name(text: str) -> bool:
    return re.fullmatch(r"<[\w.\[\]]+>", text) is not None
