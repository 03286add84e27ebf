"""Everything that caps the CPUs and the memory of a job, each cap with its scope: a node's or a rank's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from worker_lint.dataclass import dataclass
from worker_lint.hardware.cgroup import Reading

if TYPE_CHECKING:
    from worker_lint.hardware.cgroup import Cgroups
    from worker_lint.hardware.facts import Facts
    from worker_lint.hardware.scheduler import Job

Per = Literal["node", "rank"]

# Less memory than this starts no Python: a smaller "limit" is garbage in a file or a variable.
_LEAST_MEMORY = 2**20


@dataclass(frozen=True, slots=True)
class Bound:
    """One thing that caps a figure: its name in ``limited_by``, the cap, its source and its scope."""

    name: str
    value: float
    source: str
    per: Per = "node"

    def per_rank(self, ranks: int) -> float:
        """Return the cap for one of ``ranks`` equal ranks."""
        return self.value if self.per == "rank" else self.value / ranks


def cpu_bounds(facts: Facts, groups: Cgroups, job: Job, ranks: int) -> list[Bound]:
    """Return every cap on CPUs, first those that say most about why (of equal caps the first is named)."""
    bounds = []
    if facts.online_cpus:
        bounds.append(Bound("host", facts.online_cpus, "measured:online CPUs"))
    promise = _promised_cpus(job, ranks)
    if promise:
        bounds.append(promise)
    promised = job.cpus_on_node.value if job.cpus_on_node else None
    capacity = _least(facts.online_cpus, _size(groups.cpuset), promised)
    for name, cpus, source in (
        ("cpuset", _size(groups.cpuset), "measured:cgroup cpuset"),
        ("affinity", _size(facts.affinity), "measured:affinity mask"),
    ):
        if cpus:
            pinned = job.binds and ranks > 1 and _is_one_ranks(cpus, promise, capacity, ranks)
            bounds.append(Bound(name, cpus, source, "rank" if pinned else "node"))
    if groups.quota:
        bounds.append(Bound("quota", groups.quota.value, groups.quota.source))
    return bounds


def _size(cpus: frozenset[int] | None) -> int | None:
    return len(cpus) if cpus else None


def _least(*counts: int | None) -> int:
    return min((count for count in counts if count), default=0)


def _promised_cpus(job: Job, ranks: int) -> Bound | None:
    """Return the scheduler's CPUs: a rank's where its tasks are the ranks, else the node's."""
    tasks = job.tasks.value if job.tasks else 1
    if job.cpus_per_task and (tasks == ranks or not job.cpus_on_node):
        each, source = job.cpus_per_task.value, job.cpus_per_task.source
        if tasks == ranks > 1:
            return Bound("scheduler", each, source, "rank")
        return Bound("scheduler", each * tasks, source)
    if job.cpus_on_node:
        return Bound("scheduler", job.cpus_on_node.value, job.cpus_on_node.source)
    return None


def _is_one_ranks(cpus: int, promise: Bound | None, capacity: int, ranks: int) -> bool:
    """Say whether a mask of ``cpus`` is one rank's alone, so that to divide it by the ranks would be wrong.

    A mask smaller than what all ranks were promised together cannot be the node's. Without a promise to a
    rank the masks of all ranks, side by side, must fit into what the node offers.
    """
    if promise and promise.per == "rank":
        return cpus < promise.value * ranks
    return cpus * ranks <= capacity


def memory_bounds(host: Reading | None, facts: Facts, groups: Cgroups, job: Job, ranks: int) -> list[Bound]:
    """Return every cap on this node's memory, in bytes.

    ``memory.high`` throttles and does not kill; it is a cap because throttled memory is no budget either.
    """
    space = facts.address_space
    caps = {
        "host": host,
        "scheduler": job.memory_bytes,
        "cgroup": groups.memory_max,
        "cgroup-high": groups.memory_high,
        # A process may not map more than this; all ranks together as many times as much.
        "rlimit": Reading(space * ranks, "measured:RLIMIT_AS") if isinstance(space, int) else None,
    }
    return [Bound(name, cap.value, cap.source) for name, cap in caps.items() if cap and cap.value >= _LEAST_MEMORY]


def disagreements(bounds: tuple[Bound, ...], ranks: int) -> list[str]:
    """Return, as one sentence or none, where a scheduler's promise and the tightest enforcement differ."""
    promise = next((bound for bound in bounds if bound.name == "scheduler"), None)
    enforced = [bound for bound in bounds if bound.name in ("cpuset", "affinity", "quota")]
    if promise is None or not enforced:
        return []
    least = min(enforced, key=lambda bound: bound.per_rank(ranks))
    if least.per_rank(ranks) == promise.per_rank(ranks):
        return []
    said = f"{promise.source.removeprefix('scheduler:')} promises {_cpus(promise)}"
    return [f"{said}, the {least.name} ({least.source.removeprefix('measured:')}) allows {_cpus(least)}"]


def _cpus(bound: Bound) -> str:
    return f"{bound.value:g} CPU{'' if bound.value == 1 else 's'} a {bound.per}"
