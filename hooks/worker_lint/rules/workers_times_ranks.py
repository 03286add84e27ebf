"""# workers-times-ranks (WL701)

## What it does

Finds commands whose launcher starts so many processes on a node (`torchrun --nproc_per_node 8`, `accelerate launch`,
`deepspeed`) that their workers together exceed the CPUs of the declared profile: the count, times the processes,
times the loaders that are alive at once.

It speaks where the command itself shows the processes and a profile was declared. Where the settings or the profile
say how many ranks a node has, [exceeds-available-cpus](WL301.md) divides the CPUs by them; where a batch script or a
container says what CPUs there are, [slurm-cpus-mismatch](WL801.md) and [container-cpu-limit-mismatch](WL804.md) do.

## Why is this bad?

A count is that of one process: each rank has its own loaders, and each loader its own workers. 16 workers in 8
processes with a loader for training and one for validation are 256. torch's own warning looks at one loader in one
process, and says nothing. Where workers compute, those beyond the CPUs only wait, and each takes memory:
[mmdetection#2406](https://github.com/open-mmlab/mmdetection/issues/2406) found 16 times what one process needed.

Some programs divide the count by the processes themselves (torch's ImageNet example does). That cannot be seen from
the command: ignore the finding there.

## Example

```toml
profile = "server-88c-126g.json"
```

```shell
torchrun --nproc_per_node 8 train.py --batch-size 64 --num-workers 16
```

## Use instead

```shell
torchrun --nproc_per_node 8 train.py --batch-size 64 --num-workers 10
```

## Fix safety

Unsafe: the fix divides the CPUs by the processes and the loaders, less one for each process, and another count may
change what a run draws at random.

## Options

- `profile`: the machine, or machines, on which the command runs
- `live-loaders`: the loaders whose workers are alive at once
- `ranks-per-node`: where it is set, this rule is silent

## References

- [pytorch-lightning#5773](https://github.com/Lightning-AI/pytorch-lightning/issues/5773),
  [hi-ml#268](https://github.com/microsoft/hi-ml/pull/268)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Severity
from worker_lint.locate.containers import container_of
from worker_lint.rule import Rule
from worker_lint.rules._demand import demand_in_words, fewer, fewer_fix
from worker_lint.rules._slurm import granted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.locate.job import Launch
    from worker_lint.policy import Bound, Policy
    from worker_lint.site import Document, Site


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each count that, in all processes of its launcher, exceeds the CPUs of a profile."""
    settings = policy.settings
    if document.job is None or not policy.profiles or settings.profile is None or settings.ranks_per_node is not None:
        return
    for site in document.sites:
        if site.value.number is None or site.value.number < 1:
            continue
        for launch in document.job.launches(site):
            ranks = document.job.ranks(launch)
            if ranks is None or ranks < 2 or _is_settled(document, site, launch):
                continue
            bound = min(_shared(policy, site, ranks), key=lambda each: each.profile.cpu.usable, default=None)
            if bound is not None and _demand(site, policy, ranks) > bound.profile.cpu.usable:
                yield _finding(site, policy, ranks, bound)
                break


def _is_settled(document: Document, site: Site, launch: Launch) -> bool:
    """Return whether the file itself says what CPUs the command has."""
    if document.job is not None and granted(document.job, launch) is not None:
        return True
    container = container_of(document, site, launch)
    return container is not None and container.cpus is not None


def _shared(policy: Policy, site: Site, ranks: int) -> list[Bound]:
    """Return the bounds of the machines whose CPUs nobody divided, and on which so many processes may run."""
    return [
        bound
        for bound in policy.bounds(site.group)
        if bound.profile.cpu.per == "node"
        and bound.profile.ranks_per_node == 1
        and not (bound.profile.gpu is not None and 0 < bound.profile.gpu.count < ranks)
    ]


def _demand(site: Site, policy: Policy, ranks: int) -> int:
    return (site.value.number or 0) * ranks * policy.settings.live_loaders


def _finding(site: Site, policy: Policy, ranks: int, bound: Bound) -> Finding:
    loaders, usable = policy.settings.live_loaders, bound.profile.cpu.usable
    said = demand_in_words(site, ranks)
    if loaders > 1:
        said += f" for each of {loaders} loaders"
    count = fewer(usable / loaders, ranks)
    return RULE.finding(
        site.value,
        f"{said}, but {bound.machine} has {usable:g} CPUs: the workers wait for each other",
        f"write {count} or less, or say in `ranks-per-node` how many processes there are" if count else "write 0",
        fix=fewer_fix(site, usable / loaders, ranks),
        site=site,
    )


RULE = Rule(
    code="WL701",
    name="workers-times-ranks",
    summary="The workers of all processes on a node exceed its CPUs",
    severity=Severity.WARNING,
    check=check,
    fix="unsafe",
    yields_to=("WL301",),
    confidence="medium",
    rests_on=("machine",),
)
