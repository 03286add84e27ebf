"""# more-workers-than-shards (WL904)

## What it does

Finds loaders with more workers than the dataset has shards, where both numbers stand in the file: the `num_shards` of
datasets' `to_iterable_dataset`, which is 1 where it is not given, and the numbers in braces of a `WebDataset`.

It is off by default: the shards of most datasets are counted only at run time.

## Why is this bad?

A shard is read by one worker. The workers beyond have nothing to do; in datasets they stop with a warning,

    Too many dataloader workers: 8 (max is dataset.num_shards=4). Stopping 4 dataloader workers.

and in webdataset the run ends:

    ValueError: No samples found in dataset; perhaps you have fewer shards than workers.

## Example

```python
from datasets import load_dataset
from torch.utils.data import DataLoader

dataset = load_dataset("mnist", split="train").to_iterable_dataset(num_shards=4)
loader = DataLoader(dataset, batch_size=32, num_workers=8)
```

## Use instead

```python
from datasets import load_dataset
from torch.utils.data import DataLoader

dataset = load_dataset("mnist", split="train").to_iterable_dataset(num_shards=4)
loader = DataLoader(dataset, batch_size=32, num_workers=4)
```

## Fix safety

Unsafe: the fix writes the number of shards, although more shards may be what is wanted.

## References

- [datasets: IterableDataset](https://huggingface.co/docs/datasets/about_mapstyle_vs_iterable)
- `datasets/iterable_dataset.py`; `webdataset/compat.py`, `check_empty`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Fix, Severity, replacing
from worker_lint.locate.forms import last_name
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._frameworks import frameworks, uses
from worker_lint.rules._made import argument, maker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.rules._frameworks import Shards
    from worker_lint.site import Document

_BRACES = regex(r"\{(\d+)\.\.(\d+)\}")
_OTHER_LISTS = regex(r"::|\{[^{}]*,[^{}]*\}|\{\w+\.\.\w+\.\.")
"""What makes more shards of a pattern than its ranges do: several patterns, alternatives, steps."""


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each literal count above the number of shards."""
    module = document.module
    if module is None:
        return
    known = [each for each in frameworks().shards if uses(module, each.modules) and each.method.encode() in module.code]
    for group in document.groups if known else ():
        count = group.count
        if group.loader is None or group.kind != "call" or count is None or count.number is None:
            continue
        call = module.node(group.start, group.end)
        made = maker(argument(call, "dataset"), module) if call is not None else None
        name = last_name(made.child_by_field_name("function")) if made is not None else ""
        shards = next((each for each in known if each.method == name), None)
        number = _number(made, shards, module) if made is not None and shards is not None else None
        if number is None or shards is None or count.number <= number:
            continue
        yield RULE.finding(
            count,
            f"{count.number} workers read {number} shard{'' if number == 1 else 's'}; {shards.effect}",
            f"write {number}, or make more shards",
            fix=Fix("unsafe", f"Write {number}", (replacing(count, str(number)),)) if group.intact else None,
            site=document.site_at(count),
            group=group,
        )


def _number(made: Node, shards: Shards, module: Module) -> int | None:
    """Return how many shards the call ``made`` asks for, or None where that is not written there."""
    if shards.keyword is not None:
        given = argument(made, shards.keyword)
        return shards.default if given is None and not _is_open(made) else module.value(given).number if given else None
    names = argument(made, "urls")
    if not shards.pattern or names is None or names.type != "string" or _is_open(made):
        return None
    if any(argument(made, name, position=99) is not None for name in shards.not_beside):
        return None
    text = module.value(names).text
    if _OTHER_LISTS.search(text):
        return None
    ranges = _BRACES.findall(text)
    number = 1
    for first, last in ranges:
        number *= int(last) - int(first) + 1
    return number if ranges and number > 0 else None


def _is_open(call: Node) -> bool:
    arguments = call.child_by_field_name("arguments")
    return arguments is None or any(each.type.endswith("_splat") for each in arguments.named_children)


RULE = Rule(
    code="WL904",
    name="more-workers-than-shards",
    summary="A loader has more workers than its dataset has shards",
    severity=Severity.WARNING,
    check=check,
    fix="unsafe",
    default=False,
)
