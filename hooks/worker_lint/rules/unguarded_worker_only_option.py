"""# unguarded-worker-only-option (WL404)

## What it does

Finds calls of a loader whose worker count is not written there and may be 0 (a parameter, an argument, a config entry,
a division), while an option that needs workers is fixed: `persistent_workers`, `prefetch_factor`, `timeout`,
`multiprocessing_context`.

Code that looks at the count at all (an `if`, an `assert`, a `max`) is taken to know, and is not reported.

## Why is this bad?

The program works until the day somebody passes 0 to debug it, and then stops before the first batch, with one of

    ValueError: persistent_workers option needs num_workers > 0
    ValueError: prefetch_factor option could only be specified in multiprocessing. ...
    ValueError: multiprocessing_context can only be used with multi-process loading ...
    AssertionError

## Example

```python
from torch.utils.data import DataLoader

def train_loader(dataset, num_workers):
    return DataLoader(dataset, num_workers=num_workers, persistent_workers=True)
```

## Use instead

```python
from torch.utils.data import DataLoader

def train_loader(dataset, num_workers):
    return DataLoader(dataset, num_workers=num_workers, persistent_workers=num_workers > 0)
```

## Fix safety

Safe: with workers the option keeps its value, without them it takes the loader's default. It is an error, and not a
warning, where the file itself sets the count to 0.

## References

- [neural-lam#235](https://github.com/mllam/neural-lam/pull/235),
  [torchmd-net#322](https://github.com/torchmd/torchmd-net/pull/322): the same guard, written by hand
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.finding import Fix, Severity, replacing
from worker_lint.options import is_off, without_workers, worker_options
from worker_lint.rule import Rule
from worker_lint.rules._words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Group, Value

_LITERALS = ("integer", "float", "string", "boolean")
_MAY_FALL_TO_ZERO = re.compile(r"//|\s-\s|(?<![\w.\[])0(?![\w.])|\b(?:get|getattr|pop)\(")
_HARMLESS_ZERO = re.compile(r"sched_getaffinity\(0\)|[<>=!]=?\s*0\b|\b0\s*(?=[<>=!])")
"""A 0 that is compared with, or means this process."""
_BINDS_LOOSELY = re.compile(r"\b(?:or|and|not|in|is|lambda)\b|[<>]|[=!]=")
"""What has to stand in parentheses beside a comparison."""


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each fixed option of a loader whose count may be 0."""
    for group in document.groups:
        count = group.count
        if group.loader is None or group.kind != "call" or count is None or not _may_be_zero(group, count):
            continue
        repeatable = _repeatable(count)
        certain = bool(group.count_values) and all(value.number == 0 for value in group.count_values)
        for name, value in worker_options(group):
            if value.kind not in _LITERALS or is_off(name, value):
                continue
            yield RULE.finding(
                value,
                f"{name} is {shown(value)} whatever {_short(count)} is, "
                f"{'which is 0' if certain else 'and where that is 0'}, the loader raises",
                f"write {guarded(name, value, count)}" if repeatable else "compute the count before, and test it here",
                fix=Fix("safe", "Guard the option", (replacing(value, guarded(name, value, count)),))
                if group.intact and repeatable
                else None,
                group=group,
                severity=Severity.ERROR if certain else None,
            )


def guarded(name: str, value: Value, count: Value) -> str:
    """Return the expression that is ``value`` where ``count`` is above 0, and harmless elsewhere."""
    test = f"({count.text}) > 0" if _BINDS_LOOSELY.search(count.text) else f"{count.text} > 0"
    return test if name == "persistent_workers" else f"{value.text} if {test} else {without_workers(name, 'python')}"


def _may_be_zero(group: Group, count: Value) -> bool:
    if count.kind == "reference":
        last = re.split(r"\W+", count.text.rstrip("'\"])"))[-1]
        if any(re.search(rf"\b{re.escape(last)}\b", condition) for condition in group.conditions):
            return False
        if group.count_values:
            return any(value.number == 0 or _expression_may_be_zero(value) for value in group.count_values)
        return True
    return _expression_may_be_zero(count)


def _expression_may_be_zero(value: Value) -> bool:
    if value.kind == "reference":
        return True
    if value.kind != "expression" or re.match(r"max\(\s*[1-9]|max\(.*,\s*[1-9]\d*\s*\)$", value.text):
        return False
    return _MAY_FALL_TO_ZERO.search(_HARMLESS_ZERO.sub("", value.text)) is not None


def _repeatable(count: Value) -> bool:
    """Return whether evaluating the count twice is the same as once: it calls nothing but what only looks up."""
    calls = re.findall(r"(\w*)\s*\(", count.text)
    plain = not any(part in count.text for part in ("\n", " if ", ":="))
    return plain and all(call in ("get", "getattr", "int") for call in calls)


def _short(count: Value, limit: int = 40) -> str:
    text = " ".join(count.text.split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


RULE = Rule(
    code="WL404",
    name="unguarded-worker-only-option",
    summary="An option that needs workers is fixed while the worker count may be 0",
    severity=Severity.WARNING,
    check=check,
    fix="safe",
)
