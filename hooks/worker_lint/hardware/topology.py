"""How the CPUs of a Linux host hang together: physical cores, fast and slow cores, NUMA nodes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.hardware.files import cpu_list, read, whole

if TYPE_CHECKING:
    from pathlib import Path

_CPUS = "sys/devices/system/cpu"


def cores(root: Path) -> dict[int, str]:
    """Return, for each online CPU, a name of the physical core it is a thread of; empty where unknown."""
    found = {}
    for cpu, folder in _numbered(root / _CPUS, "cpu"):
        siblings = read(folder / "topology/thread_siblings_list") or read(folder / "topology/core_cpus_list")
        if siblings and siblings.strip():
            found[cpu] = siblings.strip()
    return found or _cores_of_cpuinfo(read(root / "proc/cpuinfo") or "")


def _cores_of_cpuinfo(text: str) -> dict[int, str]:
    """Return the same from /proc/cpuinfo, for a hidden /sys (x86 only: ARM names no cores there)."""
    found = {}
    for block in re.split(r"\n\s*\n", text):
        fields = dict(re.findall(r"^([^:\n]+?)\s*:[ \t]*(.*)$", block, re.MULTILINE))
        cpu = whole(fields.get("processor"))
        if cpu is not None and "physical id" in fields and "core id" in fields:
            found[cpu] = f"{fields['physical id']}/{fields['core id']}"
    return found


def count_cores(cores_by_cpu: dict[int, str], cpus: frozenset[int] | None) -> int | None:
    """Return how many physical cores the CPUs in ``cpus`` (None: all) lie on, or None where unknown."""
    names = {core for cpu, core in cores_by_cpu.items() if cpus is None or cpu in cpus}
    return len(names) or None


def performance_cpus(root: Path) -> int | None:
    """Return how many CPUs are of the fast kind, or None where all are alike (or nothing says).

    Hybrid x86 lists them in ``/sys/devices/cpu_core/cpus``; ARM gives each CPU a capacity.
    """
    listed = cpu_list(read(root / "sys/devices/cpu_core/cpus"))
    if listed and (root / "sys/devices/cpu_atom").is_dir():
        return len(listed)
    capacities = [whole(read(folder / "cpu_capacity")) for _, folder in _numbered(root / _CPUS, "cpu")]
    known = [capacity for capacity in capacities if capacity is not None]
    return known.count(max(known)) if len(set(known)) > 1 else None


def numa_nodes(root: Path) -> int | None:
    """Return the number of NUMA nodes, or None where the kernel does not say."""
    return len(_numbered(root / "sys/devices/system/node", "node")) or None


def _numbered(folder: Path, stem: str) -> list[tuple[int, Path]]:
    """Return the entries of ``folder`` called ``stem`` and a number, in the order of the numbers."""
    try:
        entries = [(whole(entry.name[len(stem) :]), entry) for entry in folder.iterdir() if entry.name.startswith(stem)]
    except OSError:
        return []
    return sorted((number, entry) for number, entry in entries if number is not None)
