"""# cpu-arithmetic-edge (WL303)

## What it does

Finds loader worker counts that are made of a number of CPUs by subtraction, such as `os.cpu_count() - 2`, and are
negative on a machine with few CPUs. Counts that are 0 there are not reported (0 is a count), nor are those that `max`,
an `if` or a comparison looks after.

## Why is this bad?

It works where it was written, and stops in the smaller container, on the free notebook or in the CI job:

    ValueError: num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.

`os.cpu_count()` may also be `None`, where it cannot be determined; subtracting from that raises TypeError.

## Example

```python
import os

from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=len(os.sched_getaffinity(0)) - 4)
```

## Use instead

```python
import os

from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=max(0, len(os.sched_getaffinity(0)) - 4))
```

## Fix safety

Safe: a count that is not negative stays as it is, and a negative one raised.

## References

- `torch/utils/data/dataloader.py`, `DataLoader.__init__`
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.finding import Fix, Severity, replacing
from worker_lint.locate.reach import conditions_around
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._cpu_arithmetic import Arithmetic
from worker_lint.rules._cpu_counts import sized
from worker_lint.rules._words import shown, subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Site

_MOST_CPUS = 64
"""CPUs of a machine that is still taken for a small one."""
_LONGEST = 200
"""Characters of an expression that is rewritten; nobody reads a longer one."""
_COMPARED = regex(r"cpu_count\(\)[^=]{0,20}[<>]|[<>]=?[^=]{0,20}cpu_count\(\)")


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each count that is negative where there are few CPUs."""
    module = document.module
    if module is None:
        return
    seen: set[int] = set()
    for found in sized(document):
        site = found.site
        node = module.node(site.value.start, site.value.end)
        if node is None or node.id in seen or (site.group and site.group.loader and site.group.loader.minimum < 0):
            continue
        seen.add(node.id)
        arithmetic = Arithmetic(module, found.names)
        least = arithmetic.at_most(node, 1)
        if least is None or least >= 0 or _is_looked_after(node, site):
            continue
        negative = sum((arithmetic.at_most(node, cpus) or 0) < 0 for cpus in range(1, _MOST_CPUS + 1))
        text = f"max(0, {site.value.text})"
        yield RULE.finding(
            site.value,
            f"{subject(site)} is {shown(site.value)}, which is {least:g} where there is 1 CPU"
            f"{f', and negative up to {negative} CPUs' if negative > 1 else ''}; a loader raises ValueError on it",
            f"write {' '.join(text.split())}",
            fix=Fix("safe", "Bound it by 0", (replacing(site.value, text),))
            if site.intact and len(text) < _LONGEST
            else None,
            site=site,
        )


def _is_looked_after(node: Node, site: Site) -> bool:
    """Return whether a condition or a bound around the site tests the count, or the number of CPUs."""
    last, tests = site.name.rpartition(".")[2], conditions_around(node)
    name = re.escape(last)
    tested = re.compile(rf"\bmax\(.*\b{name}\b|\b{name}\b\s*[<>]|[<>]=?\s*(?:\w+\.)*{name}\b", re.DOTALL)
    return tests.fit(tested, last) or tests.fit(_COMPARED)


RULE = Rule(
    code="WL303",
    name="cpu-arithmetic-edge",
    summary="The worker count is negative on a machine with few CPUs",
    severity=Severity.WARNING,
    check=check,
    fix="safe",
)
