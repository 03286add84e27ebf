"""How many workers a loader gets, as far as that is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker_lint.site import Group, Value


def may_exceed(group: Group, workers: int) -> bool:
    """Return whether the loader of ``group`` may be given more than ``workers`` workers."""
    count = group.count
    if count is None:
        return False

    def may(value: Value) -> bool:
        if value.kind in ("null", "string", "boolean", "float"):
            return False
        return value.number is None or value.number > workers

    return any(may(value) for value in group.count_values) if group.count_values else may(count)


def in_words(group: Group) -> str:
    """Return how many workers the loader of ``group`` has, as messages say it."""
    count = group.count
    if count is None or group.loader is None:
        return "no workers"
    if count.number is not None:
        return f"{count.number} worker{'' if count.number == 1 else 's'}"
    return f"{group.loader.count}={' '.join(count.text.split())}"
