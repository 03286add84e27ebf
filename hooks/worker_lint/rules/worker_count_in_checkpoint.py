"""# worker-count-in-checkpoint (WL903)

## What it does

Finds literal worker counts of loaders whose checkpoints hold the count, in files that save or resume a state:
torchdata's `StatefulDataLoader` and Grain's `DataLoader`.

## Why is this bad?

It is not, as long as nobody changes the number. A checkpoint that 2 workers have written is refused by 4, or by none:

    AssertionError
    AssertionError: State doesn't contain key '_num_yielded' expected for single process dataloader
    ValueError: Worker count in checkpoint does not match dataloader worker count.

So a debugging run without workers cannot resume what a training run has left behind. `--fix` does not rewrite such a
count to that of the mode; `--fix --unsafe-fixes` does.

## Example

```python
from torchdata.stateful_dataloader import StatefulDataLoader

def resumed(dataset, state):
    loader = StatefulDataLoader(dataset, batch_size=32, num_workers=4)
    loader.load_state_dict(state["loader"])
    return loader
```

## Use instead

```python
from torchdata.stateful_dataloader import StatefulDataLoader

def resumed(dataset, state):
    loader = StatefulDataLoader(dataset, batch_size=32, num_workers=state["num_workers"])
    loader.load_state_dict(state["loader"])
    return loader
```

## Fix safety

There is no fix: the count has to be kept beside the state, or never changed.

## References

- `torchdata/stateful_dataloader/stateful_dataloader.py`, `_MultiProcessingDataLoaderIter`
- `grain/_src/python/data_loader.py`, `DataLoader._validate_state`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.count_fix import checkpoint_error
from worker_lint.finding import Severity
from worker_lint.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.site import Document


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each literal count that checkpoints hold."""
    for group in document.groups:
        count, error = group.count, checkpoint_error(group, document)
        if error is None or group.loader is None or count is None or not count.literal:
            continue
        yield RULE.finding(
            count,
            f"checkpoints of {group.loader.short} hold its worker count, {count.number}; "
            f"resuming one with another count raises {error}",
            "keep the count beside the state, or leave the number as it is",
            group=group,
        )


RULE = Rule(
    code="WL903",
    name="worker-count-in-checkpoint",
    summary="A literal worker count that checkpoints of the loader hold as well",
    severity=Severity.INFO,
    check=check,
)
