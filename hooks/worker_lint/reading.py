"""The bytes of one file, with as few questions to the system as that takes."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from worker_lint.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path


def size(path: Path) -> int:
    """Return how many bytes the regular file at ``path`` has.

    Raises SourceError where there is none.
    """
    try:
        state = os.stat(path)  # noqa: PTH116 - half of what a Path takes, for each file of a tree
    except OSError as error:
        raise _unreadable(path, error) from error
    if not stat.S_ISREG(state.st_mode):
        raise SourceError(f"{path}: not a regular file; name files or folders")
    return state.st_size


def read(path: Path) -> bytes:
    """Return the bytes of the regular file at ``path``.

    Raises SourceError where there is none, or it cannot be read.
    """
    # Looked at before it is opened: to open a named pipe would wait for who writes into it.
    expected = size(path)
    try:
        return _content(path, expected)
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> SourceError:
    remedy = "make it readable, or exclude it in the settings"
    return SourceError(f"{path}: cannot be read: {error.strerror}; {remedy}")


def _content(path: Path, size: int) -> bytes:
    """Return all the bytes of the file at ``path``, which had ``size`` of them when it was looked at."""
    opened = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        data = os.read(opened, size + 1)
        parts = [data]
        while data:  # it may have grown, and a read may give less than there is
            data = os.read(opened, 1 << 20)
            parts.append(data)
    finally:
        os.close(opened)
    return parts[0] if len(parts) == 2 else b"".join(parts)
