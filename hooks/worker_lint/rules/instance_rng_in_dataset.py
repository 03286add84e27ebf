"""# instance-rng-in-dataset (WL504)

## What it does

Finds a dataset that makes a random generator of its own in `__init__` (`numpy.random.default_rng`, `RandomState`,
`random.Random`, `torch.Generator`) and draws from it in `__getitem__`, where a loader may have workers.

Left alone are generators that are seeded anew in the worker or for each sample, or that only choose another sample
after a failure, classes that ask which worker they run in, a `worker_init_fn` that sets up the dataset, datasets that
are meant to repeat themselves (called validation, test or deterministic), synthetic ones (called mock, dummy, noise),
and a dataset whose loaders in the same file all have 0 workers.

## Why is this bad?

Each worker gets a copy of the dataset with the generator in the same state, so that all of them draw the same numbers:
with 4 workers 6 of the first 8 draws were duplicates. Without `persistent_workers` the copies are made anew for each
epoch, and every epoch draws what the first did. Augmentation is then much weaker than it looks. torch seeds the global
generators of `torch` and `random`, and from 1.9 on of numpy, for each worker and epoch; it does not know this one.

## Example

```python
import numpy as np
from torch.utils.data import DataLoader, Dataset

class Crops(Dataset):
    def __init__(self, seed=0):
        self.rng = np.random.default_rng(seed)

    def __len__(self):
        return 8

    def __getitem__(self, index):
        return self.rng.integers(1_000_000)

loader = DataLoader(Crops(), num_workers=4)
```

## Use instead

```python
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

class Crops(Dataset):
    def __init__(self):
        self.rng = None

    def __len__(self):
        return 8

    def __getitem__(self, index):
        if self.rng is None:
            self.rng = np.random.default_rng(torch.initial_seed())
        return self.rng.integers(1_000_000)

loader = DataLoader(Crops(), num_workers=4)
```

## Fix safety

There is no fix: whether samples should differ by worker, by epoch or by index only the author knows.

## References

- [PyTorch, Randomness in multi-process data loading](https://docs.pytorch.org/docs/stable/data.html)
- [pytorch#56488](https://github.com/pytorch/pytorch/pull/56488): numpy's global generator, seeded since 1.9
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.finding import Related, Severity
from worker_lint.locate.forms import last_name, text_of
from worker_lint.locate.module import around
from worker_lint.locate.values import python_value
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._dataset_uses import sets_up, uses_with_workers
from worker_lint.rules._datasets import datasets_in, own_names, own_settings, speaks_of_workers
from worker_lint.rules._loader_counts import in_words
from worker_lint.rules._names import own_attribute, within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.rules._dataset_uses import Use
    from worker_lint.rules._datasets import DatasetClass
    from worker_lint.site import Document

_WORDS = (b"default_rng(", b"RandomState(", b"Random(", b"Generator(")
_GENERATORS = frozenset(
    {
        "numpy.random.default_rng",
        "numpy.random.RandomState",
        "numpy.random.Generator",
        "random.Random",
        "torch.Generator",
    }
)
_REPEATS = regex(r"(?i)(?:^|_|\b)(?:val|test|eval|dev|fixed|determin)|(?:Val|Test|Eval|Determin)")
"""What is called so is meant to give the same each time."""
_SYNTHETIC = regex(r"(?i)mock|dummy|fake|synthetic|toy|noise|^_*random\w*data")
"""What is called so gives noise, of which it does not matter where it comes again."""
_SEEDS = r"\bself\.{}\.(?:seed|manual_seed|set_state|setstate|initial_seed|bit_generator|__setstate__)\b"


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each generator that a dataset makes once, and of which each worker draws from a copy."""
    module = document.module
    if module is None or not module.may_hold({"__getitem__"}) or not any(word in module.code for word in _WORDS):
        return
    for dataset in datasets_in(module).values():
        if dataset.iterable or "__getitem__" not in dataset.methods:
            continue
        building = b"".join(function.text or b"" for function in dataset.building)
        if not any(word in building for word in _WORDS):
            continue
        uses = uses_with_workers(document, dataset)
        if uses is None or _takes_care(dataset, module):
            continue
        for name, value in _drawn(dataset, module):
            if not any(sets_up(use, name, module) or _REPEATS.search(text_of(use.instance)) for use in uses):
                yield _finding(dataset, name, value, uses, document)


def _finding(dataset: DatasetClass, name: str, value: Node, uses: list[Use], document: Document) -> Finding:
    place = document.source.position(uses[0].group.start) if uses else None
    workers = f"the workers of the loader in line {place.line} ({in_words(uses[0].group)})" if place else "workers"
    return RULE.finding(
        python_value(value),
        f"{dataset.name} makes self.{name} once and draws from it in __getitem__: {workers} each get a copy in the same"
        " state and draw the same numbers, in every epoch again unless they are persistent",
        "make it where it is first drawn from, seeded with torch.initial_seed(), which differs by worker and epoch",
        related=(Related(document.source.path, place, "the loader that reads it"),) if place else (),
    )


def _drawn(dataset: DatasetClass, module: Module) -> Iterator[tuple[str, Node]]:
    """Yield each generator that ``__init__`` makes and ``__getitem__`` takes as it is, with its value."""
    read = {name for function in dataset.reading for name in own_names(function) if _draws(function, name)}
    remade = {name for name, _ in own_settings(dataset.reading)}
    for name, value in dict(own_settings(dataset.building)).items():
        if name not in read or name in remade or not _is_generator(value, module) or _is_for_repeating(value):
            continue
        seeds = re.compile(_SEEDS.format(re.escape(name)))
        if not any(seeds.search(text_of(function)) for function in dataset.reading):
            yield name, value


def _draws(function: Node, name: str) -> bool:
    """Return whether ``function`` takes ``self.name`` other than to try again after something failed."""
    for place in within(function, "attribute"):
        if own_attribute(place) == name:
            above = around(place, "while_statement", "except_clause", "function_definition", "lambda")
            if above is not None and above.type in ("function_definition", "lambda"):
                return True
    return False


def _is_generator(value: Node, module: Module) -> bool:
    """Return whether ``value`` makes a generator, as ``torch.Generator().manual_seed(0)`` does too."""
    while value.type == "call":
        if module.callee(value) in _GENERATORS:
            return True
        function = value.child_by_field_name("function")
        inner = function.child_by_field_name("object") if function is not None else None
        if inner is None or last_name(function) != "manual_seed":
            return False
        value = inner
    return False


def _is_for_repeating(value: Node) -> bool:
    """Return whether the generator is made under a test that speaks of evaluation, or of being deterministic."""
    test = around(value, "if_statement", "elif_clause", "conditional_expression", "function_definition")
    if test is None or test.type == "function_definition":
        return False
    condition = test.child_by_field_name("condition")
    return _REPEATS.search(text_of(condition if condition is not None else test)) is not None


def _takes_care(dataset: DatasetClass, module: Module) -> bool:
    """Return whether the class knows of its copies, or is meant to repeat itself."""
    aware = b"getpid" in (dataset.node.text or b"") or speaks_of_workers(dataset, module)
    return aware or any(pattern.search(dataset.name) for pattern in (_REPEATS, _SYNTHETIC))


RULE = Rule(
    code="WL504",
    name="instance-rng-in-dataset",
    summary="A dataset draws from a random generator of which each worker gets the same copy",
    severity=Severity.WARNING,
    check=check,
)
