"""What a rewrite would change, as a unified diff that ``git apply`` and ``patch -p1`` take."""

from __future__ import annotations

import os
from difflib import SequenceMatcher, diff_bytes
from difflib import unified_diff as compare
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from worker_lint.source import Source

_ESCAPES = {ord("\n"): b"\\n", ord("\t"): b"\\t", ord('"'): b'\\"', ord("\\"): b"\\\\"}

_MANY = 5_000
"""Lines above which ``difflib`` is not asked about all at once: it may take the square of their number."""
_WINDOW = 200
"""Lines in which a change is looked for the end of."""
_ALIKE = 3
"""Equal lines in a row that end a change."""


def unified_diff(before: Source, after: Source) -> bytes:
    """Return the unified diff from ``before`` to ``after``, two states of one file, in the file's own encoding.

    A file in UTF-16 or UTF-32 is shown in UTF-8: no tool takes a diff of it.
    """
    return file_diff(before.path, _shown(before), _shown(after))


def file_diff(path: Path, before: bytes | None, after: bytes) -> bytes:
    """Return the unified diff of the file at ``path`` from ``before``, None for no file, to ``after``."""
    name = os.fsencode(path.as_posix())
    old = b"/dev/null" if before is None else _name(b"a/" + name)
    first, second, new = _lines(before or b""), _lines(after), _name(b"b/" + name)
    lines = diff_bytes(compare, first, second, old, new) if len(first) <= _MANY else _of_many(first, second, old, new)
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


def _of_many(before: list[bytes], after: list[bytes], old: bytes, new: bytes) -> Iterator[bytes]:
    """Yield the lines of the diff of two texts that are mostly alike, in the form that ``difflib`` gives it."""
    heads = [b"--- " + old + b"\n", b"+++ " + new + b"\n"]
    for group in _Changes(before, after).get_grouped_opcodes():
        yield from heads
        heads = []
        (_, start, _, other_start, _), (_, _, end, _, other_end) = group[0], group[-1]
        yield f"@@ -{_range(start, end)} +{_range(other_start, other_end)} @@\n".encode()
        for tag, first, last, other_first, other_last in group:
            if tag == "equal":
                yield from (b" " + line for line in before[first:last])
                continue
            yield from (b"-" + line for line in before[first:last])
            yield from (b"+" + line for line in after[other_first:other_last])


def _range(start: int, end: int) -> str:
    """Return the lines from the index ``start`` to ``end`` as a diff counts them, none of them before the next."""
    length = end - start
    return str(start + 1) if length == 1 else f"{start + 1 if length else start},{length}"


class _Changes(SequenceMatcher[bytes]):
    """The changes between two texts, found one after the other, in a time that grows with the texts alone."""

    def __init__(self, before: list[bytes], after: list[bytes]) -> None:
        super().__init__(None, [], [], autojunk=False)
        self._before, self._after = before, after

    def get_opcodes(self) -> list[tuple[Literal["replace", "delete", "insert", "equal"], int, int, int, int]]:
        """Return what to do with which lines, as the base class does."""
        found: list[tuple[Literal["replace", "delete", "insert", "equal"], int, int, int, int]] = []
        at = other = 0
        while at < len(self._before) or other < len(self._after):
            end, other_end = self._end_of_alike(at, other)
            if end > at:
                found.append(("equal", at, end, other, other_end))
                at, other = end, other_end
                continue
            end, other_end = self._end_of_change(at, other)
            tag: Literal["replace", "delete", "insert"] = "replace"
            if end == at or other_end == other:
                tag = "insert" if end == at else "delete"
            found.append((tag, at, end, other, other_end))
            at, other = end, other_end
        return found

    def _end_of_alike(self, at: int, other: int) -> tuple[int, int]:
        before, after = self._before, self._after
        while at < len(before) and other < len(after) and before[at] == after[other]:
            at, other = at + 1, other + 1
        return at, other

    def _end_of_change(self, at: int, other: int) -> tuple[int, int]:
        """Return where the texts are alike again, the closest place first; their ends where that is nowhere near."""
        before, after = self._before, self._after
        for distance in range(1, _WINDOW):
            # A line for a line before anything else: that is what most changes are.
            for more in sorted(range(distance + 1), key=lambda more: abs(2 * more - distance)):
                end, other_end = at + more, other + distance - more
                alike = before[end : end + _ALIKE]
                if alike and alike == after[other_end : other_end + _ALIKE]:
                    return end, other_end
        return len(before), len(after)
