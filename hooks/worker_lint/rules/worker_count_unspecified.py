"""# worker-count-unspecified (WL203)

## What it does

Finds calls of a known loader that give no worker count, where its default is 0 and the mode in force asks for more. Off
by default under every mode, because data that is in memory already is best read without workers. It finds nothing where
no mode is in force: nobody has then said that there should be workers. Nor does it in tests, which load little and
want no processes, nor for a `TensorDataset` or a `range`.

## Why is this bad?

Without workers the program waits while each batch is read. Samples that take 10 ms of waiting each (as from a disk or
over a network) came at 98 a second without workers, at 384 with 4 and at 627 with 8 (torch 2.13, 2 CPUs). It is the
other way round for tensors in memory: 246,000 a second without workers, 42,000 with 2.

## Example

```toml
mode = "training"
```

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, batch_size=32)
```

## Use instead

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=8, batch_size=32)
```

## Fix safety

Unsafe: with workers the samples are drawn with other random numbers, the dataset is copied to other processes, and what
reads it has to bear that. The count is the mode's, as far as the hardware bears it.

## Options

- `mode`, `modes`: the count that is asked for, and that the fix writes.
- `overrides`: `mode = "debug"` for paths where no workers are wanted.

## References

- [TorchFix TOR401](https://github.com/pytorch-labs/torchfix), [Sonar S6983](https://rules.sonarsource.com/python/RSPEC-6983/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Fix, Severity
from worker_lint.locate.forms import last_name, text_of
from worker_lint.locate.values import python_value
from worker_lint.rule import Rule
from worker_lint.rules._made import argument, maker
from worker_lint.rules._python import with_keyword
from worker_lint.rules._readers import is_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy, Target
    from worker_lint.site import Document, Group


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each loader that nobody gives a count."""
    module = document.module
    if module is None or policy.settings.mode is None or is_test(document.source.path):
        return
    for group in document.groups:
        loader = group.loader
        if loader is None or loader.default != 0 or group.kind != "call" or group.open or group.count is not None:
            continue
        call = module.node(group.start, group.end)
        function = call.child_by_field_name("function") if call is not None else None
        target = policy.target(group)
        if call is None or function is None or target is None or target.count == 0 or _is_in_memory(call, module):
            continue
        yield RULE.finding(
            python_value(function),
            f"{loader.short} is given no {loader.count} and has no workers, and {target.why}",
            f"add {loader.count}={target.count}",
            fix=_fix(call, group, target),
            group=group,
        )


def _is_in_memory(call: Node, module: Module) -> bool:
    """Return whether ``call`` is given numbers, or a dataset of tensors, that are in memory already."""
    made = maker(argument(call, "dataset"), module)
    return made is not None and last_name(made.child_by_field_name("function")) in ("TensorDataset", "range")


def _fix(call: Node, group: Group, target: Target) -> Fix | None:
    loader, arguments = group.loader, call.child_by_field_name("arguments")
    if loader is None or arguments is None or not group.intact:
        return None
    listed = [each for each in arguments.named_children if each.type == "keyword_argument"]
    first = text_of(listed[0].child_by_field_name("name")) if listed else loader.count
    edit = with_keyword(call, f"{loader.count}={target.count}", before=first)
    return None if edit is None else Fix("unsafe", f"Add {loader.count}={target.count} ({target.why})", (edit,))


RULE = Rule(
    code="WL203",
    name="worker-count-unspecified",
    summary="A loader is given no worker count",
    severity=Severity.WARNING,
    check=check,
    fix="unsafe",
    confidence="low",
    default=False,
    rests_on=("mode", "machine"),
)
