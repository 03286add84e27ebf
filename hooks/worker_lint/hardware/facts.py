"""What the operating system answers to calls, as data: everything about a machine that is no file.

``ask`` puts the questions to the running system; a test writes the answers of any system down instead.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Literal

from worker_lint.dataclass import dataclass, replace

if TYPE_CHECKING:
    from pathlib import Path

Ceiling = int | Literal["unlimited"]
"""A limit that may be absent by design; a Ceiling that could not be found out is None beside it."""

# nvidia-smi may hang for long on a broken driver; a healthy one answers within a second.
_GPU_TIMEOUT = 3.0


@dataclass(frozen=True, slots=True)
class Facts:
    """The answers: CPUs and cores as counts, sizes in bytes; None where the system gives none."""

    platform: str = "linux"  # as sys.platform
    arch: str = ""
    python: tuple[int, int] = (3, 11)
    online_cpus: int | None = None
    affinity: frozenset[int] | None = None
    physical_cores: int | None = None  # of the whole host
    performance_cores: int | None = None
    memory_bytes: int | None = None
    swap_bytes: int | None = None
    shm_bytes: int | None = None
    open_files_soft: Ceiling | None = None
    open_files_hard: Ceiling | None = None
    processes: Ceiling | None = None
    address_space: Ceiling | None = None
    load: tuple[float, float, float] | None = None
    nvidia_smi: str | None = None  # "model, MiB" a line


def ask(root: Path) -> Facts:
    """Return the running system's answers; only the size of /dev/shm is asked of the tree at ``root``."""
    files, processes, space = _ceiling("RLIMIT_NOFILE"), _ceiling("RLIMIT_NPROC"), _ceiling("RLIMIT_AS")
    return replace(
        _of_linux() if sys.platform.startswith("linux") else _of_psutil(),
        platform=sys.platform,
        arch=_architecture(),
        python=sys.version_info[:2],
        performance_cores=_sysctl("hw.perflevel0.physicalcpu") if sys.platform == "darwin" else None,
        shm_bytes=_filesystem_bytes(root / "dev/shm"),
        open_files_soft=files[0],
        open_files_hard=files[1],
        processes=processes[0],
        address_space=space[0],
        load=os.getloadavg() if hasattr(os, "getloadavg") else None,
        nvidia_smi=_output("nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"),
    )


def _of_linux() -> Facts:
    """Return what psutil would, without its import, which takes as long as a whole run on a few files.

    Cores and swap are not among it: Linux tells them in files, which psutil reads, too.
    """
    # os.cpu_count() answers whatever PYTHON_CPU_COUNT says (Python 3.13).
    online, page, pages = map(os.sysconf, ("SC_NPROCESSORS_ONLN", "SC_PAGE_SIZE", "SC_PHYS_PAGES"))
    return Facts(
        online_cpus=online if online > 0 else None,
        affinity=frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,  # not on Android
        memory_bytes=page * pages if pages > 0 else None,
    )


def _of_psutil() -> Facts:
    """Return what psutil knows of other systems."""
    import psutil

    process = psutil.Process()
    return Facts(
        online_cpus=psutil.cpu_count(),
        affinity=frozenset(process.cpu_affinity()) if hasattr(process, "cpu_affinity") else None,  # macOS has none
        physical_cores=psutil.cpu_count(logical=False),
        memory_bytes=psutil.virtual_memory().total,
        swap_bytes=psutil.swap_memory().total,
    )


def _architecture() -> str:
    if hasattr(os, "uname"):
        return os.uname().machine.lower()
    import platform

    return platform.machine().lower()


def _ceiling(name: str) -> tuple[Ceiling | None, Ceiling | None]:
    """Return the soft and the hard value of a resource limit; Windows has none, macOS lacks some."""
    try:
        import resource
    except ImportError:
        return None, None
    if not hasattr(resource, name):
        return None, None
    soft, hard = resource.getrlimit(getattr(resource, name))
    unlimited = resource.RLIM_INFINITY
    return "unlimited" if soft == unlimited else soft, "unlimited" if hard == unlimited else hard


def _filesystem_bytes(path: Path) -> int | None:
    if not hasattr(os, "statvfs"):
        return None
    try:
        answer = os.statvfs(path)
    except OSError:
        return None
    return answer.f_blocks * answer.f_frsize


def _sysctl(name: str) -> int | None:
    answer = (_output("sysctl", "-n", name) or "").strip()
    return int(answer) if answer.isdecimal() else None


def _output(program: str, *arguments: str) -> str | None:
    """Return what ``program`` prints, or None where it is not on PATH, fails or does not answer in time."""
    folders = os.get_exec_path()
    if os.name == "posix" and not any(os.path.exists(os.path.join(folder, program)) for folder in folders):  # noqa: PTH110, PTH118
        return None  # and what would look for it more closely, and run it, is not imported
    import shutil
    import subprocess

    found = shutil.which(program)
    if found is None:
        return None
    try:
        done = subprocess.run(
            [found, *arguments],
            capture_output=True,
            check=True,
            timeout=_GPU_TIMEOUT,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace")
