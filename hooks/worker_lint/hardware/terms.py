"""The five terms of the bound, one function each: a Term, or in words why it had to be left out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.units import format_bytes

if TYPE_CHECKING:
    from worker_lint.hardware.bounds import Per
    from worker_lint.hardware.demand import Demand
    from worker_lint.hardware.profile import Profile

# Judgements, not measurements; docs/hardware.md says what speaks for each.
MEMORY_SHARE = 0.8
RESERVED_FILES = 128
RESERVED_PROCESSES = 16
MAIN_BYTES = 4 * 2**30
FORK_WORKER_BYTES = 300 * 2**20
SPAWN_WORKER_BYTES = 600 * 2**20

_HUGE = 2**63  # a larger number of bytes is nobody's, and is shown as this


@dataclass(frozen=True, slots=True)
class Term:
    """One bound on the workers of each process, and the clause with its numbers."""

    name: str  # "cpu", "memory", "shm", "files" or "processes"
    workers: int
    why: str
    assumed: tuple[str, ...]  # inputs that nobody measured or declared, in words
    remedy: str  # what to change other than the count

    @property
    def crashes(self) -> bool:
        """Whether more workers than this end the job; too few CPUs only slow it."""
        return self.name != "cpu"


def cpu(profile: Profile, demand: Demand) -> Term:
    """Return floor((share - 1) / f): one CPU stays for the main loop and pin-memory, as in Lightning."""
    share, shown = _share(profile.cpu.usable, profile.cpu.per, profile, demand)
    # A rank with a whole CPU may have one worker: it waits for the main loop, or the main loop for it.
    workers = max(1, _fit(share - 1, demand.worker_cpu)) if share >= 1 else 0
    each = "" if demand.worker_cpu == 1 else f", at {demand.worker_cpu:g} CPU a worker"
    if share < 1:
        why = f"{_cpus(share, shown)} is less than the main process needs"
    elif _fit(share - 1, demand.worker_cpu) < 1:
        why = f"{_cpus(share, shown)} leaves one worker beside the main process"
    else:
        why = f"{_cpus(share, shown)} less 1 for the main process{each}"
    assumed = ("the CPUs (by the profile)",) if profile.assumed("cpu.usable") else ()
    return Term("cpu", workers, why, assumed, "give the job more CPUs")


def memory(profile: Profile, demand: Demand) -> Term:
    """Return floor((0.8*share - main - L*H*B) / (L*(w + p*B))): queued batches are charged to it too."""
    share, shown = _share(profile.memory.limit_bytes, profile.memory.per, profile, demand)
    batch, assumed = demand.batch_bytes or 0, []
    if demand.batch_bytes is None:
        assumed.append("no memory for batches (their size is not given)")
    if (main := demand.main_bytes) is None:
        main = MAIN_BYTES
        assumed.append(f"{format_bytes(main)} for the main process")
    if (worker := demand.worker_bytes) is None:
        method = profile.platform.start_method
        base = FORK_WORKER_BYTES if method == "fork" else SPAWN_WORKER_BYTES
        worker = base + batch  # while it collates, a worker holds one batch of samples besides
        known = f"started by {method}" if method else "start method unknown"
        assumed.append(f"{format_bytes(base)} a worker ({known})")
    if profile.assumed("memory.limit_bytes"):
        assumed.append("the memory limit (by the profile)")
    loaders, each = demand.live_loaders, worker + demand.prefetch_factor * batch
    room = MEMORY_SHARE * share - main - loaders * demand.held_batches * batch
    # A worker that needs nothing is bounded by nothing: one byte stands in for none.
    workers = _fit(room, loaders * max(1, each))
    less = f"80 % of {_size(profile.memory.limit_bytes, shown)} less {format_bytes(main)} for the main process"
    why = f"{less} holds {workers * loaders} workers of {format_bytes(min(each, _HUGE))}{_over(loaders)}"
    remedy = "raise the memory limit, lower prefetch_factor or hold less in each worker"
    return Term("memory", workers, why, tuple(assumed), remedy)


def shm(profile: Profile, demand: Demand) -> Term | str:
    """Return floor((share/L - H*B) / (p*B)): a loader's peak is exactly N*p + H batches."""
    if profile.shm is None:
        return "shm: the profile does not say how large /dev/shm is"
    if profile.shm == "none":
        return "shm: this system has no /dev/shm"
    if demand.batch_bytes is None:
        return "shm: the size of a batch is not given (batch-bytes)"
    size, shown = _share(profile.shm.size_bytes, profile.shm.per, profile, demand)
    batch, loaders = demand.batch_bytes, demand.live_loaders
    workers = _fit(size / loaders - demand.held_batches * batch, demand.prefetch_factor * batch)
    room = f"/dev/shm of {_size(profile.shm.size_bytes, shown)}"  # noqa: S108 - named, not written to
    why = f"{room} holds {_fit(size, batch)} batches of {format_bytes(batch)}{_over(loaders)}"
    assumed = ("the size of /dev/shm (by the profile)",) if profile.assumed("shm.size_bytes") else ()
    return Term("shm", workers, why, assumed, "raise /dev/shm or lower prefetch_factor")


def files(profile: Profile, demand: Demand) -> Term | str:
    """Return floor(((soft - 128)/L - 2 - H*k) / (4 + p*k)): 4N + 2 at the start, then one a tensor."""
    soft = profile.limits.open_files_soft
    if not isinstance(soft, int):
        return f"files: the soft limit on open files is {soft or 'unknown'}"
    tensors = demand.tensors_per_batch
    each = 4 + demand.prefetch_factor * tensors
    room = (soft - RESERVED_FILES) / demand.live_loaders - 2 - demand.held_batches * tensors
    why = f"{soft} open files less {RESERVED_FILES} in reserve, at {each} a worker{_over(demand.live_loaders)}"
    assumed = ("the limit on open files (by the profile)",) if profile.assumed("limits.open_files_soft") else ()
    return Term("files", _fit(room, each), why, assumed, "raise `ulimit -n`")


def files_of(demand: Demand, workers: int, *, in_flight: bool) -> int:
    """Return the descriptors that ``workers`` in each loader open in the main process.

    ``in_flight`` counts those of tensors on their way too, in the worst order.
    """
    each = 4 + (demand.prefetch_factor * demand.tensors_per_batch if in_flight else 0)
    return demand.live_loaders * (each * workers + 2 + demand.held_batches * demand.tensors_per_batch)


def processes(profile: Profile, demand: Demand) -> Term | str:
    """Return floor((least/R - 16) / (2*L)): a worker is a process and a thread that feeds its queue."""
    most = profile.limits.processes
    if not isinstance(most, int):
        return f"processes: the limit on processes is {most or 'unknown'}"
    share, shown = _share(most, "node", profile, demand)
    workers = _fit(share - RESERVED_PROCESSES, 2 * demand.live_loaders)
    loaders = _over(demand.live_loaders)
    why = f"{most}{shown} processes less {RESERVED_PROCESSES} in reserve, at 2 a worker{loaders}"
    assumed = ("the limit on processes (by the profile)",) if profile.assumed("limits.processes") else ()
    return Term("processes", workers, why, assumed, "raise `ulimit -u` or the container's pids limit")


ALL = (cpu, memory, shm, files, processes)


def rank_shm(profile: Profile, demand: Demand) -> float | None:
    """Return one rank's share of /dev/shm in bytes, or None where there is none or it is unknown."""
    if profile.shm is None or profile.shm == "none":
        return None
    return _share(profile.shm.size_bytes, profile.shm.per, profile, demand)[0]


def _share(amount: float, per: Per, profile: Profile, demand: Demand) -> tuple[float, str]:
    """Return what one rank has of ``amount``, and how the division is said (nothing, or " / 8 ranks")."""
    ranks = demand.ranks_per_node or profile.ranks_per_node
    return (amount, "") if per == "rank" or ranks == 1 else (amount / ranks, f" / {ranks} ranks")


def _fit(room: float, each: float) -> int:
    """Return how many times ``each`` fits into ``room``, never below 0.

    A hair is added because 0.7 / 0.1 is 6.999... in binary. What is larger than the room is not divided by: a
    number out of somebody's code may be too large for that.
    """
    return 0 if each > room else math.floor(room / each + 1e-9)


def _cpus(share: float, shown: str) -> str:
    count = f"{share:g} CPU{'' if share == 1 else 's'}"
    return f"{count} a rank" if shown else count


def _size(amount: int, shown: str) -> str:
    return format_bytes(amount) + shown


def _over(loaders: int) -> str:
    return "" if loaders == 1 else f", over {loaders} loaders"
