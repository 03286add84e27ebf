"""Worker counts in Jsonnet and JSON5: the objects that are written out, read word by word.

Neither has a grammar to lean on. What is read is what both share and what needs no evaluation: objects in braces,
their keys with or without quotes, and values that are one word. Everything else is an expression.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass, field
from worker_lint.locate.data import MOST_ENTRIES, Entry, Table, document, last_part, places
from worker_lint.locate.scalars import json_value
from worker_lint.locate.templates import kind_of_text
from worker_lint.regex import regex
from worker_lint.site import Document, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.locate.vocabulary import Vocabulary
    from worker_lint.source import Source

MOST_LEVELS = 900
"""Levels of nesting that are read; what stands deeper is not."""

_TOKEN = regex(
    rb"(?P<skip>//[^\n]*|\#[^\n]*|/\*.*?(?:\*/|\Z)|\s+)"
    rb"|(?P<block>\|\|\|.*?(?:\n[ \t]*\|\|\||\Z))"
    rb"|(?P<string>@\"(?:[^\"]|\"\")*(?:\"|\Z)|@'(?:[^']|'')*(?:'|\Z)"
    rb"|\"(?:[^\"\\]|\\.)*(?:\"|\Z)|'(?:[^'\\]|\\.)*(?:'|\Z))"
    rb"|(?P<open>[\[{(])|(?P<close>[\]})])|(?P<comma>[,;])|(?P<colon>\+?:{1,3})"
    rb"|(?P<word>[-+]?[\w$.]+)|(?P<other>.)",
    re.DOTALL,
)
_NUMBER = regex(r"-?(?:\d+|\d*\.\d+|\d+\.?\d*(?:[eE][-+]?\d+)?)")
_REFERENCE = regex(r"[A-Za-z_$][\w$.]*")
_CONSTANTS = frozenset({"true", "false", "null"})


@dataclass(slots=True)
class _Frame:
    """An open bracket, and how far the entry has come that is being read in it."""

    bracket: bytes
    start: int
    path: tuple[str, ...]
    entries: list[Entry] = field(default_factory=list)
    key: str | None = None
    expects_key: bool = True
    first: int = -1
    """The first byte of the value, and the one behind its last."""
    last: int = -1
    tokens: int = 0
    scalar: str = ""
    table: Table | None = None
    index: int = 0


def locate(source: Source, words: Vocabulary) -> tuple[Document, ...]:
    """Return the sites, groups and duplicate keys of a Jsonnet or JSON5 source.

    Raises SourceError where a count is a number without end; what makes no sense is passed over.
    """
    if next(places(source.code, words), None) is None:
        return (Document(source),)
    tables = [
        table
        for table in _tables(source.code, words)
        if any(words.is_count(last_part(entry.key)) for entry in table.entries)
    ]
    return (document(source, tables, words),)


def _tables(code: bytes, words: Vocabulary) -> Iterator[Table]:
    """Yield every object of ``code``, the inner ones first."""
    frames = [_Frame(b"", 0, ())]
    for match in _TOKEN.finditer(code):
        kind, frame = match.lastgroup, frames[-1]
        if kind == "skip":
            continue
        if kind == "open":
            _begin_value(frame, match)
            if len(frames) > MOST_LEVELS:
                return
            inside = (*frame.path, *_step(frame))
            frames.append(_Frame(match[0], match.start(), inside, expects_key=match[0] == b"{"))
        elif kind == "close" and len(frames) > 1:
            table = _closed(frames.pop(), match.end(), code)
            if table is not None:
                yield table
            outer = frames[-1]
            outer.last = match.end()
            if table is not None and outer.tokens == 1 and outer.key is not None and words.is_count(outer.key):
                outer.table = table
        elif kind == "comma":
            _end_entry(frame, code)
        elif kind == "colon" and frame.bracket == b"{" and frame.key is None and frame.tokens == 1:
            frame.key, frame.tokens, frame.first = frame.scalar, 0, -1
        elif kind != "close":
            _begin_value(frame, match)
            frame.last = match.end()


def _begin_value(frame: _Frame, match: re.Match[bytes]) -> None:
    frame.tokens += 1
    if frame.first < 0:
        frame.first = match.start()
    frame.scalar = _key_of(match) if frame.tokens == 1 else ""


def _key_of(match: re.Match[bytes]) -> str:
    """Return the text that a key or a word stands for; nothing for what can be none."""
    text = match[0].decode("utf-8", "replace")
    if match.lastgroup == "string":
        return text.lstrip("@")[1:-1]
    return text if match.lastgroup == "word" else ""


def _step(frame: _Frame) -> tuple[str, ...]:
    if frame.bracket == b"{" and frame.key is not None:
        return (frame.key,)
    return (str(frame.index),) if frame.bracket == b"[" else ()


def _end_entry(frame: _Frame, code: bytes) -> None:
    if frame.bracket == b"{" and frame.key and frame.first >= 0:
        text = code[frame.first : frame.last].decode("utf-8", "replace")
        is_collection = frame.tokens == 1 and text[:1] in ("{", "[")
        value = None if is_collection else _value(frame.first, frame.last, text, frame.tokens)
        if len(frame.entries) <= MOST_ENTRIES:
            frame.entries.append(Entry(frame.key, value, frame.table))
    frame.index += 1
    frame.key, frame.first, frame.last, frame.tokens, frame.table = None, -1, -1, 0, None


def _closed(frame: _Frame, end: int, code: bytes) -> Table | None:
    if frame.bracket != b"{":
        return None
    _end_entry(frame, code)
    huge = len(frame.entries) > MOST_ENTRIES
    return Table(frame.start, end, () if huge else tuple(frame.entries), frame.path, huge=huge)


def _value(start: int, end: int, text: str, tokens: int) -> Value:
    if tokens > 1 or text.startswith("|||"):
        return Value(start, end, text, "expression")
    if text[0] in "\"'@":
        return Value(start, end, text, kind_of_text(text.strip("@\"'")))
    if text in _CONSTANTS or _NUMBER.fullmatch(text):
        return json_value(start, end, text)
    return Value(start, end, text, "reference" if _REFERENCE.fullmatch(text) else "expression")
