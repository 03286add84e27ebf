"""# iterable-dataset-not-sharded (WL502)

## What it does

Finds an `IterableDataset` that a loader of the same file reads with what may be more than one worker, while nothing
in it asks which worker it runs in.

Only a class is reported whose `__iter__` certainly goes through all of something that is the same in every process:
a `range`, a list, a file, the files of a folder. Streams without an end, random ones, and wrappers of other datasets,
which may divide the work themselves, are left alone; so are a `worker_init_fn` that sets up the dataset, and a class
of which a part stands in another file.

## Why is this bad?

Every worker gets a copy of the dataset and runs all of its `__iter__`. With N workers an epoch has each sample N
times, without any error: 8 items come out as 8 with one worker, and as 16 with two. The loss looks plausible, an epoch
takes as long as without workers, and the metrics of an evaluation count everything N times.

## Example

```python
from torch.utils.data import DataLoader, IterableDataset

class Lines(IterableDataset):
    def __init__(self, path):
        self.path = path

    def __iter__(self):
        with open(self.path) as file:
            for line in file:
                yield line

loader = DataLoader(Lines("train.txt"), num_workers=2)
```

## Use instead

```python
from itertools import islice

from torch.utils.data import DataLoader, IterableDataset, get_worker_info

class Lines(IterableDataset):
    def __init__(self, path):
        self.path = path

    def __iter__(self):
        worker = get_worker_info()
        first, step = (worker.id, worker.num_workers) if worker else (0, 1)
        with open(self.path) as file:
            for line in islice(file, first, None, step):
                yield line

loader = DataLoader(Lines("train.txt"), num_workers=2)
```

## Fix safety

There is no fix: how the work is best divided (by line, by file, by range) only the author knows.

## References

- `torch/utils/data/dataset.py`, the docstring of `IterableDataset`
- [datasets#3423](https://github.com/huggingface/datasets/issues/3423),
  [pytorch#30599](https://github.com/pytorch/pytorch/issues/30599),
  [tfrecord#78](https://github.com/vahidk/tfrecord/issues/78): data seen once per worker
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Related, Severity
from worker_lint.locate.forms import text_of
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._dataset_uses import functions_given, uses_of
from worker_lint.rules._datasets import speaks_of_workers
from worker_lint.rules._iteration import Iteration, is_endless
from worker_lint.rules._loader_counts import in_words, may_exceed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.rules._dataset_uses import Use
    from worker_lint.site import Document

_WORKER = regex(rb"(?i)worker")
_SETS_UP_THE_DATASET = regex(r"get_worker_info|\bdataset\b|\bglobal\b")


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each iterable dataset that several workers would each read whole."""
    module = document.module
    if module is None or b"IterableDataset" not in module.code:
        return
    reported: set[str] = set()
    for use in uses_of(document):
        dataset, name = use.dataset, use.dataset.node.child_by_field_name("name")
        if not dataset.iterable or not dataset.whole or dataset.name in reported or name is None:
            continue
        if not may_exceed(use.group, 1) or is_endless(dataset) or _knows_of_workers(use, module):
            continue
        if not Iteration(use, module).is_same_everywhere():
            continue
        reported.add(dataset.name)
        place = document.source.position(use.group.start)
        yield RULE.finding(
            module.value(name),
            f"nothing in {dataset.name} asks which worker it runs in, so each worker of the loader in line "
            f"{place.line} ({in_words(use.group)}) yields all of it: N workers give every sample N times",
            "let __iter__ yield this worker's share only, as torch.utils.data.get_worker_info() tells it",
            related=(Related(document.source.path, place, "the loader that reads it"),),
        )


def _knows_of_workers(use: Use, module: Module) -> bool:
    """Return whether the dataset, or what the loader runs in each worker, divides the work, as far as names tell."""
    if speaks_of_workers(use.dataset, module) or _WORKER.search(use.instance.text or b""):
        return True
    functions = functions_given(use.call, "worker_init_fn", module)
    return functions is None or any(_SETS_UP_THE_DATASET.search(text_of(function)) for function in functions)


RULE = Rule(
    code="WL502",
    name="iterable-dataset-not-sharded",
    summary="Every worker would read the whole of an iterable dataset",
    severity=Severity.WARNING,
    check=check,
)
