"""What the control groups of this process allow, read from the leaf up to the mount point.

A limit may stand on any ancestor (a systemd slice, a Slurm job, a pod), and the tightest one holds; tools
that read only the leaf or only the visible root miss it. The walk is that of Rust's standard library and
of the JVM since JDK-8322420. ``cpu.shares``, ``cpu.weight`` and ``memory.low`` are preferences, not
limits, and are not read.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.hardware.files import cpu_list, read, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

# cgroup v1 says "no limit" with 2^63 less a page; no machine holds an exbibyte.
_NO_LIMIT = 2**60

# Linux refuses longer paths, so a longer one in /proc/self/cgroup is garbage.
_LONGEST_PATH = 4096


@dataclass(frozen=True, slots=True)
class Reading:
    """One limit, and the control file it was read from (not its path: that may name a user)."""

    value: float
    source: str


@dataclass(frozen=True, slots=True)
class Cgroups:
    """The limits along this process's control groups (CPUs, bytes, processes); None where there is none."""

    quota: Reading | None = None
    cpuset: frozenset[int] | None = None
    memory_max: Reading | None = None
    memory_high: Reading | None = None
    pids_max: Reading | None = None


@dataclass(frozen=True, slots=True)
class _Mount:
    root: str  # the group that the mount shows as its top
    point: str  # where it is mounted
    controllers: frozenset[str]  # of version 1; empty for version 2
    version: int


def inspect(root: Path) -> Cgroups:
    """Return the limits of the process whose ``/proc/self`` lies below ``root``; never raises."""
    mounts = _mounts(read(root / "proc/self/mountinfo") or "")
    paths = _paths(read(root / "proc/self/cgroup") or "")

    def folders(controller: str) -> list[Path]:
        return _folders(root, mounts, paths, controller)

    unified = folders("")
    memory_v1 = folders("memory")
    return Cgroups(
        quota=_least(
            _each(unified, "cpu.max", _quota_v2, 2),
            _quotas_v1(folders("cpu")),
        ),
        cpuset=_cpuset(unified, folders("cpuset")),
        memory_max=_least(
            _each(unified, "memory.max", whole, 2),
            _each(memory_v1, "memory.limit_in_bytes", _bytes_v1, 1),
            _each(memory_v1[:1], "memory.stat", _hierarchical_limit, 1),
        ),
        memory_high=_least(_each(unified, "memory.high", whole, 2)),
        pids_max=_least(_each(unified, "pids.max", whole, 2), _each(folders("pids"), "pids.max", whole, 1)),
    )


def _mounts(mountinfo: str) -> list[_Mount]:
    """Return the cgroup mounts of a mountinfo file (proc(5)); any other line is passed over."""
    mounts = []
    for line in mountinfo.splitlines():
        fields, _, tail = line.partition(" - ")
        head, end = fields.split(" "), tail.split(" ")
        if len(head) < 6 or len(end) < 3 or end[0] not in ("cgroup", "cgroup2"):
            continue
        first = end[0] == "cgroup"
        controllers = frozenset(end[2].split(",")) if first else frozenset[str]()
        mounts.append(_Mount(_unescaped(head[3]), _unescaped(head[4]), controllers, 1 if first else 2))
    return mounts


def _unescaped(text: str) -> str:
    """Return ``text`` with mountinfo's octal escapes (space, tab, newline, backslash) undone."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _paths(membership: str) -> dict[str, str]:
    """Return the group of each controller in ``/proc/self/cgroup``; version 2 stands under the empty name."""
    paths: dict[str, str] = {}
    for line in membership.splitlines():
        fields = line.split(":", 2)  # a path may hold colons
        if len(fields) == 3:
            for controller in fields[1].split(","):
                paths[controller] = fields[2]
    return paths


def _folders(root: Path, mounts: list[_Mount], paths: dict[str, str], controller: str) -> list[Path]:
    """Return the folders of ``controller`` (empty: version 2), from the leaf up to the mount point."""
    version = 1 if controller else 2
    ours = [m for m in mounts if m.version == version and (not controller or controller in m.controllers)]
    if not ours or controller not in paths:
        return []
    # A hierarchy may be mounted several times; the mount that shows our group is the one to walk.
    inside = [(mount, _below(mount.root, paths[controller])) for mount in ours]
    mount, parts = next((pair for pair in inside if pair[1] is not None), (ours[0], ()))
    top = root / mount.point.lstrip("/")
    if ".." in top.parts[len(root.parts) :]:
        return []
    parts = parts or ()
    return [top.joinpath(*parts[:depth]) for depth in range(len(parts), -1, -1)]


def _below(mount_root: str, path: str) -> tuple[str, ...] | None:
    """Return the steps from ``mount_root`` down to ``path``, or None where ``path`` lies outside it."""
    if len(path) > _LONGEST_PATH or not path.startswith("/"):
        return None
    top, steps = PurePosixPath(mount_root).parts, PurePosixPath(path).parts
    if ".." in top or ".." in steps or steps[: len(top)] != top:
        return None
    return steps[len(top) :]


def _each(folders: Iterable[Path], name: str, parse: Callable[[str], float | None], version: int) -> list[Reading]:
    """Return what ``parse`` understands of the file ``name`` in each folder."""
    values = [parse(text) for folder in folders if (text := read(folder / name)) is not None]
    shown = "hierarchical_memory_limit" if name == "memory.stat" else name
    return [Reading(value, f"measured:cgroup{version} {shown}") for value in values if value is not None]


def _least(*readings: list[Reading]) -> Reading | None:
    return min((r for group in readings for r in group), key=lambda r: r.value, default=None)


def _quota_v2(text: str) -> float | None:
    """Return the CPUs of ``cpu.max`` ("QUOTA PERIOD" in microseconds), or None: "max", empty, period 0."""
    fields = text.split()
    return _ratio(*fields) if len(fields) == 2 else None


def _quotas_v1(folders: list[Path]) -> list[Reading]:
    readings = []
    for folder in folders:
        quota, period = read(folder / "cpu.cfs_quota_us"), read(folder / "cpu.cfs_period_us")
        if (cpus := _ratio(quota, period)) is not None:
            readings.append(Reading(cpus, "measured:cgroup1 cpu.cfs_quota_us"))
    return readings


def _ratio(quota: str | None, period: str | None) -> float | None:
    above, below = whole(quota), whole(period)
    return above / below if above and below else None


def _bytes_v1(text: str) -> int | None:
    value = whole(text)
    return value if value is not None and value < _NO_LIMIT else None


def _hierarchical_limit(text: str) -> int | None:
    match = re.search(r"^hierarchical_memory_limit (\d+)$", text, re.MULTILINE)
    return _bytes_v1(match[1]) if match else None


def _cpuset(unified: list[Path], first: list[Path]) -> frozenset[int] | None:
    """Return the leaf's effective CPUs: the kernel has already narrowed them by every ancestor."""
    for folders, name in (
        (unified, "cpuset.cpus.effective"),
        (first, "cpuset.effective_cpus"),
        (first, "cpuset.cpus"),
    ):
        for folder in folders:  # the first folder that exists here: outside our namespace, that is the mount point
            cpus = cpu_list(read(folder / name))
            if cpus is not None:
                return cpus
    return None
