"""# prefetch-factor-invalid (WL402)

## What it does

Finds a `prefetch_factor` beside a worker count of 0 (or in the call of a loader whose default is 0), and one that is
0, negative, a float or a string.

## Why is this bad?

Without workers, the loader raises as soon as it is built:

    ValueError: prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable
    multiprocessing, otherwise set prefetch_factor to None.

With workers, `prefetch_factor=0` fails at the first batch, after the model has been built:

    AssertionError: prefetch_factor must be greater than 0 for MultiProcessingDataLoaderIter

and a float or a string with a `TypeError`.

In a configuration whose loader is not named it is a warning: the program that reads it may drop the option, which
then does nothing. Such files and dicts of tests are left alone.

## Example

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=0, prefetch_factor=2)
```

## Use instead

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=0, prefetch_factor=None)
```

## Fix safety

Safe: what is replaced raises. `None` is the default of torch 2.0 and newer. Where the mode in force asks for
workers, the count is mended instead.

## References

- `torch/utils/data/dataloader.py`, `DataLoader.__init__` and `_MultiProcessingDataLoaderIter.__init__`
- `transformers/training_args.py`, which refuses `dataloader_prefetch_factor` without workers too
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Severity
from worker_lint.options import has_no_workers, is_off
from worker_lint.rule import Rule
from worker_lint.rules._contradictions import count_in_words, off, options_called, raises, severity_of
from worker_lint.rules._words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Group, Value


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each ``prefetch_factor`` that a loader refuses."""
    for group, name, value in options_called("prefetch_factor", document):
        if value.kind in ("reference", "expression") or is_off(name, value) or _may_be_filled_in(group, value):
            continue
        severity = None
        if has_no_workers(group):
            severity = severity_of(group)
            message = f"prefetch_factor is {shown(value)} and {count_in_words(group)}; {raises('ValueError', group)}"
            help_text = "leave it unset, or ask for workers"
        elif (wrong := _wrong(value)) is not None and (group.loader is not None or group.count is not None):
            message = f"prefetch_factor is {shown(value)}, {wrong}"
            help_text = "write a positive integer, or leave it unset for the default, 2"
        else:
            continue
        fix = off(group, name, value, document)
        yield RULE.finding(value, message, help_text, fix=fix, group=group, severity=severity)


def _may_be_filled_in(group: Group, value: Value) -> bool:
    """Return whether ``value`` is a string that something may replace before a loader sees it, or that describes it."""
    return value.kind == "string" and group.loader is None and not value.text.strip("\"'").isdecimal()


def _wrong(value: Value) -> str | None:
    match value.kind:
        case "float":
            return "a float; the loader fails with TypeError at its first batch"
        case "string":
            return "a string; the loader raises TypeError"
        case "integer" if value.number == 0:
            return "not positive; the loader fails with AssertionError at its first batch"
        case "integer" if value.number is not None and value.number < 0:
            return "negative; the loader raises ValueError"
    return None


RULE = Rule(
    code="WL402",
    name="prefetch-factor-invalid",
    summary="prefetch_factor is given without workers, or is no positive integer",
    severity=Severity.ERROR,
    check=check,
    fix="safe",
)
