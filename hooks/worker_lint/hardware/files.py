"""Small files and words of a kernel or a scheduler: what is not understood is unknown, never an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.regex import regex

if TYPE_CHECKING:
    from pathlib import Path

# 19 digits hold every 64-bit number; a longer run of digits is garbage, and slow to convert.
_WHOLE = regex(r"[0-9]{1,19}")

# The largest CPU number a list may name; Linux is built for at most 8,192 CPUs (NR_CPUS on x86-64).
_MOST_CPUS = 2**16


def read(path: Path) -> str | None:
    """Return the text of ``path``, or None where it is missing, unreadable or no path at all."""
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return None


def whole(text: str | None) -> int | None:
    """Return the whole number that ``text`` is, or None: ``max``, nothing, ``-1`` and garbage are none."""
    stripped = (text or "").strip()
    return int(stripped) if _WHOLE.fullmatch(stripped) else None


def cpu_list(text: str | None) -> frozenset[int] | None:
    """Return the CPUs that a kernel list such as ``0-3, 8`` names, or None where it names none."""
    cpus: set[int] = set()
    for part in (text or "").replace(",", " ").split():
        first, dash, last = part.partition("-")
        low, high = whole(first), whole(last if dash else first)
        if low is None or high is None or not low <= high < _MOST_CPUS:
            return None
        cpus.update(range(low, high + 1))
    return frozenset(cpus) or None
