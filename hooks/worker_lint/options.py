"""The options of a loader that only mean something beside workers: which of them contradict a count of 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.locate.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.site import Group, Value

_FALSE = frozenset({"false", "no", "off"})
_ZEROS = frozenset({"0", "0.0"})


def worker_options(group: Group) -> Iterator[tuple[str, Value]]:
    """Yield the worker options that ``group`` writes, by their names without the prefix.

    A ``timeout`` means a loader's only in a known loader or beside other options of one.
    """
    words = vocabulary()
    for name in words.options:
        value = group.option(name)
        if value is None or (group.loader is not None and name not in group.loader.worker_options):
            continue
        if group.kind == "object" and value.kind == "expression":
            continue  # a list or an object is no option's value
        if name == "timeout" and group.loader is None and not words.is_loader_group(group.options):
            continue
        yield name, value


def is_off(name: str, value: Value) -> bool:
    """Return whether ``value``, as written, leaves the option ``name`` without effect.

    ``prefetch_factor=0`` is not off: torch takes it for a request and refuses it.
    """
    if value.kind == "null":
        return True
    if value.kind == "boolean":
        return value.text.lower() in _FALSE
    return name not in ("prefetch_factor", "multiprocessing_context") and value.text in _ZEROS


def without_workers(name: str, language: str) -> str | None:
    """Return how ``language`` writes the option ``name`` where there are no workers, or None where it cannot.

    TOML has no null: what must be unset there can only be taken out, and that is left to people.
    """
    return vocabulary().options[name].get(language)


def has_no_workers(group: Group) -> bool:
    """Return whether ``group`` certainly asks for 0 workers: it writes 0, or a known loader's default is 0."""
    count = group.count
    if count is not None:
        return count.number == 0 and (group.loader is not None or group.kind != "call")
    return group.kind == "call" and not group.open and group.loader is not None and group.loader.default == 0
