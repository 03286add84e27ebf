"""# ineffective-worker-option (WL405)

## What it does

Finds a `worker_init_fn`, or `in_order=False`, beside a worker count of 0, or in the call of a loader whose default is
0. Off by default: unlike the options of [WL401](WL401.md), [WL402](WL402.md) and [WL403](WL403.md) these raise
nothing. Tests are left alone.

## Why is this bad?

The function is never called, and nobody says so. Where it seeds the random numbers, limits the threads of OpenCV, or
opens a file, the run without workers, which is the one that people debug, is another program than the one with workers.

## Example

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=0, worker_init_fn=seed_worker)
```

## Use instead

```python
from torch.utils.data import DataLoader

seed_worker(0)
loader = DataLoader(dataset, num_workers=0)
```

## Fix safety

There is no fix: whether the main process has to do what the workers would have done only the author knows.

## References

- `torch/utils/data/dataloader.py`: only `_MultiProcessingDataLoaderIter` looks at `worker_init_fn` and `in_order`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Severity
from worker_lint.options import has_no_workers
from worker_lint.rule import Rule
from worker_lint.rules._afresh import has_processes
from worker_lint.rules._contradictions import count_in_words
from worker_lint.rules._readers import is_test
from worker_lint.rules._words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Value


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each option that nothing looks at without workers."""
    if is_test(document.source.path):
        return
    for group in document.groups:
        if not has_processes(group) or not has_no_workers(group):
            continue
        for option, is_on, effect in (
            ("worker_init_fn", _is_function, "it is never called"),
            ("in_order", _is_false, "batches come in order anyway"),
        ):
            value = group.options.get(option)
            if value is not None and is_on(value):
                yield RULE.finding(
                    value,
                    f"{option} is {shown(value)} and {count_in_words(group)}: {effect}",
                    "leave it out, and do in the main process what is needed there, or ask for workers",
                    group=group,
                )


def _is_function(value: Value) -> bool:
    """Return whether ``value`` is certainly no None; a choice may be one."""
    if value.kind == "reference":
        return True
    return (
        value.kind == "expression"
        and (value.text.startswith("lambda") or value.text.endswith(")"))
        and (" if " not in value.text)
    )


def _is_false(value: Value) -> bool:
    return value.kind == "boolean" and value.text == "False"


RULE = Rule(
    code="WL405",
    name="ineffective-worker-option",
    summary="worker_init_fn or in_order is given where there are no workers",
    severity=Severity.INFO,
    check=check,
    default=False,
)
