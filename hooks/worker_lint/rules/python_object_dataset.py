"""# python-object-dataset (WL507)

## What it does

Finds a dataset that fills a list or dict with Python objects (tuples, dicts, strings) when it is built, and takes its
samples from it in `__getitem__`, where a loader may have more than one worker. A list that is indexed by a remainder
(`self.paths[index % len(self.paths)]`) is short, and left alone; so are tests.

The rule is off by default: it cannot see how large the list will be, and a small one costs nothing. Select it where
workers run out of memory.

## Why is this bad?

Forked workers share the memory of the main process until somebody writes to it, and reading a Python object is writing:
its reference count changes. Over one shuffled epoch each worker so gets its own copy of nearly the whole list. With
2,000,000 tuples of a path and a label, 350 MiB, the memory of one worker's own grew

| | 1 worker | 2 workers | 4 workers |
|---|---|---|---|
| a list of tuples | 49 to 350 MiB | 44 to 347 MiB | 51 to 347 MiB |
| a numpy buffer with offsets | 14 to 14 MiB | 10 to 10 MiB | 10 to 10 MiB |

so that 4 workers need 1.2 GiB more. `gc.freeze()` does not help. Spawned workers get such a copy from the start, and
start later by the time that it takes to pickle.

## Example

```python
from torch.utils.data import DataLoader, Dataset

class Images(Dataset):
    def __init__(self, table):
        self.samples = []
        for line in open(table):
            path, label = line.split()
            self.samples.append((path, int(label)))

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        path, label = self.samples[index]
        return load(path), label

loader = DataLoader(Images("train.txt"), num_workers=8)
```

## Use instead

```python
import numpy as np
from torch.utils.data import DataLoader, Dataset

class Images(Dataset):
    def __init__(self, table):
        samples = [line.split() for line in open(table)]
        self.paths = np.array([path for path, _ in samples], dtype=np.bytes_)
        self.labels = np.array([label for _, label in samples], dtype=np.int64)

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, index):
        return load(self.paths[index].decode()), self.labels[index]

loader = DataLoader(Images("train.txt"), num_workers=8)
```

## Fix safety

There is no fix: an array, a tensor, Arrow or a file is right where the samples' shape says so.

## References

- [pytorch#13246](https://github.com/pytorch/pytorch/issues/13246): memory that grows with each worker
- [referit3d#5](https://github.com/referit3d/referit3d/issues/5): 40 GB with 8 workers
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Related, Severity
from worker_lint.locate.forms import last_name, text_of
from worker_lint.locate.module import around
from worker_lint.locate.values import python_value, unwrapped
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._dataset_uses import uses_with_workers
from worker_lint.rules._datasets import datasets_in, own_settings
from worker_lint.rules._loader_counts import in_words, may_exceed
from worker_lint.rules._names import matched, parameters, within
from worker_lint.rules._readers import is_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.rules._dataset_uses import Use
    from worker_lint.rules._datasets import DatasetClass
    from worker_lint.site import Document

_OBJECTS = frozenset({"tuple", "list", "dictionary", "string", "concatenated_string"})
_TEXTS = frozenset({"join", "format", "strip", "split", "readlines", "splitlines", "str", "Path", "dict"})
"""Calls, by their last name, that give strings, paths or dicts."""
_OTHER_THINGS = regex(r"pixel|tensor|latent|embed|feature|buffer|size|value|preloaded|cache|_to_|vocab")
"""Names of what holds tensors, or is a small table to look up in."""
_INDEXED = regex(rb"\bself\s*\.\s*(\w+)\s*\[")
_FILLED = regex(rb"\bself\s*\.\s*(\w+)\s*(?:\.\s*(?:append|extend|insert)\s*\(|\[[^\n]*\]\s*=)")
# As above, with more beside it: a pattern that begins with letters is searched for many times faster.
_MAY_BE_INDEXED = regex(rb"self\s*\.\s*(\w+)\s*\[")
_MAY_BE_FILLED = regex(
    rb"self\s*\.\s*(\w+)\s*"
    rb"(?:\.\s*(?:append|extend|insert)\s*\(|\[[^\n]*\]\s*=|(?::[^=\n]{0,99})?=(?:[^\n]{0,99}=)?[\s(\\]*[\[{])"
)


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each list or dict of Python objects that workers take their samples from."""
    module = document.module
    if module is None or not module.may_hold({"__getitem__"}) or is_test(document.source.path):
        return
    if not _may_index_objects(module.code):
        return
    for dataset in datasets_in(module).values():
        if "__getitem__" not in dataset.methods:
            continue
        uses = uses_with_workers(document, dataset)
        if uses is None or (uses and not any(may_exceed(use.group, 1) for use in uses)):
            continue
        for name, value in _objects(dataset):
            yield _finding(dataset, name, value, uses, document)


def _may_index_objects(code: bytes) -> bool:
    """Return whether ``code`` takes something by its index from an attribute to which it also adds, or gives a list."""
    indexed = set(_MAY_BE_INDEXED.findall(code))
    return bool(indexed) and not indexed.isdisjoint(_MAY_BE_FILLED.findall(code))


def _finding(dataset: DatasetClass, name: str, value: Node, uses: list[Use], document: Document) -> Finding:
    place = document.source.position(uses[0].group.start) if uses else None
    workers = f"each worker of the loader in line {place.line} ({in_words(uses[0].group)})" if place else "each worker"
    return RULE.finding(
        python_value(value),
        f"{dataset.name} takes its samples from self.{name}, which holds Python objects: reading them changes their "
        f"reference counts, so that {workers} ends with a copy of its own",
        "hold many samples in numpy arrays, tensors or Arrow, which are shared for as long as nobody writes to them",
        related=(Related(document.source.path, place, "the loader that reads it"),) if place else (),
    )


def _objects(dataset: DatasetClass) -> Iterator[tuple[str, Node]]:
    """Yield each attribute that is filled with Python objects in a loop, and indexed in the workers."""
    taken = {
        text_of(name)
        for function in dataset.reading
        for name in matched(function, _INDEXED)
        if not _OTHER_THINGS.search(text_of(name)) and _is_by_index(around(name, "subscript"), function)
    }
    settings = {name: value for name, value in own_settings(dataset.building) if name in taken}
    filled = set(_filled(dataset)) if settings else set()
    for name, value in settings.items():
        if _is_comprehension_of_objects(value) or (value.type in ("list", "dictionary", "call") and name in filled):
            yield name, value


def _is_by_index(place: Node | None, function: Node) -> bool:
    """Return whether ``place`` takes the item at the index that ``function`` is given, or at one made of it.

    A list that is indexed by a remainder is gone through several times an epoch: it is short.
    """
    own = set(parameters(function)) - {"self"}
    if place is None or any(each.type == "%" for op in within(place, "binary_operator") for each in op.children):
        return False
    return any(text_of(name) in own for name in within(place, "identifier"))


def _filled(dataset: DatasetClass) -> Iterator[str]:
    """Yield each attribute to which a loop in ``__init__`` adds objects."""
    for function in dataset.building:
        for name in matched(function, _FILLED):
            statement = around(name, "call", "assignment", "function_definition")
            if statement is None or not _in_loop(statement):
                continue
            added = statement.child_by_field_name("right")  # self.samples[key] = added
            if statement.type == "call":
                arguments = statement.child_by_field_name("arguments")
                added = arguments.named_children[-1] if arguments is not None and arguments.named_children else None
            if added is not None and _is_object(added):
                yield text_of(name)


def _in_loop(node: Node) -> bool:
    loop = around(node, "for_statement", "while_statement", "function_definition")
    return loop is not None and loop.type != "function_definition"


def _is_comprehension_of_objects(value: Node) -> bool:
    if value.type == "dictionary_comprehension":
        return True
    body = value.child_by_field_name("body") if value.type == "list_comprehension" else None
    return body is not None and _is_object(body)


def _is_object(node: Node) -> bool:
    """Return whether ``node`` gives a tuple, list, dict, string or path each time that it is evaluated."""
    node = unwrapped(node)
    if node.type == "call":
        return last_name(node.child_by_field_name("function")) in _TEXTS
    return node.type in _OBJECTS


RULE = Rule(
    code="WL507",
    name="python-object-dataset",
    summary="Workers take their samples from a list of Python objects, and each copies it",
    severity=Severity.INFO,
    check=check,
    confidence="low",
    default=False,
)
