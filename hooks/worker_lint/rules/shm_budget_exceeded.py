"""# shm-budget-exceeded (WL304)

## What it does

Finds worker counts whose batches do not fit into `/dev/shm`. It speaks only where `batch-bytes` says how large a
batch is.

## Why is this bad?

Workers hand their batches over in shared memory, and a loader holds `num_workers * prefetch_factor + 1` of them. A
container's `/dev/shm` is 64 MiB unless somebody asked for more. When it is full, the job dies:

    RuntimeError: unable to allocate shared memory(shm) for file </torch_...>: No space left on device (28)

or, in older versions, with a bus error. A batch of 32 images of 3 by 224 by 224 floats is 18.4 MiB: two workers are
already too many for 64 MiB.

## Example

```toml
profile = "k8s-cpu2-mem8.json"
batch-bytes = "18.4MiB"
```

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=2)
```

## Use instead

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=1)
```

## Fix safety

Where a mode is in force, the fix writes the mode's count, clamped to the limit. Without one there is no fix: raising
`/dev/shm` or lowering `prefetch_factor` would do as well.

## Options

- `batch-bytes`, `prefetch-factor`, `live-loaders`, `ranks-per-node`, `profile`

## References

- [pytorch#5040](https://github.com/pytorch/pytorch/issues/5040)
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
    """Yield a finding for each count whose batches do not fit into shared memory."""
    return beyond(RULE, "shm", document, policy)


RULE = Rule(
    code="WL304",
    name="shm-budget-exceeded",
    summary="A worker count's batches do not fit into /dev/shm",
    severity=Severity.ERROR,
    check=check,
    fix="policy",
    rests_on=("machine",),
)
