"""The language of a file, by its name or by its first line."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from worker_lint.languages import NAMES, SUFFIXES
from worker_lint.regex import regex

if TYPE_CHECKING:
    from pathlib import Path

    from worker_lint.languages import Language

_PYTHON_LINE = regex(rb"#!.*\bpython[0-9.]*(?:\s|$)")
_SHELL_LINE = regex(rb"#!.*\b(?:ba|z|da|k)?sh(?:\s|$)")


def language_by_name(path: str | Path) -> Language | None:
    """Return the language that the name of ``path`` tells, or None."""
    name = _name_of(path).lower()
    stem, dot, suffix = name.rpartition(".")
    if stem and dot + suffix in SUFFIXES:
        return SUFFIXES[dot + suffix]
    # Dockerfile.gpu is one, as Dockerfile is.
    return NAMES.get(name) or NAMES.get(name.partition(".")[0])


def has_suffix(path: str | Path) -> bool:
    """Return whether the name of ``path`` has a suffix; where it has none, the ``#!`` line may tell its language."""
    stem, _, suffix = _name_of(path).rpartition(".")
    return bool(stem and suffix)


def _name_of(path: str | Path) -> str:
    text = str(path)
    return text[text.rfind(os.sep) + 1 :]


def language_by_line(data: bytes) -> Language | None:
    """Return the language that the ``#!`` line of a file without a suffix tells, or None."""
    line = data.partition(b"\n")[0]
    if _PYTHON_LINE.match(line):
        return "python"
    return "shell" if _SHELL_LINE.match(line) else None
