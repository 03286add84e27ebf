"""A line on the terminal that says how far a long run has come."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_File = TypeVar("_File")

_PATIENCE = 1.0
"""Seconds without a word; a run on a commit is over by then."""
_PAUSE = 0.1
"""Seconds between two updates."""


class Progress:
    """Counts files on standard error, where that is a terminal, and leaves no trace behind."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._shown = False
        self._active = not quiet and sys.stderr.isatty()

    def __enter__(self) -> Progress:
        """Begin without a word."""
        return self

    def __exit__(self, *_: object) -> None:
        """Wipe the line."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def counting(self, files: Iterable[_File]) -> Iterator[_File]:
        """Yield ``files`` and show how many have passed."""
        if not self._active:
            yield from files
            return
        due = time.monotonic() + _PATIENCE
        for number, file in enumerate(files, 1):
            now = time.monotonic()
            if now >= due:
                sys.stderr.write(f"\r\x1b[Kchecking: {number:,} files")
                sys.stderr.flush()
                self._shown, due = True, now + _PAUSE
            yield file
