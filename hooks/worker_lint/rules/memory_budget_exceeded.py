"""# memory-budget-exceeded (WL305)

## What it does

Finds worker counts whose processes do not fit into the memory of a rank: four fifths of it, less the main process,
divided by what a worker takes.

## Why is this bad?

Each worker is a process of its own: 10 MiB of its own where it is forked and touches nothing, 145 MiB where it is
spawned, and in time a copy of every Python object of the dataset. Past the limit, the kernel kills one:

    RuntimeError: DataLoader worker (pid 1234) is killed by signal: Killed.

It is an error where `worker-memory` and `main-memory` say what a process takes, and a warning where that is assumed.

## Example

```toml
profile = "g4dn-xlarge.json"
worker-memory = "6GiB"
main-memory = "4GiB"
```

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=3)
```

## Use instead

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=1)
```

## Fix safety

Where a mode is in force, the fix writes the mode's count, clamped to the limit. Without one there is no fix.

## Options

- `worker-memory`, `main-memory`, `batch-bytes`, `live-loaders`, `ranks-per-node`, `profile`

## References

- [pytorch#13246](https://github.com/pytorch/pytorch/issues/13246)
- [mmdetection#2406](https://github.com/open-mmlab/mmdetection/issues/2406)
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
    """Yield a finding for each count whose workers do not fit into memory."""
    return beyond(RULE, "memory", document, policy)


RULE = Rule(
    code="WL305",
    name="memory-budget-exceeded",
    summary="A worker count's processes do not fit into memory",
    severity=Severity.ERROR,
    check=check,
    fix="policy",
    yields_to=("WL304",),
    rests_on=("machine",),
)
