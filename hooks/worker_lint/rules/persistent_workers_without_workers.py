"""# persistent-workers-without-workers (WL401)

## What it does

Finds `persistent_workers=True` beside a worker count of 0, or in the call of a loader whose default is 0.

## Why is this bad?

The loader raises as soon as it is built:

    ValueError: persistent_workers option needs num_workers > 0

In a configuration whose loader is not named it is a warning: the program that reads it may drop the option, which
then does nothing. Such files and dicts of tests are left alone.

## Example

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=0, persistent_workers=True)
```

## Use instead

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=0, persistent_workers=False)
```

## Fix safety

Safe: what is replaced raises. Where the mode in force asks for workers, the count is mended instead.

## References

- `torch/utils/data/dataloader.py`, `DataLoader.__init__`
- [neural-lam#234](https://github.com/mllam/neural-lam/issues/234),
  [torchmd-net#323](https://github.com/torchmd/torchmd-net/issues/323)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Severity
from worker_lint.options import has_no_workers, is_off
from worker_lint.rule import Rule
from worker_lint.rules._contradictions import count_in_words, off, options_called, raises, severity_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.site import Document


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each ``persistent_workers=True`` without workers."""
    for group, name, value in options_called("persistent_workers", document):
        if value.kind == "boolean" and not is_off("persistent_workers", value) and has_no_workers(group):
            yield RULE.finding(
                value,
                f"persistent_workers is on and {count_in_words(group)}; {raises('ValueError', group)}",
                "turn it off, or ask for workers",
                fix=off(group, name, value, document),
                group=group,
                severity=severity_of(group),
            )


RULE = Rule(
    code="WL401",
    name="persistent-workers-without-workers",
    summary="persistent_workers is on where there are no workers",
    severity=Severity.ERROR,
    check=check,
    fix="safe",
)
