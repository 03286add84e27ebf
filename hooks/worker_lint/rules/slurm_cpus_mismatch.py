"""# slurm-cpus-mismatch (WL801)

## What it does

Finds batch scripts of Slurm whose commands start more workers than the task has CPUs: the count that stands in the
script, times the processes of a launcher (`torchrun`, `accelerate launch`, `deepspeed`) where one runs in the task,
against `--cpus-per-task` or `--cpus-per-gpu` in the `#SBATCH` lines or behind `srun`.

A command that runs without `srun` has the CPUs of all tasks on its node. A count that is equal to the CPUs is not
reported. Nothing is said of jobs with `--exclusive` or `--overcommit`, nor where no CPUs are asked for: what a job
then gets is up to the cluster.

## Why is this bad?

Slurm binds a task to the CPUs that it was given: workers beyond them wait for each other and for the main process.
With multi-threaded BLAS, 4 workers on 2 CPUs loaded 23 samples a second where 1 loaded 70. torch warns of it only
once the job has left the queue, and only of one loader in one process:

    UserWarning: This DataLoader will create 76 worker processes in total. Our suggested max number of worker in
    current system is 10 ...

## Example

```shell
#!/bin/bash
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=10

srun python train.py --batch-size 64 --num-workers 16
```

## Use instead

```shell
#!/bin/bash
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=10

srun python train.py --batch-size 64 --num-workers 9
```

## Fix safety

Unsafe: the fix lowers the count to the CPUs less one for each process, and another count may change what a run
draws at random. It does not raise `--cpus-per-task`, because a cluster bills, queues and limits what is asked for;
where the workers are needed, do that instead.

## References

- [sbatch, `--cpus-per-task`](https://slurm.schedmd.com/sbatch.html#OPT_cpus-per-task)
- [pytorch-lightning#18650](https://github.com/Lightning-AI/pytorch-lightning/issues/18650): a job with one CPU
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Related, Severity
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._demand import demand_in_words, fewer, fewer_fix
from worker_lint.rules._slurm import granted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.rules._slurm import Grant
    from worker_lint.site import Document, Site

_ASKS = regex(rb"--cpus-per-|(?:#SBATCH|srun|sbatch)\b[^\r\n]*\s-c")
"""What a script without any request for CPUs lacks."""


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each count with more workers than the CPUs of its task."""
    if document.job is None or not _ASKS.search(document.source.code):
        return
    for site in document.sites:
        number = site.value.number
        if number is None or number < 1:
            continue
        for launch in document.job.launches(site):
            grant = granted(document.job, launch)
            ranks = document.job.ranks(launch) or 1
            if grant is not None and number * ranks > grant.cpus:
                yield _finding(site, ranks, grant, document)
                break


def _finding(site: Site, ranks: int, grant: Grant, document: Document) -> Finding:
    source = document.source
    count = fewer(grant.cpus, ranks)
    cpus = f"{grant.cpus} CPU{'' if grant.cpus == 1 else 's'}"
    return RULE.finding(
        site.value,
        f"{demand_in_words(site, ranks)}, but Slurm gives the job {cpus} for them ({grant.why}): the others wait",
        f"write {count} or less, or ask for more CPUs" if count else "ask for more CPUs",
        fix=fewer_fix(site, grant.cpus, ranks),
        site=site,
        related=(Related(source.path, source.position(grant.said.start), "the CPUs that the job asks for"),),
    )


RULE = Rule(
    code="WL801",
    name="slurm-cpus-mismatch",
    summary="A batch script starts more workers than its task has CPUs",
    severity=Severity.WARNING,
    check=check,
    fix="unsafe",
)
