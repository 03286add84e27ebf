"""Whether a file can be known again by its times: clocks of file systems have their ticks."""

from __future__ import annotations

_PATIENCE = 2_000_000_000
"""Nanoseconds; a file that changed less than that ago may change again within one tick of its file system's clock."""


def is_settled(changed: int, now: int) -> bool:
    """Return whether every change from ``now`` on shows in the times of a file that last ``changed`` then.

    Both are nanoseconds since the epoch.
    """
    return changed < now - _PATIENCE
