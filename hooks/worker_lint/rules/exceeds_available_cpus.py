"""# exceeds-available-cpus (WL301)

## What it does

Finds worker counts above what the CPUs of a rank bear: its usable CPUs less one for the main process, on the
tightest declared profile (else the running machine).

## Why is this bad?

Where workers compute, more of them than CPUs wait for each other: with multi-threaded BLAS, 4 workers on 2 CPUs
loaded 23 samples a second where 1 loaded 70. torch warns only at run time, and only about one loader in one process:
it sees neither a container's CPU quota nor the other ranks of the node.

It is a warning and never an error: workers that mostly wait for a disk or a network go on gaining beyond the CPUs
(on 2 CPUs, 627 samples a second with 8 workers against 193 with 2).

## Example

```toml
profile = "k8s-cpu2-mem8.json"
```

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=16)
```

## Use instead

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=1)
```

## Fix safety

Where a mode is in force, the fix writes the mode's count, clamped to the limit. Without one there is no fix.

## Options

- `profile`: the machines on which a count must hold
- `ranks-per-node`: how many processes share the node's CPUs

## References

- [pytorch#5040](https://github.com/pytorch/pytorch/issues/5040)
- `torch/utils/data/dataloader.py`, `check_worker_number_rationality`
"""

from __future__ import annotations

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
    """Yield a finding for each count above what the CPUs bear."""
    return beyond(RULE, "cpu", document, policy)


RULE = Rule(
    code="WL301",
    name="exceeds-available-cpus",
    summary="A worker count exceeds the CPUs that a rank may use",
    severity=Severity.WARNING,
    check=check,
    fix="policy",
    yields_to=("WL304", "WL305", "WL306"),
    rests_on=("machine",),
)
