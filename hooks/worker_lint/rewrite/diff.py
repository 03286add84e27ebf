"""What a rewrite would change, as a unified diff."""

from __future__ import annotations

from difflib import unified_diff as compare
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker_lint.source import Source


def unified_diff(before: Source, after: Source) -> str:
    """Return the unified diff from ``before`` to ``after``, two states of one file."""
    name = before.path.as_posix()
    lines = compare(_lines(before), _lines(after), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(source: Source) -> list[str]:
    """Return the lines with their ends; only a line feed ends one, as in ``git diff``."""
    text = source.code.decode()
    return [line + "\n" for line in text.split("\n")[:-1]] + ([last] if (last := text.rpartition("\n")[2]) else [])
