"""# respawn-every-epoch (WL604)

## What it does

Finds loaders whose workers certainly start afresh (by `multiprocessing_context`, by `set_start_method` in the same
file, or by the settings), which are gone through again and again in a loop of the same file, and for which nobody says
anything about `persistent_workers`.

## Why is this bad?

Every pass over the loader starts all workers again, and each of them begins by importing torch and the program. With 2
workers that are spawned, three epochs of 64 samples took 13.4, 9.8 and 10.5 seconds; with `persistent_workers=True`
they took 5.2, 0.01 and 0.01 seconds (torch 2.13, 2 CPUs). Workers that are forked start in a fraction of a second.

## Example

```python
from torch.utils.data import DataLoader

def main(dataset):
    loader = DataLoader(dataset, num_workers=2, multiprocessing_context="spawn")
    for epoch in range(10):
        for batch in loader:
            train(batch)
```

## Use instead

```python
from torch.utils.data import DataLoader

def main(dataset):
    loader = DataLoader(dataset, num_workers=2, persistent_workers=True, multiprocessing_context="spawn")
    for epoch in range(10):
        for batch in loader:
            train(batch)
```

## Fix safety

Unsafe: workers that persist keep their memory between the epochs, and their copy of the dataset, which does not see
what is changed in the main process between two epochs. Where the count is a name, the option is written
`persistent_workers=num_workers > 0`, because the loader raises where there are no workers. There is no fix where it is
an expression that may not be written twice.

## Options

- `platforms`, `requires-python`: workers certainly start afresh where `"windows"` or `"macos"` is listed, where only
  Python 3.14 and later are allowed, and where an upper bound shows that these were thought of, as in `<3.15`.

## References

- `torch/utils/data/dataloader.py`, `_get_iterator` and `__iter__`
- [Lightning](https://github.com/Lightning-AI/pytorch-lightning/blob/master/src/lightning/pytorch/trainer/connectors/data_connector.py)
  warns of the same, where it starts processes by spawn
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Fix, Related, Severity
from worker_lint.guards import guarded, is_repeatable
from worker_lint.locate.forms import text_of
from worker_lint.rule import Rule
from worker_lint.rules._afresh import afresh
from worker_lint.rules._loader_counts import in_words
from worker_lint.rules._python import with_keyword

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Group


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each loader that starts its workers afresh in each round of a loop."""
    module = document.module
    if module is None:
        return
    for group in document.groups:
        count = group.count
        if count is None or group.open or group.option("persistent_workers") is not None:
            continue
        start = afresh(group, document, policy)
        call = module.node(group.start, group.end) if start is not None and start.certain else None
        if start is None or call is None:
            continue
        again = _gone_through_again(call, module)
        if again is None:
            continue
        place = document.source.position(again.start_byte)
        yield RULE.finding(
            count,
            f"line {place.line} goes through the loader ({in_words(group)}) again and again, and each time all of its "
            f"workers are started, and import torch, anew {start.where}",
            f"add {_option(group)}, unless the workers have to see what changes in the dataset between epochs",
            fix=_fix(group, call, document),
            site=document.site_at(count),
            group=group,
            related=(Related(document.source.path, place, "where it is gone through"),),
        )


def _gone_through_again(call: Node, module: Module) -> Node | None:
    """Return the first place that goes through the loader which ``call`` makes, again and again, or None."""
    # Where nobody says that workers start afresh, nothing is asked about loops.
    from worker_lint.rules._loops import passes, runs_again

    return next((each for each in passes(call, module) if runs_again(each, call, module)), None)


def _option(group: Group) -> str:
    count = group.count
    if count is None or count.number is not None:
        return "persistent_workers=True"
    return f"persistent_workers={guarded('persistent_workers', count, count)}"


def _fix(group: Group, call: Node, document: Document) -> Fix | None:
    count = group.count
    if count is None or not group.intact or not is_repeatable(count):
        return None
    edit = with_keyword(call, _option(group), before=_behind(group, call))
    return None if edit is None else Fix("unsafe", f"Add {_option(group)}", (edit,))


def _behind(group: Group, call: Node) -> str:
    """Return the name of the keyword argument that follows the count, or that it has itself where it is the last."""
    arguments, loader = call.child_by_field_name("arguments"), group.loader
    listed = arguments.named_children if arguments is not None else []
    names = [text_of(each.child_by_field_name("name")) for each in listed if each.type == "keyword_argument"]
    if loader is None or loader.count not in names:
        return names[0] if names else "persistent_workers"
    following = names[names.index(loader.count) + 1 :]
    return following[0] if following else loader.count


RULE = Rule(
    code="WL604",
    name="respawn-every-epoch",
    summary="A loader starts its workers afresh in every epoch",
    severity=Severity.INFO,
    check=check,
    fix="unsafe",
)
