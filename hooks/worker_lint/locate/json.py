"""Worker counts in JSON, with the comments and trailing commas that configuration files have."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import tree_sitter
import tree_sitter_json

from worker_lint.errors import SourceError
from worker_lint.locate.query import compiled
from worker_lint.locate.values import json_value, refuse_endless
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.site import COUNT, Document, Duplicate, Group, Site

if TYPE_CHECKING:
    from tree_sitter import Node

    from worker_lint.site import Value
    from worker_lint.source import Source

MOST_LEVELS = 900
"""Levels of nesting that are read: Python's own ``json`` gives up at about 1,000."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_STRING = rb'"(?:[^"\\]|\\.)*"'
_COMMENT = rb"//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/"
_LENIENCES = re.compile(
    _STRING + rb"|(?P<comment>" + _COMMENT + rb")"
    rb"|(?P<comma>,)(?=(?:\s|" + _COMMENT + rb")*[\]}])"  # a trailing comma
    rb"|(?<=[0-9][eE])(?P<plus>\+)(?=[0-9])",  # 1e+16, which is JSON but not known to the grammar
    re.DOTALL,
)
_STRING_OR_BRACKET = re.compile(_STRING + b"|" + _COMMENT + rb"|(?P<open>[\[{])|(?P<close>[\]}])", re.DOTALL)


@cache
def _parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(_language())


@cache
def _language() -> tree_sitter.Language:
    return tree_sitter.Language(tree_sitter_json.language())


@cache
def _query() -> tree_sitter.Query:
    words = vocabulary()
    return compiled(_language(), "json.scm", COUNTS=words.spellings(), OPTIONS=tuple(words.options))


def locate(source: Source) -> Document:
    """Return the sites, groups and duplicate keys of a JSON source.

    Raises SourceError, with line and column, where it does not parse even with comments and trailing commas,
    or is nested deeper than ``MOST_LEVELS``.
    """
    _refuse_depth(source)
    tree = _parser().parse(source.code)
    if tree.root_node.has_error:
        tree = _parser().parse(_LENIENCES.sub(_plainer, source.code))
        if tree.root_node.has_error:
            raise _syntax_error(source, tree.root_node)
    groups: dict[int, Group] = {}
    sites: list[Site] = []
    duplicates: dict[int, tuple[Duplicate, ...]] = {}
    places = _Places()
    for _, captures in tree_sitter.QueryCursor(_query()).matches(tree.root_node):
        name = (captures.get("name") or captures["option"])[0]
        entry = name.parent.parent if name.parent is not None else None
        holder = entry.parent if entry is not None else None
        if entry is None or holder is None:  # the query's shape rules this out
            continue
        if holder.id not in groups:
            groups[holder.id], duplicates[holder.id] = _object(source, holder, places)
        if "value" in captures:
            value = json_value(source, captures["value"][0])
            refuse_endless(source, value)
            if value.kind in ("integer", "float") and _NUMBER.fullmatch(value.text) is None:
                line, column = source.position(value.start)
                raise SourceError(
                    f"{source.path}:{line}:{column}: not JSON: {value.text} is no number of the standard (RFC 8259); "
                    "write an integer"
                )
            sites.append(Site("key", _text(name), value, groups[holder.id], pointer=places.pointer(entry)))
    return Document(
        source,
        tuple(sites),
        tuple(groups.values()),
        tuple(duplicate for found in duplicates.values() for duplicate in found),
    )


def _object(source: Source, node: Node, places: _Places) -> tuple[Group, tuple[Duplicate, ...]]:
    words = vocabulary()
    entries: dict[str, list[tuple[Node, Value]]] = {}
    for entry in node.named_children:
        key, value = entry.child_by_field_name("key"), entry.child_by_field_name("value")
        if entry.type == "pair" and key is not None and value is not None:
            entries.setdefault(_key(key), []).append((entry, json_value(source, value)))
    options = {name: found[-1][1] for name, found in entries.items()}
    counts = [name for name in options if words.is_count(name)]
    if len(counts) == 1:
        options[COUNT] = options[counts[0]]
    duplicates = tuple(
        Duplicate(name, places.pointer(found[-1][0]), tuple(value for _, value in found))
        for name, found in entries.items()
        if len(found) > 1 and words.is_count(name)
    )
    return Group("object", node.start_byte, node.end_byte, options, prefix=words.prefix(options)), duplicates


class _Places:
    """The JSON pointers of one document; the elements of an array are numbered once."""

    def __init__(self) -> None:
        self._numbers: dict[int, dict[int, int]] = {}

    def pointer(self, entry: Node) -> str:
        """Return the JSON pointer of the value of ``entry``, a pair."""
        parts: list[str] = []
        node: Node | None = entry
        while node is not None:
            above = node.parent
            if node.type == "pair":
                parts.append(_key(node.child_by_field_name("key")).replace("~", "~0").replace("/", "~1"))
            elif above is not None and above.type == "array":
                parts.append(str(self._number(node, above)))
            node = above
        return "".join(f"/{part}" for part in reversed(parts))

    def _number(self, node: Node, array: Node) -> int:
        if array.id not in self._numbers:
            items = (child for child in array.named_children if child.type != "comment")
            self._numbers[array.id] = {item.id: number for number, item in enumerate(items)}
        return self._numbers[array.id][node.id]


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
    offset, what = _first_error(root).start_byte, "unexpected text"
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


def _first_error(root: Node) -> Node:
    """Return the first node, in the text's order, at which the parser lost its way."""
    node = root
    while not (node.is_error or node.is_missing):
        node = next(child for child in node.children if child.has_error or child.is_missing)
    return node


def _key(node: Node | None) -> str:
    """Return the string that ``node``, a key, stands for."""
    from json import loads

    text = _text(node)
    try:
        return str(loads(text, strict=False))
    except ValueError:  # the grammar also takes a number for a key
        return text


def _text(node: Node | None) -> str:
    return node.text.decode("utf-8", "replace") if node is not None and node.text is not None else ""
