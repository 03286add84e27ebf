"""What a rewrite would change, as a unified diff that ``git apply`` and ``patch -p1`` take."""

from __future__ import annotations

import os
from difflib import diff_bytes
from difflib import unified_diff as compare
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from worker_lint.source import Source

_ESCAPES = {ord("\n"): b"\\n", ord("\t"): b"\\t", ord('"'): b'\\"', ord("\\"): b"\\\\"}


def unified_diff(before: Source, after: Source) -> bytes:
    """Return the unified diff from ``before`` to ``after``, two states of one file, in the file's own encoding.

    A file in UTF-16 or UTF-32 is shown in UTF-8: no tool takes a diff of it.
    """
    return file_diff(before.path, _shown(before), _shown(after))


def file_diff(path: Path, before: bytes | None, after: bytes) -> bytes:
    """Return the unified diff of the file at ``path`` from ``before``, None for no file, to ``after``."""
    name = os.fsencode(path.as_posix())
    old = b"/dev/null" if before is None else _name(b"a/" + name)
    lines = diff_bytes(compare, _lines(before or b""), _lines(after), old, _name(b"b/" + name))
    return b"".join(line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n" for line in lines)


def _name(path: bytes) -> bytes:
    """Return ``path`` as git writes it in the head of a diff: quoted, or with a tab behind it, where it must be."""
    if any(byte < 32 or byte in b'"\\' for byte in path):
        return b'"' + b"".join(_ESCAPES.get(byte, bytes([byte])) for byte in path) + b'"'
    return path + b"\t" if b" " in path else path


def _shown(source: Source) -> bytes:
    return source.code if source.encoding.startswith(("utf-16", "utf-32")) else source.encode(source.code)


def _lines(data: bytes) -> list[bytes]:
    """Return the lines with their ends; only a line feed ends one, as in ``git diff``."""
    *lines, last = data.split(b"\n")
    return [line + b"\n" for line in lines] + ([last] if last else [])
