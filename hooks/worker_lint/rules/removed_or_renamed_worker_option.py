"""# removed-or-renamed-worker-option (WL902)

## What it does

Finds worker options under a name that the framework in use no longer takes: `workers`, `use_multiprocessing` and
`max_queue_size` in `fit`, `evaluate` and `predict` of Keras 3, and `workers_per_gpu` in a configuration of MMEngine.

Only where the file itself shows which version it is written for: it uses what Keras 3 brought (`keras.ops`,
`PyDataset`, `KERAS_BACKEND`), or it sets `train_dataloader` as MMEngine wants it.

## Why is this bad?

Keras 3 raises when training starts; the options are those of the `PyDataset` now:

    TypeError: JAXTrainer.fit() got an unexpected keyword argument 'workers'
    ValueError: Arguments not recognized: {'workers': 2}

MMEngine never looks at `workers_per_gpu`: the loaders have the workers that their own tables say, or none.

## Example

```python
import keras
from keras import ops

def train(model, dataset):
    model.fit(dataset, epochs=10, workers=8, use_multiprocessing=True)
    return ops.sum(model.evaluate(dataset))
```

## Use instead

```python
import keras
from keras import ops

def train(model, dataset: keras.utils.PyDataset):  # made with workers=8, use_multiprocessing=True
    model.fit(dataset, epochs=10)
    return ops.sum(model.evaluate(dataset))
```

## Fix safety

There is no fix: the option belongs to another object now, which is made elsewhere.

## References

- [keras.utils.PyDataset](https://keras.io/api/utils/python_utils/#pydataset-class)
- [Migrating to MMEngine](https://mmengine.readthedocs.io/en/latest/migration/runner.html)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.finding import Severity
from worker_lint.locate.forms import last_name, placed, text_of
from worker_lint.locate.module import around
from worker_lint.rule import Rule
from worker_lint.rules._frameworks import frameworks, uses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.rules._frameworks import Removed, Renamed
    from worker_lint.site import Document


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each option that has gone, or has another name."""
    module = document.module
    if module is None:
        return
    for removed in frameworks().removed:
        if (
            module.may_hold(removed.keywords)
            and any(mark.encode() in module.code for mark in _written(removed))
            and uses(module, removed.modules)
        ):
            yield from _removed(module, removed)
    for renamed in frameworks().renamed:
        if renamed.key.encode() in module.code:
            yield from _renamed(module, renamed)


def _written(removed: Removed) -> Iterator[str]:
    """Yield the marks in both ways to write them: ``keras.ops``, and ``ops`` behind ``from keras import``."""
    for mark in removed.marks:
        yield mark
        package, _, name = mark.rpartition(".")
        if package:
            yield f"from {package} import {name}"


def _removed(module: Module, removed: Removed) -> Iterator[Finding]:
    for name in module.words(set(removed.keywords)):
        argument = name.parent
        if argument is None or argument.type != "keyword_argument" or argument.child_by_field_name("name") != name:
            continue
        call = around(argument, "call")
        method = last_name(call.child_by_field_name("function")) if call is not None else ""
        if method in removed.methods:
            yield RULE.finding(
                module.value(name),
                f"{method} of Keras 3 takes no {text_of(name)}; it raises {removed.error}",
                f"give it to the dataset: {removed.instead}",
            )


def _renamed(module: Module, renamed: Renamed) -> Iterator[Finding]:
    marks = "|".join(renamed.marks).encode()
    if not re.search(rb"^(?:" + marks + rb")\s*=\s*(?:dict\s*\(|\{)", module.code, re.MULTILINE):
        return
    for name in module.words({renamed.key}):
        if _is_key(name):
            yield RULE.finding(
                module.value(name), f"{renamed.key} has no effect here: {renamed.why}", f"write {renamed.instead}"
            )


def _is_key(name: Node) -> bool:
    """Return whether ``name`` is a key of a table, in either way to write one: scripts have functions that take it."""
    written = placed(name)
    if written is None or written.holder is None:
        return False
    return written.holder.type == "dictionary" or text_of(written.holder.child_by_field_name("function")) == "dict"


RULE = Rule(
    code="WL902",
    name="removed-or-renamed-worker-option",
    summary="A worker option that the framework in use no longer takes",
    severity=Severity.WARNING,
    check=check,
)
