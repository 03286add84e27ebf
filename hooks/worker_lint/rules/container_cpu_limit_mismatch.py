"""# container-cpu-limit-mismatch (WL804)

## What it does

Finds commands whose workers are more than the CPUs of their container: `--cpus` of `docker run`, `cpus` or
`deploy.resources.limits.cpus` of a Compose service, `resources.limits.cpu` of a container in a pod. The count, the
limit and the processes of a launcher (`torchrun --nproc_per_node 4`) are those of the same command, service or pod.

A count that is equal to the CPUs is not reported.

## Why is this bad?

The limit is a quota of the kernel's scheduler: when the workers have used it up, all of them stand still until the
next period, the main process among them. Nobody warns: `os.cpu_count()`, `os.sched_getaffinity()` and torch all see
the CPUs of the machine. (With a quota of half a CPU torch did not warn of two workers.)

## Example

```yaml
services:
  trainer:
    image: trainer
    shm_size: 8gb
    cpus: 4
    command: python train.py --batch-size 64 --num-workers 16
```

## Use instead

```yaml
services:
  trainer:
    image: trainer
    shm_size: 8gb
    cpus: 4
    command: python train.py --batch-size 64 --num-workers 3
```

## Fix safety

Unsafe: the fix lowers the count to the CPUs less one for each process, and another count may change what a run draws
at random. Where the workers mostly wait for a disk or a network, a higher limit or no change may serve better.

## References

- [Docker, `--cpus`](https://docs.docker.com/engine/containers/resource_constraints/#cpu)
- [Compose, `deploy.resources`](https://docs.docker.com/reference/compose-file/deploy/#resources)
- [Kubernetes, CPU limits](https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/)
- [cpython#149452](https://github.com/python/cpython/issues/149452): Python does not see the quota
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Related, Severity
from worker_lint.rule import Rule
from worker_lint.rules._containers import contained
from worker_lint.rules._demand import demand_in_words, fewer, fewer_fix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.site import Document


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each count with more workers than the CPUs of its container."""
    for site, container, ranks in contained(document, b"cpu"):
        number, cpus, limit = site.value.number or 0, container.cpus, container.limit
        if cpus is None or limit is None or number * ranks <= cpus:
            continue
        count = fewer(cpus, ranks)
        yield RULE.finding(
            site.value,
            f"{demand_in_words(site, ranks)}, but {container.what} is limited to {cpus:g} "
            f"CPU{'' if cpus == 1 else 's'}: when they are used up, all of its processes are stopped for a while",
            f"write {count} or less, or raise the limit" if count else "raise the limit",
            fix=fewer_fix(site, cpus, ranks),
            site=site,
            related=(Related(container.source.path, container.source.position(limit.start), "the limit"),),
        )


RULE = Rule(
    code="WL804",
    name="container-cpu-limit-mismatch",
    summary="A worker count exceeds the CPU limit of its container",
    severity=Severity.WARNING,
    check=check,
    fix="unsafe",
)
