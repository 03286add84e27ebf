"""What the rules about contradictory options share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Fix, replacing
from worker_lint.options import without_workers, worker_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.site import Document, Group, Value


def options_called(name: str, document: Document) -> Iterator[tuple[Group, str, Value]]:
    """Yield each group of ``document`` that writes the worker option ``name``, with the option's value."""
    for group in document.groups:
        if group.loader is None and group.kind == "call":
            continue  # what an unknown callable does with its options is its own affair
        for found, value in worker_options(group):
            if found == name:
                yield group, found, value


def count_in_words(group: Group) -> str:
    """Return why ``group`` has no workers, as a clause."""
    if group.count is not None:
        return "the worker count is 0"
    name = group.loader.short if group.loader else "the loader"
    return f"no worker count is given, so {name} takes its default, 0"


def off(group: Group, name: str, value: Value, document: Document) -> Fix | None:
    """Return the safe fix that turns the option ``name`` off, or None where the language cannot write that."""
    text = without_workers(name, document.source.language)
    if not group.intact or text is None:
        return None
    return Fix("safe", f"Write {text}", (replacing(value, text),))
