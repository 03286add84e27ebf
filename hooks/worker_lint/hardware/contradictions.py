"""Numbers in a profile that a schema lets pass one by one, and that cannot be true together."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.hardware.profile import Profile

# (the lesser, the greater): the first may not exceed the second where both are known numbers.
_ORDERED = (
    ("cpu.usable", "cpu.host_logical"),
    ("cpu.usable", "cpu.affinity"),
    ("cpu.usable", "cpu.quota"),
    ("cpu.affinity", "cpu.host_logical"),
    ("cpu.host_physical", "cpu.host_logical"),
    ("cpu.performance_cores", "cpu.host_logical"),
    ("cpu.usable_physical", "cpu.host_physical"),
    ("memory.limit_bytes", "memory.host_bytes"),
    ("limits.open_files_soft", "limits.open_files_hard"),
)


def contradictions(profile: Profile) -> Iterator[tuple[str, str]]:
    """Yield the JSON pointer of each impossible figure, and why it is impossible."""
    figures = profile.flat()
    for lesser, greater in _ORDERED:
        low, high = figures.get(lesser), figures.get(greater)
        if low is not None and high is not None and low > high:
            yield _pointer(lesser), f"{low} exceeds {greater}, which is {high}"
    soft, hard = profile.limits.open_files_soft, profile.limits.open_files_hard
    if soft == "unlimited" and isinstance(hard, int):
        yield "/limits/open_files_soft", f"no soft limit exceeds limits.open_files_hard, which is {hard}"
    if profile.gpu and not profile.gpu.count and (profile.gpu.model or profile.gpu.memory_bytes):
        yield "/gpu/count", "0 GPUs have no model and no memory"
    if profile.captured.at is not None and not _is_day(profile.captured.at):
        yield "/captured/at", f"{profile.captured.at!r} is no day in the form 2026-11-22"


def _pointer(path: str) -> str:
    return "/" + path.replace(".", "/")


def _is_day(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is not None  # Python 3.11 takes other forms too
