"""What a batch scheduler or a launcher promised this job, read from its environment variables.

A promise is not an enforcement: the figures here are weighed against what the kernel allows. Whatever
does not have the form that the scheduler's manual gives is passed over. Host names in the variables are
never kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.hardware.files import whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_JOBS = ("SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "JOB_ID")


@dataclass(frozen=True, slots=True)
class Promise:
    """A figure and the environment variable that promised it."""

    value: int
    variable: str

    @property
    def source(self) -> str:
        """The provenance, in the form that profiles keep."""
        return f"scheduler:{self.variable}"


@dataclass(frozen=True, slots=True)
class Job:
    """What the environment promises: CPUs of a task or this node, bytes of this node, processes beside us."""

    inside: bool = False  # a scheduler started us, not only a launcher
    binds: bool = False  # whoever started the ranks may have pinned each to its own CPUs
    cpus_per_task: Promise | None = None
    cpus_on_node: Promise | None = None
    tasks: Promise | None = None  # that the scheduler starts on this node
    ranks: Promise | None = None  # that a launcher (torchrun, mpirun) has started on this node
    memory_bytes: Promise | None = None  # of this node


def read(environ: Mapping[str, str]) -> Job:
    """Return what ``environ`` promises; without a scheduler, a Job that promises nothing."""

    def first(*variables: str) -> Promise | None:
        return _first((name, whole(environ.get(name))) for name in variables)

    def here(*variables: str) -> Promise | None:
        node = whole(environ.get("SLURM_NODEID"))
        return _first((name, _of_node(environ.get(name, ""), node)) for name in variables)

    mpi = first("OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS")
    tasks = first("SLURM_NTASKS_PER_NODE") or here("SLURM_STEP_TASKS_PER_NODE")
    # srun since Slurm 22.05 no longer inherits sbatch's request; the step's own is the one that holds.
    per_task = first("SRUN_CPUS_PER_TASK", "SLURM_CPUS_PER_TASK")
    on_node = first("SLURM_CPUS_ON_NODE") or here("SLURM_JOB_CPUS_PER_NODE") or _other_schedulers(environ)
    return Job(
        inside=any(environ.get(name) for name in _JOBS),
        binds=mpi is not None or tasks is not None,
        cpus_per_task=per_task,
        cpus_on_node=on_node,
        tasks=tasks,
        ranks=first("LOCAL_WORLD_SIZE") or mpi,
        memory_bytes=_memory(environ, on_node, per_task, tasks),
    )


def _first(candidates: Iterable[tuple[str, int | None]]) -> Promise | None:
    """Return the first candidate with a figure above 0 (``--mem=0`` and the like mean "all", no figure)."""
    return next((Promise(value, name) for name, value in candidates if value), None)


def _of_node(text: str, node: int | None) -> int | None:
    """Return this node's figure in a Slurm list such as ``72(x2),36``; the least for an unknown node."""
    if not re.fullmatch(r"[0-9]{1,9}(\(x[0-9]{1,9}\))?(,[0-9]{1,9}(\(x[0-9]{1,9}\))?)*", text):
        return None
    runs = [(int(count), int(times or 1)) for count, times in re.findall(r"([0-9]+)(?:\(x([0-9]+)\))?", text)]
    if node is not None:
        for count, times in runs:  # never expanded: a list may claim a billion nodes
            if node < times:
                return count
            node -= times
    return min(count for count, _ in runs)


def _other_schedulers(environ: Mapping[str, str]) -> Promise | None:
    """Return the CPUs on this node that PBS, LSF or Grid Engine promise."""
    candidates: list[tuple[str, int | None]] = []
    # NCPUS alone may be anybody's variable; beside PBS's own it is PBS's.
    if any(name.startswith("PBS_") for name in environ):
        candidates.append(("NCPUS", whole(environ.get("NCPUS"))))
    # "hostA 4 hostB 2": which pair is ours would take the host's name, and the least is safe.
    slots = [whole(count) for count in environ.get("LSB_MCPU_HOSTS", "").split()[1::2]]
    if slots:
        known = [count for count in slots if count is not None]
        candidates.append(("LSB_MCPU_HOSTS", min(known, default=None)))
    else:
        candidates.append(("LSB_DJOB_NUMPROC", whole(environ.get("LSB_DJOB_NUMPROC"))))
    # NSLOTS counts the slots of the whole job; only on a single host are they this node's.
    if whole(environ.get("NHOSTS", "1")) == 1:
        candidates.append(("NSLOTS", whole(environ.get("NSLOTS"))))
    return _first(candidates)


def _memory(
    environ: Mapping[str, str], on_node: Promise | None, per_task: Promise | None, tasks: Promise | None
) -> Promise | None:
    """Return the bytes of this node; Slurm counts in MiB (sbatch(1), "--mem")."""
    mebibytes = whole(environ.get("SLURM_MEM_PER_NODE"))
    if mebibytes:
        return Promise(mebibytes * 2**20, "SLURM_MEM_PER_NODE")
    each = whole(environ.get("SLURM_MEM_PER_CPU"))
    cpus = on_node.value if on_node else per_task.value * (tasks.value if tasks else 1) if per_task else 0
    return Promise(each * cpus * 2**20, "SLURM_MEM_PER_CPU") if each and cpus else None
