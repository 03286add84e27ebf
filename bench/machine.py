"""The machine that measures, and how busy others kept it meanwhile."""

from __future__ import annotations

import platform
import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from typing import Any

BUSY = 0.1
"""CPUs that other programs may keep busy before the figures are called those of a busy machine."""


def describe() -> dict[str, Any]:
    """Return what a reader has to know of this machine to judge a figure."""
    return {
        "processor": _processor(),
        "cpus": psutil.cpu_count(),
        "memory": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


class Load:
    """How many CPUs programs other than this one, and those that it started, kept busy since it was made."""

    def __init__(self) -> None:
        self._begun = time.perf_counter()
        self._all, self._own = _all_cpu(), _own_cpu()

    def of_others(self) -> float:
        """Return that number, on average."""
        passed = max(time.perf_counter() - self._begun, 1e-6)
        return max(0.0, (_all_cpu() - self._all) - (_own_cpu() - self._own)) / passed


def _all_cpu() -> float:
    """Return the seconds that all CPUs together have worked; time that a host took away counts as another's work."""
    spent = psutil.cpu_times()
    return float(sum(spent) - spent.idle - sum(getattr(spent, name, 0.0) for name in _NO_WORK))


_NO_WORK = ("iowait", "guest", "guest_nice")
"""Waiting; and what the user's time already contains."""


def _own_cpu() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)
