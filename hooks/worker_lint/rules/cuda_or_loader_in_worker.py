"""# cuda-or-loader-in-worker (WL508)

## What it does

Finds code that puts tensors on a GPU (`.cuda()`, `.to("cuda")`, `device="cuda"`), or goes through a `DataLoader` with
workers of its own, in the `__getitem__` or `__iter__` of a dataset, or in a `collate_fn`, that a loader of the same
file runs in workers.

A device that stands behind a name is followed to what the file gives it. Workers that are spawned may use CUDA, and
are left alone; a loader within a worker never works.

## Why is this bad?

On Linux workers are forked up to Python 3.13. Once the main process has used CUDA, which it has when the model is on
the GPU, a forked worker cannot:

    RuntimeError: Cannot re-initialize CUDA in forked subprocess. To use CUDA with multiprocessing, you must use the
    'spawn' start method

Spawned workers each hold a CUDA context of some hundred MiB, and hand every batch over GPU memory that the main process
must not keep. Workers are also daemons, which must not have children. A loader in one stops with

    AssertionError: daemonic processes are not allowed to have children

Both work as long as the count is 0, and fail on the day that somebody raises it.

## Example

```python
from torch.utils.data import DataLoader, Dataset

class Images(Dataset):
    def __len__(self):
        return 1000

    def __getitem__(self, index):
        return load(index).cuda()

def main():
    for batch in DataLoader(Images(), num_workers=4, pin_memory=True):
        train(batch)

if __name__ == "__main__":
    main()
```

## Use instead

```python
from torch.utils.data import DataLoader, Dataset

class Images(Dataset):
    def __len__(self):
        return 1000

    def __getitem__(self, index):
        return load(index)

def main():
    for batch in DataLoader(Images(), num_workers=4, pin_memory=True):
        train(batch.cuda(non_blocking=True))

if __name__ == "__main__":
    main()
```

## Fix safety

There is no fix: the transfer belongs where the batch arrives, and that code is often in another file.

## References

- [pytorch#40403](https://github.com/pytorch/pytorch/issues/40403),
  [pytorch#77159](https://github.com/pytorch/pytorch/issues/77159)
- [PyTorch, Multiprocessing best practices](https://docs.pytorch.org/docs/stable/notes/multiprocessing.html)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.finding import Related, Severity
from worker_lint.locate.forms import keyword, last_name, text_of
from worker_lint.locate.values import python_value, unwrapped
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._dataset_uses import functions_given, passed, uses_of
from worker_lint.rules._datasets import own_settings
from worker_lint.rules._loader_counts import in_words, may_exceed
from worker_lint.rules._names import own_attribute, values_of, within

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.rules._dataset_uses import Use
    from worker_lint.site import Document, Group

_PLACES = regex(rb"\.(?:cuda|to)\s*\(|device\s*=")
"""Where something may be put on a GPU."""
_SPAWNS = regex(rb"set_start_method\(\s*(?:method\s*=\s*)?[\"'](?:spawn|forkserver)")
_OTHER_START = regex(r"spawn|forkserver|get_context|context")
_MOST_STEPS = 4
"""Names that a device is followed through."""


class _Place:
    """Functions that the workers of a loader run: those of a dataset, or a ``collate_fn``."""

    def __init__(self, group: Group, name: str, functions: tuple[Node, ...], use: Use | None) -> None:
        self.group = group
        self.name = name
        self.functions = functions
        self.use = use
        """None for a ``collate_fn``."""


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for what uses CUDA, or has workers of its own, in a worker."""
    module = document.module
    if module is None or not document.groups:
        return
    uses_cuda = b"cuda" in module.code and not _SPAWNS.search(module.code)
    loaders = document.loaders
    if not uses_cuda and len(loaders) < 2:
        return
    seen: set[int] = set()
    for place in _places(document, loaders, module):
        for function in place.functions:
            if function.id in seen or b"get_worker_info" in (function.text or b""):
                continue
            found = _loader_within(function, place, document) or (
                _cuda_within(function, place, module) if uses_cuda and not _other_start(place.group) else None
            )
            if found is not None:
                seen.add(function.id)
                yield _finding(*found, place, document)


def _finding(node: Node, certain: bool, is_loader: bool, place: _Place, document: Document) -> Finding:
    at = document.source.position(place.group.start)
    count = place.group.count
    surely = certain and count is not None and count.number is not None
    runs = f"{place.name} runs in the workers of the loader in line {at.line} ({in_words(place.group)})"
    if is_loader:
        message = (
            f"{runs} and reads a loader with workers of its own: AssertionError, "
            "daemonic processes are not allowed to have children"
        )
        remedy = "give the inner loader num_workers=0, or load its samples without one"
    else:
        what = "uses CUDA" if certain else "may use CUDA"
        message = (
            f"{runs} and {what}: once the main process has used it, forked workers raise RuntimeError, "
            "Cannot re-initialize CUDA in forked subprocess"
        )
        remedy = "return CPU tensors, set pin_memory=True, and move the batch to the GPU in the training loop"
    return RULE.finding(
        python_value(node),
        message,
        remedy,
        severity=None if surely else Severity.WARNING,
        related=(Related(document.source.path, at, "the loader whose workers run it"),),
    )


def _places(document: Document, loaders: Sequence[Group], module: Module) -> Iterator[_Place]:
    for use in uses_of(document):
        if may_exceed(use.group, 0):
            yield _Place(use.group, use.dataset.name, use.dataset.reading, use)
    for group in loaders:
        call = module.node(group.start, group.end) if "collate_fn" in group.options and may_exceed(group, 0) else None
        for function in (functions_given(call, "collate_fn", module) if call is not None else None) or ():
            yield _Place(group, text_of(function.child_by_field_name("name")) or "the collate_fn", (function,), None)


def _other_start(group: Group) -> bool:
    """Return whether the workers of ``group`` may start in another way than by a fork."""
    context = group.option("multiprocessing_context")
    return context is not None and _OTHER_START.search(context.text) is not None


def _loader_within(function: Node, place: _Place, document: Document) -> tuple[Node, bool, bool] | None:
    """Return the first call in ``function`` of a loader with workers, and whether it surely has some."""
    for group in document.loaders_within(function.start_byte, function.end_byte):
        if group is place.group or not may_exceed(group, 0):
            continue
        node = next((call for call in within(function, "call") if call.start_byte == group.start), None)
        if node is not None:
            return node, group.count is not None and group.count.number is not None, True
    return None


def _cuda_within(function: Node, place: _Place, module: Module) -> tuple[Node, bool, bool] | None:
    """Return the first call in ``function`` that puts something on a GPU, and whether it surely does."""
    for call in within(function, "call") if _PLACES.search(function.text or b"") else ():
        target, arguments = call.child_by_field_name("function"), call.child_by_field_name("arguments")
        name = last_name(target)
        if target is None or arguments is None:
            continue
        if name == "cuda" and target.type == "attribute":
            return call, True, False
        device = keyword(arguments, "device")
        if name == "to" and device is None and target.type == "attribute":
            device = next((child for child in arguments.named_children if child.type != "keyword_argument"), None)
        elif device is not None and name != "to" and not (module.callee(call) or "").startswith("torch."):
            continue
        certainty = _is_cuda(device, place, module) if device is not None else None
        if certainty is not None:
            return call, certainty, False
    return None


def _is_cuda(device: Node, place: _Place, module: Module, steps: int = _MOST_STEPS) -> bool | None:
    """Return True where ``device`` is a GPU, False where the file says that it may be one, None where nothing does."""
    device = unwrapped(device)
    if steps == 0:
        return None
    if device.type == "string":
        return True if "cuda" in text_of(device) else None
    if device.type == "conditional_expression":
        return False if re.search(r"[\"']cuda", text_of(device)) else None
    if device.type == "call":
        arguments = device.child_by_field_name("arguments")
        if module.callee(device) != "torch.device" or arguments is None or not arguments.named_children:
            return None
        return _is_cuda(arguments.named_children[0], place, module, steps - 1)
    found = [_is_cuda(value, place, module, steps - 1) for value in _given(device, place, module)]
    said = [each for each in found if each is not None]
    return all(found) if said else None


def _given(device: Node, place: _Place, module: Module) -> list[Node]:
    """Return what the name ``device`` is given in this file."""
    name = own_attribute(device)
    if name is None or place.use is None:
        return values_of(device, module) if device.type == "identifier" else []
    settings = (value for found, value in own_settings(place.use.dataset.building) if found == name)
    return [given for value in settings if (given := passed(value, place.use)) is not None]


RULE = Rule(
    code="WL508",
    name="cuda-or-loader-in-worker",
    summary="What runs in a worker uses CUDA, or a loader with workers of its own",
    severity=Severity.ERROR,
    check=check,
)
