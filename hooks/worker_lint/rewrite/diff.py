"""What a rewrite would change, as a unified diff that ``git apply`` and ``patch -p1`` take."""

from __future__ import annotations

import os
from difflib import diff_bytes
from difflib import unified_diff as compare
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker_lint.source import Source

_ESCAPES = {ord("\n"): b"\\n", ord("\t"): b"\\t", ord('"'): b'\\"', ord("\\"): b"\\\\"}


def unified_diff(before: Source, after: Source) -> bytes:
    """Return the unified diff from ``before`` to ``after``, two states of one file, in the file's own encoding.

    A file in UTF-16 or UTF-32 is shown in UTF-8: no tool takes a diff of it.
    """
    path = os.fsencode(before.path.as_posix())
    lines = diff_bytes(compare, _lines(before), _lines(after), _name(b"a/" + path), _name(b"b/" + path))
    return b"".join(line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n" for line in lines)


def _name(path: bytes) -> bytes:
    """Return ``path`` as git writes it in the head of a diff: quoted, or with a tab behind it, where it must be."""
    if any(byte < 32 or byte in b'"\\' for byte in path):
        return b'"' + b"".join(_ESCAPES.get(byte, bytes([byte])) for byte in path) + b'"'
    return path + b"\t" if b" " in path else path


def _lines(source: Source) -> list[bytes]:
    """Return the lines with their ends; only a line feed ends one, as in ``git diff``."""
    data = source.code if source.encoding.startswith(("utf-16", "utf-32")) else source.encode(source.code)
    *lines, last = data.split(b"\n")
    return [line + b"\n" for line in lines] + ([last] if last else [])
