"""The ``worker-lint`` command as a process of its own; ``python -m worker_lint`` is the same."""

from __future__ import annotations

import gc
import os
import sys

from worker_lint.cli import main

TYPE_CHECKING = False  # as type checkers know it; the import of ``typing`` is a third of a short run
if TYPE_CHECKING:
    from typing import NoReturn

_FEW_CYCLES = 50_000
"""New objects after which garbage is looked for: what is imported is none, and the rest is hardly ever in cycles."""

_TOOLS = 6
"""How many tools ``sys.monitoring`` has room for."""


def run() -> NoReturn:
    """Run the command that the process's arguments name, and end the process with its exit status."""
    gc.set_threshold(_FEW_CYCLES)
    status = main()
    if not _is_watched():  # else somebody waits for the end
        _leave(status)
    sys.exit(status)


def _is_watched() -> bool:
    """Return whether a tracer or a profiler looks on, from Python 3.12 on also as a tool of ``sys.monitoring``."""
    if sys.gettrace() is not None or sys.getprofile() is not None:
        return True
    monitoring = getattr(sys, "monitoring", None)
    return monitoring is not None and any(monitoring.get_tool(number) is not None for number in range(_TOOLS))


def _leave(status: int) -> NoReturn:
    """End the process at once: to take the interpreter apart, object by object, costs as much as to check a file."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # said already, where it is worth a word
            continue
    os._exit(status)


if __name__ == "__main__":
    run()
