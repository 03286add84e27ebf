"""# config-literal-surprise (WL106)

## What it does

Finds worker counts in data files that do not mean what they seem to: a key that one object gives twice.

## Why is this bad?

Every common reader lets the last of two equal keys win, silently. The count that a person reads first, and changes,
is not the one that runs. (The standard, RFC 8259, leaves it open what a reader does.)

## Example

```json
{
  "num_workers": 8,
  "batch_size": 32,
  "num_workers": 2
}
```

## Use instead

```json
{
  "batch_size": 32,
  "num_workers": 2
}
```

## Fix safety

There is no fix: which of the two was meant is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Severity
from worker_lint.rule import Rule
from worker_lint.rules._words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.site import Document


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each key of a count that its object gives again later."""
    for duplicate in document.duplicates:
        *overruled, last = duplicate.values
        line = document.source.position(last.start).line
        for value in overruled:
            yield RULE.finding(
                value,
                f"{duplicate.name} is {shown(value)} here and {shown(last)} in line {line} of the same object; "
                "the last wins",
                "keep one of them",
            )


RULE = Rule(
    code="WL106",
    name="config-literal-surprise",
    summary="A worker count in a data file does not mean what it seems to",
    severity=Severity.WARNING,
    check=check,
)
