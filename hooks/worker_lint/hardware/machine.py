"""The running machine, as one job on it sees it: every figure with the bound that makes it and its source."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from worker_lint.dataclass import dataclass, field, replace
from worker_lint.hardware import cgroup, gpu, scheduler, topology
from worker_lint.hardware.bounds import Bound, Per, cpu_bounds, disagreements, memory_bounds
from worker_lint.hardware.cgroup import Reading
from worker_lint.hardware.facts import Ceiling, Facts, ask
from worker_lint.hardware.files import read, whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from worker_lint.hardware.cgroup import Cgroups
    from worker_lint.hardware.scheduler import Job

StartMethod = Literal["fork", "forkserver", "spawn"]

_LEAST_CPUS = 0.0001
"""What a share of the CPUs is rounded to: a profile knows no machine without any."""

_SYSTEMS = {"linux": "linux", "darwin": "darwin", "win32": "windows", "cygwin": "windows"}


@dataclass(frozen=True, slots=True)
class Machine:
    """What was measured; sizes in bytes, CPUs as (fractional) counts, None where unknown.

    ``cpu_bounds`` and ``memory_bounds`` hold every cap that was found; the tightest is the figure.
    ``sources`` maps the other fields, under their paths in a profile, to where they came from.
    """

    system: str | None
    arch: str
    python: tuple[int, int]
    start_method: StartMethod
    scope: str
    cpu_bounds: tuple[Bound, ...]
    memory_bounds: tuple[Bound, ...]
    ranks_per_node: int
    host_logical: int | None = None
    host_physical: int | None = None
    usable_physical: int | None = None
    performance_cores: int | None = None
    numa_nodes: int | None = None
    quota: float | None = None  # None: none is set
    affinity: int | None = None  # None: the system has no mask
    host_bytes: int | None = None
    swap_bytes: int | None = None
    shm_bytes: int | None = None
    open_files_soft: Ceiling | None = None
    open_files_hard: Ceiling | None = None
    processes: Ceiling | None = None
    address_space: Ceiling | None = None
    gpu: gpu.Gpus | None = None
    load: tuple[float, float, float] | None = None
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def cpu_per(self) -> Per:
        """Whether ``usable`` is one rank's CPUs (a scheduler bound each rank) or the whole node's."""
        return "rank" if any(bound.per == "rank" for bound in self.cpu_bounds) else "node"

    @property
    def cpu(self) -> Bound | None:
        """The tightest CPU bound; of equals the first (host, scheduler, cpuset, affinity, quota)."""
        return min(self.cpu_bounds, key=lambda bound: bound.per_rank(self.ranks_per_node), default=None)

    @property
    def usable(self) -> float | None:
        """The CPUs of the node or the rank (``cpu_per``) as a float: 0.5 stays 0.5."""
        if self.cpu is None:
            return None
        cpus = self.cpu.per_rank(self.ranks_per_node) if self.cpu_per == "rank" else self.cpu.value
        return max(round(cpus, 4), _LEAST_CPUS)

    @property
    def memory(self) -> Bound | None:
        """The tightest memory bound of the node, in bytes."""
        return min(self.memory_bounds, key=lambda bound: bound.value, default=None)

    @property
    def standing(self) -> str:
        """All of it in words, but for the load, which is another one each second."""
        return repr(replace(self, load=None))

    @property
    def disagreements(self) -> tuple[str, ...]:
        """Where a scheduler's promise and the kernel's enforcement differ, each in one sentence."""
        return tuple(disagreements(self.cpu_bounds, self.ranks_per_node))


def inspect(root: Path = Path("/"), environ: Mapping[str, str] | None = None, facts: Facts | None = None) -> Machine:
    """Return the machine with its files below ``root``, its variables ``environ``, its answers ``facts``.

    By default all three are the running system's. Never raises: what cannot be found out is None.
    """
    environ = os.environ if environ is None else environ
    facts = ask(root) if facts is None else facts
    linux = facts.platform.startswith("linux")
    groups = cgroup.inspect(root) if linux else cgroup.Cgroups()
    cores = topology.cores(root) if linux else {}
    gpus = gpu.inspect(root, environ, facts)
    job = scheduler.read(environ)
    ranks, ranks_source = _ranks(job, gpus)
    host = _host_memory(root, facts, linux=linux)
    swap = _meminfo(root, "SwapTotal") if linux else None
    processes, processes_source = _processes(facts, groups)
    allowed = _both(facts.affinity, groups.cpuset)
    return Machine(
        system=_SYSTEMS.get(facts.platform),
        arch=facts.arch,
        python=facts.python,
        start_method=start_method(facts.platform, facts.python),
        scope=_scope(root, environ, job, linux=linux),
        cpu_bounds=tuple(cpu_bounds(facts, groups, job, ranks)),
        memory_bounds=tuple(memory_bounds(host, facts, groups, job, ranks)),
        ranks_per_node=ranks,
        host_logical=facts.online_cpus,
        host_physical=topology.count_cores(cores, None) or facts.physical_cores,
        usable_physical=topology.count_cores(cores, allowed),
        performance_cores=topology.performance_cpus(root) if linux else facts.performance_cores,
        numa_nodes=topology.numa_nodes(root) if linux else None,
        quota=groups.quota.value if groups.quota else None,
        affinity=len(facts.affinity) if facts.affinity else None,
        host_bytes=int(host.value) if host else None,
        swap_bytes=facts.swap_bytes if swap is None else swap,
        shm_bytes=facts.shm_bytes,
        open_files_soft=facts.open_files_soft,
        open_files_hard=facts.open_files_hard,
        processes=processes,
        address_space=facts.address_space,
        gpu=gpus,
        load=facts.load,
        sources={
            "platform.start_method": "derived:platform and Python version",
            "shm.size_bytes": "measured:statvfs",
            "limits.open_files_soft": "measured:RLIMIT_NOFILE",
            "limits.processes": processes_source,
            "gpu.count": gpus.source,
            "ranks_per_node": ranks_source,
        },
    )


def start_method(platform: str, python: tuple[int, int]) -> StartMethod:
    """Return how ``multiprocessing`` starts workers by default (its page, "Contexts and start methods")."""
    if not platform.startswith("linux"):
        # macOS has spawned since 3.8 and Windows always has; other Unixes follow Linux.
        return "spawn" if platform in _SYSTEMS else start_method("linux", python)
    return "forkserver" if python >= (3, 14) else "fork"


def _ranks(job: Job, gpus: gpu.Gpus) -> tuple[int, str]:
    """Return how many training processes share this node, and how that is known.

    What a launcher has started is certain. Several scheduler tasks are ranks; a single one may still
    start a rank for each GPU (torchrun inside a one-task job), and more ranks is the careful answer.
    """
    if job.ranks:
        return job.ranks.value, job.ranks.source
    if job.tasks and (job.tasks.value > 1 or gpus.count <= 1):
        return job.tasks.value, job.tasks.source
    if gpus.count > 1:
        return gpus.count, "derived:gpu.count"
    return 1, "assumed:one process"


def _processes(facts: Facts, groups: Cgroups) -> tuple[Ceiling | None, str]:
    """Return the most processes, threads counted, that this user or control group may have."""
    if groups.pids_max and not (isinstance(facts.processes, int) and facts.processes <= groups.pids_max.value):
        return int(groups.pids_max.value), groups.pids_max.source
    return facts.processes, "measured:RLIMIT_NPROC"


def _both(first: frozenset[int] | None, second: frozenset[int] | None) -> frozenset[int] | None:
    return first & second if first and second else first or second


def _host_memory(root: Path, facts: Facts, *, linux: bool) -> Reading | None:
    total = _meminfo(root, "MemTotal") if linux else None
    if total:
        return Reading(total, "measured:/proc/meminfo")
    return (
        Reading(facts.memory_bytes, "measured:sysconf" if linux else "measured:psutil") if facts.memory_bytes else None
    )


def _meminfo(root: Path, name: str) -> int | None:
    """Return a field of /proc/meminfo in bytes (the file counts in kB, which are KiB)."""
    for line in (read(root / "proc/meminfo") or "").splitlines():
        label, _, amount = line.partition(":")
        if label == name:
            kibibytes = whole(amount.strip().removesuffix("kB"))
            return None if kibibytes is None else kibibytes * 1024
    return None


def _scope(root: Path, environ: Mapping[str, str], job: Job, *, linux: bool) -> str:
    """Return what the figures describe: a scheduler's job, a container, or the whole host."""
    if job.inside:
        return "job"
    marked = (root / ".dockerenv").exists() or (root / "run/.containerenv").exists()
    if linux and (marked or "KUBERNETES_SERVICE_HOST" in environ or environ.get("container")):
        return "container"
    return "host"
