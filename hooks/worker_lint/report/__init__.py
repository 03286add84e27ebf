"""One module a format; each writes a whole report to a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker_lint.report.summary import Report

FORMATS = ("text", "concise", "json", "jsonl", "github", "sarif", "gitlab", "junit", "rdjson", "checkstyle")
"""The names that ``--output-format`` takes."""
IN_WORDS = ("text", "concise")
"""Those for people: statistics can stand in their place, and colours in them."""


def renderer(name: str, *, color: bool = False) -> Callable[[Report, TextIO], None]:
    """Return the function that writes a report in the format called ``name``, one of ``FORMATS``."""
    from functools import partial
    from importlib import import_module

    if name in IN_WORDS:
        from worker_lint.report import text

        return partial(text.render, color=color, frames=name == "text")
    render: Callable[[Report, TextIO], None] = import_module(f"worker_lint.report.{name}").render
    return render
