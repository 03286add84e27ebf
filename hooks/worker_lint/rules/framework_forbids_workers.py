"""# framework-forbids-workers (WL901)

## What it does

Finds worker counts that what is built on the loader forbids:

- workers in the loader around a torchio `Queue`, which has workers of its own;
- `persistent_workers` or the start method `spawn` in the loader around a MONAI `SmartCacheDataset`, whose items the
  main process replaces;
- `enable_cpu_affinity` and `enable_multithreading` of a loader of PyG or DGL without workers;
- `num_parallel_workers` below 1 in MindSpore, `num_proc` below 0 in datasets.

## Why is this bad?

A worker may not start workers, so that the loader of a `Queue` ends with its first batch:

    RuntimeError: The number of workers for the data loader used to pop patches from the queue should be 0. Is it?

Where the queue has none itself, each worker of the loader fills a queue of its own: it is a warning there. The copies
of a `SmartCacheDataset` in persistent or spawned workers keep the items of the first epoch, and nothing says so: a
warning, too. The others raise an error as soon as they are called.

## Example

```python
import torchio as tio
from torch.utils.data import DataLoader

def patches(subjects, sampler):
    queue = tio.Queue(subjects, max_length=300, samples_per_volume=10, sampler=sampler, num_workers=4)
    return DataLoader(queue, batch_size=16, num_workers=4)
```

## Use instead

```python
import torchio as tio
from torch.utils.data import DataLoader

def patches(subjects, sampler):
    queue = tio.Queue(subjects, max_length=300, samples_per_volume=10, sampler=sampler, num_workers=4)
    return DataLoader(queue, batch_size=16, num_workers=0)
```

## Fix safety

Safe: only the count of a loader around a `Queue` that has workers is rewritten, which raises as it is; and only where
no option beside it needs workers.

## References

- [torchio.Queue](https://docs.torchio.org/patches/patch_training/#torchio.data.Queue): "you should always use
  `num_workers=0`" for the loader
- [SmartCacheDataset](https://docs.monai.io/en/stable/data.html#smartcachedataset): "This replacement will not work for
  below cases"
- `torch_geometric/loader/mixin.py`, `datasets/arrow_dataset.py`
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from worker_lint.finding import Fix, Severity, replacing
from worker_lint.locate.forms import text_of
from worker_lint.locate.module import around
from worker_lint.options import is_off, worker_options
from worker_lint.rule import Rule
from worker_lint.rules._frameworks import frameworks, uses
from worker_lint.rules._made import argument, maker
from worker_lint.rules._words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.rules._frameworks import Lowest, NeedsWorkers, OwnWorkers
    from worker_lint.site import Document, Group, Value


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each count, or option beside one, that a framework forbids."""
    module = document.module
    if module is None:
        return
    known = frameworks()
    for group, made in _loaders(document, module):
        callee = module.callee(made)
        own = next((each for each in known.own_workers if callee in each.names), None)
        if own is not None:
            yield from _own_workers(group, made, own, document, module)
        elif any(callee in each.names for each in known.replaced):
            yield from _replaced(group)
    for method in known.needs_workers:
        if module.may_hold({method.method}) and uses(module, method.modules):
            yield from _needs_workers(document, module, method)
    for lowest in known.lowest:
        if _is_given_a_number(lowest.keyword, module) and uses(module, lowest.modules):
            yield from _too_low(document, module, lowest)


def _loaders(document: Document, module: Module) -> Iterator[tuple[Group, Node]]:
    """Yield each loader around a dataset of one of the frameworks, with the call that makes the dataset."""
    if not module.may_hold(_datasets()):
        return
    for group in document.groups:
        call = module.node(group.start, group.end) if group.loader is not None and group.kind == "call" else None
        made = maker(argument(call, "dataset"), module) if call is not None else None
        if made is not None:
            yield group, made


@cache
def _datasets() -> frozenset[str]:
    """Return the last part of the name of each of those datasets."""
    names = [name for each in frameworks().own_workers for name in each.names]
    names += [name for each in frameworks().replaced for name in each.names]
    return frozenset(name.rpartition(".")[2] for name in names)


def _own_workers(group: Group, made: Node, own: OwnWorkers, document: Document, module: Module) -> Iterator[Finding]:
    count = group.count
    if count is None or not count.number or count.number < 0:
        return
    inner = argument(made, own.count, position=99)
    written = module.value(inner) if inner is not None else None
    name = (module.callee(made) or "").rpartition(".")[2]
    raises = written is not None and bool(written.number)
    what = (
        f"has {shown(written)} of its own, which no worker may start; the first batch raises RuntimeError"
        if raises and written is not None
        else "is then copied, and each worker loads and fills one of its own"
    )
    options_off = all(is_off(option, value) for option, value in worker_options(group))
    yield RULE.finding(
        count,
        f"the loader of a {name} has {count.number} workers; the {name} {what}",
        f"write 0 here, and give the {name} the workers",
        fix=Fix("safe", "Write 0", (replacing(count, "0"),)) if raises and group.intact and options_off else None,
        site=document.site_at(count),
        group=group,
        severity=None if raises else Severity.WARNING,
    )


def _replaced(group: Group) -> Iterator[Finding]:
    if group.count is None or group.count.number == 0:
        return
    persistent, context = group.option("persistent_workers"), group.option("multiprocessing_context")
    stale: list[tuple[Value, str]] = []
    if persistent is not None and persistent.text == "True":
        stale.append((persistent, "persistent workers keep the items of the first epoch"))
    if context is not None and "spawn" in context.text:
        stale.append((context, "spawned workers hold copies that are never replaced"))
    for value, what in stale:
        yield RULE.finding(
            value,
            f"a SmartCacheDataset replaces items in the main process, but {what}",
            "leave it out, or take a CacheDataset",
            group=group,
            severity=Severity.WARNING,
        )


def _needs_workers(document: Document, module: Module, method: NeedsWorkers) -> Iterator[Finding]:
    for call in module.calls({method.method}):
        function = call.child_by_field_name("function")
        made = maker(function.child_by_field_name("object") if function is not None else None, module)
        if made is None:
            continue
        # Also where something else is called on what it makes: loader.to(device).
        group = next(iter(document.loaders_within(made.start_byte, made.start_byte + 1)), None)
        if group is None or group.open or (group.count is not None and group.count.number != 0):
            continue
        yield RULE.finding(
            module.value(call),
            f"{method.method} needs a loader with workers, and this one has none; it raises {method.error}",
            "give the loader workers, or leave this out without them",
            group=group,
        )


def _is_given_a_number(keyword: str, module: Module) -> bool:
    """Return whether ``keyword`` stands in the code with a number behind its ``=``, as far as the bytes tell."""
    return module.may_hold({keyword}) and bool(re.search(keyword.encode() + rb"\s*=[\s(]*[-+]?\s*\d", module.code))


def _too_low(document: Document, module: Module, lowest: Lowest) -> Iterator[Finding]:
    for name in module.words({lowest.keyword}):
        above = name.parent
        if above is None or above.type != "keyword_argument" or above.child_by_field_name("name") != name:
            continue
        call = around(above, "call")
        if call is None or not _may_be_of(call, module, lowest.modules):
            continue
        node = above.child_by_field_name("value")
        value = module.value(node) if node is not None else None
        if value is not None and value.number is not None and value.number < lowest.minimum:
            yield RULE.finding(
                value,
                f"{text_of(name)} is {value.number}; {lowest.modules[0]} takes {lowest.minimum} or more, "
                "and raises ValueError on this",
                f"write {lowest.minimum} or more, or leave it out",
                site=document.site_at(value),
            )


def _may_be_of(call: Node, module: Module, modules: tuple[str, ...]) -> bool:
    """Return whether ``call`` may call something of ``modules``: one of their names, or a method of some object."""
    package = (module.callee(call) or "").partition(".")[0]
    if package in modules:
        return True
    function = call.child_by_field_name("function")
    is_method = function is not None and function.type == "attribute"
    return is_method and all(package != name.partition(".")[0] for name in module.imports.modules)


RULE = Rule(
    code="WL901",
    name="framework-forbids-workers",
    summary="A worker count that the framework around the loader forbids",
    severity=Severity.ERROR,
    check=check,
    fix="safe",
)
