"""What the strings of a JSON document stand for, byte by byte, and how a text is written in one."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass, field
from worker_lint.regex import regex

if TYPE_CHECKING:
    from tree_sitter import Node

_ESCAPE = regex(
    # The two halves of a character beyond U+FFFF are one escape.
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)",
    re.DOTALL,
)


@dataclass(slots=True)
class Text:
    """Text with, for each of its bytes, where that begins and ends in the code of the document that quotes it."""

    code: bytearray = field(default_factory=bytearray)
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def append(self, code: bytes, start: int, end: int) -> None:
        """Add ``code``, which is written as a whole at bytes ``start`` to ``end``."""
        self.code += code
        self.starts += [start] * len(code)
        self.ends += [end] * len(code)

    def extend(self, other: Text) -> None:
        """Add all of ``other``."""
        self.code += other.code
        self.starts += other.starts
        self.ends += other.ends

    def append_plain(self, document: bytes, start: int, end: int) -> None:
        """Add what ``document`` holds from ``start`` to ``end``, where it stands for itself."""
        self.code += document[start:end]
        self.starts += range(start, end)
        self.ends += range(start + 1, end + 1)

    def append_string(self, document: bytes, node: Node) -> None:
        """Add what ``node``, a string with its quotes, stands for."""
        place = node.start_byte + 1
        end = node.end_byte - 1
        for escape in _ESCAPE.finditer(document, place, end):
            self.append_plain(document, place, escape.start())
            self.append(_unescaped(escape[0]), escape.start(), escape.end())
            place = escape.end()
        self.append_plain(document, place, end)


def _unescaped(escape: bytes) -> bytes:
    try:
        text: str = json.loads(b'"' + escape + b'"')
    except ValueError:  # no escape of JSON: it stands for itself
        return escape
    try:
        return text.encode()
    except UnicodeEncodeError:  # half a character on its own
        return "\N{REPLACEMENT CHARACTER}".encode()


def escaped(text: str) -> str:
    """Return ``text`` as it is written between the quotes of a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]
