"""What Slurm gives to one process of a job, as its ``#SBATCH`` lines and the options of ``srun`` say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Mapping

    from worker_lint.locate.job import Job, Launch
    from worker_lint.site import Value

_WHOLE_NODE = ("exclusive", "overcommit")
"""Options with which the CPUs that were asked for are not all that there are, or are not counted."""
_GPUS = regex(r"(?:gpu:)?(?:[A-Za-z][\w.-]*:)?(\d{1,4})(?:\(\w+\))?")
_INHERITED = regex(r"\$\{?SLURM_CPUS_PER_TASK\}?")


@dataclass(frozen=True, slots=True)
class Grant:
    """The CPUs that one process of a job may use, what says so, and where."""

    cpus: int
    why: str
    said: Value


def granted(job: Job, launch: Launch) -> Grant | None:
    """Return the CPUs that Slurm gives to the command of ``launch``, or None where the script does not settle that.

    A step of ``srun`` has the CPUs of a task. Without it the command runs in the batch script itself, which has
    those of all tasks on its node.
    """
    step = launch.step("slurm")
    in_step = step is not None and step.name == "srun"
    if step is not None and step.open and "cpus_per_task" not in step.options:
        return None
    said: Mapping[str, Value] = {**job.directives, **(step.options if step is not None else {})}
    if any(name in said for name in _WHOLE_NODE):
        return None
    tasks = 1 if in_step else _tasks_on_node(job, said)
    if tasks is None:
        return None
    if (each := _per_task(job, said, step.options if in_step and step is not None else {})) is not None:
        cpus = job.number(each)
        if cpus is None or cpus < 1:
            return None
        why = f"--cpus-per-task={cpus}" + (f" for {tasks} tasks" if tasks > 1 else "")
        return Grant(cpus * tasks, why, each)
    return _per_gpu(job, said, in_step=in_step)


def _per_task(job: Job, said: Mapping[str, Value], of_step: Mapping[str, Value]) -> Value | None:
    """Return the CPUs of a task: as the step says, which may hand on what the job was given."""
    own = of_step.get("cpus_per_task")
    if own is not None and not _INHERITED.fullmatch(own.text):
        return own
    return job.directives.get("cpus_per_task") if own is not None else said.get("cpus_per_task")


def _tasks_on_node(job: Job, said: Mapping[str, Value]) -> int | None:
    """Return how many tasks a node has at most, or None where that is said in a way that cannot be read."""
    for name in ("ntasks_per_node", "tasks_per_node", "ntasks"):
        if name in said:
            return job.number(said[name])
    return 1


def _per_gpu(job: Job, said: Mapping[str, Value], *, in_step: bool) -> Grant | None:
    """Return the CPUs that come with the GPUs of one task, or with those of the node."""
    each = said.get("cpus_per_gpu")
    cpus = job.number(each) if each is not None else None
    if each is None or cpus is None or cpus < 1:
        return None
    if "gpus_per_task" in said:
        gpus, tasks = _gpus(said["gpus_per_task"]), 1 if in_step else _tasks_on_node(job, said)
        count = None if gpus is None or tasks is None else gpus * tasks
    else:
        name = next((name for name in ("gpus_per_node", "gres", "gpus") if name in said), None)
        count, tasks = None if name is None else _gpus(said[name]), _tasks_on_node(job, said)
        if in_step and count is not None:
            count = count // tasks if tasks else None
    if not count:
        return None
    return Grant(cpus * count, f"--cpus-per-gpu={cpus} for {count} GPU{'' if count == 1 else 's'}", each)


def _gpus(said: Value) -> int | None:
    match = _GPUS.fullmatch(said.text)
    return int(match[1]) if match else None
