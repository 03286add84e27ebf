"""# non-integer-worker-count (WL102)

## What it does

Finds worker counts that are floats: a float literal, or arithmetic that makes a float, such as `/`.

## Why is this bad?

A `DataLoader` accepts a float when it is built and fails at the first batch, after the model has been built and
the data read:

    TypeError: 'float' object cannot be interpreted as an integer

## Example

```python
import os

from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=len(os.sched_getaffinity(0)) / 2)
```

## Use instead

```python
import os

from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=len(os.sched_getaffinity(0)) // 2)
```

## Fix safety

Safe: `4.0` becomes `4`, and `a / b` becomes `a // b`. Other floats have no fix.

## References

- `torch/utils/data/dataloader.py`, `_MultiProcessingDataLoaderIter.__init__`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.counts import broken_constraint
from worker_lint.finding import Fix, Severity, replacing
from worker_lint.rule import Rule
from worker_lint.rules._words import shown, subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Value

_LONGEST = 200
"""Characters of an expression that is rewritten; nobody reads a longer one."""


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each count that is a float."""
    for site in document.sites:
        value = site.value
        if value.kind != "float" or (document.source.is_data and broken_constraint(value) != "type"):
            continue
        whole = _whole(value)
        yield RULE.finding(
            value,
            f"{subject(site)} is the float {shown(value)}; a loader fails on it with TypeError at its first batch",
            f"write {' '.join(whole.split())}" if whole else "write an integer, or round to one with int()",
            fix=Fix("safe", f"Write {whole}", (replacing(value, whole),)) if whole and site.intact else None,
            site=site,
        )


def _whole(value: Value) -> str | None:
    """Return the integer expression that says the same as ``value``, where there is one."""
    if len(value.text) > _LONGEST:
        return None
    if value.divisions:
        text = value.text.encode()
        for offset in reversed(value.divisions):
            at = offset - value.start
            text = text[:at] + b"//" + text[at + 1 :]
        return text.decode()
    try:
        number = float(value.text)
    except ValueError:
        return None
    return str(int(number)) if number.is_integer() and number >= 0 else None


RULE = Rule(
    code="WL102",
    name="non-integer-worker-count",
    summary="A worker count is a float, which fails at the first batch",
    severity=Severity.ERROR,
    check=check,
    fix="safe",
)
