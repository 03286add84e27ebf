"""# srun-drops-cpus-per-task (WL802)

## What it does

Finds batch scripts that ask for several CPUs a task in an `#SBATCH` line and start a command with workers by an
`srun` that is not given `--cpus-per-task` again, while nothing in the script sets `SRUN_CPUS_PER_TASK`.

The rule is off unless it is selected: it matters on clusters with Slurm 22.05 or newer that bind tasks to CPUs.

## Why is this bad?

Since Slurm 22.05 `srun` no longer takes `--cpus-per-task` over from the job: the step asks for one CPU a task, and
where the cluster binds tasks to what they ask for, the main process and all of its workers share it. Scripts that
were right for years became slow, with nothing but torch's warning to say so:

    UserWarning: This DataLoader will create 8 worker processes in total. Our suggested max number of worker in
    current system is 1 ...

## Example

```shell
#!/bin/bash
#SBATCH --ntasks=4
#SBATCH --cpus-per-task=12

srun python train.py --batch-size 64 --num-workers 8
```

## Use instead

```shell
#!/bin/bash
#SBATCH --ntasks=4
#SBATCH --cpus-per-task=12

export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK
srun python train.py --batch-size 64 --num-workers 8
```

## Fix safety

Unsafe: the step gets the CPUs that the job asked for, on any version of Slurm. The fix writes the line in front of an
`srun` that begins its own line; elsewhere there is none.

## References

- [srun, `--cpus-per-task`](https://slurm.schedmd.com/srun.html#OPT_cpus-per-task)
- [reframe#2655](https://github.com/reframe-hpc/reframe/issues/2655), with the release note
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Fix, Related, Severity
from worker_lint.locate.command_sites import value_of
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.source import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.locate.job import Launch
    from worker_lint.locate.starters import Step
    from worker_lint.policy import Policy
    from worker_lint.site import Document

_VARIABLE = "SRUN_CPUS_PER_TASK"
_NEAR = 200
"""Bytes before a line in which it is looked for what continues the line above."""
_GOES_ON = regex(rb"(?:\\|\||&&)[ \t\r]*\n\Z")
"""The end of a line that the next one continues."""


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each ``srun`` that leaves a command with workers one CPU a task."""
    job, code = document.job, document.source.code
    if job is None or b"#SBATCH" not in code or b"srun" not in code or _VARIABLE.encode() in code:
        return
    asked = job.directives.get("cpus_per_task")
    if asked is None or (job.number(asked) or 0) < 2:
        return
    seen: set[int] = set()
    for site in document.sites:
        if site.value.number is None or site.value.number < 1:
            continue
        for launch in job.launches(site):
            step = _dropping(launch)
            if step is None or step.words[0].start in seen:
                continue
            seen.add(step.words[0].start)
            place = document.source.position(asked.start)
            yield RULE.finding(
                value_of(step.words[0]),
                f"since Slurm 22.05 this srun does not take over --cpus-per-task={asked.text}: "
                f"the step asks for one CPU a task, for the process and its {site.value.number} workers ({site.name})",
                f"write `export {_VARIABLE}=$SLURM_CPUS_PER_TASK` above, or give srun --cpus-per-task",
                fix=_fix(step, launch, document),
                group=site.group,
                related=(Related(document.source.path, place, "the CPUs that the job asks for"),),
            )


def _dropping(launch: Launch) -> Step | None:
    step = launch.step("slurm")
    if step is None or step.name != "srun" or step.open:
        return None
    return None if {"cpus_per_task", "exact", "exclusive"} & step.options.keys() else step


def _fix(step: Step, launch: Launch, document: Document) -> Fix | None:
    """Return the fix that exports the variable in the line above, where a statement begins with the line of srun."""
    start, code = step.words[0].start, document.source.code
    begin = code.rfind(b"\n", 0, start) + 1
    indent = code[begin:start]
    own = launch.line.outer is None and launch.line.owner is None and launch.words[0].start == start
    if (
        not own
        or indent.strip()
        or _GOES_ON.search(code, max(0, begin - _NEAR), begin)
        or document.source.inset is not None
    ):
        return None
    line = f"{indent.decode()}export {_VARIABLE}=$SLURM_CPUS_PER_TASK\n"
    return Fix("unsafe", f"Export {_VARIABLE}", (Edit(begin, begin, line),))


RULE = Rule(
    code="WL802",
    name="srun-drops-cpus-per-task",
    summary="srun does not take over the CPUs that the batch script asks for",
    severity=Severity.WARNING,
    check=check,
    fix="unsafe",
    confidence="medium",
    default=False,
)
