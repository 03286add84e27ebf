"""What the rules about contradictory options share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Fix, Severity, replacing
from worker_lint.options import without_workers, worker_options
from worker_lint.rules._readers import is_test, reaches_a_loader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.site import Document, Group, Value


def options_called(name: str, document: Document) -> Iterator[tuple[Group, str, Value]]:
    """Yield each group of ``document`` that writes the worker option ``name``, with the option's value."""
    for group in document.groups:
        if group.option(name) is None:
            continue
        if group.loader is None and group.kind == "call":
            continue  # what an unknown callable does with its options is its own affair
        if group.loader is None and (is_test(document.source.path) or _lists_parameters(group)):
            continue
        for found, value in worker_options(group):
            if found == name:
                yield group, found, value


def _lists_parameters(group: Group) -> bool:
    """Return whether ``group`` is a table of a loader's parameters, which no call is given as a whole.

    A loader takes a sampler or a batch sampler, never both.
    """
    return "sampler" in group.options and "batch_sampler" in group.options


def may_be_guarded(group: Group) -> bool:
    """Return whether a program stands between ``group`` and a loader: it may drop what contradicts the count."""
    return group.kind == "object" and not reaches_a_loader(group)


def raises(error: str, group: Group) -> str:
    """Return what a loader with the options of ``group`` does, as a clause; ``error`` is the class that it raises."""
    return f"a loader that is given both raises {error}" if may_be_guarded(group) else f"the loader raises {error}"


def severity_of(group: Group) -> Severity:
    """Return how bad a contradiction in ``group`` is: only where it reaches a loader is the error certain."""
    return Severity.WARNING if may_be_guarded(group) else Severity.ERROR


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
