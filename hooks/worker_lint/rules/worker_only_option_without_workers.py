"""# worker-only-option-without-workers (WL403)

## What it does

Finds a `timeout` above 0 or a `multiprocessing_context` beside a worker count of 0, or in the call of a loader whose
default is 0.

## Why is this bad?

A context makes the loader raise when it is built, a timeout at the first batch:

    ValueError: multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got
    num_workers=0
    AssertionError

## Example

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=0, multiprocessing_context="spawn")
```

## Use instead

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=0, multiprocessing_context=None)
```

## Fix safety

Safe: what is replaced raises. Where the mode in force asks for workers, the count is mended instead.

## References

- `torch/utils/data/dataloader.py`, the setter of `multiprocessing_context` and `_SingleProcessDataLoaderIter`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Severity
from worker_lint.options import has_no_workers
from worker_lint.rule import Rule
from worker_lint.rules._contradictions import count_in_words, off, options_called, raises, severity_of
from worker_lint.rules._words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Value


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each option that needs workers and has none."""
    for option, error, is_on in (
        ("timeout", "AssertionError at its first batch", _is_positive),
        ("multiprocessing_context", "ValueError", _is_context),
    ):
        for group, name, value in options_called(option, document):
            if is_on(value) and has_no_workers(group):
                yield RULE.finding(
                    value,
                    f"{option} is {shown(value)} and {count_in_words(group)}; {raises(error, group)}",
                    "leave it unset, or ask for workers",
                    fix=off(group, name, value, document),
                    group=group,
                    severity=severity_of(group),
                )


def _is_positive(value: Value) -> bool:
    try:
        return float(value.text) > 0
    except ValueError:
        return False


def _is_context(value: Value) -> bool:
    return value.kind == "string" or (value.kind == "expression" and "get_context(" in value.text)


RULE = Rule(
    code="WL403",
    name="worker-only-option-without-workers",
    summary="timeout or multiprocessing_context is given where there are no workers",
    severity=Severity.ERROR,
    check=check,
    fix="safe",
)
