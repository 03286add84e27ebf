"""# host-cpu-count-sizing (WL302)

## What it does

Finds loader worker counts that are made of the number of the machine's CPUs: `os.cpu_count()`,
`multiprocessing.cpu_count()`, `psutil.cpu_count()`, alone, in arithmetic, in `min()` and `max()`, or by way of a name.

Where `min()` bounds it by something else, the finding is an info and not a warning. Nothing is reported where that is
8 or less, or another worker count, nor in a function that asks for the usable CPUs as well and takes these for others.

## Why is this bad?

These functions count the CPUs of the host, not those that the process may use. In a container or a Slurm job there
are fewer: with a Slurm allocation of 4 CPUs on a node of 192, `os.cpu_count()` is 192. So many workers take turns on
the 4 CPUs, each with its own memory, and where several ranks share the node each of them starts as many.

`len(os.sched_getaffinity(0))` counts the CPUs that the process may run on, as `os.process_cpu_count()` does from
Python 3.13 on. Neither sees a CFS quota (`docker run --cpus 2`): where there is one, pass the count from outside.

## Example

```python
import os

from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=os.cpu_count())
```

## Use instead

```python
import os

from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=len(os.sched_getaffinity(0)))
```

## Fix safety

Unsafe: the count may become another, which is the point, and `os.sched_getaffinity` exists on Linux only, not on macOS
or Windows. There is a fix for `os.cpu_count()`, and for `multiprocessing.cpu_count()` where the module imports `os`.

## References

- [`os.cpu_count`](https://docs.python.org/3/library/os.html#os.cpu_count): not the number of usable CPUs
- [speechbrain#2972](https://github.com/speechbrain/speechbrain/issues/2972): 192 for an allocation of 4
- [stable-pretraining#24](https://github.com/galilai-group/stable-pretraining/issues/24): the same for a loader
- [freesurfer#1446](https://github.com/freesurfer/freesurfer/issues/1446): 96 for an allocation of 1
- [cpython#80235](https://github.com/python/cpython/issues/80235): the quota is not seen
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.finding import Fix, Severity, replacing
from worker_lint.locate.forms import text_of
from worker_lint.locate.module import around
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._cpu_counts import HOST_COUNTS, sized
from worker_lint.rules._once import once
from worker_lint.rules._words import shown, subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.rules._cpu_counts import Sized
    from worker_lint.site import Document

_FEW = 8
"""Workers that most machines bear."""
_OS_IMPORT = regex(rb"^import (?:[\w.]+\s*,\s*)*os\s*(?:[,;#]|$)", re.MULTILINE)


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each count of the host's CPUs that a loader's worker count is made of."""
    module = document.module
    if module is None:
        return
    for found in sized(document):
        if found.callee not in HOST_COUNTS or any(map(_suffices, found.bounds)) or _knows_better(found, module):
            continue
        value = module.value(found.count)
        usable = _usable(found, module)
        yield RULE.finding(
            value,
            f"{subject(found.site)} is made of {shown(value)}, which counts the CPUs of the host, "
            f"not those that the process may use{_bounded(found)}",
            f"write {usable or 'len(os.sched_getaffinity(0))'}, or take the count from outside",
            fix=Fix("unsafe", "Count the usable CPUs", (replacing(value, usable),))
            if usable and module.intact(found.count)
            else None,
            site=found.site,
            severity=Severity.INFO if found.bounds else None,
        )


def _suffices(bound: str) -> bool:
    """Return whether a count that is at most ``bound`` is left alone: few workers, or as many as were asked for."""
    return int(bound) <= _FEW if bound.isdecimal() else vocabulary().is_count(bound.rpartition(".")[2])


def _knows_better(found: Sized, module: Module) -> bool:
    """Return whether the function around the count asks for the usable CPUs too, and takes the host's for others."""
    return _asks_for_usable(around(found.count, "function_definition"), module)


@once
def _asks_for_usable(function: Node | None, module: Module) -> bool:
    code = module.code if function is None else module.code[function.start_byte : function.end_byte]
    return any(word in code for word in (b"sched_getaffinity", b"process_cpu_count", b"cpu_affinity"))


def _bounded(found: Sized) -> str:
    return f"; only {found.bounds[0]} bounds it" if len(found.bounds) == 1 and len(found.bounds[0]) < 40 else ""


def _usable(found: Sized, module: Module) -> str | None:
    """Return what counts the usable CPUs where ``found`` counts the host's, in names that are imported there."""
    function, arguments = (found.count.child_by_field_name(field) for field in ("function", "arguments"))
    if arguments is None or arguments.named_children:
        return None
    if found.callee == "os.cpu_count" and function is not None and function.type == "attribute":
        return f"len({text_of(function.child_by_field_name('object'))}.sched_getaffinity(0))"
    imported = found.callee.endswith("multiprocessing.cpu_count") or found.callee == "os.cpu_count"
    return "len(os.sched_getaffinity(0))" if imported and _OS_IMPORT.search(module.code) else None


RULE = Rule(
    code="WL302",
    name="host-cpu-count-sizing",
    summary="The worker count is made of the number of the host's CPUs, not of those that the process may use",
    severity=Severity.WARNING,
    check=check,
    fix="unsafe",
)
