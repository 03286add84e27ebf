"""# hard-coded-worker-count (WL202)

## What it does

Finds a worker count that is written as a number in the call of a loader in a function, where no configuration and no
argument can change it. A count that is 0 is left alone, because it is mostly meant for that one loader. So are tests,
notebooks, and calls outside of functions: the numbers of such a script are its configuration. Off by default: in an
example it is the right thing.

## Why is this bad?

Whoever runs the program on another machine, or debugs it, has to change the code to get another count, and finds the
places by searching: 353 such calls stood in 42 of 218 repositories that were looked at. People ask for it:
[slideflow#396](https://github.com/slideflow/slideflow/issues/396),
[YOLO-World#413](https://github.com/AILab-CVC/YOLO-World/issues/413).

## Example

```python
from torch.utils.data import DataLoader

def train_loader(dataset, config):
    return DataLoader(dataset, batch_size=config.batch_size, num_workers=8)
```

## Use instead

```python
from torch.utils.data import DataLoader

def train_loader(dataset, config):
    return DataLoader(dataset, batch_size=config.batch_size, num_workers=config.num_workers)
```

## Fix safety

There is no fix: which configuration should hold the count only the author knows.

## References

- [WL201](WL201.md) holds the numbers that are written against a declared mode, wherever they stand
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Severity
from worker_lint.locate.forms import last_name
from worker_lint.locate.module import around
from worker_lint.rule import Rule
from worker_lint.rules._readers import is_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Group

_IN_A_CALL = ("call-keyword", "call-positional")


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each number above 0 that is given to a known loader as its count."""
    if is_test(document.source.path) or document.source.cell(0) is not None:
        return
    for site in document.sites:
        group = site.group
        if site.form not in _IN_A_CALL or group is None or group.loader is None or group.count != site.value:
            continue
        if group.kind != "call" or (document.module is not None and _is_settled(group, document.module)):
            continue
        if site.value.number is not None and site.value.number > 0:
            yield RULE.finding(
                site.value,
                f"{site.name} of {group.loader.short} is always {site.value.number}: no configuration and no argument "
                "can change it",
                "take it from the configuration, or from a parameter",
                site=site,
            )


def _is_settled(group: Group, module: Module) -> bool:
    """Return whether ``group`` is no call that somebody may want to make with another count.

    A ``partial`` only prepares one, whose author may give another. Outside of all functions stands a script, whose
    numbers are its configuration.
    """
    call = module.node(group.start, group.end)
    if call is None:
        return False
    if last_name(call.child_by_field_name("function")) == "partial":
        return True
    return around(call, "function_definition", "lambda") is None


RULE = Rule(
    code="WL202",
    name="hard-coded-worker-count",
    summary="The worker count of a loader is a number in the code",
    severity=Severity.INFO,
    check=check,
    confidence="medium",
    default=False,
)
