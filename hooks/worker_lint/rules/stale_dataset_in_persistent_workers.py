"""# stale-dataset-in-persistent-workers (WL505)

## What it does

Finds a loader with `persistent_workers` whose dataset is changed between epochs: in a loop that goes through the loader
again and again, an attribute of the dataset is assigned to (`loader.dataset.size = 224`), or one of its methods is
called that does that (`dataset.set_epoch(epoch)`).

What the workers do see is left alone: samplers, which run in the main process, shared memory
(`self.epoch.value = ...`), loaders that are built anew for each epoch; and methods of classes in other files.

## Why is this bad?

The workers hold copies of the dataset that were made when the first epoch began, and persistent workers keep them.
Nothing that the main process does to its own dataset later reaches them, and there is no error: of three epochs with
`set_epoch`, the workers saw 0, 0, 0. Curricula, progressive resizing and shuffling by epoch silently stay at their
start.

## Example

```python
from torch.utils.data import DataLoader, Dataset

class Curriculum(Dataset):
    def __init__(self):
        self.epoch = 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def __len__(self):
        return 8

    def __getitem__(self, index):
        return self.epoch

def main():
    dataset = Curriculum()
    loader = DataLoader(dataset, num_workers=2, persistent_workers=True)
    for epoch in range(3):
        dataset.set_epoch(epoch)
        for batch in loader:
            train(batch)

if __name__ == "__main__":
    main()
```

## Use instead

```python
from multiprocessing import Value

from torch.utils.data import DataLoader, Dataset

class Curriculum(Dataset):
    def __init__(self):
        self.epoch = Value("i", 0)

    def set_epoch(self, epoch):
        self.epoch.value = epoch

    def __len__(self):
        return 8

    def __getitem__(self, index):
        return self.epoch.value

def main():
    dataset = Curriculum()
    loader = DataLoader(dataset, num_workers=2, persistent_workers=True)
    for epoch in range(3):
        dataset.set_epoch(epoch)
        for batch in loader:
            train(batch)

if __name__ == "__main__":
    main()
```

## Fix safety

There is no fix: shared memory needs a change of the dataset, and `persistent_workers=False` costs the start of the
workers in each epoch.

## References

- [datasets#6673](https://github.com/huggingface/datasets/issues/6673),
  [starVLA#470](https://github.com/starVLA/starVLA/issues/470)
- [PyTorch, torch.utils.data](https://docs.pytorch.org/docs/stable/data.html): `persistent_workers` keeps the datasets
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.finding import Related, Severity
from worker_lint.locate.forms import text_of
from worker_lint.locate.module import around
from worker_lint.locate.values import python_value
from worker_lint.options import is_off
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._dataset_uses import dataset_argument, uses_of
from worker_lint.rules._datasets import own_names, own_settings
from worker_lint.rules._loader_counts import may_exceed
from worker_lint.rules._names import named, within
from worker_lint.rules._once import once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.rules._datasets import DatasetClass
    from worker_lint.site import Document, Group

_LOOPS = ("for_statement", "while_statement")
_SCOPES = ("function_definition", "class_definition", "lambda")
_RESET = regex(rb"\._iterator\s*=")
"""What throws the workers away."""


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each change of a dataset, between epochs, that its persistent workers never see."""
    module = document.module
    if module is None or b"persistent_workers" not in module.code or _RESET.search(module.code):
        return
    datasets = {use.group: use.dataset for use in uses_of(document)}
    for group in document.groups:
        option = group.option("persistent_workers")
        if group.loader is None or group.kind != "call" or option is None or is_off("persistent_workers", option):
            continue
        call = module.node(group.start, group.end) if may_exceed(group, 0) else None
        loader = _assigned_to(call) if call is not None else None
        if call is None or loader is None:
            continue
        given = dataset_argument(call)
        names = {f"{text_of(loader)}.dataset", text_of(given) if given is not None else ""}
        for change, what in _changes_between_epochs(loader, call, frozenset(names), datasets.get(group), module):
            yield _finding(change, what, group, document)


def _finding(change: Node, what: str, group: Group, document: Document) -> Finding:
    place = document.source.position(group.start)
    return RULE.finding(
        python_value(change),
        f"{what} is changed between epochs, but the loader in line {place.line} keeps its workers "
        "(persistent_workers), and these keep the copy of the dataset that they got in the first epoch",
        "hold what changes in shared memory (multiprocessing.Value, a tensor after share_memory_()), or write "
        "persistent_workers=False",
        related=(Related(document.source.path, place, "the loader that keeps its workers"),),
    )


def _assigned_to(call: Node) -> Node | None:
    """Return the name that the loader which ``call`` builds gets: a plain one, or ``self.name``."""
    above = call.parent
    left = above.child_by_field_name("left") if above is not None and above.type == "assignment" else None
    return left if left is not None and left.type in ("identifier", "attribute") else None


def _changes_between_epochs(
    loader: Node, call: Node, names: frozenset[str], dataset: DatasetClass | None, module: Module
) -> Iterator[tuple[Node, str]]:
    """Yield each change of the dataset in a loop that goes through all of ``loader``, which is older, each time."""
    written = text_of(loader)
    region = (around(loader, "class_definition") if "." in written else None) or module.root
    home = around(loader, "function_definition") if "." not in written else None
    for loop, changes in _changing_loops((written, region, names, dataset), module):
        # A plain name is another one in another function.
        if not _holds(loop, call) and (home is None or _holds(home, loop)):
            yield from changes


@once
def _changing_loops(
    asked: tuple[str, Node, frozenset[str], DatasetClass | None], module: Module
) -> list[tuple[Node, list[tuple[Node, str]]]]:
    """Return each loop of a region that goes through a loader again and again, with its changes of the dataset."""
    written, region, names, dataset = asked
    found = ((loop, list(_changes(loop, names, dataset))) for loop in _epochs((written, region), module))
    return [(loop, changes) for loop, changes in found if changes]


@once
def _epochs(asked: tuple[str, Node], module: Module) -> list[Node]:
    """Return each loop of a region in which the whole of a loader is gone through in a loop."""
    written, region = asked
    loops = (_loop_around(name, written) for name in named(written.rpartition(".")[2], region, module))
    return list({loop.id: loop for loop in loops if loop is not None}.values())


def _loop_around(name: Node, loader: str) -> Node | None:
    """Return the loop that goes through ``loader``, used at ``name``, again and again; None where none is known to.

    It holds a loop over the loader, or it counts epochs and hands the loader on.
    """
    inner = around(name, *_LOOPS, *_SCOPES)
    if inner is None or inner.type not in _LOOPS:
        return None
    source = inner.child_by_field_name("right")
    if source is not None and _holds(source, name):
        whole = re.search(rf"(?<![\w.]){re.escape(loader)}(?![\w.])", text_of(source))
        outer = around(inner, *_LOOPS, *_SCOPES)
        return outer if whole and outer is not None and outer.type in _LOOPS else None
    handed_on = around(name, "argument_list", "block", *_SCOPES)
    counts_epochs = "epoch" in text_of(inner.child_by_field_name("left")).lower()
    return inner if counts_epochs and handed_on is not None and handed_on.type == "argument_list" else None


def _holds(outer: Node, inner: Node) -> bool:
    return outer.start_byte <= inner.start_byte and inner.end_byte <= outer.end_byte


def _changes(loop: Node, names: frozenset[str], dataset: DatasetClass | None) -> Iterator[tuple[Node, str]]:
    """Yield each statement of ``loop`` that changes the dataset that ``names`` stand for, with what it changes."""
    read = {name for function in dataset.reading for name in own_names(function)} if dataset is not None else None
    for assignment in within(loop, "assignment", "augmented_assignment"):
        left = assignment.child_by_field_name("left")
        if left is None or left.type != "attribute" or text_of(left.child_by_field_name("object")) not in names:
            continue
        if read is None or text_of(left.child_by_field_name("attribute")) in read:
            yield assignment, text_of(left)
    for call in within(loop, "call") if dataset is not None else ():
        function = call.child_by_field_name("function")
        if function is None or function.type != "attribute":
            continue
        method = text_of(function.child_by_field_name("attribute"))
        if text_of(function.child_by_field_name("object")) not in names or dataset is None:
            continue
        changed = {name for name, _ in own_settings(dataset.reached(method))}
        if read is not None and changed & read:
            yield call, f"{dataset.name}.{min(changed & read)}, which {method}() sets,"


RULE = Rule(
    code="WL505",
    name="stale-dataset-in-persistent-workers",
    summary="A dataset is changed between epochs, and its persistent workers do not see it",
    severity=Severity.WARNING,
    check=check,
)
