"""# kernel-limit-exceeded (WL306)

## What it does

Finds worker counts that need more open files, or more processes, than the kernel allows the job.

## Why is this bad?

A loader's main process opens 4 descriptors a worker and one for each tensor in flight, and each worker is a process
with threads. Past `ulimit -n` or `ulimit -u` (or the container's `pids.max`), the job fails:

    RuntimeError: Too many open files. Communication with the workers is no longer possible.

It is an error where the descriptors that are open for certain do not fit, and a warning where that depends on how
many tensors a batch has and in which order batches arrive.

## Example

```toml
profile = "server-88c-126g.json"
live-loaders = 4
worker-memory = "100MiB"
```

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=64)
```

## Use instead

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=16)
```

## Fix safety

Where a mode is in force, the fix writes the mode's count, clamped to the limit. Without one there is no fix: raising
`ulimit -n` would do as well.

## Options

- `live-loaders`, `ranks-per-node`, `prefetch-factor`, `profile`

## References

- [pytorch#973](https://github.com/pytorch/pytorch/issues/973)
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from worker_lint.finding import Severity
from worker_lint.rule import Rule
from worker_lint.rules._bounds import beyond

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.site import Document


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each count that needs more descriptors or processes than there are."""
    return chain(beyond(RULE, "files", document, policy), beyond(RULE, "processes", document, policy))


RULE = Rule(
    code="WL306",
    name="kernel-limit-exceeded",
    summary="A worker count needs more open files or processes than the kernel allows",
    severity=Severity.ERROR,
    check=check,
    fix="policy",
    yields_to=("WL304", "WL305"),
    rests_on=("machine",),
)
